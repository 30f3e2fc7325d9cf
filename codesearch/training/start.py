"""The vocabulary and the initial table of token vectors, derived from the base model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from codesearch.models.static import StaticEncoder, pieces_of
from codesearch.training.corpus import Corpus
from codesearch.training.network import Table
from codesearch.training.vocabulary import UNKNOWN, choose_tokens, frequencies

MAX_NEW_WORDS = 8_000
"""Frequent words that become new tokens, at most."""
MIN_FREQUENCY = 20
"""Weighted number of pairs that must contain a word for it to become a token."""


def extended_vocabulary(base: StaticEncoder, corpus: Corpus) -> list[str]:
    """The model's tokens and the frequent words of the corpus that it lacks."""
    known = base.vocabulary
    weights = frequencies(corpus)
    order = np.argsort(-weights, kind="stable")
    missing = [word for i in order.tolist() if weights[i] >= MIN_FREQUENCY and (word := corpus.words[i]) not in known]
    return [*known, *missing[:MAX_NEW_WORDS]]


def vocabulary_for(base: StaticEncoder, corpus: Corpus, size: int) -> list[str]:
    """A new vocabulary of `size` tokens for the corpus; with 0 the model's, extended."""
    return choose_tokens(corpus, size) if size else extended_vocabulary(base, corpus)


def initial_table(base: StaticEncoder, tokens: Sequence[str]) -> Table:
    """Initial vectors [tokens, dimensions]: the model's, and for new tokens the mean of their pieces' vectors."""
    vectors = base.table()
    known = base.vocabulary
    table = np.zeros((len(tokens), base.dimensions), np.float32)
    for row, token in enumerate(tokens):
        if token == UNKNOWN:
            continue
        pieces = [known[token]] if token in known else pieces_of(token.removeprefix("##"), known)
        if pieces:
            table[row] = vectors[pieces].mean(0)
    return table
