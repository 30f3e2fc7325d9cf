"""Where training starts: the table of the model it begins from, in the tokens that are trained."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from codesearch.models.static import StaticEncoder, pieces_of
from codesearch.training.corpus import Corpus
from codesearch.training.network import Table
from codesearch.training.vocabulary import UNKNOWN, choose, frequencies

NEW_WORDS = 8_000
"""Words that the code uses often and the model lacks become tokens of their own, at most so many."""
OFTEN = 20
"""Pairs that hold a word, for it to become one."""


def extended(base: StaticEncoder, corpus: Corpus) -> list[str]:
    """The tokens of a model with the words of the corpus that it should know too."""
    known = base.vocabulary
    weights = frequencies(corpus)
    order = np.argsort(-weights, kind="stable")
    missing = [word for i in order.tolist() if weights[i] >= OFTEN and (word := corpus.words[i]) not in known]
    return [*known, *missing[:NEW_WORDS]]


def tokens_for(base: StaticEncoder, corpus: Corpus, size: int) -> list[str]:
    """A vocabulary of `size` tokens made for the corpus; with 0 the model's own, extended."""
    return choose(corpus, size) if size else extended(base, corpus)


def start_table(base: StaticEncoder, tokens: Sequence[str]) -> Table:
    """Vectors [tokens, dimensions] to start from: the model's own, for tokens that are new those of their pieces."""
    own = base.table()
    known = base.vocabulary
    table = np.zeros((len(tokens), base.dimensions), np.float32)
    for row, token in enumerate(tokens):
        if token == UNKNOWN:
            continue
        pieces = [known[token]] if token in known else pieces_of(token.removeprefix("##"), known)
        if pieces:
            table[row] = own[pieces].mean(0)
    return table
