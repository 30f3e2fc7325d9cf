"""`codesearch install` and `uninstall`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.command_line import CommandLine

pytestmark = pytest.mark.slow


@pytest.fixture
def command(tmp_path: Path) -> CommandLine:
    """The command line, with a home of its own that tests may change."""
    home = tmp_path / "home"
    home.mkdir()
    return CommandLine(home)


def variables(command: CommandLine) -> dict[str, str]:
    return {"XDG_STATE_HOME": str(command.home / "state"), "CODEX_HOME": "", "CLAUDE_CONFIG_DIR": ""}


def test_agents_that_are_found_are_set_up_and_others_not(command: CommandLine, tmp_path: Path) -> None:
    (command.home / ".gemini").mkdir()
    settings = command.home / ".gemini" / "settings.json"
    settings.write_text('{"theme": "dark"} // mine\n')
    shown = command("install", "--dry-run", cwd=tmp_path, **variables(command))
    assert shown.code == 0
    assert f"--- {settings}\n" in shown.out and "+++ " in shown.out
    assert settings.read_text() == '{"theme": "dark"} // mine\n'
    run = command("install", cwd=tmp_path, **variables(command))
    assert (run.code, run.err) == (0, "")
    assert run.out.splitlines() == [
        f"Gemini CLI: mcp written, {settings}",
        f"Gemini CLI: skill written, {command.home / '.gemini' / 'GEMINI.md'}",
    ]
    again = command("install", "gemini", cwd=tmp_path, **variables(command))
    assert again.out.count("unchanged") == 2
    gone = command("uninstall", cwd=tmp_path, **variables(command))
    assert gone.code == 0
    assert gone.out.splitlines()[-1] == f"Gemini CLI: mcp removed, {settings}"
    assert settings.read_text() == '{"theme": "dark"} // mine\n'
    assert list((command.home / ".gemini").iterdir()) == [settings]


def test_a_file_that_does_not_parse_is_left_and_the_others_go_on(command: CommandLine, tmp_path: Path) -> None:
    broken = command.home / ".cursor" / "mcp.json"
    broken.parent.mkdir()
    broken.write_text("{ broken")
    run = command("install", "cursor,codex", "--type", "mcp", cwd=tmp_path, **variables(command))
    assert run.code == 2
    assert run.err == f"codesearch: Cursor: {broken} was not changed: it is not valid JSON (line 1)\n"
    assert broken.read_text() == "{ broken"
    assert "codesearch" in (command.home / ".codex" / "config.toml").read_text()
    assert not (command.home / ".codex" / "AGENTS.md").exists()


def test_a_project_is_the_repository_around_the_working_directory(command: CommandLine, shop: Path) -> None:
    run = command("install", "claude", "--project", "--type", "mcp", cwd=shop / "server", **variables(command))
    assert run.code == 0, run.err
    server = json.loads((shop / ".mcp.json").read_text())["mcpServers"]["codesearch"]
    assert Path(server["command"]).is_absolute() and server["args"][-1] == "mcp"
    command("uninstall", "--project", cwd=shop, **variables(command))
    assert not (shop / ".mcp.json").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["cursr"], "codesearch: unknown agent 'cursr'\n  agents: claude, codex, cursor,"),
        (["cursor", "--type", "hooks"], "codesearch: unknown type 'hooks'\n  types: mcp, skill, hook"),
        (["cursor", "--type", "hook"], "codesearch: there is no hook for Cursor\n"),
        ([], "codesearch: no agent was found on this machine\n  name one of claude,"),
    ],
)
def test_what_is_unknown_is_refused(command: CommandLine, tmp_path: Path, arguments: list[str], said: str) -> None:
    run = command("install", *arguments, cwd=tmp_path, **variables(command))
    assert run.code == 2
    assert run.err.startswith(said)
    assert not list(command.home.iterdir())
