"""Chunk → input of the lexical index and of the encoder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, MutableMapping, Sequence
from functools import lru_cache
from itertools import compress, count
from pathlib import PurePosixPath
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from codesearch.chunking.chunk import Chunk
from codesearch.grouping import stable_order
from codesearch.index.postings import TermCounts
from codesearch.index.terms import MAX_TERM_LENGTH, terms
from codesearch.words import PART, TERM, TOKEN, Groups, WordCounts, split

# Weights of the fields in BM25F (Robertson, Zaragoza and Taylor 2004: a term's counts are weighted and summed over the
# fields before saturation). Tuned for NDCG@10 on 9 repositories; figures in docs/ranking.md.
BODY_WEIGHT = 1.0
PATH_WEIGHT = 2.0
STEM_WEIGHT = 4.0
NAME_WEIGHT = 4.0
DOCUMENTATION_WEIGHT = 0.5


_CHARS_AT_ONCE = 120_000
"""About so much of the chunks' bodies is split together: with more, the arrays don't fit the processor's cache."""


class _Field(NamedTuple):
    """A text of a chunk: what a word in it weighs as a term, and how often the encoder's input has it."""

    weight: float
    copies: int


_FIELDS = (
    _Field(PATH_WEIGHT, 2),
    _Field(STEM_WEIGHT, 2),
    _Field(0, 2),  # the ending of the path
    _Field(0, 1),  # the qualified name
    _Field(NAME_WEIGHT, 1),
    _Field(BODY_WEIGHT, 1),
    _Field(DOCUMENTATION_WEIGHT - BODY_WEIGHT, 1),  # documentation that the body lacks
    _Field(DOCUMENTATION_WEIGHT - BODY_WEIGHT, 0),  # and that it includes
)
_WITH_OWN_DOCUMENTATION = (0, 1, 2, 3, 4, 6, 5)
_OTHERS = (0, 1, 2, 3, 4, 5, 7)
"""The fields of a chunk: those of the encoder's input first, in its order."""
_WEIGHTS = np.asarray([[f.weight if use != TOKEN else 0 for f in _FIELDS] for use in (PART, TERM, TOKEN)], np.float32)
_COPIES = np.asarray([[f.copies if use != TERM else 0 for f in _FIELDS] for use in (PART, TERM, TOKEN)], np.float32)
"""By the use and the field of an occurrence."""


class Counted(NamedTuple):
    """The words of chunks: for the lexical index, and for a static encoder in several parts, in order."""

    terms: TermCounts
    words: tuple[WordCounts, ...]


class _Terms(NamedTuple):
    """As TermCounts."""

    ids: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float32]
    sizes: npt.NDArray[np.int32]


def count_words(chunks: Sequence[Chunk]) -> Counted:
    """Count the words of chunks: as terms, weighted and summed over the fields, and as in the encoder's input."""
    numbers: defaultdict[str, int] = defaultdict(count().__next__)
    parts = [_count(portion, numbers) for portion in _portions(chunks)]
    arrays = map(np.concatenate, zip(*(found for found, _ in parts), strict=True))
    return Counted(TermCounts(tuple(numbers), *arrays), tuple(words for _, words in parts))


def _portions(chunks: Sequence[Chunk]) -> Iterator[Sequence[Chunk]]:
    """The chunks in portions of about _CHARS_AT_ONCE; at least one."""
    begin = size = 0
    for end, chunk in enumerate(chunks, 1):
        size += len(chunk.text)
        if size >= _CHARS_AT_ONCE:
            yield chunks[begin:end]
            begin, size = end, 0
    if begin < len(chunks) or not chunks:
        yield chunks[begin:]


def _count(chunks: Sequence[Chunk], term_numbers: MutableMapping[str, int]) -> tuple[_Terms, WordCounts]:
    texts: list[str] = []
    fields: list[int] = []
    for chunk in chunks:
        documented = (chunk.text, chunk.documentation)
        is_own = chunk.documentation not in chunk.text
        texts += (*_path_parts(chunk.path), chunk.qualified_name, " ".join(chunk.defines))
        texts += reversed(documented) if is_own else documented
        fields += _WITH_OWN_DOCUMENTATION if is_own else _OTHERS
    words = split(texts, MAX_TERM_LENGTH, terms)
    found = Groups.of(words.texts // len(_OTHERS), words.numbers)
    use_and_field = words.uses, np.asarray(fields, np.uint8)[words.texts]
    weights, counts = found.sums(_WEIGHTS[use_and_field]), found.sums(_COPIES[use_and_field])
    return (
        _terms(words.distinct, found, weights, len(chunks), term_numbers),
        _in_order(words.distinct, found, counts, len(chunks)),
    )


def _terms(
    distinct: Sequence[str],
    found: Groups,
    weights: npt.NDArray[np.float32],
    chunks: int,
    term_numbers: MutableMapping[str, int],
) -> _Terms:
    """The words with a positive weight as terms, truncated; words that then are the same are one term."""
    is_long = max(map(len, distinct), default=0) > MAX_TERM_LENGTH
    truncated = [word[:MAX_TERM_LENGTH] for word in distinct] if is_long else distinct
    ids = np.fromiter(map(term_numbers.__getitem__, truncated), np.int64, len(distinct))
    texts, numbers = found.texts, ids[found.numbers]
    if is_long:
        found = Groups.of(texts, numbers)
        texts, numbers, weights = found.texts, found.numbers, found.sums(weights)
    by_text = stable_order(texts)
    kept = by_text[weights[by_text] > 0]
    sizes = np.bincount(texts[kept], minlength=chunks)
    return _Terms(numbers[kept].astype(np.int32), weights[kept], sizes.astype(np.int32))


def _in_order(distinct: Sequence[str], found: Groups, counts: npt.NDArray[np.float32], chunks: int) -> WordCounts:
    """The words with a positive count, in order of first appearance."""
    kept = np.flatnonzero(counts > 0)
    is_used = np.zeros(len(distinct), np.bool_)
    is_used[found.numbers[kept]] = True
    numbers = (np.cumsum(is_used) - 1)[found.numbers[kept]]
    return WordCounts(list(compress(distinct, is_used)), numbers, found.texts[kept], counts[kept], chunks)


def encoder_text(chunk: Chunk) -> str:
    """Text for an encoder: path, qualified name, defined names, documentation unless the body includes it, body."""
    documentation = "" if chunk.documentation in chunk.text else chunk.documentation
    return located_text(chunk.path, chunk.qualified_name, " ".join(chunk.defines), documentation, chunk.text)


def located_text(path: str, qualified_name: str, *parts: str) -> str:
    """The input of every encoder for code, in indexing, reranking and training: location (path twice), then parts."""
    return "\n".join(filter(None, (path, path, qualified_name, *parts)))


@lru_cache(maxsize=1)
def _path_parts(path: str) -> tuple[str, str, str]:
    """A path's folder, stem and ending. One entry is cached, as a file's chunks are processed in a row."""
    parts = PurePosixPath(path)
    return str(parts.parent), parts.stem, parts.suffix
