"""Compare encoders alone: rank documentation against a pool of functions, in repositories they were not trained on.

    python benchmarks/encoder_pools.py CHECKOUT... --model default --model FOLDER [--questions 1000] [--pool 5000]

Pairs are extracted from every CHECKOUT as by `codesearch train --held-out`; the questions of a language are ranked
against a pool of up to 5,000 code texts. Prints MRR@10 by language for BM25 and each model, the means over the eight
languages that models are usually compared on and over the others, and the gain of the last model over the first: the
mean difference over all questions with its 95 % interval (paired bootstrap).
"""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from codesearch.models.loading import load_encoder
from codesearch.training.extraction import ExtractionOptions, extract_all
from codesearch.training.measure import POOL, QUESTIONS, Pool, Ranks, Score, bm25_ranks, encoder_ranks, gain, make_pools
from codesearch.training.sources import TrainingSource

EIGHT = ("Python", "JavaScript", "Go", "Java", "Rust", "C", "Ruby", "PHP")
MAX_PAIRS = 40_000
"""Of a checkout in a language and kind."""


def main() -> None:
    """Run the program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkouts", nargs="+", type=Path)
    parser.add_argument("--model", action="append", dest="models", required=True, help="as `codesearch index` takes it")
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    parser.add_argument("--pool", type=int, default=POOL)
    parser.add_argument("--languages", nargs="*", help="restrict to these languages")
    asked = parser.parse_args()
    found = [
        smaller(pool, asked.questions, asked.pool)
        for pool in pools_of(asked.checkouts)
        if not asked.languages or pool.language in asked.languages
    ]
    encoders = {name: load_encoder(name) for name in asked.models}
    ranks: dict[str, dict[str, Ranks]] = {name: {} for name in ("BM25", *encoders)}
    print("language pool questions " + " ".join(ranks))
    for pool in found:
        ranks["BM25"][pool.language] = bm25_ranks(pool)
        for name, encoder in encoders.items():
            ranks[name][pool.language] = encoder_ranks(encoder, pool)
        scores = " ".join(f"{Score.of(own[pool.language]).mrr:.3f}" for own in ranks.values())
        print(f"{pool.language:12} {len(pool.codes):5} {len(pool.questions):5} {scores}", flush=True)
    for title, is_in in (("the eight", True), ("the others", False)):
        languages = [pool.language for pool in found if (pool.language in EIGHT) == is_in]
        if languages:
            means = [np.mean([Score.of(own[name]).mrr for name in languages]) for own in ranks.values()]
            print(f"{title:24} " + " ".join(f"{mean:.4f}" for mean in means))
    if len(encoders) > 1:
        first, *_, last = encoders
        change = gain(ranks[first], ranks[last], seed=0)
        print(f"{last} against {first}: {change.mean:+.4f}, 95 % {change.low:+.4f} to {change.high:+.4f}")


def pools_of(checkouts: list[Path]) -> list[Pool]:
    """All pairs of the checkouts, none of them trained on."""
    apart = ExtractionOptions(max_pairs=MAX_PAIRS, hold_out=1)
    work = [(TrainingSource(root.name, root), apart) for root in checkouts]
    extractions = sorted(extract_all(work, os.cpu_count() or 1), key=lambda extraction: extraction.source.name)
    return make_pools([one for extraction in extractions for one in extraction.held_out], seed=0)


def smaller(pool: Pool, questions: int, codes: int) -> Pool:
    """The first questions and codes of a pool, for encoders that are slow."""
    return replace(pool, questions=pool.questions[: min(questions, codes)], codes=pool.codes[:codes])


if __name__ == "__main__":
    main()
