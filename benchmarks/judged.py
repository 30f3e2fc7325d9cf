"""How much of what counts as wrong on CodeSearchNet's questions was ever judged.

    python benchmarks/judged.py --anchors FOLDER --bench FOLDER --repos-dir FOLDER --indexes FOLDER [--rerank small]

Experts judged about six functions for each question; any other hit counts as wrong, whether it answers or not. Prints
how the first hits were judged, and all hits before the first relevant one; and MRR@10 of all hits, of the judged ones
alone (a condensed list: Sakai, SIGIR 2007), and of the judged functions in a random order. See question_sets.py for the
folders.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile
from math import comb

import numpy as np
from anchors import LIMIT, arguments, reciprocal
from question_sets import Corpus, Sources, corpora

from codesearch.evaluation.questions import RelevantItem
from codesearch.search.hit import Hit

DEPTH = 60
"""Hits that are read, so that ten judged ones are among them more often."""
RELEVANT_GRADE = 1.5
"""Of 0 to 3, the least of a function that counts as an answer, as in the questions."""


class Judgement(StrEnum):
    """What the experts said of a hit."""

    RELEVANT = "relevant"
    IRRELEVANT = "judged as irrelevant"
    NONE = "not judged"


@dataclass(frozen=True, slots=True)
class Judged:
    """What was said of the hits of one question, best first, and of the functions that were judged for it."""

    hits: Sequence[Judgement]
    relevant: int
    irrelevant: int


def judgements(corpus: Corpus, rerank: str) -> Iterator[Judged]:
    """The judgements of each question."""
    lines = (corpus.root.parent / "graded.jsonl").read_text(encoding="utf-8").splitlines()
    judged = {row["query"]: row["judged"] for row in map(json.loads, lines)}
    with corpus.index() as index:
        for question in corpus.questions:
            rows = judged[question.query]
            hits = index.search(question.query, DEPTH, rerank=rerank).hits
            relevant = sum(row["grade"] >= RELEVANT_GRADE for row in rows)
            yield Judged([judgement(corpus, hit, rows) for hit in hits], relevant, len(rows) - relevant)


def judgement(corpus: Corpus, hit: Hit, judged: Sequence[Mapping[str, float | str]]) -> Judgement:
    """The best judgement of a function that a hit has lines of."""
    grades = [
        float(row["grade"])
        for row in judged
        if corpus.is_found_by(
            RelevantItem(str(row["path"]), int(row["start_line"]), int(row["end_line"])),
            hit.path,
            hit.start_line,
            hit.end_line,
        )
    ]
    if not grades:
        return Judgement.NONE
    return Judgement.RELEVANT if max(grades) >= RELEVANT_GRADE else Judgement.IRRELEVANT


def reciprocal_rank(found: Sequence[Judgement]) -> float:
    """1 / the rank of the first relevant hit, 0 if none of the first ten is."""
    return reciprocal(tuple(rank for rank, one in enumerate(found[:LIMIT], 1) if one is Judgement.RELEVANT))


def random_order(judged: Judged) -> float:
    """The mean of 1 / the rank of the first relevant function over all orders of the judged ones."""
    count = judged.relevant + judged.irrelevant
    first = (comb(count - rank, judged.relevant - 1) / rank for rank in range(1, min(LIMIT, count) + 1))
    return sum(first) / comb(count, judged.relevant)


def before_relevant(found: Sequence[Judgement]) -> Iterator[Judgement]:
    """The hits before the first relevant one, of the first ten."""
    return takewhile(lambda one: one is not Judgement.RELEVANT, found[:LIMIT])


def main() -> None:
    """Run the program."""
    parser = arguments(__doc__)
    parser.add_argument("--rerank", default="")
    options = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sources = Sources(options.anchors, options.bench, options.repos_dir, options.indexes, options.model)
    found = [each for corpus in corpora(sources, ("web",)) for each in judgements(corpus, options.rerank)]
    for title, counted in (
        ("first hits", Counter(each.hits[0] for each in found if each.hits)),
        ("before the first relevant", Counter(one for each in found for one in before_relevant(each.hits))),
    ):
        print(f"{title:<26}", *(f"{counted[kind]:>5} {kind}" for kind in Judgement))
    of_judged = [[one for one in each.hits if one is not Judgement.NONE] for each in found]
    for title, values in (
        ("all hits", [reciprocal_rank(each.hits) for each in found]),
        ("judged hits", list(map(reciprocal_rank, of_judged))),
        ("judged functions, at random", list(map(random_order, found))),
    ):
        print(f"MRR@10, {title:<28} {np.mean(values):.3f}")


if __name__ == "__main__":
    main()
