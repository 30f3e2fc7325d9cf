"""Tracks the open blocks of a routine, and the routines in a package or in the declarations of a routine."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from codesearch.chunking.scanners.sql.definitions import Definition

_HEADER_CHARS = 4000
"""An IS or AS further than this from the routine's name is not part of its header."""
_LEAD_CHARS = 200
_QUOTED_TEXT = re.compile(r"\s*(?:[NEXURB]{0,2}&?['\"]|[$:{]|@\w+@)", re.IGNORECASE)
_NO_BLOCK = re.compile(r"\s*(?:\(|(?:LANGUAGE|EXTERNAL|SELECT|WITH|TABLE|RETURN|MLE)\b)", re.IGNORECASE)
"""Follows an AS that does not open a block: a query, an expression, a call specification."""
_TRIGGER_BLOCK = re.compile(
    r"[ \t]*(?:\n|--|/\*)"
    r"|\s+(?:BEGIN|DECLARE|DELETE|EXEC|EXECUTE|IF|INSERT|MERGE|PRINT|RETURN|SELECT|SET|UPDATE|WITH)\b",
    re.IGNORECASE,
)
"""Follows the AS of a T-SQL trigger, but not the AS of REFERENCING."""
_RETURNS = re.compile(r"\bRETURNS?\b", re.IGNORECASE)
_NOT_OF_HEADER = re.compile(r"(?:\bEXEC(?:UTE)?|@\w+)\s+\Z", re.IGNORECASE)
"""Precedes the AS of EXECUTE AS or of a parameter's type."""
_ROUTINE_HEAD = re.compile(r"(?:FUNCTION|PROCEDURE)\s+(?P<name>\"[^\"\n]+\"|[\w$#]+)", re.IGNORECASE)
_BEFORE_HEAD = re.compile(
    r"(?:^|;|\b[IA]S\b|\*/)[ \t]*"
    r"(?:(?:OVERRIDING|MEMBER|STATIC|CONSTRUCTOR|FINAL|INSTANTIABLE|NOT|MAP|ORDER)[ \t]+)*\Z",
    re.IGNORECASE,
)
_BEGIN = re.compile(r"\s*BEGIN\b", re.IGNORECASE)
_VARIABLE = re.compile(r"\s*@")
_BLOCK, _DECLARATIONS, _WHOLE = "BEGIN", "IS", "AS BEGIN"


@dataclass(slots=True)
class Routine:
    """A routine in a package or another routine, from the start of its first line to after its end marker."""

    kind: str
    name: str
    line_start: int
    end: int = 0


@dataclass(slots=True)
class Blocks:
    """Processes the keywords of a routine to track which blocks are open and where the routine may end."""

    text: str
    definition: Definition | None
    """None for an anonymous block."""
    routines: list[Routine] = field(default_factory=list)
    _running: list[tuple[Routine, int]] = field(default_factory=list)
    """Those that have not ended, and how many blocks are open around them."""
    has_body: bool = False
    """Whether an AS or IS opened the routine's body."""
    is_complete: bool = False
    """Whether the block that is the routine's whole body is closed, so that no `;` is needed."""
    _open: list[str] = field(default_factory=list)
    _header: int = -1
    """The end of the name of the routine whose IS or AS is expected, or -1."""
    _margin: int = 0

    def __post_init__(self) -> None:
        if self.definition:
            self._header = self.definition.end

    @property
    def is_open(self) -> bool:
        """Whether a `;` would only end a statement inside the routine."""
        return bool(self._open)

    def word(self, word: str, begin: int, end: int) -> None:
        """Process a keyword of the routine, in upper case."""
        if word == "BEGIN":
            self._begin()
        elif word == "END":
            self._end()
        elif word in ("CASE", "COMPOUND"):
            self._open.append(_BLOCK)
        elif word == "DECLARE":
            self._declare(end)
        elif word in ("IS", "AS"):
            self._body(begin, end)
        elif word in ("FUNCTION", "PROCEDURE"):
            self._head(begin)

    def semicolon(self, end: int) -> None:
        """Process a `;`, which ends a routine if it is only declared or its block is closed."""
        while self._running and len(self._open) <= self._running[-1][1]:
            routine, depth = self._running.pop()
            routine.end = end
            if self._header >= 0 and not (self._is_package and depth == 1):
                self.routines.pop()  # it is defined further below
        self._header = -1

    def close(self, end: int) -> None:
        """End the routines that are open."""
        for routine, _ in self._running:
            routine.end = end
        self._running.clear()

    @property
    def _is_package(self) -> bool:
        return self.definition is not None and self.definition.kind in ("package", "type")

    def _begin(self) -> None:
        self._header = -1
        if self._open and self._open[-1] == _DECLARATIONS:
            self._open[-1] = _BLOCK
        else:
            self._open.append(_BLOCK if self._open else _WHOLE)

    def _end(self) -> None:
        if self._open:
            self.is_complete = self._open.pop() == _WHOLE

    def _declare(self, end: int) -> None:
        """DECLARE outside a block begins its declarations; inside, it is a statement."""
        if not self._open and not _VARIABLE.match(self.text, end):
            self._header = -1
            self._open.append(_DECLARATIONS)

    def _body(self, begin: int, end: int) -> None:
        """IS or AS: may end a header and begin the routine's body."""
        if self._header < 0 or begin - self._header > _HEADER_CHARS:
            return
        header = self.text[self._header : begin]
        if header.count("(") != header.count(")") or _NOT_OF_HEADER.search(header):
            return
        kind = self.definition.kind if self.definition and not self._open else ""
        if kind in ("event", "declaration") or (kind == "trigger" and not _TRIGGER_BLOCK.match(self.text, end)):
            return
        self._header = -1
        if _QUOTED_TEXT.match(self.text, end):
            return
        self.has_body = True
        is_macro = kind == "function" and not _RETURNS.search(header)
        is_whole = not self._open and _BEGIN.match(self.text, end) is not None
        if not is_macro and not is_whole and not _NO_BLOCK.match(self.text, end):
            self._open.append(_DECLARATIONS)

    def _head(self, begin: int) -> None:
        """FUNCTION or PROCEDURE: may begin a routine in a package or in another routine's declarations."""
        lead = self.text[max(0, begin - _LEAD_CHARS) : begin].rpartition("\n")[2]
        match = _ROUTINE_HEAD.match(self.text, begin)
        if not match or not self._open or not _BEFORE_HEAD.search(lead):
            return
        self._header = match.end()
        margin = len(lead) - len(lead.lstrip())
        is_nested = self._open[-1] == _DECLARATIONS and not (self._is_package and len(self._open) == 1)
        if not is_nested and not self._is_package:
            return
        line = begin - len(lead)
        if not is_nested:
            if not self.routines:
                self._margin = margin
            elif len(self._open) > 1 and margin > self._margin:
                return
            self.close(line)
            del self._open[1:]
        routine = Routine(match[0].split()[0].lower(), match["name"].strip('"'), line)
        self.routines.append(routine)
        self._running.append((routine, len(self._open)))
