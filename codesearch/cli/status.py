"""`codesearch status [PATH]`: what an index holds."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from codesearch.cli.exits import note
from codesearch.cli.options import IndexDir, Json
from codesearch.cli.output import results

EPILOG = """\
Examples:

\b
  codesearch status
  codesearch status --json | jq '.chunks_by_language'
"""


def command(
    path: Annotated[Path, typer.Argument(help="A folder in the indexed folder.")] = Path(),
    as_json: Json = False,
    index_dir: IndexDir = None,
) -> None:
    """Show the index's contents: files and chunks per language, skipped files, model, size."""
    from codesearch.api import Index
    from codesearch.cli.remedies import update_command
    from codesearch.errors import CodesearchError
    from codesearch.render.records import json_object
    from codesearch.render.reports import status_lines, status_record

    if not os.path.exists(path):  # noqa: PTH110 - Path.exists() raises if the name is too long
        raise CodesearchError(f"{path} does not exist")
    index = Index.open(path, index_dir=index_dir)
    status = index.status()
    with results():
        if as_json:
            print(json_object(status_record(status)))
        else:
            print(*status_lines(status), sep="\n")
    if not status.is_complete:
        note(f"the first index of {index.root} is incomplete", f"to finish it, run: {update_command(index.directory)}")
