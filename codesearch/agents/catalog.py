"""The agents, and where each keeps its MCP servers, its instructions and its hooks."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from codesearch.agents import texts
from codesearch.agents.edits import Entry
from codesearch.agents.json_entry import NAME, JsonEntry
from codesearch.agents.text_entry import Block, Whole
from codesearch.agents.toml_entry import TomlEntry

_MARK = '"mcp"'
"""Is in the arguments of every server that starts this program."""


class PartType(StrEnum):
    """What can be set up."""

    MCP = "mcp"
    SKILL = "skill"
    HOOK = "hook"


@dataclass(frozen=True, slots=True)
class Part:
    """An entry and the file that it belongs in."""

    type: PartType
    path: Path
    entry: Entry


@dataclass(frozen=True, slots=True)
class Machine:
    """What places and entries depend on."""

    home: Path
    environment: Mapping[str, str]
    command: tuple[str, ...]
    """That starts codesearch, with an absolute path."""
    project: Path | None = None
    """The folder whose own files are changed; None for the user's."""
    platform: str = sys.platform

    @classmethod
    def this(cls, project: Path | None = None) -> Machine:
        """The one that this process runs on. Raises RuntimeError if the user has no home."""
        return cls(Path.home(), os.environ, _own_command(), project)

    def folder(self, variable: str, *default: str) -> Path:
        """The folder that a variable names, or one in the user's home."""
        return Path(self.environment.get(variable) or self.home.joinpath(*default))


@dataclass(frozen=True, slots=True)
class Agent:
    """A program that can use codesearch."""

    name: str
    title: str
    folder: Callable[[Machine], Path]
    """If it is there, the agent is used on the machine."""
    parts: Callable[[Machine], Sequence[Part]]

    def is_found(self, machine: Machine) -> bool:
        """Whether the agent is used on the machine."""
        return self.folder(machine).is_dir()


def _own_command() -> tuple[str, ...]:
    beside = Path(sys.executable).parent / ("codesearch.exe" if sys.platform == "win32" else "codesearch")
    return (str(beside),) if beside.is_file() else (sys.executable, "-m", "codesearch")


def _server(machine: Machine, **more: object) -> dict[str, object]:
    """An MCP server in the form that most agents have."""
    program, *arguments = machine.command
    return {"command": program, "args": [*arguments, "mcp"]} | more


def _mcp(path: Path, key: str, server: Mapping[str, object]) -> Part:
    return Part(PartType.MCP, path, JsonEntry((key,), dict(server), _MARK))


def _skill(folder: Path) -> Part:
    return Part(PartType.SKILL, folder / "skills" / NAME / "SKILL.md", Whole(texts.SKILL, texts.SIGNATURE))


def _block(path: Path) -> Part:
    return Part(PartType.SKILL, path, Block(texts.BLOCK))


def _claude_folder(machine: Machine) -> Path:
    return machine.folder("CLAUDE_CONFIG_DIR", ".claude")


def _claude(machine: Machine) -> Sequence[Part]:
    hook = {"hooks": [{"type": "command", "command": f'echo "{texts.HINT}"'}]}
    moved = machine.environment.get("CLAUDE_CONFIG_DIR")
    servers = (
        machine.project / ".mcp.json" if machine.project else (Path(moved) if moved else machine.home) / ".claude.json"
    )
    folder = machine.project / ".claude" if machine.project else _claude_folder(machine)
    return (
        _mcp(servers, "mcpServers", {"type": "stdio"} | _server(machine)),
        _skill(folder),
        Part(
            PartType.HOOK,
            folder / "settings.json",
            JsonEntry(("hooks", "SessionStart"), hook, texts.HINT_MARK, is_element=True),
        ),
    )


def _codex_folder(machine: Machine) -> Path:
    return machine.folder("CODEX_HOME", ".codex")


def _codex(machine: Machine) -> Sequence[Part]:
    folder = machine.project / ".codex" if machine.project else _codex_folder(machine)
    program, *arguments = machine.command
    entry = TomlEntry("mcp_servers", NAME, {"command": program, "args": [*arguments, "mcp"]}, _MARK)
    return (
        Part(PartType.MCP, folder / "config.toml", entry),
        _block((machine.project or folder) / "AGENTS.md"),
    )


def _cursor(machine: Machine) -> Sequence[Part]:
    folder = (machine.project or machine.home) / ".cursor"
    return _mcp(folder / "mcp.json", "mcpServers", _server(machine)), _skill(folder)


def _opencode_folder(machine: Machine) -> Path:
    return machine.folder("XDG_CONFIG_HOME", ".config") / "opencode"


def _opencode(machine: Machine) -> Sequence[Part]:
    folder = machine.project or _opencode_folder(machine)
    commented = folder / "opencode.jsonc"
    server = {"type": "local", "command": [*machine.command, "mcp"], "enabled": True}
    return (
        _mcp(commented if commented.exists() else folder / "opencode.json", "mcp", server),
        _skill(machine.project / ".opencode" if machine.project else folder),
    )


def _copilot_folder(machine: Machine) -> Path:
    return machine.folder("COPILOT_HOME", ".copilot")


def _code_folder(machine: Machine) -> Path:
    """Visual Studio Code's folder of the user."""
    if machine.platform == "win32":
        return machine.folder("APPDATA", "AppData", "Roaming") / "Code" / "User"
    if machine.platform == "darwin":
        return machine.home / "Library" / "Application Support" / "Code" / "User"
    return machine.folder("XDG_CONFIG_HOME", ".config") / "Code" / "User"


def _copilot(machine: Machine) -> Sequence[Part]:
    if machine.project:
        return (_skill(machine.project / ".github"),)
    folder = _copilot_folder(machine)
    server = {"type": "local"} | _server(machine, tools=["*"])
    return _mcp(folder / "mcp-config.json", "mcpServers", server), _skill(folder)


def _vscode(machine: Machine) -> Sequence[Part]:
    if machine.project:
        servers, instructions = machine.project / ".vscode", machine.project / ".github" / "instructions"
        server = _server(machine)
    else:
        servers = _code_folder(machine)
        instructions = servers / "prompts"
        server = _server(machine, cwd="${workspaceFolder}")  # the user's own servers start in the home folder
    entry = Whole(texts.RULE, texts.SIGNATURE)
    return (
        _mcp(servers / "mcp.json", "servers", {"type": "stdio"} | server),
        Part(PartType.SKILL, instructions / f"{NAME}.instructions.md", entry),
    )


def _gemini(machine: Machine) -> Sequence[Part]:
    folder = (machine.project or machine.home) / ".gemini"
    return (
        _mcp(folder / "settings.json", "mcpServers", _server(machine)),
        _block((machine.project or folder) / "GEMINI.md"),
    )


AGENTS = (
    Agent("claude", "Claude Code", _claude_folder, _claude),
    Agent("codex", "Codex", _codex_folder, _codex),
    Agent("cursor", "Cursor", lambda machine: machine.home / ".cursor", _cursor),
    Agent("opencode", "OpenCode", _opencode_folder, _opencode),
    Agent("copilot", "Copilot CLI", _copilot_folder, _copilot),
    Agent("vscode", "VS Code", _code_folder, _vscode),
    Agent("gemini", "Gemini CLI", lambda machine: machine.home / ".gemini", _gemini),
)
