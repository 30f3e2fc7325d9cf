"""Entries that are text: a block between markers in a Markdown file, or a whole file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from codesearch.agents.edits import Insertion, Unmergeable, line_end

BEGIN = "<!-- codesearch: begin -->"
END = "<!-- codesearch: end -->"


@dataclass(frozen=True, slots=True)
class Block:
    """A text between markers, at the end of a file that holds other text too."""

    text: str

    def is_in(self, text: str) -> bool:
        """As Entry.is_in."""
        return self._framed(line_end(text)) in text

    def insertions(self, text: str) -> Sequence[Insertion]:
        """As Entry.insertions."""
        newline = line_end(text)
        gap = ("" if text.endswith("\n") else newline) + newline if text.strip("\ufeff \t\r\n") else ""
        return [Insertion(len(text), gap + self._framed(newline))]

    def without(self, text: str) -> str:
        """As Entry.without."""
        if text.count(BEGIN) != text.count(END) or text.count(BEGIN) > 1:
            raise Unmergeable(f"the markers {BEGIN} and {END} in it are not one pair")
        before, found, rest = text.partition(BEGIN)
        if not found:
            return text
        _, ended, after = rest.partition(END)
        if not ended:
            raise Unmergeable(f"the marker {END} in it comes before {BEGIN}")
        for newline in ("\r\n", "\n"):
            if after.startswith(newline):
                after = after.removeprefix(newline)
                if before.endswith(newline * 2):
                    before = before.removesuffix(newline)
                break
        return before + after

    def _framed(self, newline: str) -> str:
        return newline.join([BEGIN, *self.text.splitlines(), END, ""])


@dataclass(frozen=True, slots=True)
class Whole:
    """A file of which all is ours, which says so by `signature`."""

    text: str
    signature: str

    def is_in(self, text: str) -> bool:
        """As Entry.is_in."""
        return text == self.text

    def insertions(self, text: str) -> Sequence[Insertion]:
        """As Entry.insertions."""
        return [Insertion(len(text), self.text)]

    def without(self, text: str) -> str:
        """As Entry.without."""
        if text.strip() and self.signature not in text:
            raise Unmergeable("it was not written by codesearch")
        return ""
