"""`codesearch outline [PATH]`: what a file defines, and what a repository consists of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from codesearch.caller import caller
from codesearch.cli.exits import HITS, NO_HITS
from codesearch.cli.options import IndexDir, Json, MaxTokens
from codesearch.cli.output import results

DEFAULT_MAP_TOKENS = 1000

EPILOG = """\
Examples:

\b
  codesearch outline src/server.go            its definitions, in order
  codesearch outline                          the repository's most used definitions, by file
  codesearch outline src --max-tokens 4000    more of those in src
  codesearch outline src/server.go --json | jq -r '.[].definitions[].qualified_name'

Exit codes: 0 definitions, 1 none, 2 error.
"""


def command(
    path: Annotated[Path, typer.Argument(help="A file or folder in the index.")] = Path(),
    max_tokens: MaxTokens = None,
    as_json: Json = False,
    index_dir: IndexDir = None,
) -> None:
    """Show the definitions of a file, or a map of a folder: its most used definitions, by file."""
    from codesearch.cli.workspaces import workspace_of
    from codesearch.render.outline import outline_lines, outline_record
    from codesearch.render.paths import display_path
    from codesearch.render.records import json_document

    with workspace_of(index_dir) as workspace:
        workspace.add([path])
        (member,) = workspace.members
        outlines = member.index.outline(*member.within)
        root = member.index.root
    outlines = tuple(replace(o, path=display_path(root / o.path, caller().directory)) for o in outlines)
    if max_tokens is None and not (caller().directory / path).is_file():
        max_tokens = DEFAULT_MAP_TOKENS
    with results():
        if as_json:
            print(json_document(outline_record(outline) for outline in outlines), file=caller().stdout)
        else:
            for line in outline_lines(outlines, max_tokens):
                print(line, file=caller().stdout)
    raise typer.Exit(HITS if any(outline.definitions for outline in outlines) else NO_HITS)
