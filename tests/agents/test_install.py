"""Every agent's files get their entry, and get back to the byte what they held."""

from __future__ import annotations

import json
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from codesearch.agents.catalog import AGENTS, Agent, Machine, Part, PartType
from codesearch.agents.edits import Unmergeable
from codesearch.agents.install import apply, to_install, to_uninstall
from codesearch.agents.record import Records

CONFIGURATIONS = {
    ".claude.json": '{\n  "numStartups": 3,\n  "mcpServers": {\n    "github": {"command": "gh"} // keep\n  },\n}\n',
    ".claude/settings.json": '{"hooks": {"SessionStart": [{"hooks": []}]}, "model": "opus"}',
    ".codex/config.toml": 'model = "x"  # mine\r\n\r\n[mcp_servers.github]\r\ncommand = "gh"\r\n',
    ".codex/AGENTS.md": "# Rules\n\nBe kind.",
    ".cursor/mcp.json": "",
    ".config/opencode/opencode.jsonc": '// mine\n{\n\t"mcp": {}, // none yet\n\t"theme": "x",\n}\n',
    ".config/Code/User/mcp.json": '\ufeff{\r\n\t"servers": {\r\n\t},\r\n\t"inputs": []\r\n}\r\n',
    ".copilot/mcp-config.json": '{"mcpServers": {}}',
    ".gemini/settings.json": '{\n    "theme": "dark"\n}\n',
    ".gemini/GEMINI.md": "Talk briefly.\r\n",
}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A home without any agent."""
    home = tmp_path / "home"
    home.mkdir()
    return Machine(home, {}, ("/opt/bin/codesearch",), platform="linux")


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(tmp_path / "state" / "install.json")


def fill(machine: Machine) -> None:
    for name, text in CONFIGURATIONS.items():
        file = machine.home / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())


def contents(folder: Path) -> dict[str, bytes]:
    """All files and folders."""
    return {str(path): path.read_bytes() if path.is_file() else b"" for path in sorted(folder.rglob("*"))}


def parts(machine: Machine, *agents: Agent) -> list[Part]:
    return [part for agent in agents or AGENTS for part in agent.parts(machine)]


def install(machine: Machine, records: Records) -> None:
    for part in parts(machine):
        apply(to_install(part, records), records)


def uninstall(machine: Machine, records: Records) -> None:
    for part in reversed(parts(machine)):
        apply(to_uninstall(part, records), records)


@pytest.mark.parametrize("has_files", [True, False])
def test_what_is_installed_is_taken_out_to_the_byte(machine: Machine, records: Records, has_files: bool) -> None:
    if has_files:
        fill(machine)
    before = contents(machine.home)
    install(machine, records)
    between = contents(machine.home)
    assert all(part.entry.is_in(part.path.read_bytes().decode()) for part in parts(machine))
    assert len(between) > len(before)
    install(machine, records)
    assert contents(machine.home) == between
    uninstall(machine, records)
    assert contents(machine.home) == before


def test_a_project_has_files_of_its_own(machine: Machine, records: Records, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "AGENTS.md").write_text("# Here\n")
    before = contents(project)
    local = replace(machine, project=project)
    install(local, records)
    assert not contents(machine.home)
    assert (project / ".mcp.json").exists() and (project / ".vscode" / "mcp.json").exists()
    uninstall(local, records)
    assert contents(project) == before


def test_a_newer_entry_takes_the_place_of_an_older(machine: Machine, records: Records) -> None:
    fill(machine)
    before = contents(machine.home)
    install(machine, records)
    moved = replace(machine, command=("/usr/bin/python3", "-m", "codesearch"))
    install(moved, records)
    assert b"/opt/bin" not in b"".join(contents(machine.home).values())
    uninstall(moved, records)
    assert contents(machine.home) == before


@pytest.mark.parametrize("keeps_records", [True, False])
def test_what_the_user_wrote_in_between_stays(
    machine: Machine, records: Records, tmp_path: Path, keeps_records: bool
) -> None:
    fill(machine)
    install(machine, records)
    file = machine.home / ".claude.json"
    file.write_text(json.dumps(json.loads(file.read_text().replace("// keep", "").replace("},\n}", "}}")) | {"new": 1}))
    rules = machine.home / ".codex" / "AGENTS.md"
    rules.write_text(rules.read_text() + "And be quick.\n")
    uninstall(machine, records if keeps_records else Records(tmp_path / "none.json"))
    assert json.loads(file.read_text()) == {"numStartups": 3, "mcpServers": {"github": {"command": "gh"}}, "new": 1}
    assert rules.read_text() == "# Rules\n\nBe kind.\nAnd be quick.\n"


def test_a_file_that_was_made_and_edited_since_is_not_deleted(machine: Machine, records: Records) -> None:
    install(machine, records)
    file = machine.home / ".cursor" / "mcp.json"
    held = json.loads(file.read_text())
    held["mcpServers"]["mine"] = {"command": "x"}
    file.write_text(json.dumps(held, indent=2))
    skill = machine.home / ".cursor" / "skills" / "codesearch" / "SKILL.md"
    skill.write_text(skill.read_text() + "And more of mine.\n")
    (cursor,) = (agent for agent in AGENTS if agent.name == "cursor")
    servers, instructions = parts(machine, cursor)
    apply(to_uninstall(servers, records), records)
    with pytest.raises(Unmergeable, match="edited"):
        to_uninstall(instructions, records)
    assert json.loads(file.read_text()) == {"mcpServers": {"mine": {"command": "x"}}}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"{ not json", "not valid JSON"),
        ('{"a": 1}'.encode("utf-16"), "not UTF-8"),
        (b'{"mcpServers": {"codesearch": {"url": "https://x"}}}', "another's making"),
    ],
)
def test_a_file_that_cannot_be_merged_is_left_as_it_is(
    machine: Machine, records: Records, data: bytes, why: str
) -> None:
    part = _cursor_servers(machine)
    part.path.parent.mkdir()
    part.path.write_bytes(data)
    for plan in (to_install, to_uninstall):
        with pytest.raises(Unmergeable, match=why):
            plan(part, records)
    assert part.path.read_bytes() == data


@pytest.mark.skipif(sys.platform == "win32", reason="modes and links of POSIX")
def test_links_are_followed_modes_kept_and_read_only_files_left(machine: Machine, records: Records) -> None:
    part = _cursor_servers(machine)
    real = machine.home / "dotfiles" / "cursor.json"
    real.parent.mkdir()
    real.write_text("{}\n")
    real.chmod(0o600)
    part.path.parent.mkdir()
    part.path.symlink_to(real)
    apply(to_install(part, records), records)
    assert part.path.is_symlink() and stat.S_IMODE(real.stat().st_mode) == 0o600
    assert "codesearch" in real.read_text()
    real.chmod(0o400)
    with pytest.raises(Unmergeable, match="read-only"):
        apply(to_uninstall(part, records), records)
    real.chmod(0o600)
    apply(to_uninstall(part, records), records)
    assert part.path.is_symlink() and real.read_text() == "{}\n"
    assert list(real.parent.iterdir()) == [real]


def test_agents_are_found_by_their_folders(machine: Machine) -> None:
    assert not any(agent.is_found(machine) for agent in AGENTS)
    (machine.home / "codex").mkdir()
    elsewhere = replace(machine, environment={"CODEX_HOME": str(machine.home / "codex")})
    assert [agent.name for agent in AGENTS if agent.is_found(elsewhere)] == ["codex"]
    fill(machine)
    assert all(agent.is_found(machine) for agent in AGENTS)


def test_commands_are_absolute_and_every_agent_has_a_server_and_instructions(machine: Machine) -> None:
    assert all(Path(Machine.this().command[0]).is_absolute() for _ in AGENTS)
    for agent in AGENTS:
        assert {part.type for part in agent.parts(machine)} >= {PartType.MCP, PartType.SKILL}
    places = [part.path for part in parts(machine)]
    assert len(places) == len(set(places))


def _cursor_servers(machine: Machine) -> Part:
    return next(part for part in parts(machine) if part.path == machine.home / ".cursor" / "mcp.json")
