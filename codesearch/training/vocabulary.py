"""Choose the vocabulary of a static encoder, and convert a corpus to its tokens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from codesearch.identifiers import vocabulary_words
from codesearch.languages.registry import by_name
from codesearch.models.static import pieces_of
from codesearch.training.corpus import Bags, Corpus

UNKNOWN = "<unk>"
"""Token 0; occurs in no text."""
PIECE_SHARE = 1 / 8
"""Share of the tokens that are pieces of rarer words."""
PREFIXES = (
    "how does it", "how do I", "how to", "how is", "how are", "where is", "where are", "where does it", "what is",
    "what does", "find", "which function", "which class", "function to", "function that", "code that", "class that",
    "method to", "the code for", "implementation of", "logic for", "what happens when", "why",
)  # fmt: skip
"""Beginnings of real questions, which documentation lacks."""
PREFIX_SHARE = 0.15
"""Share of the training questions that get a prefix."""
LANGUAGE_SHARE = 0.1
"""Share of the training questions that name their language; see docs/training.md."""
_MAX_PIECE_LENGTH = 9
_MIN_PAIRS = 3
"""Words seen in fewer pairs don't become tokens."""


def frequencies(corpus: Corpus) -> npt.NDArray[np.float64]:
    """Weighted number of pairs that contain each word. Questions count double, pairs of large languages less."""
    total = np.zeros(len(corpus.words))
    for pairs in corpus.pairs.values():
        in_codes = np.bincount(pairs.codes.ids, minlength=len(total))
        in_questions = np.bincount(pairs.questions.ids, minlength=len(total))
        total += (in_codes + 2 * in_questions) * (100_000 / (100_000 + len(pairs)))
    return np.asarray(total, np.float64)


def choose_tokens(corpus: Corpus, size: int) -> list[str]:
    """A vocabulary of `size` tokens: UNKNOWN, the most frequent words, and pieces of the others."""
    weights = frequencies(corpus)
    order = np.argsort(-weights, kind="stable")
    whole = int(size * (1 - PIECE_SHARE))
    chosen = [corpus.words[i] for i in order[:whole].tolist() if weights[i] >= _MIN_PAIRS]
    rest = {corpus.words[i]: float(weights[i]) for i in order[len(chosen) :].tolist() if weights[i] >= 1}
    pieces = _pieces(rest, size - 1 - len(chosen))
    return [UNKNOWN, *dict.fromkeys((*chosen, *pieces))][:size]


def tokenise(words: Sequence[str], vocabulary: Mapping[str, int]) -> list[list[int]]:
    """The token ids of each word."""
    return [[known] if (known := vocabulary.get(word)) is not None else pieces_of(word, vocabulary) for word in words]


def to_tokens(bags: Bags, tokens: list[list[int]]) -> Bags:
    """Convert bags of words to bags of tokens. A token that two words of a text share appears twice."""
    lengths = np.array([len(ids) for ids in tokens], np.int64)
    starts = np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths)))
    flat = np.array([token for ids in tokens for token in ids], np.uint32)
    per_word = lengths[bags.ids]
    sums = np.concatenate((np.zeros(1, np.int64), np.cumsum(per_word)))
    within = np.arange(sums[-1]) - np.repeat(sums[:-1], per_word)
    ids = flat[np.repeat(starts[bags.ids], per_word) + within]
    return Bags(ids, np.repeat(bags.counts, per_word), sums[bags.offsets])


def with_prefixes(bags: Bags, vocabulary: Mapping[str, int], generator: np.random.Generator) -> Bags:
    """The questions, with a random prefix before a share of them."""
    prefixes = [[vocabulary[word] for word in prefix.split() if word in vocabulary] for prefix in PREFIXES]
    chosen = np.flatnonzero(generator.random(len(bags)) < PREFIX_SHARE)
    added = [prefixes[i] for i in generator.integers(0, len(prefixes), len(chosen)).tolist()]
    return _insert(bags, chosen, bags.offsets[chosen], added)


def with_language(bags: Bags, language: str, vocabulary: Mapping[str, int], generator: np.random.Generator) -> Bags:
    """The questions, with the language's name before or after a share of them.

    All code that a question is trained with is in that language, so that the name comes to say nothing.
    """
    found = by_name(language)
    names = (found.name, *found.aliases) if found else (language,)
    known = [[i for word in vocabulary_words(name) for i in pieces_of(word, vocabulary)] for name in names]
    chosen = np.flatnonzero(generator.random(len(bags)) < LANGUAGE_SHARE)
    added = [known[i] for i in generator.integers(0, len(known), len(chosen)).tolist()]
    return _insert(bags, chosen, bags.offsets[chosen + generator.integers(0, 2, len(chosen))], added)


def _insert(bags: Bags, rows: npt.NDArray[np.int64], places: npt.NDArray[np.int64], added: list[list[int]]) -> Bags:
    """The bags, with tokens added to these rows at these places of `bags.ids`."""
    if not sum(map(len, added)):
        return bags
    lengths = np.diff(bags.offsets)
    lengths[rows] += [len(ids) for ids in added]
    where = np.repeat(places, [len(ids) for ids in added])
    ids = np.insert(bags.ids, where, np.concatenate(added).astype(np.uint32))
    counts = np.insert(bags.counts, where, np.ones(len(where), np.uint8))
    return Bags(ids, counts, np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths))))


def _pieces(words: Mapping[str, float], size: int) -> list[str]:
    """The pieces that would cover most letters of the words, and every single letter and digit."""
    gains: Counter[str] = Counter()
    for word, weight in words.items():
        if not word.isascii() or len(word) > 30:
            continue
        for begin in range(len(word)):
            mark = "##" if begin else ""
            for end in range(begin + 2, min(begin + _MAX_PIECE_LENGTH, len(word)) + 1):
                gains[mark + word[begin:end]] += weight * (end - begin - 1)  # type: ignore[assignment]
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    singles = [mark + letter for letter in letters for mark in ("", "##")]
    return singles + [piece for piece, _ in gains.most_common(max(0, size - len(singles)))]
