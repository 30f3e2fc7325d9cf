"""Training: progress, report and loss curve."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from codesearch.quantities import count, duration
from codesearch.render.safe import printable

if TYPE_CHECKING:
    from codesearch.render.records import Record
    from codesearch.training.measure import Score
    from codesearch.training.train import OnPhase, TrainReport

_FRAMES_PER_SECOND = 5
_SECONDS_BETWEEN_LINES = 10.0
SYSTEMS = {"bm25": "BM25", "before": "before", "after": "after"}


@contextmanager
def show_training_progress(stream: TextIO) -> Iterator[OnPhase]:
    """A callback that shows training on a stream: a bar at a terminal, a line every few seconds elsewhere."""
    if not stream.isatty() or os.environ.get("TERM") == "dumb":
        yield _lines(stream)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    bar = Progress(
        TextColumn("{task.description:<9}"),
        BarColumn(),
        TextColumn("{task.completed:,}/{task.total:,}  {task.fields[about]}"),
        console=Console(file=stream, stderr=True),
        auto_refresh=False,
        transient=True,
    )
    with bar:
        task = bar.add_task("", total=1, about="")
        due = 0.0

        def show(phase: str, done: int, total: int, about: str) -> None:
            nonlocal due
            now = time.monotonic()
            if now >= due or done == total:
                due = now + 1 / _FRAMES_PER_SECOND
                bar.update(task, description=phase, completed=done, total=total, about=about)
                bar.refresh()

        yield show


def report_lines(report: TrainReport) -> Iterator[str]:
    """Pairs, scores by language, and whether the training helped."""
    pairs = sum(sum(kinds.values()) for kinds in report.pairs.values())
    yield (
        f"Trained in {duration(report.seconds)}: {count(pairs, 'pair')} in {count(len(report.pairs), 'language')} "
        f"from {count(sum(not source.is_held_out for source in report.sources), 'source')}, "
        f"{report.tokens:,} tokens, {report.pairs_per_second:,.0f} pairs/s"
    )
    unlicensed = [source.name for source in report.sources if not source.license]
    if unlicensed:
        names = ", ".join(printable(name) for name in unlicensed[:5]) + (" …" if len(unlicensed) > 5 else "")
        yield f"No permissive licence was recognised in {count(len(unlicensed), 'source')}: {names}"
    yield ""
    yield from _aligned(pair_rows(report))
    yield ""
    if report.gain is None:
        yield "Nothing held out could be evaluated, so it is unknown whether the new model is better."
        return
    yield from _aligned(score_rows(report))
    yield ""
    gain = report.gain
    change = f"MRR@10 changed by {gain.mean:+.3f} (95 % between {gain.low:+.3f} and {gain.high:+.3f})"
    yield (
        f"It helped: {change}."
        if gain.is_significant
        else f"It did not help by more than chance: {change}. The new model was not kept."
    )


def pair_rows(report: TrainReport) -> list[list[str]]:
    """Pairs by language and kind; the first row is the heading."""
    kinds = list(next(iter(report.pairs.values())))
    rows = [["pairs", *kinds, "all"]]
    for language, counts in report.pairs.items():
        rows.append([language, *(f"{counts[kind]:,}" for kind in kinds), f"{sum(counts.values()):,}"])
    return rows


def score_rows(report: TrainReport) -> list[list[str]]:
    """MRR@10 and recall@10 by language and system; the first row is the heading."""
    head = [f"{name} {measure}" for name in SYSTEMS.values() for measure in ("MRR@10", "recall@10")]
    rows = [["held out", "pool", "questions", *head]]
    for language, size in report.pool_sizes.items():
        questions = len(report.ranks["after"][language])
        figures = [f"{figure:.3f}" for s in _scores(report, language).values() for figure in (s.mrr, s.recall)]
        rows.append([language, f"{size:,}", f"{questions:,}", *figures])
    return rows


def _aligned(rows: list[list[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        yield "  ".join([first.ljust(widths[0]), *(o.rjust(w) for o, w in zip(others, widths[1:], strict=True))])


def report_record(report: TrainReport) -> Record:
    """The report as JSON, for `--json` and report.json."""
    gain = report.gain
    return {
        "pairs": {language: dict(kinds) for language, kinds in report.pairs.items()},
        "tokens": report.tokens,
        "seconds": round(report.seconds, 1),
        "pairs_per_second": round(report.pairs_per_second),
        "curve": [{"step": step, "loss": loss} for step, loss in report.curve],
        "held_out": {
            language: {
                "pool": size,
                "questions": len(report.ranks["after"][language]),
                **{
                    system: {"mrr@10": round(score.mrr, 4), "recall@10": round(score.recall, 4)}
                    for system, score in _scores(report, language).items()
                },
            }
            for language, size in report.pool_sizes.items()
        },
        "gain": {"mean": gain.mean, "low": gain.low, "high": gain.high} if gain else None,
        "is_kept": report.is_kept,
        "sources": [
            {
                "name": source.name,
                "commit": source.commit,
                "license": source.license,
                "files": source.files,
                "is_held_out": source.is_held_out,
            }
            for source in report.sources
        ],
    }


def draw_curve(report: TrainReport, path: Path) -> None:
    """Write the loss by step as a PNG. Raises OSError."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    axes.plot([step for step, _ in report.curve], [loss for _, loss in report.curve])
    axes.set(xlabel="step", ylabel="loss (InfoNCE)", title="Training")
    axes.grid(alpha=0.3)
    figure.savefig(path, dpi=120)


def _scores(report: TrainReport, language: str) -> dict[str, Score]:
    from codesearch.training.measure import Score

    return {system: Score.of(report.ranks[system][language]) for system in SYSTEMS}


def _lines(stream: TextIO) -> OnPhase:
    due = time.monotonic() + _SECONDS_BETWEEN_LINES

    def show(phase: str, done: int, total: int, about: str) -> None:
        nonlocal due
        now = time.monotonic()
        if now >= due:
            due = now + _SECONDS_BETWEEN_LINES
            print(f"{phase}: {done:,}/{total:,}, {about}", file=stream, flush=True)

    return show
