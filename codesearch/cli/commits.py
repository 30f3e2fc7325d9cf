"""`codesearch query --commits`: commits that answer a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from codesearch.caller import caller
from codesearch.cli.exits import HITS, NO_HITS
from codesearch.cli.output import results
from codesearch.render.commits import commit_lines, commit_record
from codesearch.render.records import json_document, json_line

if TYPE_CHECKING:
    from codesearch.workspace import Workspace


def answer(workspace: Workspace, question: str, limit: int, last: int, *, as_json: bool, as_jsonl: bool) -> None:
    """Print the best of the last commits of each repository. Raises typer.Exit, CodesearchError."""
    if as_json and as_jsonl:
        raise typer.BadParameter("--json and --jsonl cannot be used together")
    found = [hit for member in workspace.members for hit in member.index.search_commits(question, limit, last)]
    hits = sorted(found, key=lambda hit: -hit.score)[:limit]
    with results():
        out = caller().stdout
        if as_json:
            print(json_document(map(commit_record, hits)), file=out)
        for hit in hits if not as_json else ():
            lines = [json_line(commit_record(hit))] if as_jsonl else commit_lines(hit, with_patch=out.isatty())
            print(*lines, sep="\n", file=out)
    raise typer.Exit(HITS if hits else NO_HITS)
