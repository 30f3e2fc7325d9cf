"""What of a TeX text is code: comments and what is shown verbatim hidden, groups matched, lines numbered."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

_HIDDEN = re.compile(
    r"\\[\\{}%]|%[^\n]*"
    r"|\\(?:verb|lstinline|mintinline\{\w*\})\*?(?P<sign>[^\w\s{*\[\\])[^\n]*?(?P=sign)"
    r"|\\(?:url|href|path|nolinkurl)[ \t]*\{[^{}\n]*\}"
    r"|\\begin[ \t]*\{(?P<verbatim>(?:[BLS]?V|v)erbatim\*?|lstlisting|minted|comment|filecontents\*?|tcblisting"
    r"|alltt\*?|luacode\*?|pycode|asy|Sinput|Soutput)\}"
)
_MACROCODE = "\\begin{macrocode"
_GUARD = re.compile(r"%<[+-]?[\w|&!()+-]+>")
_SHOWN_IN_DOCUMENTATION = re.compile(r"\\verb\*?([^\w\s])[^\n]*?\1|\|[^|\n]*\||\^\^A[^\n]*")
_NOT_NEWLINE = re.compile(r"[^\n]")
_BLANK = re.compile(r"\s*")
_PARAGRAPH = re.compile(r"\n[ \t]*\n")
_OPTION_SIGN = re.compile(r"[\]{}]")
_LONGEST_OPTION = 2_000
"""Characters; one that is open longer is none, and to look for its end each time would be quadratic."""


@dataclass(frozen=True)
class TexCode:
    """A TeX text as it is written and as code of the same length."""

    text: str
    code: str

    @cached_property
    def closings(self) -> dict[int, int]:
        """Places of opening braces → those of their closing ones."""
        matched: dict[int, int] = {}
        opened: list[int] = []
        for brace in re.finditer(r"[{}]", self.code):
            if brace[0] == "{":
                opened.append(brace.start())
            elif opened:
                matched[opened.pop()] = brace.start()
        return matched

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(newline.end() for newline in re.finditer("\n", self.text))]

    def line(self, place: int) -> int:
        """The 1-based line of a place."""
        return bisect_right(self._line_starts, place)

    def line_around(self, place: int, longest: int) -> str:
        """The text of a place's line, of so many characters at most, which begin before the place."""
        line = self.line(place)
        begin = max(self._line_starts[line - 1], place - longest // 2)
        return self.text[begin : begin + longest].partition("\n")[0]

    def after_blank(self, place: int) -> int:
        """The place of what follows, across comments and line ends but within the paragraph."""
        match = _BLANK.match(self.code, place)
        end = match.end() if match else place
        return place if _PARAGRAPH.search(self.text, place, end) else end

    def after_option(self, place: int) -> int:
        """The place after an option (`[…]`), or the same place where none begins."""
        at = place + 1
        while self.code.startswith("[", place) and (
            match := _OPTION_SIGN.search(self.code, at, place + _LONGEST_OPTION)
        ):
            if match[0] == "]":
                return match.end()
            if match.start() not in self.closings:
                break
            at = self.closings[match.start()] + 1
        return place


def read(text: str) -> TexCode:
    """A text with its code. In a `.dtx` file the documentation, all behind `%`, is code too: it has the sections."""
    return TexCode(text, _without_hidden(_with_documentation(text) if _MACROCODE in text else text))


def _with_documentation(text: str) -> str:
    """The text without the `%` before lines of documentation and without guards."""
    lines = text.split("\n")
    is_code = False
    for index, line in enumerate(lines):
        if not line.startswith("%"):
            continue
        guard = _GUARD.match(line)
        content = line.lstrip("%")
        if guard:
            lines[index] = " " * guard.end() + line[guard.end() :]
        elif not is_code or content.lstrip().startswith("\\end{macrocode"):
            shown = _SHOWN_IN_DOCUMENTATION.sub(lambda match: " " * len(match[0]), content)
            lines[index] = " " * (len(line) - len(content)) + shown
            is_code = content.lstrip().startswith(_MACROCODE)
    return "\n".join(lines)


def _without_hidden(text: str) -> str:
    """Comments, escaped signs and verbatim text turned to spaces; lines stay."""
    parts: list[str] = []
    unclosed: set[str] = set()
    place = 0
    while match := _HIDDEN.search(text, place):
        parts.append(text[place : match.start()])
        place = match.end()
        name = match["verbatim"]
        if not name:
            parts.append(_NOT_NEWLINE.sub(" ", match[0]))
            continue
        parts.append(match[0])
        end = -1 if name in unclosed else text.find(f"\\end{{{name}}}", place)
        if end < 0:
            unclosed.add(name)
        else:
            parts.append(_NOT_NEWLINE.sub(" ", text[place:end]))
            place = end
    return "".join([*parts, text[place:]])
