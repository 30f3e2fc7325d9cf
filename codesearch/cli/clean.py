"""`codesearch clean [PATH]`: remove an index."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from codesearch.cli.exits import note
from codesearch.cli.options import IndexDir, Json
from codesearch.cli.output import results

EPILOG = """\
Examples:

\b
  codesearch clean                            the index for the working directory
  codesearch clean ~/src/project --json
  codesearch clean --index-dir /tmp/index
"""


def command(
    path: Annotated[Path, typer.Argument(help="A folder in the indexed folder.")] = Path(),
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
    as_json: Json = False,
    index_dir: IndexDir = None,
) -> None:
    """Delete an index. Other files in its folder are kept."""
    import sys

    from codesearch.api import Index
    from codesearch.errors import IndexNotFound
    from codesearch.quantities import size
    from codesearch.render.records import json_object
    from codesearch.render.safe import printable

    index = Index.create(path, index_dir=index_dir)  # open() refuses a damaged index
    if not index.has_files:
        raise IndexNotFound(f"no index in {index.directory}")
    if not yes and sys.stdin.isatty() and not typer.confirm(f"Delete the index in {index.directory}?", err=True):
        note("nothing deleted")
        raise typer.Exit(1)
    freed = index.clean()
    with results():
        if as_json:
            print(json_object({"root": str(index.root), "index_dir": str(index.directory), "freed": freed}))
        else:
            print(f"Deleted the index in {printable(str(index.directory))}, {size(freed)}")
