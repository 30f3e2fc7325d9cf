"""`codesearch train SOURCE… --out DIR`: train an encoder on your code."""

from __future__ import annotations

import json
import os
import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from codesearch.cli.exits import NO_HITS
from codesearch.cli.numbers import (
    LARGEST_SEED,
    MOST_COMMITS,
    MOST_EPOCHS,
    MOST_PAIRS,
    DecimalNumber,
    WholeNumber,
    seconds,
)
from codesearch.cli.options import Jobs, Json
from codesearch.cli.output import results
from codesearch.errors import CodesearchError
from codesearch.models import MAX_TOKENS
from codesearch.training import COMMITS_PER_SOURCE, PAIRS_PER_LANGUAGE

if TYPE_CHECKING:
    from codesearch.training.train import TrainReport

EPILOG = """\
Examples:

\b
  codesearch train . --out ~/models/ours              adapt the default model to this repository
  codesearch index --model ~/models/ours              use it
  codesearch train ~/src/* --out ours --time 10m      train on all of a team's code
  codesearch train ~/src/* --held-out ~/src/web --out ours --vocabulary 60000
  codesearch train ~/src/* --from small --out ours --time 2h     fine-tune a transformer

Exit codes: 0 model written, 1 not better than the base model (not written), 2 error.
"""


def command(
    sources: Annotated[
        list[Path], typer.Argument(metavar="SOURCE...", help="Repositories, folders or archives to train on.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Output folder for the model.")],
    base: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="NAME",
            help="Base model: default, or any model that --model accepts; transformers are fine-tuned.",
        ),
    ] = "default",
    held_out: Annotated[
        list[Path],
        typer.Option(
            "--held-out",
            metavar="SOURCE",
            help="Evaluate on this source and do not train on it. Repeatable. Default: every tenth file.",
        ),
    ] = [],  # noqa: B006 - typer copies it
    budget: Annotated[
        float | None,
        typer.Option(
            "--time",
            metavar="TIME",
            parser=seconds,
            help="Training time limit, e.g. 90s, 10m or 2h (parsing not included).",
        ),
    ] = None,
    epochs: Annotated[
        float | None,
        typer.Option(
            "--epochs",
            parser=DecimalNumber(0.01, MOST_EPOCHS),
            metavar="N",
            help="Passes over the training pairs.",
            show_default="4 to 20 depending on the number of pairs; transformers 1",
        ),
    ] = None,
    vocabulary: Annotated[
        int,
        typer.Option(
            "--vocabulary",
            parser=WholeNumber(0, MAX_TOKENS),
            metavar="TOKENS",
            help="Size of a new vocabulary; 0 extends the base model's with new words.",
        ),
    ] = 0,
    rate: Annotated[
        float | None,
        typer.Option(
            "--rate",
            parser=DecimalNumber(1e-6, 1),
            metavar="X",
            help="Adam learning rate.",
            show_default="0.005, transformers 1.5e-4",
        ),
    ] = None,
    keep: Annotated[
        float,
        typer.Option(
            "--keep",
            parser=DecimalNumber(0, 0.99),
            metavar="SHARE",
            help="Share of the base model's weights in the result; a larger share forgets less.",
        ),
    ] = 0.0,
    teacher: Annotated[
        str,
        typer.Option(
            "--teacher",
            metavar="NAME",
            help="Teach a static model which questions this model (e.g. small) finds similar.",
            show_default=False,
        ),
    ] = "",
    most_pairs: Annotated[
        int,
        typer.Option(
            "--most-pairs", parser=WholeNumber(1, MOST_PAIRS), metavar="N", help="Maximum pairs per language."
        ),
    ] = PAIRS_PER_LANGUAGE,
    commits: Annotated[
        int,
        typer.Option(
            "--commits",
            parser=WholeNumber(0, MOST_COMMITS),
            metavar="N",
            help="Number of newest commits to learn from, per source; they resemble real questions.",
        ),
    ] = COMMITS_PER_SOURCE,
    seed: Annotated[
        int, typer.Option("--seed", parser=WholeNumber(0, LARGEST_SEED), metavar="N", help="Random seed.")
    ] = 0,
    resume: Annotated[bool, typer.Option("--resume", help="Resume an interrupted run.")] = False,
    jobs: Jobs = 0,
    as_json: Json = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Hide progress.")] = False,
) -> None:
    """Train an embedding model on your code and compare it with the base model."""
    _require_extra()
    from codesearch.models.loading import is_static
    from codesearch.render.model_card import model_card
    from codesearch.render.training import draw_curve, report_lines, report_record, show_training_progress
    from codesearch.training.state import TrainOptions
    from codesearch.training.train import train
    from codesearch.training.trainer import STATIC, TRANSFORMER

    usual = STATIC if is_static(base) else TRANSFORMER
    recipe = replace(
        usual,
        epochs=epochs or usual.epochs,
        rate=rate or usual.rate,
        keep=keep,
        seed=seed,
        seconds=budget or 0.0,
    )
    options = TrainOptions(base, vocabulary, most_pairs, commits, teacher, recipe)
    with nullcontext(_silent) if quiet else show_training_progress(sys.stderr) as progress:
        report = train(
            sources, out, options, progress, held_out=held_out, resume=resume, jobs=jobs or os.cpu_count() or 1
        )
    record = report_record(report)
    (out / "report.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    draw_curve(report, out / "curve.png")
    if report.is_kept:
        (out / "README.md").write_text(model_card(report), encoding="utf-8")
    with results():
        print(json.dumps(record) if as_json else "\n".join([*report_lines(report), "", *_next_steps(report, out)]))
    if not report.is_kept:
        raise typer.Exit(NO_HITS)


def _next_steps(report: TrainReport, out: Path) -> list[str]:
    if not report.is_kept:
        return [f"The report is in {out}; keep using your current model."]
    return [f"The model is in {out}; to use it, run: codesearch index --model {out}"]


def _silent(_phase: str, _done: int, _total: int, _about: str) -> None:
    pass


def _require_extra() -> None:
    from importlib.util import find_spec

    missing = [name for name in ("scipy", "matplotlib") if find_spec(name) is None]
    if missing:
        raise CodesearchError(f"training needs {' and '.join(missing)}", "run: pip install 'codesearch-local[train]'")
