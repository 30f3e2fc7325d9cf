"""`codesearch query --commits`: commits that answer a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codesearch.caller import caller
from codesearch.cli.exits import HITS, NO_HITS
from codesearch.cli.formats import COMPACT, JSON, JSONL, FormatOptions
from codesearch.cli.output import results
from codesearch.render.budget import within
from codesearch.render.commits import commit_lines, commit_record
from codesearch.render.formats import COMPACT_TOKENS
from codesearch.render.records import json_document, json_line

if TYPE_CHECKING:
    from codesearch.workspace import Workspace


def answer(workspace: Workspace, question: str, limit: int, last: int, formats: FormatOptions, chosen: str) -> int:
    """Print the best of the last commits of each repository. Returns the exit code. Raises CodesearchError."""
    found = [
        hit
        for member in workspace.members
        for hit in member.index.search_commits(question, limit, last, within=member.within)
    ]
    hits = sorted(found, key=lambda hit: -hit.score)[:limit]

    def text(count: int) -> str:
        records = map(commit_record, hits[:count])
        if chosen == JSON:
            return json_document(records) + "\n"
        if chosen == JSONL:
            return "".join(json_line(record) + "\n" for record in records)
        has_patch = chosen == COMPACT or formats.is_headed
        return "".join(f"{line}\n" for hit in hits[:count] for line in commit_lines(hit, with_patch=has_patch))

    budget = formats.max_tokens or (COMPACT_TOKENS if chosen == COMPACT else None)
    with results():
        caller().stdout.write(within(len(hits), text, budget, "a commit"))
    return HITS if hits else NO_HITS
