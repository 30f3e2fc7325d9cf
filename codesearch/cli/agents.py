"""What `install` and `uninstall` share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from codesearch.caller import caller
from codesearch.cli.exits import ERROR, note
from codesearch.cli.options import split_names
from codesearch.cli.output import results
from codesearch.errors import CodesearchError

if TYPE_CHECKING:
    from codesearch.agents.catalog import Agent, Part
    from codesearch.agents.install import Change
    from codesearch.agents.record import Records

Agents = Annotated[list[str], typer.Argument(metavar="[AGENT]...", help="Only these agents.", show_default=False)]
Types = Annotated[
    list[str],
    typer.Option("--type", metavar="TYPE", help="Only these parts (comma-separated or repeated): mcp, skill, hook."),
]
Project = Annotated[bool, typer.Option("--project", help="Use the current repository's files, not the user's.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the changes without making them.")]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A part of an agent."""

    agent: Agent
    part: Part


def chosen(agents: Sequence[str], types: Sequence[str], *, project: bool, only_found: bool) -> list[Wanted]:
    """The parts of the named agents, or of all. Raises CodesearchError for an unknown name."""
    from codesearch.agents.catalog import AGENTS, Machine, PartType
    from codesearch.mcp.roots import Roots

    known = {agent.name: agent for agent in AGENTS}
    names = split_names("AGENT", agents)
    for name in names:
        _check("agent", name, known)
    wanted = split_names("--type", types)
    for name in wanted:
        _check("type", name, list(PartType))
    try:
        machine = Machine.this(Roots((), caller().directory).folders[0] if project else None)
    except RuntimeError:
        raise CodesearchError("there is no home directory to install in", "set HOME") from None
    used = [known[name] for name in dict.fromkeys(names)] or [
        agent for agent in AGENTS if not only_found or agent.is_found(machine)
    ]
    if not used:
        raise CodesearchError("no agent was found on this machine", f"name one of {', '.join(known)}")
    kinds = wanted or list(PartType)
    parts = [Wanted(agent, part) for agent in used for part in agent.parts(machine) if part.type in kinds]
    if not parts:
        raise CodesearchError(f"there is no {' or '.join(kinds)} for {', '.join(agent.title for agent in used)}")
    return parts


def run(wanted: Sequence[Wanted], plan: Callable[[Part, Records], Change], done: str, *, dry_run: bool) -> int:
    """Make the planned changes and print them; `done` says what was done to an entry of a file.

    Returns the exit code; what fails does not keep others from it.
    """
    from codesearch.agents.install import apply
    from codesearch.agents.record import Records

    records, code = Records(), 0
    with results():
        for one in wanted:
            try:
                change = plan(one.part, records)
                if not dry_run:
                    apply(change, records)
            except CodesearchError as error:
                note(f"{one.agent.title}: {one.part.path} was not changed: {error.message}", str(error.remedy))
                code = ERROR
                continue
            if change.before is None and change.after is None:
                continue
            for line in _difference(change) if dry_run else [_line(one, change, done)]:
                print(line, file=caller().stdout)
    return code


def _check(kind: str, name: str, known: Sequence[str] | dict[str, Agent]) -> None:
    if name not in known:
        raise CodesearchError(f"unknown {kind} {name!r}", f"{kind}s: {', '.join(known)}")


def _line(wanted: Wanted, change: Change, done: str) -> str:
    verb = "unchanged" if change.is_none else "deleted" if change.after is None else done
    return f"{wanted.agent.title}: {wanted.part.type} {verb}, {wanted.part.path}"


def _difference(change: Change) -> Iterator[str]:
    import difflib

    from codesearch.render.safe import printable

    path = str(change.part.path)
    lines = difflib.unified_diff(
        (change.before or "").splitlines(),
        (change.after or "").splitlines(),
        path if change.before is not None else "/dev/null",
        path if change.after is not None else "/dev/null",
        lineterm="",
    )
    return map(printable, lines)
