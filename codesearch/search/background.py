"""What questions and code are usually like, in repositories other than the one that is searched.

Says how specific a question is: one with rare words, about something that few repositories have, should be answered by
chunks that are closer to it. Learned by benchmarks/learn_background.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from codesearch.arrays import map_arrays, save_arrays
from codesearch.index.inflections import stem
from codesearch.index.vocabulary import Vocabulary

FILE = Path(__file__).with_name("background.safetensors")
_RARITY_SCALE = 1 / 16
_EXPECTED_SCALE = 1 / 255
_USUAL, _PRIOR = 0.35, 5
"""The share of a usual word (.31 of all occurrences in questions, .39 as the mean of words), and how many questions it
counts as for a word that few have."""

Values = npt.NDArray[np.floating]


class Usual(NamedTuple):
    """How a word is used in general."""

    rarity: float
    """ln(codes / codes with the word)."""
    expected: float
    """The share of the questions with the word whose answer has it, too: low for `how`, high for `socket`."""


class Background(NamedTuple):
    """Statistics of words, by their stems, and weights for the vectors of the default encoder."""

    words: Vocabulary
    rarities: npt.NDArray[np.uint8]
    """In units of _RARITY_SCALE."""
    shares: npt.NDArray[np.uint8]
    """In units of _EXPECTED_SCALE."""
    spread: npt.NDArray[np.float32]
    """[dimensions]; see `specificity`."""

    @classmethod
    def of(cls, words: Sequence[str], *, rarity: Values, expected: Values, spread: Values) -> Background:
        """From one value for each word, in the order of their bytes; see `Usual`."""
        return cls(
            Vocabulary.of([word.encode() for word in words]),
            np.clip(np.rint(rarity / _RARITY_SCALE), 0, 255).astype(np.uint8),
            np.clip(np.rint(expected / _EXPECTED_SCALE), 0, 255).astype(np.uint8),
            spread.astype(np.float32),
        )

    def usual(self, term: str) -> Usual:
        """How a term is used. One that is not in the table is as rare as any, and as expected as the mean of words."""
        number = self.words.find(stem(term))
        if number is None:
            return Usual(float(self.rarities.max()) * _RARITY_SCALE, _USUAL)
        return Usual(float(self.rarities[number]) * _RARITY_SCALE, float(self.shares[number]) * _EXPECTED_SCALE)

    def specificity(self, vector: Values) -> float:
        """How much the nearest chunk's cosine to a question differs between repositories, estimated.

        `vector` is the question's by the default encoder. The mean is left out, so that 0 is usual.
        """
        return float(self.spread @ vector)

    def save(self) -> None:
        """Write it into the package."""
        ends = self.words.ends.astype(np.uint32)
        arrays = {"words": self.words.text, "ends": ends, "rarities": self.rarities, "shares": self.shares}
        save_arrays(FILE, arrays | {"spread": self.spread})


def expected_share(in_both: npt.NDArray[np.int64], in_questions: npt.NDArray[np.int64]) -> Values:
    """The share of questions with a word whose answers have it, too, from their numbers."""
    return (in_both + _PRIOR * _USUAL) / (in_questions + _PRIOR)


@lru_cache(maxsize=1)
def package_background() -> Background:
    """The statistics in the package."""
    arrays, _ = map_arrays(FILE)
    words = Vocabulary(arrays["words"], arrays["ends"])
    return Background(words, arrays["rarities"], arrays["shares"], arrays["spread"])
