"""The static encoder: a text's vector is the weighted sum of its tokens' vectors. numpy only.

Texts are split into words (codesearch.identifiers). A word of the vocabulary is one token; any other is split greedily
into the longest pieces (`##x` continues a word). A text's vector is Σ position weight · (1 + ln count) · vector over
its distinct tokens, L2-normalised, then passed through a head. Position weights and head are optional; see
codesearch.models.side.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from codesearch import blas
from codesearch.arrays import map_arrays
from codesearch.errors import ModelUnavailable
from codesearch.identifiers import vocabulary_identifiers, vocabulary_words
from codesearch.models.capabilities import Capabilities
from codesearch.models.encoder import Embeddings
from codesearch.models.side import PARTS, POSITION_WEIGHTS, Head, Side, normalise
from codesearch.models.vocabulary import Rows, Vocabulary
from codesearch.words import Groups, WordCounts

WEIGHTS_FILE = "weights.safetensors"
VOCABULARY_FILE = "vocab.txt"
QUESTION, DOCUMENT = SIDES = ("question", "document")

_MAX_WORD_LENGTH = 30
"""Characters of an unknown word that are split into pieces, as in training."""
_CACHED_IDS = 1 << 15
"""Size at which a cache of the tokens of words or identifiers is cleared (about 6 MB). Eight times as many take 45 MB
and save no time (Linux)."""


class StaticEncoder:
    """Encoder with a table of token vectors, int8 with a scale per row, memory-mapped from safetensors."""

    capabilities = Capabilities()
    note = ""

    def __init__(self, folder: Path, name: str) -> None:
        """Open the model in `folder`. Raises ModelUnavailable if its files are missing or damaged."""
        self.name = name
        arrays, self.revision = _load_weights(folder / WEIGHTS_FILE)
        self._table, self._scales = arrays["embeddings"], arrays["scales"].astype(np.float32)
        self._arrays = arrays
        self._vocabulary = Vocabulary(folder / VOCABULARY_FILE)
        if (tokens := len(self._vocabulary)) != len(self._table):
            raise ModelUnavailable(f"{folder}: the vocabulary has {tokens} tokens, the weights {len(self._table)}")
        self.dimensions = int(self._table.shape[1])

    @property
    def vocabulary(self) -> dict[str, int]:
        """Maps each token to its row of the table, in order of rows."""
        return self._vocabulary.rows

    @cached_property
    def _ids_of_words(self) -> _TokenIds:
        return _TokenIds(lambda word: pieces_of(word, self._vocabulary.fastest))

    @cached_property
    def _ids(self) -> _TokenIds:
        words = self._ids_of_words
        return _TokenIds(lambda identifier: chain.from_iterable(map(words.__getitem__, vocabulary_words(identifier))))

    @cached_property
    def question(self) -> Side:
        """The side of questions."""
        return _side(self._arrays, QUESTION)

    @cached_property
    def document(self) -> Side:
        """The side of documents; a process that only asks does not read it."""
        return _side(self._arrays, DOCUMENT)

    @classmethod
    def default(cls) -> StaticEncoder:
        """The default model, which is part of this package."""
        return cls(Path(__file__).parent / "default", "default")

    def encode_documents(self, texts: Sequence[str]) -> Embeddings:
        """See Encoder. Texts without any known token give zero rows."""
        self._vocabulary.prepare()
        with blas.one_thread():
            return self._encode([self._bags(texts)], self.document)

    def encode_words(self, parts: Iterable[WordCounts]) -> Embeddings:
        """As encode_documents, for the words of the documents, which come in several parts."""
        self._vocabulary.prepare()
        with blas.one_thread():
            return self._encode(map(self._bags_of_words, parts), self.document)

    def encode_query(self, text: str) -> Embeddings:
        """See Encoder."""
        return np.asarray(self._encode([self._bags([text])], self.question)[0], np.float32)

    def tokens(self, text: str) -> list[int]:
        """The token ids of a text, in order."""
        return list(self._tokens(text))

    def _tokens(self, text: str) -> Iterator[int]:
        return chain.from_iterable(map(self._ids.__getitem__, vocabulary_identifiers(text)))

    def table(self) -> Embeddings:
        """A float32 copy of the token vectors [tokens, dimensions]."""
        return np.asarray(self._table.astype(np.float32) * self._scales[:, None], np.float32)

    def _bags(self, texts: Sequence[str]) -> _Bags:
        counts = [Counter(self._tokens(text)) for text in texts]
        ends = np.cumsum([0, *map(len, counts)])
        rows = np.fromiter(chain.from_iterable(counts), np.int64, ends[-1])
        return _Bags(rows, np.fromiter(chain.from_iterable(map(Counter.values, counts)), np.float32, len(rows)), ends)

    def _bags_of_words(self, words: WordCounts) -> _Bags:
        ids = list(map(self._ids_of_words.__getitem__, words.distinct))
        widths = np.fromiter(map(len, ids), np.int64, len(ids))
        flat = np.fromiter(chain.from_iterable(ids), np.int64, int(widths.sum()))
        sizes = widths[words.numbers]
        begins = (np.cumsum(widths) - widths)[words.numbers] - (np.cumsum(sizes) - sizes)
        rows = flat[np.repeat(begins, sizes) + np.arange(int(sizes.sum()))]
        found = Groups.of(np.repeat(words.documents, sizes), rows)
        ends = np.cumsum(np.bincount(found.texts + 1, minlength=words.size + 1))
        return _Bags(found.numbers, found.sums(np.repeat(words.counts, sizes)), ends)

    def _encode(self, bags: Iterable[_Bags], side: Side) -> Embeddings:
        unit = normalise(np.concatenate([self._sums(part, side.position_weights) for part in bags]))
        if side.head is None:
            return unit
        encoded = side.head(unit)
        encoded[~unit.any(1)] = 0
        return encoded

    def _sums(self, bags: _Bags, position_weights: Embeddings) -> Embeddings:
        """The weighted sums of each text's token vectors [texts, dimensions]."""
        rows, counts, ends = bags
        weights = np.log(counts) + 1.0
        weights *= self._scales[rows]
        positions = np.arange(len(rows)) - np.repeat(ends[:-1], np.diff(ends))
        is_weighted = positions < len(position_weights)
        weights[is_weighted] *= position_weights[positions[is_weighted]]
        sums = np.zeros((len(ends) - 1, self.dimensions), np.float32)
        for text, (begin, end) in enumerate(pairwise(ends.tolist())):
            sums[text] = weights[begin:end] @ self._table.take(rows[begin:end], axis=0).astype(np.float32)
        return sums


class _Bags(NamedTuple):
    """The distinct tokens of texts, in order of first appearance, and their counts; text i ends at `ends[i + 1]`."""

    rows: npt.NDArray[np.int64]
    counts: npt.NDArray[np.float32]
    ends: npt.NDArray[np.int64]


class _TokenIds(dict[str, tuple[int, ...]]):
    """A cache of token ids."""

    def __init__(self, find: Callable[[str], Iterable[int]]) -> None:
        super().__init__()
        self.find = find

    def __missing__(self, text: str) -> tuple[int, ...]:
        if len(self) >= _CACHED_IDS:
            self.clear()
        self[text] = ids = tuple(self.find(text))
        return ids


def pieces_of(word: str, vocabulary: Rows) -> list[int]:
    """The token of a known word, else its longest pieces from the left; characters in no piece are skipped."""
    known = vocabulary.get(word)
    if known is not None:
        return [known]
    ids: list[int] = []
    start, end = 0, min(len(word), _MAX_WORD_LENGTH)
    while start < end:
        for stop in range(end, start, -1):
            piece = word[start:stop] if start == 0 else "##" + word[start:stop]
            if (token := vocabulary.get(piece)) is not None:
                ids.append(token)
                start = stop
                break
        else:
            start += 1
    return ids


def _load_weights(path: Path) -> tuple[Mapping[str, npt.NDArray[Any]], str]:
    """The arrays and the revision: the one stored in the file, else a digest of it. Raises ModelUnavailable."""
    try:
        arrays, metadata = map_arrays(path)
        stated = metadata.get("revision") if isinstance(metadata, dict) else None
        revision = str(stated or hashlib.blake2b(path.read_bytes(), digest_size=8).hexdigest())
        _check_shapes({name: array.shape for name, array in arrays.items()})
        if not all(np.isfinite(array).all() for name, array in arrays.items() if name != "embeddings"):
            raise ValueError("not all of its numbers are finite")
        return arrays, revision
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise ModelUnavailable(f"{path} is not a static model's weights: {error}") from error


def _check_shapes(shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Raises ValueError if arrays are missing or don't fit each other."""
    if missing := {"embeddings", "scales"} - shapes.keys():
        raise ValueError(f"it has no {' and '.join(sorted(missing))}")
    if len(shapes["embeddings"]) != 2 or shapes["scales"] != shapes["embeddings"][:1] or 0 in shapes["embeddings"]:
        raise ValueError("embeddings and scales don't fit each other")
    wide = shapes["embeddings"][1]
    for side in SIDES:
        expand, bias, contract = (shapes.get(f"{side}.{part}") for part in PARTS)
        hidden = bias[0] if bias else 0
        if (expand, bias, contract) not in ((None, None, None), ((wide, hidden), (hidden,), (hidden, wide))):
            raise ValueError(f"the head of the {side} does not fit the embeddings")
        if len(shapes.get(f"{side}.{POSITION_WEIGHTS}", (0,))) != 1:
            raise ValueError(f"the places of the {side} must have one dimension")


def _side(arrays: Mapping[str, npt.NDArray[Any]], name: str) -> Side:
    position_weights = arrays.get(f"{name}.{POSITION_WEIGHTS}", np.ones(0))
    parts = [arrays.get(f"{name}.{part}") for part in PARTS]
    head = Head(*(part.astype(np.float64) for part in parts if part is not None)) if parts[0] is not None else None
    return Side(position_weights.astype(np.float32), head)
