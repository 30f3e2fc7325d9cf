"""Pairs as bags of words, compact enough for millions in memory and independent of the vocabulary chosen later."""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from codesearch.identifiers import vocabulary_identifiers, vocabulary_words
from codesearch.index.fields import located_text
from codesearch.training.pairs import PAIR_KINDS, Pair

MAX_TEXT_WORDS = 320
"""Words of a text that are used for training, about as many as a chunk has."""
MAX_SAME_QUESTION = 3
"""Pairs per language with the same question; more would teach that anything answers it."""
_CACHED_IDENTIFIERS = 1 << 18
_MULTIPLIERS = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5], np.uint64
)  # odd, from xxHash


@dataclass(slots=True)
class Bags:
    """Texts as bags of words or tokens: row i is ids[offsets[i]:offsets[i + 1]] with their counts."""

    ids: npt.NDArray[np.uint32]
    counts: npt.NDArray[np.uint8]
    offsets: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def take(self, rows: npt.NDArray[np.int64]) -> Bags:
        """The bags of these rows, in their order."""
        lengths = (self.offsets[1:] - self.offsets[:-1])[rows]
        offsets = np.concatenate(([0], np.cumsum(lengths)))
        within = np.arange(offsets[-1]) - np.repeat(offsets[:-1], lengths)
        places = within + np.repeat(self.offsets[rows], lengths)
        return Bags(self.ids[places], self.counts[places], offsets)

    @staticmethod
    def concatenate(parts: list[Bags]) -> Bags:
        """The rows of all parts, in order."""
        starts = np.cumsum([0] + [len(part.ids) for part in parts])
        offsets = [part.offsets[1:] + start for part, start in zip(parts, starts, strict=False)]
        return Bags(
            np.concatenate([part.ids for part in parts]),
            np.concatenate([part.counts for part in parts]),
            np.concatenate([np.zeros(1, np.int64), *offsets]),
        )


@dataclass(slots=True)
class PairBags:
    """Pairs of one language."""

    questions: Bags
    codes: Bags
    kinds: npt.NDArray[np.uint8]
    """Index into PAIR_KINDS."""
    digests: npt.NDArray[np.uint64]
    """Equal for near-duplicate code; see `digest_of`."""

    def __len__(self) -> int:
        return len(self.kinds)

    def take(self, rows: npt.NDArray[np.int64]) -> PairBags:
        """The pairs of these rows."""
        return PairBags(self.questions.take(rows), self.codes.take(rows), self.kinds[rows], self.digests[rows])


@dataclass(slots=True)
class _Column:
    ids: array[int] = field(default_factory=lambda: array("I"))
    counts: array[int] = field(default_factory=lambda: array("B"))
    lengths: array[int] = field(default_factory=lambda: array("I"))

    def append(self, ids: list[int]) -> npt.NDArray[np.uint32]:
        bag = Counter(ids)
        self.ids.extend(bag)
        self.counts.extend(min(count, 255) for count in bag.values())
        self.lengths.append(len(bag))
        return np.fromiter(bag, np.uint32, len(bag))

    def bags(self) -> Bags:
        lengths = np.frombuffer(self.lengths, np.uint32) if self.lengths else np.zeros(0, np.uint32)
        offsets = np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)))
        return Bags(np.array(self.ids, np.uint32), np.array(self.counts, np.uint8), offsets)


class CorpusBuilder:
    """Converts pairs to bags. Words are numbered in order of first appearance."""

    def __init__(self, keeps_texts: bool = False) -> None:
        self.words: dict[str, int] = {}
        self.texts: defaultdict[str, list[Pair]] = defaultdict(list)
        """With `keeps_texts`, the pairs by language, aligned with the rows of the bags."""
        self._keeps_texts = keeps_texts
        self._hashes: list[int] = []
        self._cache: dict[str, tuple[int, ...]] = {}
        self._columns: defaultdict[str, tuple[_Column, _Column, array[int], array[int]]] = defaultdict(
            lambda: (_Column(), _Column(), array("B"), array("Q"))
        )

    def add(self, language: str, pairs: Iterable[Pair]) -> None:
        """Add the pairs of a language."""
        questions, codes, kinds, digests = self._columns[language]
        for pair in pairs:
            code = self._ids(code_with_location(pair))
            question = self._ids(pair.question)
            if not question or len(code) < 4:
                continue
            questions.append(question)
            distinct = codes.append(code)
            kinds.append(PAIR_KINDS.index(pair.kind))
            digests.append(self._digest(distinct))
            if self._keeps_texts:
                self.texts[language].append(pair)

    def finish(self) -> dict[str, PairBags]:
        """The pairs by language."""
        return {
            language: PairBags(questions.bags(), codes.bags(), np.array(kinds, np.uint8), np.array(digests, np.uint64))
            for language, (questions, codes, kinds, digests) in self._columns.items()
            if len(kinds)
        }

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = []
        for identifier in vocabulary_identifiers(text):
            known = self._cache.get(identifier)
            if known is None:
                if len(self._cache) >= _CACHED_IDENTIFIERS:
                    self._cache.clear()
                known = self._cache[identifier] = tuple(map(self._intern, vocabulary_words(identifier)))
            ids.extend(known)
            if len(ids) >= MAX_TEXT_WORDS:
                break
        return ids[:MAX_TEXT_WORDS]

    def _intern(self, word: str) -> int:
        known = self.words.get(word)
        if known is None:
            known = self.words[word] = len(self.words)
            self._hashes.append(
                int.from_bytes(hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8).digest())
            )
        return known

    def _digest(self, distinct: npt.NDArray[np.uint32]) -> int:
        """MinHash of four hash functions (Broder 1997): equal with probability J⁴ at a Jaccard similarity of J."""
        hashes = np.array([self._hashes[word] for word in distinct.tolist()], np.uint64)
        minima = (hashes[None, :] * _MULTIPLIERS[:, None]).min(1)
        return int((minima * _MULTIPLIERS[::-1]).sum())


def digest_of(pair: Pair) -> int:
    """A digest of the pair's code, equal for near duplicates and the same in every corpus; 0 if it is too short."""
    builder = CorpusBuilder()
    builder.add("", [pair])
    bags = builder.finish().get("")
    return int(bags.digests[0]) if bags else 0


def code_with_location(pair: Pair) -> str:
    """The code with its path and name, as an index encodes it, for three of four pairs; the code alone for the rest.

    The encoder should find it by the code as well as by the name.
    """
    if not pair.place or len(pair.code) % 4 == 0:
        return pair.code
    path, _, name = pair.place.partition("\n")
    return located_text(path, name, pair.code)


@dataclass(slots=True)
class Corpus:
    """Pairs by language, with a common list of words."""

    words: list[str]
    pairs: dict[str, PairBags]
    origins: dict[str, npt.NDArray[np.int64]] = field(default_factory=dict)
    """For a merged corpus: for each pair of a language, its row in the concatenated parts."""

    def digests(self) -> set[int]:
        """The digests of all code; see `digest_of`."""
        return {digest for pairs in self.pairs.values() for digest in pairs.digests.tolist()}

    def counts(self) -> dict[str, dict[str, int]]:
        """The number of pairs by language and kind."""
        return {
            language: {kind: int((pairs.kinds == number).sum()) for number, kind in enumerate(PAIR_KINDS)}
            for language, pairs in sorted(self.pairs.items())
        }

    def save(self, folder: Path) -> None:
        """Write to a folder. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "words.txt").write_text("\n".join(self.words), encoding="utf-8", newline="\n")
        for language, pairs in self.pairs.items():
            arrays = {"kinds": pairs.kinds, "digests": pairs.digests}
            for name, bags in (("questions", pairs.questions), ("codes", pairs.codes)):
                arrays |= {f"{name}_ids": bags.ids, f"{name}_counts": bags.counts, f"{name}_offsets": bags.offsets}
            np.savez(folder / f"{language}.npz", **arrays)  # type: ignore[arg-type]

    @classmethod
    def load(cls, folder: Path) -> Corpus:
        """Read what `save` wrote. Raises OSError."""
        words = (folder / "words.txt").read_text(encoding="utf-8").split("\n")
        pairs = {}
        for path in sorted(folder.glob("*.npz")):
            with np.load(path) as arrays:
                pairs[path.stem] = PairBags(
                    _stored_bags(arrays, "questions"), _stored_bags(arrays, "codes"), arrays["kinds"], arrays["digests"]
                )
        return cls(words, pairs)


def _stored_bags(arrays: Mapping[str, npt.NDArray[Any]], column: str) -> Bags:
    return Bags(arrays[f"{column}_ids"], arrays[f"{column}_counts"], arrays[f"{column}_offsets"])


def merge(parts: Iterable[tuple[list[str], Mapping[str, PairBags]]], most: int, seed: int) -> Corpus:
    """Merge (words, pairs by language) of many sources into a corpus, without near duplicates.

    Keeps at most `most` pairs per language. Changes the word ids of `parts` in place.
    """
    words: dict[str, int] = {}
    columns: defaultdict[str, list[PairBags]] = defaultdict(list)
    for part_words, languages in parts:
        number = np.array([words.setdefault(word, len(words)) for word in part_words], np.uint32)
        for language, pairs in languages.items():
            for bags in (pairs.questions, pairs.codes):
                bags.ids = number[bags.ids]
            columns[language].append(pairs)
    generator = np.random.default_rng(seed)
    merged, origins = {}, {}
    for language in sorted(columns):
        column = columns.pop(language)
        pairs = PairBags(
            Bags.concatenate([part.questions for part in column]),
            Bags.concatenate([part.codes for part in column]),
            np.concatenate([part.kinds for part in column]),
            np.concatenate([part.digests for part in column]),
        )
        origins[language] = _select_rows(pairs, most, generator)
        merged[language] = pairs.take(origins[language])
    return Corpus(list(words), merged, origins)


def _select_rows(pairs: PairBags, most: int, generator: np.random.Generator) -> npt.NDArray[np.int64]:
    """Rows to keep: one of near duplicates of a kind, few per question, and no more `name` pairs than others
    (but at least an eighth of `most`)."""
    keys = pairs.digests ^ (pairs.kinds.astype(np.uint64) << np.uint64(56))
    rows = np.sort(np.unique(keys, return_index=True)[1])
    ids, offsets = pairs.questions.ids, pairs.questions.offsets
    seen: Counter[bytes] = Counter()
    few = []
    for row in rows.tolist():
        question = ids[offsets[row] : offsets[row + 1]].tobytes()
        seen[question] += 1
        if seen[question] <= MAX_SAME_QUESTION:
            few.append(row)
    rows = generator.permutation(np.array(few, np.int64))
    is_name = pairs.kinds[rows] == PAIR_KINDS.index("name")
    named = rows[is_name]
    others = rows[~is_name]
    named = named[: max(len(others), most // 8)]
    return np.sort(np.concatenate((others, named))[:most])
