"""Splitting SQL of any dialect into statements.

They end at `;` outside quotes, comments and blocks, at the delimiter set by `DELIMITER`, at a line with `GO` or `/`,
at a client command, and where a line begins another definition.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from codesearch.chunking.scanners.sql import tokens
from codesearch.chunking.scanners.sql.blocks import Blocks, Routine
from codesearch.chunking.scanners.sql.definitions import Definition, definition_at
from codesearch.chunking.scanners.sql.quotes import Quoted, Quotes

_VERSION_MARK = re.compile(r"/\*M?!\d*")
_STDIN = re.compile(r"\bFROM\s+P?STDIN\b", re.IGNORECASE)
_LINE_END = re.compile(r"$", re.MULTILINE)
_AS = re.compile(r"\bAS\s*\Z", re.IGNORECASE)
_SPACE = re.compile(r"\s*")
_HAS_WORDS = re.compile(r"(?!END\b[;\s]*\Z)(?=[\W_]*[^\W_])", re.IGNORECASE)
_BLOCK_START = re.compile(
    r"BEGIN(?!\s*(?:;|\\|\Z)|\s+(?:TRAN|TRANSACTION|WORK|ISOLATION|READ|IMMEDIATE|EXCLUSIVE|DEFERRED|DISTRIBUTED|DIALOG"
    r"|CONVERSATION)\b)|DECLARE[ \t]*(?=\n|--|/\*)(?!\s*@)",
    re.IGNORECASE,
)
"""Opens an anonymous block; not a transaction or a variable of T-SQL."""
_END_LINE = re.compile(r"^([ \t]*)END\b[^\n]*\Z", tokens.FLAGS)
_LOOK_BACK = 300
"""Characters before a definition that are examined for what precedes it on the line, and for an END above."""
_MAY_END = frozenset(("end", "comment", "quote", "dollar"))
"""Tokens after which a statement may begin on the same line."""
_MOST_DELIMITERS = 16
"""Real files use two or three; each requires compiling a pattern."""
_OWN_BATCH = frozenset("function procedure package trigger view type event module".split())
"""Kinds that a routine can't create, so that their definition ends the routine."""
_LISTS = frozenset("table index type sequence schema declaration".split())
"""Kinds whose definition, in T-SQL without `;`, ends where a line begins another statement."""


@dataclass(frozen=True, slots=True)
class Statement:
    """The range of a statement, from after its leading comments, which begin at `lead`, to after its end marker."""

    lead: int
    begin: int
    end: int
    definition: Definition | None
    routines: tuple[Routine, ...] = ()
    """The routines in a package."""


def split(text: str) -> list[Statement]:
    """The statements of a text in order. Takes linear time."""
    splitter = _Splitter(text)
    splitter.run()
    return splitter.statements


class _Splitter:
    def __init__(self, text: str) -> None:
        self.statements: list[Statement] = []
        self._text = text
        self._quotes = Quotes(text)
        self._last_batch = max((match.start() for match in tokens.BATCH_LINE.finditer(text)), default=-1)
        self._has_backticks = "`" in text
        self._delimiter = ";"
        self._delimiters = {";"}
        self._restart(0)

    def run(self) -> None:
        handlers = {
            "comment": self._comment,
            "quote": self._quote,
            "dollar": self._dollar,
            "go": self._end_marker,
            "batch": self._batch,
            "delimiter": self._set_delimiter,
            "command": self._command,
            "bound": self._bound,
            "word": self._word,
            "end": self._end,
        }
        text, position = self._text, 0
        match = tokens.FIRST_LINE.match(text)
        while match or (match := self._tokens.search(text, position)):
            group = match.lastgroup or ""
            position = match.end()
            if group != "skip":
                begin = match.start(group) if text[match.start()] in "\n \t" else match.start()
                position = handlers[group](begin, position)
            match = tokens.HEAD.match(text, position) if group in _MAY_END and not self._blocks else None
        self._finish(len(text))

    def _restart(self, lead: int, clear: int = -1) -> None:
        """Begin a statement at `lead`; up to `clear` it is known to be blank or comments."""
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
        """End the statement at `end` and begin the next."""
        begin = _SPACE.match(self._text, self._clear, end).end()  # type: ignore[union-attr]
        if self._blocks:
            self._blocks.close(end)
        if _HAS_WORDS.match(self._text, begin, end):
            routines = tuple(self._blocks.routines) if self._blocks else ()
            self.statements.append(Statement(self._lead, begin, end, self._definition, routines))
        self._restart(end)

    def _split_at(self, position: int) -> None:
        """End the statement where another begins at `position`, whose leading comments go to that one."""
        first, last = self._comments
        self._finish(first if not self._text[last:position].strip() else position)
        self._restart(self._lead, position)

    def _starts_at(self, position: int) -> bool:
        """Whether the statement is only whitespace and comments before `position`."""
        self._is_blank = self._is_blank and not self._text[self._clear : position].strip()
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
        """Whether `#` begins a comment of MySQL or BigQuery, not an operator or a temporary table."""
        preceding = self._line_before(begin).rstrip()
        if preceding and preceding[-1] not in ";,(":
            return False
        following = self._text[begin + 1 : begin + 2]
        return not following.strip("!=*#- \t\n") or (not preceding and self._has_backticks and following.isalnum())

    def _skip_comment(self, begin: int, end: int) -> None:
        if self._starts_at(begin):
            self._clear = end
        first, last = self._comments
        self._comments = (first if not self._text[last:begin].strip() else begin, end)

    def _quote(self, begin: int, end: int) -> int:
        return self._after(self._quotes.string(begin))

    def _after(self, quote: Quoted) -> int:
        """The end of a quote; another statement begins there if it is unterminated."""
        if quote.is_unterminated:
            self._split_at(quote.end)
        return quote.end

    def _dollar(self, begin: int, end: int) -> int:
        if self._blocks and self._blocks.is_open:
            return end  # an inquiry directive of PL/SQL: `$$PLSQL_UNIT`
        if self._blocks and _END_LINE.match(self._line_before(begin)):
            return self._end_marker(begin, end)  # a delimiter that is set outside the file
        return self._after(self._quotes.dollar(begin, self._text[begin:end]))

    def _end_marker(self, begin: int, end: int) -> int:
        """A marker that ends a statement and belongs to it: `\\g` of psql and the like."""
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
        """A client command, of psql, SQL*Plus, sqlcmd or sqlite."""
        command = self._text[begin:end].lstrip()
        if command.startswith("\\g"):
            return self._end_marker(begin, end)
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
        """A line that may begin another statement: it ends one without `;` if that is complete."""
        if self._blocks:
            is_complete = self._blocks.is_complete and not self._runs_to_batch(begin)
        else:
            is_list = self._definition is not None and self._definition.kind in _LISTS
            is_complete = is_list and self._is_balanced(begin) and self._has_parens
        if is_complete and not _AS.search(self._text, max(0, begin - _LOOK_BACK), begin):
            self._split_at(begin)
        return end

    def _runs_to_batch(self, position: int) -> bool:
        """Whether the statement is a routine that is ended only by a line with `GO` or `/`."""
        return self._blocks is not None and self._blocks.has_body and self._last_batch > position

    def _is_balanced(self, position: int) -> bool:
        opened = self._text.count("(", self._parens_to, position)
        self._parens += opened - self._text.count(")", self._parens_to, position)
        self._has_parens = self._has_parens or opened > 0
        self._parens_to = position
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
        elif not is_first and definition and self._begins_statement(definition, begin, len(lead)):
            self._split_at(begin)
            is_first = True
        if definition and is_first:
            self._margin = len(lead)
            self._set_definition(definition)
            return definition.end
        return end

    def _begins_statement(self, definition: Definition, begin: int, margin: int) -> bool:
        """Whether a definition at the start of a line begins a statement; it may be part of a routine's body."""
        blocks = self._blocks
        if not blocks or not blocks.definition:
            return True
        if definition.kind in _OWN_BATCH and (margin <= self._margin or not blocks.is_open):
            return True
        if definition.is_temporary:
            return False
        is_inside = blocks.is_open or self._delimiter != ";" or self._runs_to_batch(begin)
        return not is_inside or self._follows_end(begin)

    def _follows_end(self, position: int) -> bool:
        """Whether the previous line is an END that is indented no more than the routine."""
        first, last = self._comments
        end = first if not self._text[last:position].strip() else position
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

    def _line_before(self, position: int) -> str:
        """The text before `position` on its line."""
        return self._text[max(0, position - _LOOK_BACK) : position].rpartition("\n")[2]
