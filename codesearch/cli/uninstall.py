"""`codesearch uninstall [AGENT…]`: take back what `install` did."""

from __future__ import annotations

import typer

from codesearch.cli.agents import Agents, DryRun, Project, Types, chosen, run

EPILOG = """\
Examples:

\b
  codesearch uninstall                   from every agent
  codesearch uninstall cursor --project  from the files of the current repository

Exit codes: 0 done, 2 a file could not be changed.
"""


def command(
    agents: Agents = [],  # noqa: B006 - typer copies it
    types: Types = [],  # noqa: B006
    project: Project = False,
    dry_run: DryRun = False,
) -> None:
    """Remove what `install` added to the files of agents."""
    from codesearch.agents.install import to_uninstall

    installed = chosen(agents, types, project=project, only_found=False)
    last_first = installed[::-1]  # the folder that was made first goes last
    raise typer.Exit(run(last_first, to_uninstall, "removed", dry_run=dry_run))
