"""`codesearch install [AGENT…]`: let agents use codesearch."""

from __future__ import annotations

import typer

from codesearch.cli.agents import Agents, DryRun, Project, Types, chosen, run

EPILOG = """\
Examples:

\b
  codesearch install                     every agent that is found on this machine
  codesearch install claude codex        only these agents
  codesearch install --dry-run           show what would change
  codesearch install --type mcp          only the MCP server, no instructions or hooks
  codesearch install cursor --project    in the files of the current repository

Agents: claude, codex, cursor, opencode, copilot, vscode, gemini. Exit codes: 0 done, 2 a file could not be changed.
"""


def command(
    agents: Agents = [],  # noqa: B006 - typer copies it
    types: Types = [],  # noqa: B006
    project: Project = False,
    dry_run: DryRun = False,
) -> None:
    """Set up agents to search with codesearch; everything else in their files is kept."""
    from codesearch.agents.install import to_install

    wanted = chosen(agents, types, project=project, only_found=True)
    raise typer.Exit(run(wanted, to_install, "written", dry_run=dry_run))
