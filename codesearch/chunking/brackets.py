"""Brackets that are left open or close nothing, told by the indentation of lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

_MARGIN = re.compile(r"[ \t]*")
_NONBLANK = re.compile(r"\n([ \t]*)(?=[^ \t\n])")
_CONTINUED = tuple("([{,=+-*/|&?:.<>\\")
"""Ends of lines that the next one continues."""

MOST_EDITS = 20
"""Texts with more open brackets are not read on, since each takes time; a damaged line of code has up to 13."""


class Edit(NamedTuple):
    """A text to insert in place of what is between two offsets."""

    start: int
    end: int
    text: str
    opened: int
    """The offset of what it closes or removes."""


class _Open(NamedTuple):
    """An open bracket."""

    closer: str
    offset: int
    indent: int
    """The indentation of the statement in which it is."""


def line_end(text: str, at: int) -> int:
    """The offset of the end of a line."""
    end = text.find("\n", at)
    return end if end >= 0 else len(text)


def edits_of(text: str, pairs: Sequence[str], offsets: Sequence[int], code_ends: Mapping[int, int]) -> list[Edit]:
    """Edits that close the open brackets of those at the offsets, and blank those that close nothing.

    Stops after more than `MOST_EDITS`. `code_ends` maps the ends of lines to the beginning of a comment there.
    """
    closers = {pair[0]: pair[1] for pair in pairs}
    if _are_paired(text, closers, offsets):
        return []
    marks = Counter(text[offset] for offset in offsets)
    surplus = {closer: marks[closer] - marks[opener] for opener, closer in closers.items()}
    reader = _Reader(text, closers, code_ends, surplus)
    begin = before = 0
    for offset in offsets:
        newline = text.rfind("\n", before, offset)
        begin, before = newline + 1 if newline >= 0 else begin, offset
        reader.read(offset, begin)
        if reader.has_too_many:
            return reader.edits
    while reader.open and not reader.has_too_many:
        reader.close_last()
    return reader.edits


def _are_paired(text: str, closers: Mapping[str, str], offsets: Sequence[int]) -> bool:
    expected: list[str] = []
    for offset in offsets:
        mark = text[offset]
        if mark in closers:
            expected.append(closers[mark])
        elif not expected or expected.pop() != mark:
            return False
    return not expected


@dataclass(slots=True)
class _Reader:
    text: str
    closers: Mapping[str, str]
    code_ends: Mapping[int, int]
    surplus: dict[str, int]
    """How many more brackets of a kind are closed than opened."""
    open: list[_Open] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    continued: tuple[int, int] = (-1, 0)
    """The beginning of a line that closes a bracket of an earlier line, and the indentation of that."""

    @property
    def has_too_many(self) -> bool:
        """Whether there are more edits than a text is read on with."""
        return len(self.edits) > MOST_EDITS

    def read(self, offset: int, begin: int) -> None:
        """Read the next bracket, in the line that begins at an offset."""
        mark = self.text[offset]
        indent = self._margin(begin)
        if mark in self.closers:
            self.open.append(_Open(self.closers[mark], offset, self._statement_indent(begin, indent)))
            return
        is_first = begin + indent == offset
        if is_first:
            self._close_above(mark, indent)
        while self.open and self.open[-1].closer != mark and self._is_left_open(mark, begin, indent):
            self.close_last()
            if self.has_too_many:
                return
        if not self.open or self.open[-1].closer != mark or (is_first and self._closes_nothing(mark, indent)):
            self.surplus[mark] -= 1
            self.edits.append(Edit(offset, offset + 1, " ", offset))
        elif (last := self.open.pop()).offset < begin:
            self.continued = (begin, last.indent)

    def close_last(self) -> None:
        """Close the last open bracket on its line or, if that is continued, after the lines indented below it."""
        last = self.open.pop()
        end = self._code_end(last.offset)
        if last.closer == "}" or self.text[last.offset : end].rstrip().endswith(_CONTINUED):
            end = self._block_end(line_end(self.text, last.offset), last.indent)
        self.edits.append(Edit(end, end, last.closer, last.offset))

    def _block_end(self, head_end: int, indent: int) -> int:
        """The end of the code in the lines below one that are indented by more than `indent`."""
        end = head_end
        for line in _NONBLANK.finditer(self.text, head_end):
            if len(line[1]) <= indent:
                break
            end = line.end()
        return self._code_end(end)

    def _code_end(self, offset: int) -> int:
        """The offset of the end of a line without the comment there."""
        end = line_end(self.text, offset)
        return self.code_ends.get(end, end)

    def _margin(self, begin: int) -> int:
        margin = _MARGIN.match(self.text, begin)
        return margin.end() - begin if margin else 0

    def _statement_indent(self, begin: int, indent: int) -> int:
        """The indentation of the statement in a line, which may have begun in the line above."""
        if self.continued[0] == begin:
            return self.continued[1]
        end = begin - 1
        while end > 0:
            previous = self.text.rfind("\n", 0, end) + 1
            margin = self._margin(previous)
            if previous + margin < end:
                is_continued = margin < indent and not (self.open and self.open[-1].offset >= previous)
                return margin if is_continued else indent
            end = previous - 1
        return indent

    def _close_above(self, mark: str, indent: int) -> None:
        """Close the brackets above the one whose statement is indented as the line that closes it."""
        for count, one in enumerate(reversed(self.open)):
            if one.indent < indent:
                return
            if one.indent == indent and one.closer == mark:
                for _ in range(min(count, MOST_EDITS + 1)):
                    self.close_last()
                return

    def _is_left_open(self, mark: str, begin: int, indent: int) -> bool:
        """Whether the last bracket is left open, as one of another kind is closed."""
        last = self.open[-1]
        if last.offset < begin:
            return last.indent >= indent
        return any(one.closer == mark for one in self.open if one.offset >= begin)

    def _closes_nothing(self, mark: str, indent: int) -> bool:
        """Whether the first bracket of a line closes nothing, judging by the last one that is open."""
        return self.surplus[mark] > 0 and self.open[-1].indent < indent
