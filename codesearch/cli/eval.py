"""`codesearch eval QUERIES [PATH]`: measure the answers to questions whose answers are known."""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from codesearch.cli.exits import note
from codesearch.cli.numbers import MOST_HITS, WholeNumber
from codesearch.cli.options import Device, Globs, IndexDir, Json, Kinds, Languages, Model, Rerank, filters_of
from codesearch.cli.output import results
from codesearch.errors import CodesearchError

if TYPE_CHECKING:
    from codesearch.api import Index
    from codesearch.evaluation.evaluate import SearchConfig
    from codesearch.evaluation.report import Report
    from codesearch.evaluation.setting import Setting

_SECONDS_BETWEEN_LINES = 5.0
_MOST_BYTES = 100_000_000
"""Enough for about a million questions."""

EPILOG = """\
QUERIES is JSON Lines, one question per line (`-` for stdin), or a JSON array of questions:

\b
  {"query": "where are passwords hashed", "relevant": [{"path": "auth/hash.py", "start_line": 10, "end_line": 42}]}
  {"query": "retry with backoff", "relevant": [{"path": "net/retry.go"}], "category": "network"}

A relevant item is found by the first hit in its file or folder (relative to the root of the index or to PATH); if the
item has lines, the hit must contain at least one of them. Each item counts once, at that rank; a hit that finds several
items counts once. Items that are not in the index are excluded and reported. Intervals (95 %) are bootstrapped over the
questions; whether two settings differ is decided by a paired randomisation test.

Examples:

\b
  codesearch eval questions.jsonl
  codesearch eval questions.jsonl src --worst 20      only in src; show more of the worst questions
  codesearch eval questions.jsonl --compare lexical   without embeddings
  codesearch eval questions.jsonl --compare dense     without BM25
  codesearch eval questions.jsonl --compare ./model   another model, with a temporary index
  codesearch eval questions.jsonl --compare model=jina-code --compare index-dir=/tmp/jina
  codesearch eval questions.jsonl --json | jq .measures.ndcg

Exit codes: 0 success, 2 error.
"""


def command(
    queries: Annotated[
        str, typer.Argument(metavar="QUERIES", help="File of questions with relevant results; `-` reads from stdin.")
    ],
    path: Annotated[Path, typer.Argument(metavar="[PATH]", help="Search only this file or folder.")] = Path(),
    limit: Annotated[
        int,
        typer.Option(
            "--limit", "-n", parser=WholeNumber(1, MOST_HITS), metavar="N", help="Cutoff for the measures, e.g. NDCG@N."
        ),
    ] = 10,
    compare: Annotated[
        list[str],
        typer.Option(
            "--compare",
            metavar="CHANGE",
            help="Also search with a changed configuration and compare: lexical, dense, [model=]NAME, rerank=MODEL, "
            "index-dir=DIR. Repeat to change several things at once.",
            show_default=False,
        ),
    ] = [],  # noqa: B006 - typer copies it
    worst: Annotated[
        int,
        typer.Option(
            "--worst",
            parser=WholeNumber(0, MOST_HITS),
            metavar="N",
            help="Show N questions: the worst, or those that changed most.",
        ),
    ] = 5,
    as_json: Json = False,
    languages: Languages = [],  # noqa: B006
    globs: Globs = [],  # noqa: B006
    kinds: Kinds = [],  # noqa: B006
    refresh: Annotated[
        bool, typer.Option("--refresh/--no-refresh", help="Update the index first if that is quick.")
    ] = True,
    index_dir: IndexDir = None,
    model: Model = None,
    rerank: Rerank = "",
    device: Device = "",
) -> None:
    """Evaluate search quality on your own questions: NDCG, MRR, recall and success rate, with confidence intervals."""
    from codesearch.api import Index
    from codesearch.cli.notes import Notes
    from codesearch.evaluation.evaluate import SearchConfig, evaluate
    from codesearch.evaluation.measures import require_library
    from codesearch.evaluation.questions import read_questions
    from codesearch.evaluation.setting import Setting
    from codesearch.workspace import Workspace

    require_library()
    questions = read_questions(_text(queries))
    setting = Setting(model, index_dir, rerank)
    changed = setting.with_changes(compare) if compare else None
    filters = filters_of(languages, globs, kinds)
    if index_dir is not None:
        Index.open(path, index_dir=index_dir)  # a mistyped path must not create an index
    workspace = Workspace(index_dir=index_dir, model=model, device=device, refreshes=refresh, observer=Notes())
    workspace.add([path])
    (member,) = workspace.members
    filters = replace(filters, within=member.within)
    with member.index as index:
        baseline = SearchConfig(index.encoder.name, index, setting)
        with _contender(baseline, changed, " ".join(compare), device) as contender:
            report = evaluate(questions, baseline, contender, filters, limit, _ProgressNotes())
    with results():
        _print(report, worst, as_json)


def _text(queries: str) -> str:
    """The file's text, or stdin's for `-`. Raises CodesearchError."""
    data = sys.stdin.buffer.read(_MOST_BYTES + 1) if queries == "-" else _bytes_of(queries)
    if len(data) > _MOST_BYTES:
        raise CodesearchError(f"{queries} is larger than {_MOST_BYTES // 1_000_000} MB")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise CodesearchError(f"line {line} is not UTF-8") from None


def _bytes_of(queries: str) -> bytes:
    """The content of a file or of a pipe, as in `codesearch eval <(…)`."""
    if not queries.strip():
        raise CodesearchError("the name of the file with questions is empty", "`-` reads them from stdin")
    try:
        handle = os.open(queries, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))  # a pipe without a writer would block
    except FileNotFoundError:
        raise CodesearchError(f"{queries} does not exist") from None
    if stat.S_ISDIR(os.fstat(handle).st_mode):
        os.close(handle)
        raise CodesearchError(f"{queries} is a folder")
    os.set_blocking(handle, True)
    with open(handle, "rb") as file:  # noqa: PTH123 - it is open already
        return file.read(_MOST_BYTES + 1)


@contextmanager
def _contender(
    baseline: SearchConfig, setting: Setting | None, name: str, device: str
) -> Iterator[SearchConfig | None]:
    """The configuration to compare with, on the same index, that of a folder, or a temporary one."""
    from codesearch.evaluation.evaluate import SearchConfig

    if setting is None:
        yield None
    elif setting.shares_index_with(baseline.setting):
        yield SearchConfig(name, baseline.index, setting)
    else:
        with ExitStack() as stack:
            folder = setting.index_dir or Path(stack.enter_context(TemporaryDirectory(prefix="codesearch-")), "index")
            index = stack.enter_context(_index_beside(baseline.index, folder, setting.model, device))
            yield SearchConfig(name, index, setting)


def _index_beside(index: Index, folder: Path, model: str | None, device: str) -> Index:
    """An up-to-date index of the same files in another folder. Raises CodesearchError."""
    from codesearch.api import Index
    from codesearch.index.options import read_options
    from codesearch.render.progress import show_progress

    copy = Index.create(index.root, index_dir=folder, model=model, device=device)
    if copy.root != index.root:
        raise CodesearchError(f"the index in {folder} belongs to {copy.root}, not {index.root}")
    options = None if copy.exists else read_options(index.snapshot().meta)
    with show_progress(sys.stderr) as progress:
        copy.update(options, progress=progress)
    return copy


class _ProgressNotes:
    """Reports the progress of a long evaluation on stderr."""

    def __init__(self) -> None:
        self._done = 0
        self._next = time.monotonic() + _SECONDS_BETWEEN_LINES

    def __call__(self, total: int) -> None:
        self._done += 1
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _SECONDS_BETWEEN_LINES
            note(f"{self._done:,} of {total:,} questions done")


def _print(report: Report, most: int, as_json: bool) -> None:
    from codesearch.render.comparison import comparison_lines, comparison_record
    from codesearch.render.evaluation import evaluation_lines, evaluation_record, worst_lines

    if as_json:
        from codesearch.render.records import json_object

        compared = {"comparison": comparison_record(report.baseline, report.contender)} if report.contender else {}
        print(json_object(evaluation_record(report) | compared))
        return
    details = comparison_lines(report, report.contender, most) if report.contender else worst_lines(report, most)
    print(*evaluation_lines(report), *details, sep="\n")
