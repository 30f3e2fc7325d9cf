"""Statements of SQL: where each begins and ends, whatever its dialect.

They end at `;` outside of quotes, comments and blocks, at what `DELIMITER` says, at a line of `GO` or `/`, at a
command of the client, and where a line begins another definition.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from codesearch.chunking.scanners.sql import tokens
from codesearch.chunking.scanners.sql.blocks import Blocks, Routine
from codesearch.chunking.scanners.sql.definitions import Definition, definition_at
from codesearch.chunking.scanners.sql.quotes import Quotes

_VERSION_MARK = re.compile(r"/\*M?!\d*")
_STDIN = re.compile(r"\bFROM\s+P?STDIN\b", re.IGNORECASE)
_LINE_END = re.compile(r"$", re.MULTILINE)
_AS = re.compile(r"\bAS\s*\Z", re.IGNORECASE)
_SPACE = re.compile(r"\s*")
_WRITTEN = re.compile(r"(?!END\b[;\s]*\Z)(?=[\W_]*[^\W_])", re.IGNORECASE)
_BLOCK_START = re.compile(
    r"BEGIN(?!\s*(?:;|\\|\Z)|\s+(?:TRAN|TRANSACTION|WORK|ISOLATION|READ|IMMEDIATE|EXCLUSIVE|DEFERRED|DISTRIBUTED|DIALOG"
    r"|CONVERSATION)\b)|DECLARE[ \t]*(?=\n|--|/\*)(?!\s*@)",
    re.IGNORECASE,
)
"""What opens an anonymous block, but no transaction and no variable of T-SQL."""
_END_LINE = re.compile(r"^([ \t]*)END\b[^\n]*\Z", tokens.FLAGS)
_LOOK_BACK = 300
"""Characters before a definition that tell whether it begins a line, and whether a block ends right above."""
_MAY_END = frozenset(("end", "comment", "quote"))
"""Tokens behind which a statement may begin on the same line."""
_MOST_DELIMITERS = 16
"""Real files change between two or three; each costs a pattern."""
_OWN_BATCH = frozenset("function procedure package trigger view type event module".split())
"""What a routine's text can't create, so that such a definition ends the routine."""
_LISTS = frozenset("table index type sequence schema declaration".split())
"""What ends in T-SQL, without a `;`, where a line begins another statement."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement's place in the text: after its leading comments, which begin at `lead`, up to its end marker."""

    lead: int
    begin: int
    end: int
    definition: Definition | None
    routines: tuple[Routine, ...] = ()
    """Routines of a package."""


def split(text: str) -> list[Statement]:
    """The statements of a text in order, in time linear in its length."""
    splitter = _Splitter(text)
    splitter.run()
    return splitter.found


class _Splitter:
    def __init__(self, text: str) -> None:
        self.found: list[Statement] = []
        self._text = text
        self._quotes = Quotes(text)
        self._last_batch = max((match.start() for match in tokens.BATCH_LINE.finditer(text)), default=-1)
        self._has_backticks = "`" in text
        self._delimiter = ";"
        self._delimiters = {";"}
        self._restart(0)

    def run(self) -> None:
        takers = {
            "comment": self._comment,
            "quote": self._quote,
            "dollar": self._dollar,
            "go": self._go,
            "batch": self._batch,
            "delimiter": self._set_delimiter,
            "command": self._command,
            "bound": self._bound,
            "word": self._word,
            "end": self._end,
        }
        text, place = self._text, 0
        match = tokens.FIRST_LINE.match(text)
        while match or (match := self._tokens.search(text, place)):
            group = match.lastgroup or ""
            place = match.end()
            if group != "skip":
                begin = match.start(group) if text[match.start()] in "\n \t" else match.start()
                place = takers[group](begin, place)
            match = tokens.HEAD.match(text, place) if group in _MAY_END and not self._blocks else None
        self._finish(len(text))

    def _restart(self, lead: int, clear: int = -1) -> None:
        """Begin a statement at `lead`, of which what lies before `clear` is blank or comments."""
        self._lead = self._parens_to = lead
        self._clear = max(lead, clear)
        self._is_blank = True
        self._comments = (lead, lead)
        self._margin = 0
        self._parens = 0
        self._has_parens = self._is_copy = False
        self._set_definition(None)

    def _set_definition(self, definition: Definition | None, blocks: Blocks | None = None) -> None:
        self._definition = definition
        self._blocks = Blocks(self._text, definition) if definition and definition.is_routine else blocks
        self._tokens = tokens.pattern(self._delimiter, self._blocks is not None)

    def _finish(self, end: int) -> None:
        """End the statement, and begin the next there."""
        begin = _SPACE.match(self._text, self._clear, end).end()  # type: ignore[union-attr]
        if self._blocks:
            self._blocks.close(end)
        if _WRITTEN.match(self._text, begin, end):
            routines = tuple(self._blocks.routines) if self._blocks else ()
            self.found.append(Statement(self._lead, begin, end, self._definition, routines))
        self._restart(end)

    def _cut(self, place: int) -> None:
        """End the statement where another begins, whose leading comments are not its own."""
        first, last = self._comments
        self._finish(first if not self._text[last:place].strip() else place)
        self._restart(self._lead, place)

    def _starts_at(self, place: int) -> bool:
        """Whether there are only blanks and comments before `place`."""
        self._is_blank = self._is_blank and not self._text[self._clear : place].strip()
        return self._is_blank

    def _comment(self, begin: int, end: int) -> int:
        if mark := _VERSION_MARK.match(self._text, begin):
            end = mark.end()
        elif self._text.startswith("/*", begin):
            end = self._quotes.comment(begin)
        elif self._text[begin] == "#":
            if not self._is_comment(begin):
                return end
            end = _LINE_END.search(self._text, end).end()  # type: ignore[union-attr]
        self._skip_comment(begin, end)
        return end

    def _is_comment(self, begin: int) -> bool:
        """Whether a number sign begins one of MySQL's or BigQuery's comments: no operator, no temporary table."""
        before = self._line_before(begin).rstrip()
        if before and before[-1] not in ";,(":
            return False
        following = self._text[begin + 1 : begin + 2]
        return not following.strip("!=*#- \t\n") or (not before and self._has_backticks and following.isalnum())

    def _skip_comment(self, begin: int, end: int) -> None:
        if self._starts_at(begin):
            self._clear = end
        first, last = self._comments
        self._comments = (first if not self._text[last:begin].strip() else begin, end)

    def _quote(self, begin: int, end: int) -> int:
        quoted = self._quotes.string(begin)
        if quoted.is_broken:
            self._cut(quoted.end)
        return quoted.end

    def _dollar(self, begin: int, end: int) -> int:
        if self._blocks and self._blocks.is_open:
            return end  # PL/SQL's `$$PLSQL_UNIT`
        if self._blocks and _END_LINE.match(self._line_before(begin)):
            return self._go(begin, end)  # a delimiter that the client is told elsewhere
        return self._quotes.dollar(begin, self._text[begin:end])

    def _go(self, begin: int, end: int) -> int:
        """What ends a statement and belongs to it: psql's `\\g` and its like."""
        self._finish(end)
        return end

    def _batch(self, begin: int, end: int) -> int:
        self._finish(begin)
        self._restart(end)
        return end

    def _set_delimiter(self, begin: int, end: int) -> int:
        self._finish(begin)
        words = self._text[begin:end].split()
        sign = words[1 if words[0].upper() == "DELIMITER" else 2]
        if sign in self._delimiters or len(self._delimiters) < _MOST_DELIMITERS:
            self._delimiter = sign
            self._delimiters.add(sign)
        self._restart(end)
        return end

    def _command(self, begin: int, end: int) -> int:
        """A command of the client: of psql, SQL*Plus, sqlcmd or sqlite."""
        command = self._text[begin:end].lstrip()
        if command.startswith("\\g"):
            return self._go(begin, end)
        if command.startswith("//"):
            if self._delimiter == "//":
                return begin
            self._skip_comment(begin, end)
            return end
        if command.startswith("\\"):
            self._finish(begin)
        elif not self._starts_at(begin):
            return begin
        if command.startswith("\\copy") and _STDIN.search(command):
            end = self._quotes.data(end)
        self._restart(end)
        return end

    def _bound(self, begin: int, end: int) -> int:
        """A line that begins another statement: it ends one without a `;`, if that is whole."""
        if self._blocks:
            is_whole = self._blocks.is_over and not self._runs_to_batch(begin)
        else:
            is_list = self._definition is not None and self._definition.kind in _LISTS
            is_whole = is_list and self._is_balanced(begin) and self._has_parens
        if is_whole and not _AS.search(self._text, max(0, begin - _LOOK_BACK), begin):
            self._cut(begin)
        return end

    def _runs_to_batch(self, place: int) -> bool:
        """Whether the statement is a routine that only a line of `GO` or `/` ends."""
        return self._blocks is not None and self._blocks.has_text and self._last_batch > place

    def _is_balanced(self, place: int) -> bool:
        opened = self._text.count("(", self._parens_to, place)
        self._parens += opened - self._text.count(")", self._parens_to, place)
        self._has_parens = self._has_parens or opened > 0
        self._parens_to = place
        return self._parens <= 0

    def _word(self, begin: int, end: int) -> int:
        word = self._text[begin:end].upper().split()[0]
        if word in ("CREATE", "ALTER", "REPLACE"):
            return self._create(begin, end)
        if not self._blocks and not self._starts_at(begin):
            self._bound(begin, end)
        if self._starts_at(begin):
            self._is_copy = word == "COPY"
            if _BLOCK_START.match(self._text, begin):
                self._set_definition(None, Blocks(self._text, None))
        if self._blocks:
            self._blocks.word(word, begin, end)
        return end

    def _create(self, begin: int, end: int) -> int:
        is_first = self._starts_at(begin)
        lead = self._line_before(begin)
        if not is_first and _VERSION_MARK.sub("", lead).strip():
            return end
        definition = definition_at(self._text, begin)
        if not is_first and not definition:
            self._bound(begin, end)
        elif not is_first and definition and self._begins(definition, begin, len(lead)):
            self._cut(begin)
            is_first = True
        if definition and is_first:
            self._margin = len(lead)
            self._set_definition(definition)
            return definition.end
        return end

    def _begins(self, definition: Definition, begin: int, margin: int) -> bool:
        """Whether a definition at the start of a line begins a statement, and is not part of a routine's text."""
        blocks = self._blocks
        if not blocks or not blocks.definition:
            return True
        if definition.kind in _OWN_BATCH and (margin <= self._margin or not blocks.is_open):
            return True
        if definition.is_temporary:
            return False
        is_inside = blocks.is_open or self._delimiter != ";" or self._runs_to_batch(begin)
        return not is_inside or self._ends_above(begin)

    def _ends_above(self, place: int) -> bool:
        """Whether the line above is an END as far left as the routine."""
        first, last = self._comments
        end = first if not self._text[last:place].strip() else place
        match = _END_LINE.search(self._text[max(0, end - _LOOK_BACK) : end].rstrip())
        return match is not None and len(match[1]) <= self._margin

    def _end(self, begin: int, end: int) -> int:
        is_semicolon = self._text[begin:end] == ";"
        if is_semicolon and self._blocks:
            self._blocks.semicolon(end)
            if self._blocks.is_open or self._runs_to_batch(end):
                return end
        if is_semicolon and self._delimiter != ";":
            return end
        if self._definition and self._definition.kind in ("rule", "macro") and not self._is_balanced(begin):
            return end
        if self._is_copy and _STDIN.search(self._text, self._clear, begin):
            end = self._quotes.data(end)
        self._finish(end)
        return end

    def _line_before(self, place: int) -> str:
        """What stands on the line before `place`."""
        return self._text[max(0, place - _LOOK_BACK) : place].rpartition("\n")[2]
