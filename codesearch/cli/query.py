"""`codesearch query QUESTION [PATH…]`: search."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from codesearch.caller import caller
from codesearch.cli.exact import (
    Count,
    Expressions,
    FixedStrings,
    IgnoreCase,
    LineSearch,
    MaxColumns,
    SmartCase,
    Sort,
    SortOption,
    WordRegexp,
    is_path,
    pattern_of,
)
from codesearch.cli.exits import HITS, NO_HITS, note
from codesearch.cli.numbers import MOST_COMMITS, DecimalNumber, WholeNumber
from codesearch.cli.options import (
    ColorOption,
    Compact,
    Context,
    Device,
    FilesOnly,
    Full,
    Globs,
    Heading,
    IndexDir,
    JsonArray,
    JsonLines,
    Kinds,
    Languages,
    MatchLimit,
    MaxTokens,
    Model,
    Null,
    Places,
    Rerank,
    Template,
    VimGrep,
    complete_name,
    filters_of,
    places_of,
)
from codesearch.cli.output import Color, results
from codesearch.cli.questions import one_question, questions_of_stdin

if TYPE_CHECKING:
    from codesearch.search.hit import Hit

DEFAULT_LIMIT = 10

EPILOG = """\
Examples:

\b
  codesearch query "how are passwords hashed"
  codesearch query HandlerStack --kind class              a symbol
  codesearch query "retry with backoff" src tests/net     only in these folders or files
  codesearch query "retry" --in ~/src/a --in https://github.com/pallets/flask@3.1.0   several repositories
  codesearch query -e 'retry_(count|limit)' src           all matching lines, as ripgrep prints them
  codesearch query "give up after errors" -e retry       only code with a line that matches
  codesearch query "parse a date" --lang python,go --path '!tests/**'
  codesearch query "retry" --since v2.1                   only what changed since then; --changed: uncommitted
  codesearch query --commits "why was the retry added"    the last commits, by what they say and change
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
    places: Places = [],  # noqa: B006
    expressions: Expressions = [],  # noqa: B006
    is_literal: FixedStrings = False,
    whole_words: WordRegexp = False,
    ignores_case: IgnoreCase = False,
    smart_case: SmartCase = False,
    limit: MatchLimit = None,
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
    as_json: JsonArray = False,
    as_jsonl: JsonLines = False,
    files_only: FilesOnly = False,
    null: Null = False,
    vimgrep: VimGrep = False,
    compact: Compact = False,
    heading: Heading = None,
    max_tokens: MaxTokens = None,
    template: Template = None,
    context: Context = None,
    full: Full = False,
    counts: Count = False,
    sort: SortOption = None,
    max_columns: MaxColumns = 0,
    explain: Annotated[
        bool, typer.Option("--explain", help="Print what each ranking signal added to the score.")
    ] = False,
    since: Annotated[
        str,
        typer.Option("--since", metavar="REV|DATE", help="Only definitions that changed since a revision or date."),
    ] = "",
    changed: Annotated[bool, typer.Option("--changed", help="Only definitions with uncommitted changes.")] = False,
    commits: Annotated[
        bool, typer.Option("--commits", help="Search the messages and patches of the last commits instead.")
    ] = False,
    last: Annotated[
        int,
        typer.Option("--last", parser=WholeNumber(1, MOST_COMMITS), metavar="N", help="With --commits: of so many."),
    ] = 200,
    color: ColorOption = Color.AUTO,
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
    # numpy's BLAS would start one thread per core on import: 5 ms, 90 ms on a busy machine.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from codesearch.cli.formats import choose
    from codesearch.cli.notes import Notes
    from codesearch.render.formats import Output
    from codesearch.render.paths import located
    from codesearch.render.remarks import remarks
    from codesearch.search.hit import SearchResult
    from codesearch.workspace import Workspace

    pattern = pattern_of(
        expressions,
        is_literal=is_literal,
        whole_words=whole_words,
        ignores_case=ignores_case,
        smart_case=smart_case,
    )
    if changed and since:
        raise typer.BadParameter("--changed and --since cannot be used together")
    since = "HEAD" if changed else since
    if question and (batch or (pattern and is_path(question))):
        paths, question = [Path(question), *paths], ""
    flags = {
        "--json": as_json,
        "--jsonl": as_jsonl,
        "--files-with-matches": files_only,
        "--vimgrep": vimgrep,
        "--compact": compact,
        "--batch": batch,
    }
    output = Output(
        caller().stdout,
        null=null,
        context=context,
        full=full,
        explain=explain,
        max_tokens=max_tokens,
        max_columns=max_columns,
    )
    hit_format = choose(flags, template, color, output, heading=heading)
    filters = filters_of(languages, globs, kinds, names)
    is_alone = pattern is not None and not question and not batch
    if counts and (not is_alone or any(flags.values()) or template is not None):
        raise typer.BadParameter("--count prints matching lines of -e without a question, and in no other format")
    questions = questions_of_stdin() if batch else iter(() if is_alone else (one_question(question),))
    workspace = Workspace(
        index_dir=index_dir and caller().directory / index_dir,
        model=model,
        device=device,
        refreshes=refresh,
        observer=Notes(),
        indexes=caller().indexes,
        directory=caller().directory,
    )
    workspace.add([*paths, *places_of(places, refresh=refresh)] if paths or places else ())
    if commits:
        from codesearch.cli.commits import answer

        answer(workspace, one_question(question), limit or DEFAULT_LIMIT, last, as_json=as_json, as_jsonl=as_jsonl)
    if pattern and is_alone:
        if since:
            raise typer.BadParameter("--since and --changed need a question")
        has_records = as_json or as_jsonl or template is not None
        lines = LineSearch(
            pattern, filters, limit, output, color, hit_format if has_records else None, files_only, counts
        )
        raise typer.Exit(lines.run(workspace))
    roots = [member.index.root for member in workspace.members]
    has_hits = False
    with results():
        for text in questions:
            result = SearchResult("", ())  # for a blank line in a batch
            if text:
                result = workspace.search(
                    text,
                    limit or DEFAULT_LIMIT,
                    filters,
                    min_score=min_score,
                    explain=explain,
                    rerank=rerank,
                    since=since,
                    pattern=pattern,
                )
            hits = sorted(result.hits, key=_by_place) if sort is Sort.PATH else result.hits
            hit_format.write(text, [*located(hits, roots, caller().directory)])
            has_hits = has_hits or bool(result.hits)
            for remark in remarks(result, min_score, since):
                note(remark)
    raise typer.Exit(HITS if has_hits else NO_HITS)


def _by_place(hit: Hit) -> tuple[int, list[str], int]:
    return hit.index, hit.path.split("/"), hit.start_line
