"""Pairs as texts, for encoders that read more of a text than its bag of words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from codesearch.training.corpus import Corpus, located
from codesearch.training.cut import Cut
from codesearch.training.pairs import Pair

SHARES = {"name": 0.25, "comment": 0.35}
"""What share of a kind's pairs is learned from: a transformer sees few, and documentation is likest to questions."""
_LONGEST_CODE = 3_000
"""Characters: more than a transformer is shown of a code."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and the text that an index gives encoders of the code that answers it."""

    question: str
    code: str


def chosen(corpus: Corpus, cuts: Sequence[Cut], seed: int) -> dict[str, list[Asked]]:
    """The texts of a merged corpus, of each kind its share, by language."""
    generator = np.random.default_rng(seed)
    found = {}
    for language, rows in corpus.origins.items():
        pairs = [pair for cut in cuts for pair in cut.texts.get(language, ())]
        draws = generator.random(len(rows)).tolist()
        found[language] = [
            _asked(pairs[row])
            for row, draw in zip(rows.tolist(), draws, strict=True)
            if draw < SHARES.get(pairs[row].kind, 1.0)
        ]
    return found


def save_texts(path: Path, texts: Mapping[str, Sequence[Asked]]) -> None:
    """Write texts, a language a line. Raises OSError."""
    with path.open("w", encoding="utf-8", errors="surrogatepass") as file:
        for language, own in texts.items():
            file.write(json.dumps([language, [[asked.question, asked.code] for asked in own]]) + "\n")


def load_texts(path: Path) -> dict[str, list[Asked]]:
    """Read what `save_texts` wrote. Raises OSError."""
    with path.open(encoding="utf-8") as file:
        return {language: [Asked(*asked) for asked in own] for language, own in map(json.loads, file)}


def _asked(pair: Pair) -> Asked:
    return Asked(pair.question, located(pair)[:_LONGEST_CODE])
