"""The lines of a file with their character and byte offsets, and chunks built from them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate, islice

from codesearch.chunking.chunk import Chunk, Definition

MOST_DEFINES = 200
MOST_DEFINITIONS = 1000
"""Per chunk; exceeded only by lines of tens of thousands of characters, since lines are never split."""
DOCUMENTATION_CHARS = 2000


class Source:
    """A file's lines. Line numbers are 1-based and inclusive."""

    def __init__(self, path: str, text: str, language: str) -> None:
        self.path, self.language = path, language
        self.lines = text.split("\n")
        if self.lines[-1] == "":
            self.lines.pop()
        self._ends = list(accumulate(map(len, self.lines), initial=0))
        self._byte_ends = self._ends
        if not text.isascii():
            encoded = (len(line.encode("utf-8", "surrogatepass")) for line in self.lines)
            self._byte_ends = list(accumulate(encoded, initial=0))

    def size(self, first: int, last: int) -> int:
        """Size of lines `first` to `last` in characters, newlines included."""
        return self._ends[last] - self._ends[first - 1] + last - first + 1

    def chunk(
        self,
        span: tuple[int, int],
        text: str,
        *,
        kind: str,
        documentation: str = "",
        defines: Iterable[str] = (),
        definition: Definition | None = None,
        definitions: Iterable[Definition] = (),
    ) -> Chunk:
        return Chunk(
            path=self.path,
            language=self.language,
            kind=kind,
            documentation=documentation[:DOCUMENTATION_CHARS],
            start_line=span[0],
            end_line=span[1],
            start_byte=self._byte_ends[span[0] - 1] + span[0] - 1,
            end_byte=self._byte_ends[span[1]] + span[1] - 1,
            text=text,
            defines=tuple(dict.fromkeys(islice(filter(None, defines), MOST_DEFINES))),
            definition=definition,
            definitions=tuple(islice(definitions, MOST_DEFINITIONS)),
        )
