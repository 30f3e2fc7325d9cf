"""Patterns: what to look for, and finding the lines of a text that match."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import re2

from codesearch.exact.cursor import PatternError
from codesearch.exact.parser import Parsed, literal, parse
from codesearch.exact.request import Case
from codesearch.exact.spans import Span, in_characters, spans, spelled_spans
from codesearch.exact.syntax import Alternatives, Anchor, CharacterClass, Named, Node, Position
from codesearch.exact.syntax import Sequence as InSequence
from codesearch.exact.translate import has_boundaries, spelled, translate, translate_relaxed, translate_spelled

MAX_MEMORY = 64 << 20
"""Bytes that RE2 may use for a pattern; beyond, it is too large."""
_NEWLINE = b"\n"


@dataclass(frozen=True, slots=True)
class MatchingLine:
    """A line of a text that matches: its number, from 1, and where it lies in the text."""

    number: int
    begin: int
    end: int
    """Without the newline."""


class Pattern:
    """One or several regular expressions, any of which a line has to match. Matching takes linear time."""

    def __init__(
        self,
        expressions: str | Sequence[str],
        *,
        case: Case = Case.SENSITIVE,
        is_literal: bool = False,
        whole_words: bool = False,
    ) -> None:
        """`is_literal` says that the expressions are plain texts. Raises PatternError."""
        given = [expressions] if isinstance(expressions, str) else list(expressions)

        def parsed(*, folds: bool) -> Parsed:
            parts = [(literal if is_literal else parse)(text, folds=folds) for text in given]
            tree = parts[0].tree if len(parts) == 1 else Alternatives(tuple(part.tree for part in parts))
            return Parsed(tree, any(part.has_upper_case for part in parts))

        found = parsed(folds=case is Case.IGNORED)
        if case is Case.SMART and not found.has_upper_case:
            found = parsed(folds=True)
        self._matched = found.tree
        """What of a match is shown; without what is around words."""
        self.tree = _as_words(found.tree) if whole_words else found.tree
        self._has_boundaries = has_boundaries(self.tree)
        self._regex = _compiled(translate(self.tree))

    def lines(self, text: bytes) -> Iterator[MatchingLine]:
        """The lines of a text (in UTF-8, with `\\n` as newlines) that match, in order."""
        if not self._has_boundaries or text.isascii():
            yield from _matching_lines(self._regex, text)
            return
        for line in _matching_lines(self._relaxed, text):
            if self.matches(text[line.begin : line.end].decode()):
                yield line

    def matches(self, line: str) -> bool:
        """Whether a line, without its newline, matches."""
        if self._has_boundaries and not line.isascii():
            return self._spelled.match(_encoded(spelled(line))) is not None
        return self._regex.search(_encoded(line)) is not None

    def spans(self, line: str) -> list[Span]:
        """What matches in a line, in characters, to be highlighted; without empty matches."""
        return [span for span in in_characters(self._spans(line), _encoded(line)) if span.begin < span.end]

    def columns(self, line: str) -> list[int]:
        """Where in a line that matches its matches begin, in bytes from 1, as ripgrep prints them."""
        return [span.begin + 1 for span in self._spans(line)]

    def _spans(self, line: str) -> Iterator[Span]:
        if self._has_boundaries and not line.isascii():
            return spelled_spans(self._captured_spelled, line)
        return spans(self._captured, _encoded(line))

    @cached_property
    def _captured(self) -> Any:
        return _compiled(translate(self.tree, self._matched), captures=True)

    @cached_property
    def _captured_spelled(self) -> Any:
        return _compiled(translate_spelled(self.tree, self._matched), captures=True)

    @cached_property
    def _relaxed(self) -> Any:
        return _compiled(translate_relaxed(self.tree))

    @cached_property
    def _spelled(self) -> Any:
        return _compiled(translate_spelled(self.tree))


def _encoded(line: str) -> bytes:
    return line.encode("utf-8", "replace")  # strings of a notebook may hold surrogates


def _as_words(tree: Node) -> Node:
    """A tree that matches only between characters that don't belong to words."""
    outside = CharacterClass((Named("w", negated=True),))
    before = Alternatives((Position(Anchor.START), outside))
    after = Alternatives((Position(Anchor.END), outside))
    return InSequence((before, tree, after))


def _compiled(expression: str, *, captures: bool = False) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MAX_MEMORY
    options.never_capture = not captures
    try:
        return re2.compile(expression, options)
    except re2.error as error:
        raise PatternError("the pattern is too large", "repeat less, or look for a part of it") from error


def _matching_lines(regex: Any, text: bytes) -> Iterator[MatchingLine]:
    end = counted = 0
    number = 1
    while end <= len(text) and (found := regex.search(text, end)):
        begin = text.rfind(_NEWLINE, 0, found.start()) + 1
        if begin == len(text):  # behind the last newline is no line
            return
        number += text.count(_NEWLINE, counted, begin)
        end = text.find(_NEWLINE, found.start())
        end = len(text) if end < 0 else end
        yield MatchingLine(number, begin, end)
        counted = begin
        end += 1
