"""`codesearch outline [PATH]`: what a file defines, and what a repository consists of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from codesearch.caller import caller
from codesearch.cli.exits import HITS, NO_HITS, note
from codesearch.cli.options import IndexDir, Json, MaxTokens, NoServer
from codesearch.cli.output import results

if TYPE_CHECKING:
    from codesearch.navigation.outline import FileOutline

DEFAULT_MAP_TOKENS = 1000

EPILOG = """\
Examples:

\b
  codesearch outline src/server.go            its definitions, in order
  codesearch outline                          the repository's most used definitions, by file
  codesearch outline src --max-tokens 4000    a larger map, of src only
  codesearch outline src/server.go --json | jq -r '.[].definitions[].qualified_name'

Exit codes: 0 definitions, 1 none, 2 error.
"""


def command(
    path: Annotated[Path, typer.Argument(help="A file or folder in the index.")] = Path(),
    max_tokens: MaxTokens = None,
    as_json: Json = False,
    no_server: NoServer = False,
    index_dir: IndexDir = None,
) -> None:
    """Show the definitions of a file, or a map of a folder: its most used definitions, by file."""
    from codesearch.cli.workspaces import workspace_of
    from codesearch.render.paths import display_path

    with workspace_of(index_dir) as workspace:
        workspace.add([path])
        (member,) = workspace.members
        outlines = member.index.outline(*member.within)
        root = member.index.root
    outlines = tuple(replace(o, path=display_path(root / o.path, caller().directory)) for o in outlines)
    is_file = (caller().directory / path).is_file()
    with results():
        if as_json:
            caller().stdout.write(_document(outlines, max_tokens))
        else:
            budget = max_tokens if max_tokens or is_file else DEFAULT_MAP_TOKENS
            caller().stdout.writelines(f"{line}\n" for line in _lines(outlines, budget))
    if any(outline.definitions for outline in outlines):
        raise typer.Exit(HITS)
    note(f"no definitions in {path}")
    raise typer.Exit(NO_HITS)


def _document(outlines: Sequence[FileOutline], budget: int | None) -> str:
    """JSON of as many files as fit. Raises CodesearchError if not even one does."""
    from codesearch.render.budget import within
    from codesearch.render.outline import outline_record
    from codesearch.render.records import json_document

    return within(len(outlines), lambda count: json_document(map(outline_record, outlines[:count])) + "\n", budget)


def _lines(outlines: Sequence[FileOutline], budget: int | None) -> Sequence[str]:
    """As many lines as fit. Raises CodesearchError if not even one does."""
    from codesearch.render.budget import too_small
    from codesearch.render.outline import outline_lines

    lines = [*outline_lines(outlines, budget)]
    if budget is not None and outlines and not lines:
        raise too_small(outlines[0].path, "a line", budget)
    return lines
