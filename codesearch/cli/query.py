"""`codesearch query QUESTION [PATH…]`: search."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from codesearch import blas
from codesearch.caller import caller
from codesearch.cli.exact import Count, PatternOptions, Sort, SortOption, is_path
from codesearch.cli.exits import HITS, NO_HITS, note
from codesearch.cli.formats import BATCH, COUNT, FormatOptions
from codesearch.cli.groups import with_groups
from codesearch.cli.numbers import MOST_COMMITS, DecimalNumber, WholeNumber
from codesearch.cli.options import (
    Device,
    Globs,
    IndexDir,
    Kinds,
    Languages,
    MatchLimit,
    Model,
    NoServer,
    Places,
    Rerank,
    complete_name,
    filters_of,
    places_of,
)
from codesearch.cli.output import results
from codesearch.cli.questions import one_question, questions_of_stdin
from codesearch.cli.usage import given
from codesearch.errors import CodesearchError

DEFAULT_LIMIT = 10
_WITH_COMMITS = frozenset(
    "question paths places limit as_json as_jsonl compact heading max_tokens color commits last"
    " refresh no_server index_dir model device".split()
)
"""Parameters that say something about a search of commits."""
_WITH_EXPORT = frozenset(
    "question cluster places limit languages globs kinds names min_score explain rerank batch no_server as_json"
    " as_jsonl files_only null vimgrep compact heading max_tokens template context full max_columns color sort"
    " model".split()
)
"""Parameters that say something about a search of an export of a cluster's shards."""
_WITH_CLUSTER = _WITH_EXPORT - {"model"} | set(
    "counts expressions is_literal whole_words ignores_case smart_case".split()
)
"""Parameters that say something about a search of a cluster."""
_WITH_HISTORY = ("since", "changed", "commits")
"""Parameters for which the history of a repository is needed."""
_WITHOUT_QUESTION = frozenset("min_score full explain rerank".split())
"""Parameters that say nothing about lines that match a pattern."""

EPILOG = """\
Examples:

\b
  codesearch query "how are passwords hashed"
  codesearch query HandlerStack --kind class              a symbol
  codesearch query "retry with backoff" src tests/net     only in these folders or files
  codesearch query "retry" --in ~/src/a --in https://github.com/pallets/flask@3.1.0   several repositories
  codesearch query -e 'retry_(count|limit)' src           all matching lines, as ripgrep prints them
  codesearch query "give up after errors" -e retry        only code with a line that matches
  codesearch query "parse a date" --lang python,go --path '!tests/**'
  codesearch query "retry" --since v2.1                   only what changed since then; --changed: uncommitted
  codesearch query --commits "why was the retry added"    the latest commits, by their messages and changes
  codesearch query "open a socket" -l -0 | xargs -0 wc -l
  codesearch query "open a socket" --json | jq '.[0].path'
  codesearch query "open a socket" --format '{path}:{start_line} {qualified_name}'
  codesearch query --batch < questions.txt                JSON Lines, one line per question

Exit codes: 0 hits, 1 none, 2 error.
"""


@with_groups
def command(
    invocation: typer.Context,
    *,
    question: Annotated[
        str,
        typer.Argument(help="A question in plain English, or a symbol; `-` reads from stdin.", show_default=False),
    ] = "",
    paths: Annotated[
        list[Path], typer.Argument(metavar="[PATH]...", help="Search only these files and folders.", show_default=False)
    ] = [],  # noqa: B006 - typer copies it
    places: Places = [],  # noqa: B006
    patterns: PatternOptions,
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
    formats: FormatOptions,
    counts: Count = False,
    sort: SortOption = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Print what each ranking signal added to the score.")
    ] = False,
    since: Annotated[
        str,
        typer.Option(
            "--since",
            metavar="REV|DATE",
            help="Only code that changed since a revision or date.",
        ),
    ] = "",
    changed: Annotated[bool, typer.Option("--changed", help="Only code with uncommitted changes.")] = False,
    commits: Annotated[
        bool, typer.Option("--commits", help="Search the messages and patches of the latest commits instead.")
    ] = False,
    last: Annotated[
        int,
        typer.Option(
            "--last",
            parser=WholeNumber(1, MOST_COMMITS),
            metavar="N",
            help="With --commits: number of commits to search.",
        ),
    ] = 200,
    refresh: Annotated[
        bool, typer.Option("--refresh/--no-refresh", help="Update the index first if that is quick.")
    ] = True,
    batch: Annotated[
        bool, typer.Option("--batch", help="Read one question per line from stdin; print one JSON object per question.")
    ] = False,
    cluster: Annotated[
        str,
        typer.Option(
            "--cluster",
            metavar="ADDRESS",
            help="Search a cluster (`codesearch cluster serve`, or lancedb://… for an export); `--in` then takes"
            " names of its repositories, with `*` and `?`.",
        ),
    ] = "",
    no_server: NoServer = False,
    index_dir: IndexDir = None,
    model: Model = None,
    rerank: Rerank = "",
    device: Device = "",
) -> None:
    """Search the code with a question in plain English; best hits first."""
    blas.start_with_one_thread()
    from codesearch.cli.nothing import restrictions, why_nothing
    from codesearch.cli.workspaces import workspace_of
    from codesearch.render.paths import located
    from codesearch.render.remarks import misspelt, remarks
    from codesearch.search.hit import SearchResult

    since = "HEAD" if changed else since
    pattern = patterns.pattern()
    if question and (batch or (pattern and is_path(question))):
        paths, question = [Path(question), *paths], ""
    is_alone = pattern is not None and not question and not batch
    _check(invocation, is_alone=is_alone)
    chosen = formats.chosen({BATCH: batch, COUNT: counts}, explain=explain)
    hit_format = formats.hit_format(
        chosen, formats.output(explain=explain), by_path=sort is Sort.PATH, is_line=is_alone
    )
    filters = filters_of(languages, globs, kinds, names)
    questions = questions_of_stdin() if batch else iter(() if is_alone else (one_question(question),))
    for path in paths:
        if os.sep not in str(path) and not (caller().directory / path).exists():
            raise CodesearchError(f"{path} does not exist", "put a question of several words in quotes")
    if cluster:
        from codesearch.cli.remote import answer as answer_from
        from codesearch.cli.remote import repositories_of
        from codesearch.cluster.client import Cluster
        from codesearch.cluster.protocol import MOST_HITS
        from codesearch.cluster.router import ClusterQuestion

        if paths:
            raise CodesearchError("local paths cannot be used with --cluster", "use --in REPOSITORY and --path GLOB")
        repositories = repositories_of(places)
        most = limit or (MOST_HITS if is_alone else DEFAULT_LIMIT)
        asked = ClusterQuestion(
            "", most, filters, repositories, min_score, explain, rerank=rerank, pattern=patterns.request()
        )
        if pattern and is_alone:
            from codesearch.cli.line_search import LineSearch

            search = LineSearch(pattern, filters, "", limit, formats, chosen)
            raise typer.Exit(search.run_on(Cluster(cluster, caller().environment), asked))
        raise typer.Exit(answer_from(cluster, questions, asked, model or "", hit_format))
    workspace = workspace_of(index_dir, model=model, device=device, refresh=refresh)
    workspace.add([*paths, *places_of(places, refresh=refresh)] if paths or places else ())
    if commits:
        from codesearch.cli.commits import answer

        raise typer.Exit(answer(workspace, one_question(question), limit or DEFAULT_LIMIT, last, formats, chosen))
    if pattern and is_alone:
        from codesearch.cli.line_search import LineSearch

        raise typer.Exit(LineSearch(pattern, filters, since, limit, formats, chosen).run(workspace))
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
            hit_format.write(text, [*located(result.hits, roots, caller().directory)])
            has_hits = has_hits or bool(result.hits)
            said = [(remark, "") for remark in remarks(result, min_score, since)]
            if text and not (result.hits or said):
                said = [why_nothing(text, workspace, restrictions(given(invocation), invocation.params))]
            if result.hits and (other := misspelt(text, workspace)):
                said.append(other)
            for remark, hint in said:
                note(f'"{text}": {remark}' if batch else remark, hint)
    raise typer.Exit(HITS if has_hits else NO_HITS)


def _check(invocation: typer.Context, *, is_alone: bool) -> None:
    """Raise typer.BadParameter for options that cannot be used together, by what is searched."""
    options = given(invocation)
    values = invocation.params
    if values["changed"] and values["since"]:
        raise typer.BadParameter("--changed and --since cannot be used together")
    if values["cluster"]:
        _check_cluster(values["cluster"], options)
    if values["commits"]:
        if other := next((option for name, option in options.items() if name not in _WITH_COMMITS), ""):
            raise typer.BadParameter(f"{other} cannot be used with --commits")
        return
    if "last" in options:
        raise typer.BadParameter("--last needs --commits")
    if values["counts"] and not is_alone:
        raise typer.BadParameter("--count needs -e and no question")
    if is_alone and (other := next((option for name, option in options.items() if name in _WITHOUT_QUESTION), "")):
        raise typer.BadParameter(f"{other} needs a question")
    if is_alone and values["cluster"] and "context" in options:
        raise typer.BadParameter(f"{options['context']} with --cluster needs a question")
    if is_alone and values["sort"] is Sort.SCORE:
        raise typer.BadParameter("--sort score needs a question")


def _check_cluster(address: str, options: Mapping[str, str]) -> None:
    """Raises BadParameter if an option means nothing for a cluster, or for an export of one."""
    from codesearch.lance.address import EXPORT

    is_export = address.startswith(EXPORT)
    meant = _WITH_EXPORT if is_export else _WITH_CLUSTER
    if other := next((name for name in options if name not in meant), ""):
        why = ": a cluster has no history of its repositories" if other in _WITH_HISTORY else ""
        raise typer.BadParameter(
            f"{options[other]} cannot be used with --cluster{f' {EXPORT}…' if is_export else ''}{why}"
        )
