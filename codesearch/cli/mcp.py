"""`codesearch mcp [ROOT…]`: search for agents."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from codesearch import blas
from codesearch.caller import caller
from codesearch.cli.exits import note
from codesearch.cli.options import Device, Model
from codesearch.errors import CodesearchError, InstallExtra

if TYPE_CHECKING:
    from codesearch.server.residents import ResidentIndexes

EPILOG = """\
Examples:

\b
  codesearch install                       set up the agents on this machine to start it
  codesearch mcp                           serve the repository of the working directory
  codesearch mcp ~/src/a ~/src/b           these folders only
  codesearch mcp --cluster HOST:PORT       the repositories of a cluster

It speaks the Model Context Protocol on stdin and stdout, and exits when stdin is closed.
"""


def command(
    roots: Annotated[
        list[Path],
        typer.Argument(metavar="[ROOT]...", help="The folders that may be searched.", show_default=False),
    ] = [],  # noqa: B006 - typer copies it
    cluster: Annotated[
        str,
        typer.Option(
            "--cluster",
            metavar="ADDRESS",
            help="Search a cluster (`codesearch cluster serve`, or lancedb://…) instead.",
        ),
    ] = "",
    model: Model = None,
    device: Device = "",
) -> None:
    """Serve agents over the Model Context Protocol."""
    blas.start_with_one_thread()
    from codesearch.cli.remedies import hint_of
    from codesearch.cli.workspaces import check_folders
    from codesearch.mcp.roots import Roots
    from codesearch.mcp.session import Session
    from codesearch.mcp.tools import Tools

    check_folders(roots)
    try:
        from codesearch.mcp.stdio import serve_stdio
    except ImportError as error:
        if (error.name or "").partition(".")[0] == "codesearch":
            raise
        raise CodesearchError("serving agents needs the package mcp", InstallExtra("mcp")) from error
    if sys.stdin.isatty():
        note("waiting for a client on stdin; to set up an agent, run: codesearch install")
    if cluster:
        if roots:
            raise CodesearchError(
                "--cluster cannot be used with folders of this machine", "omit the folders or --cluster"
            )
        from codesearch.lance.opening import open_cluster
        from codesearch.mcp.cluster import ClusterTools

        opened = open_cluster(cluster, caller().directory, caller().environment, model or "")
        serve_stdio(ClusterTools(opened, hint_of))
        return
    session = Session(Roots(roots, caller().directory), _open_indexes, model, device)
    serve_stdio(Tools(session, hint_of))


def _open_indexes(cookies: Path) -> ResidentIndexes:
    from codesearch.server.residents import ResidentIndexes

    return ResidentIndexes(cookies, note)
