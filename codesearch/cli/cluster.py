"""`codesearch cluster ACTION`: index many repositories on many machines."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from enum import StrEnum
from typing import Annotated

import typer

from codesearch.caller import caller
from codesearch.cli.exits import NO_HITS, note
from codesearch.cli.numbers import LARGEST_SOURCE, ByteSize, seconds
from codesearch.cli.options import Model
from codesearch.cli.output import results
from codesearch.errors import CodesearchError

EPILOG = """\
Examples:

\b
  codesearch cluster index ~/src/* --out /srv/shards              start Ray on this machine
  codesearch cluster index repositories.txt --out /srv/shards     a folder or URL a line
  codesearch cluster index https://github.com/pallets/flask@3.1.0 --out /srv/shards --ray auto

Exit codes: 0 all indexed, 1 some repositories failed, 2 error.
"""


class Action(StrEnum):
    """What to do."""

    INDEX = "index"


def command(
    action: Annotated[Action, typer.Argument(help="What to do.")],
    places: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...", help="Folders, URLs (`@REV` for a branch, tag or commit), files that list them; `-`."
        ),
    ],
    out: Annotated[
        str, typer.Option("--out", "-o", metavar="PLACE", help="Where shards are kept: a folder that all nodes share.")
    ] = "",
    ray: Annotated[
        str,
        typer.Option(
            "--ray",
            metavar="ADDRESS",
            envvar="RAY_ADDRESS",
            help="The Ray cluster: HOST:PORT, or auto for one that runs on this machine; local starts one.",
        ),
    ] = "local",
    model: Model = None,
    max_size: Annotated[
        int,
        typer.Option(
            "--max-size",
            metavar="SIZE",
            parser=ByteSize(LARGEST_SOURCE),
            help="Refuse repositories larger than this, e.g. 500M.",
        ),
    ] = 2_000_000_000,
    max_time: Annotated[
        float,
        typer.Option(
            "--max-time", metavar="TIME", parser=seconds, help="Give a repository up after so long, e.g. 10m."
        ),
    ] = 900.0,
    prune: Annotated[bool, typer.Option("--prune", help="Drop the shards of repositories that are not named.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only errors.")] = False,
) -> None:
    """Index many repositories into shards, a task of Ray for each; only changed ones are processed."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if not out:
        raise CodesearchError(
            "--out is missing", "name the folder of the shards: codesearch cluster index … --out PLACE"
        )
    _index(places, out, ray, model, max_size, max_time, prune=prune, quiet=quiet)


def _index(
    places: list[str],
    out: str,
    address: str,
    model: str | None,
    max_size: int,
    max_time: float,
    *,
    prune: bool,
    quiet: bool,
) -> None:
    from codesearch.cluster.build import Limits
    from codesearch.cluster.indexing import index_sources
    from codesearch.cluster.place import open_place
    from codesearch.cluster.ray_tasks import RayTasks, connected
    from codesearch.cluster.sources import read_sources
    from codesearch.models.loading import DEFAULT_MODEL
    from codesearch.render.cluster import index_report_lines
    from codesearch.render.progress import REPOSITORIES, show_progress

    place = open_place(out, caller().directory)
    sources = read_sources(places, caller().directory, sys.stdin)
    try:
        with (
            connected(address) as ray,
            nullcontext() if quiet else show_progress(caller().stderr, REPOSITORIES) as progress,
        ):
            report = index_sources(
                place,
                sources,
                RayTasks(ray),
                model=model or DEFAULT_MODEL,
                limits=Limits(max_size, max_time),
                progress=progress or (lambda *_: None),
                prune=prune,
            )
    except KeyboardInterrupt:
        if not quiet:
            note("interrupted; run the same command to go on")
        raise
    if not quiet:
        with results():
            print(*index_report_lines(report), sep="\n", file=caller().stdout)
    if report.failures:
        raise typer.Exit(NO_HITS)
