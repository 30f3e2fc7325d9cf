"""Which chunks contain the question, or most of it, word for word: the place that a pasted message or code comes from.

Values are filled in to a message, so runs of its words are looked for; pasted code, however short, is looked for as a
whole, too. Only candidates are read that have enough of the question's terms, and whose file may contain a run, or the
code, according to its signature.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from codesearch.index.signatures import folded, trigrams
from codesearch.index.snapshot import StoredChunk

RUN_WORDS = 4
"""Words in a row; three occur by chance. For this and LEAST_SHARE see docs/ranking.md."""
LEAST_SHARE = 0.5
"""Of the question's words; of less, nothing counts."""
LEAST_TERMS = 0.6
"""The share of the question's terms that a chunk must have to be read; those filled in are often the rarest."""
MOST_WORDS = 100
"""Words of a question; what is longer is pasted code or a log, of which a chunk has only a part."""

_MOST_TRIGRAMS = 1000
"""Of code, to tell which files may contain it; more rule out hardly any file, and take time."""

MayContain = Callable[[npt.NDArray[np.int64], npt.NDArray[np.uint32]], npt.NDArray[np.bool_]]
"""Which files, given by their first chunks, may contain each of some trigrams [files, trigrams]."""


class Wording:
    """The words of a question, in order, their runs, and the code that it is."""

    def __init__(self, text: str, code: str = "") -> None:
        """`code` is the question as it was written, if that is code; `text` may lack its quotes."""
        self._code = folded(code)
        self._words = [word.encode("utf-8", "replace") for word in folded(text).split()]
        first_words = range(len(self._words) - RUN_WORDS + 1) if len(self._words) <= MOST_WORDS else ()
        self._runs = [b" ".join(self._words[i : i + RUN_WORDS]) for i in first_words]

    def shares(
        self,
        chunks: Sequence[StoredChunk],
        has_term: npt.NDArray[np.bool_],
        may_contain: MayContain,
        texts: Callable[[Sequence[StoredChunk]], Sequence[str]],
    ) -> npt.NDArray[np.float32]:
        """The share of the question's words that are in runs in each chunk, 0 below LEAST_SHARE, float32 [chunks].

        Of what has all of the code it is 1.

        `has_term` is which of the question's terms each chunk has [terms, chunks], `texts` reads the chunks.
        """
        shares = np.zeros(len(chunks), np.float32)
        plausible = np.flatnonzero(has_term.sum(axis=0) >= LEAST_TERMS * len(has_term)).tolist()
        if not (self._runs or self._code) or not plausible:
            return shares
        possible = self._files_with_any(may_contain, list({chunks[i].file_first_chunk for i in plausible}))
        read = [i for i in plausible if chunks[i].file_first_chunk in possible]
        for i, text in zip(read, texts([chunks[i] for i in read]), strict=True):
            shares[i] = self._share(text)
        for i in read:  # a type has the text of its members, too
            if shares[i] and any(shares[k] >= shares[i] and _is_within(chunks[k], chunks[i]) for k in read):
                shares[i] = 0
        return np.where(shares >= LEAST_SHARE, shares, np.float32(0))

    def best_line(self, lines: Sequence[str]) -> int | None:
        """The line, by number from 0, in which the code begins, or the first one that has the most of the question's
        words in runs; None if none has any."""
        if (beginning := self._beginning(lines)) is not None:
            return beginning
        if not self._runs:
            return None
        shares = [self._share_in_runs(folded(line)) for line in lines]
        best = max(range(len(lines)), key=lambda i: (shares[i], -i), default=0)
        return best if shares and shares[best] else None

    def _files_with_any(self, may_contain: MayContain, firsts: Sequence[int]) -> set[int]:
        """Which files, given by their first chunks, may have one of the runs, or the code."""
        of_runs = trigrams(b" ".join(self._words))
        parts = self._code.encode("utf-8", "replace").split()  # a line may end between them
        of_code = np.concatenate([trigrams(part) for part in parts or [b""]])[:_MOST_TRIGRAMS]
        found = may_contain(np.asarray(firsts, np.int64), np.concatenate((of_runs, of_code)))
        in_runs, in_code = found[:, : len(of_runs)], found[:, len(of_runs) :]
        may_have = in_code.all(axis=1) & bool(self._code)
        if self._runs:
            missing = np.cumsum(~in_runs, axis=1)
            begins = np.cumsum([0, *(len(word) + 1 for word in self._words)])[: len(self._runs)]
            ends = begins + np.asarray([len(run) for run in self._runs]) - 3
            may_have |= (missing[:, ends] - missing[:, begins] + ~in_runs[:, begins] == 0).any(axis=1)
        return {firsts[i] for i in np.flatnonzero(may_have).tolist()}

    def _share(self, text: str) -> float:
        """The share of the words that are in at least one of the runs that a text has; 1 if it has the code."""
        text = folded(text)
        if self._code and self._code in " ".join(text.split()):
            return 1.0
        return self._share_in_runs(text) if self._runs else 0.0

    def _share_in_runs(self, text: str) -> float:
        data = text.encode("utf-8", "replace")
        in_runs = {i + k for i, run in enumerate(self._runs) if run in data for k in range(RUN_WORDS)}
        return len(in_runs) / len(self._words)

    def _beginning(self, lines: Sequence[str]) -> int | None:
        """The line in which the code begins; None if the lines do not have it."""
        if not self._code:
            return None
        words = [word for line in lines for word in folded(line).split()]
        before, found, _ = " ".join(words).partition(self._code)
        if not found:
            return None
        numbers = [i for i, line in enumerate(lines) for _ in folded(line).split()]
        return numbers[before.count(" ")]


def _is_within(inner: StoredChunk, outer: StoredChunk) -> bool:
    """Whether a chunk is a part of another one."""
    if inner.path != outer.path or inner.id == outer.id:
        return False
    return outer.start_line <= inner.start_line and inner.end_line <= outer.end_line
