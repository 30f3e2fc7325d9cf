"""`codesearch index [PATH]`: make an index, or bring it up to date."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from codesearch.cli.options import IndexDir, Model
from codesearch.cli.output import results

EPILOG = """\
Examples:

\b
  codesearch index                                    the repository around the working directory
  codesearch index ~/src/project --exclude 'data/**'
  codesearch index --include '*.py' --include '*.pyi'
  codesearch index --index-dir /tmp/index             keep the index out of the repository
"""


def command(
    path: Annotated[Path, typer.Argument(help="A folder. Inside an indexed folder, that index is updated.")] = Path(),
    force: Annotated[bool, typer.Option("--force", help="Start anew, whatever is there.")] = False,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=0, help="Processes; 0 for one a core.")] = 0,
    model: Model = None,
    max_file_size: Annotated[
        str, typer.Option("--max-file-size", metavar="SIZE", help="Skip larger files: 500k, 2M.")
    ] = "",
    include: Annotated[
        list[str], typer.Option("--include", metavar="GLOB", help="Only these files, also vendored ones. Repeatable.")
    ] = [],  # noqa: B006 - typer copies it
    exclude: Annotated[list[str], typer.Option("--exclude", metavar="GLOB", help="Not these files. Repeatable.")] = [],  # noqa: B006
    index_dir: IndexDir = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")] = False,
) -> None:
    """Index a folder, or bring its index up to date: only what changed is worked on."""
    from codesearch.api import Index
    from codesearch.render.progress import shown_on
    from codesearch.render.reports import update_lines

    index = Index.create(path, index_dir=index_dir, model=model)
    with nullcontext() if quiet else shown_on(sys.stderr) as progress:
        report = index.update(force=force, jobs=jobs, progress=progress)
    if not quiet:
        with results():
            print(*update_lines(report), sep="\n")
