"""`codesearch query QUESTION [PATH…]`: ask."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Annotated

import typer

from codesearch.caller import caller
from codesearch.cli.exits import HITS, NO_HITS, note
from codesearch.cli.numbers import MOST_LINES, DecimalNumber, WholeNumber
from codesearch.cli.options import (
    Device,
    Globs,
    IndexDir,
    Kinds,
    Languages,
    Limit,
    Model,
    Rerank,
    complete_name,
    filters_of,
)
from codesearch.cli.output import Color, results
from codesearch.errors import CodesearchError

_MOST_BYTES = 1 << 18
"""Of a question: more than its characters can have."""

EPILOG = """\
Examples:

\b
  codesearch query "how are passwords hashed"
  codesearch query HandlerStack --kind class              a symbol
  codesearch query "retry with backoff" src tests/net     only in these folders or files
  codesearch query "parse a date" --lang python,go --path '!tests/**'
  codesearch query "open a socket" -l -0 | xargs -0 wc -l
  codesearch query "open a socket" --json | jq '.[0].path'
  codesearch query "open a socket" --format '{path}:{start_line} {qualified_name}'
  codesearch query --batch < questions.txt                JSON Lines, one line per question

Exit codes: 0 hits, 1 none, 2 error.
"""


def command(
    question: Annotated[
        str,
        typer.Argument(help="A question in plain English, or a symbol; `-` reads from stdin.", show_default=False),
    ] = "",
    paths: Annotated[
        list[Path], typer.Argument(metavar="[PATH]...", help="Search only these files and folders.", show_default=False)
    ] = [],  # noqa: B006 - typer copies it
    limit: Limit = 10,
    languages: Languages = [],  # noqa: B006
    globs: Globs = [],  # noqa: B006
    kinds: Kinds = [],  # noqa: B006
    names: Annotated[
        list[str],
        typer.Option(
            "--name",
            metavar="NAME",
            help="Only definitions with these names; `*` and `?` are wildcards.",
            autocompletion=complete_name,
        ),
    ] = [],  # noqa: B006
    min_score: Annotated[
        float,
        typer.Option("--min-score", parser=DecimalNumber(0, 1), metavar="X", help="Minimum score, 0 to 1."),
    ] = 0.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print hits as a JSON array.")] = False,
    as_jsonl: Annotated[bool, typer.Option("--jsonl", help="Print one JSON object per line.")] = False,
    files_only: Annotated[
        bool, typer.Option("--files-with-matches", "-l", help="Print only the paths of matching files.")
    ] = False,
    null: Annotated[
        bool, typer.Option("--null", "-0", help="Print a NUL byte after each path (or formatted hit).")
    ] = False,
    template: Annotated[
        str | None,
        typer.Option("--format", metavar="TEXT", help="Print each hit in this format, e.g. '{path}:{start_line}'."),
    ] = None,
    context: Annotated[
        int | None,
        typer.Option(
            "--context",
            "-C",
            parser=WholeNumber(0, MOST_LINES),
            metavar="N",
            help="Print N lines of context around the best line.",
        ),
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Print all lines of each hit.")] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Print what each ranking signal added to the score.")
    ] = False,
    color: Annotated[
        Color,
        typer.Option(
            "--color", help="When to use color; `always` also formats pipes as for a terminal.", case_sensitive=False
        ),
    ] = Color.AUTO,
    refresh: Annotated[
        bool, typer.Option("--refresh/--no-refresh", help="Update the index first if that is quick.")
    ] = True,
    batch: Annotated[
        bool, typer.Option("--batch", help="Read one question per line from stdin; print one JSON object per question.")
    ] = False,
    no_server: Annotated[
        bool, typer.Option("--no-server", help="Do not ask a running `codesearch serve`.", show_default=False)
    ] = False,
    index_dir: IndexDir = None,
    model: Model = None,
    rerank: Rerank = "",
    device: Device = "",
) -> None:
    """Search the code with a question in plain English; best hits first."""
    # numpy's BLAS would start a thread a core when it is imported: 5 ms, 90 ms where the machine is busy.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from codesearch.cli.formats import choose
    from codesearch.cli.notes import Notes
    from codesearch.render.formats import Output
    from codesearch.render.paths import located
    from codesearch.render.remarks import remarks
    from codesearch.search.hit import SearchResult
    from codesearch.workspace import Workspace

    if batch and question:
        paths = [Path(question), *paths]
    flags = {"--json": as_json, "--jsonl": as_jsonl, "--files-with-matches": files_only, "--batch": batch}
    output = Output(caller().stdout, null=null, context=context, full=full, explain=explain)
    hit_format = choose(flags, template, color, output)
    filters = filters_of(languages, globs, kinds, names)
    questions = _lines_of_stdin() if batch else iter((_question(question),))
    workspace = Workspace(
        index_dir=index_dir and caller().directory / index_dir,
        model=model,
        device=device,
        refreshes=refresh,
        observer=Notes(),
        indexes=caller().indexes,
        directory=caller().directory,
    )
    workspace.add(paths)
    roots = [member.index.root for member in workspace.members]
    has_hits = False
    with results():
        for text in questions:
            answer = SearchResult("", ())  # of a blank line in a batch
            if text:
                answer = workspace.search(text, limit, filters, min_score=min_score, explain=explain, rerank=rerank)
            hit_format.write(text, [*located(answer.hits, roots, caller().directory)])
            has_hits = has_hits or bool(answer.hits)
            for remark in remarks(answer, min_score):
                note(remark)
    raise typer.Exit(HITS if has_hits else NO_HITS)


def _question(text: str) -> str:
    """The question as typed, or stdin's text for `-`. Raises CodesearchError where it is empty."""
    if text == "-":
        text = sys.stdin.buffer.read(_MOST_BYTES).decode("utf-8", "replace")
    question = _read(text, "the question")
    if not question:
        raise CodesearchError("the question is empty", 'try: codesearch query "how are passwords hashed"')
    return question


def _lines_of_stdin() -> Iterator[str]:
    """The questions of stdin, each without what is too long of its line."""
    for number in count(1):
        line = sys.stdin.buffer.readline(_MOST_BYTES)
        if not line:
            return
        yield _read(line.decode("utf-8", "replace").rstrip("\r\n"), f"the question in line {number}")
        while line and not line.endswith(b"\n"):
            line = sys.stdin.buffer.readline(_MOST_BYTES)


def _read(text: str, called: str) -> str:
    """What is searched for, on one line; says so where that is not all."""
    from codesearch.search.question import MAX_QUESTION_LENGTH, readable

    if len(text) > MAX_QUESTION_LENGTH:
        note(f"{called} is longer than {MAX_QUESTION_LENGTH:,} characters; the rest is ignored")
    return " ".join(readable(text).split())
