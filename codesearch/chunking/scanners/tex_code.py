"""TeX code with comments and verbatim text blanked, and lookups of groups and lines."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from codesearch.chunking.blanks import blank_match, blanked

_HIDDEN = re.compile(
    r"\\[\\{}%]|%[^\n]*"
    r"|\\(?:verb|lstinline|mintinline\{\w*\})\*?(?P<sign>[^\w\s{*\[\\])[^\n]*?(?P=sign)"
    r"|\\(?:url|href|path|nolinkurl)[ \t]*\{[^{}\n]*\}"
    r"|\\begin[ \t]*\{(?P<verbatim>(?:[BLS]?V|v)erbatim\*?|lstlisting|minted|comment|filecontents\*?|tcblisting"
    r"|alltt\*?|luacode\*?|pycode|asy|Sinput|Soutput)\}"
)
_MACROCODE = "\\begin{macrocode"
_GUARD = re.compile(r"%<[+-]?[\w|&!()+-]+>")
_VERBATIM_IN_DOCUMENTATION = re.compile(r"\\verb\*?([^\w\s])[^\n]*?\1|\|[^|\n]*\||\^\^A[^\n]*")
_BLANK = re.compile(r"\s*")
_PARAGRAPH = re.compile(r"\n[ \t]*\n")
_OPTION_BRACKET = re.compile(r"[\]{}]")
_LONGEST_OPTION = 2_000
"""Characters. A longer bracket is not an option; the bound avoids quadratic searches."""


@dataclass(frozen=True)
class TexCode:
    """A TeX text, and its code of the same length."""

    text: str
    code: str

    @cached_property
    def closings(self) -> dict[int, int]:
        """Positions of opening braces → positions of their closing braces."""
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

    def line(self, position: int) -> int:
        """The 1-based line of a position."""
        return bisect_right(self._line_starts, position)

    def line_around(self, position: int, longest: int) -> str:
        """The text of the line at `position`, at most `longest` characters around it."""
        line = self.line(position)
        begin = max(self._line_starts[line - 1], position - longest // 2)
        return self.text[begin : begin + longest].partition("\n")[0]

    def after_blank(self, position: int) -> int:
        """The position of the next code, skipping comments and line ends but staying within the paragraph."""
        match = _BLANK.match(self.code, position)
        end = match.end() if match else position
        return position if _PARAGRAPH.search(self.text, position, end) else end

    def after_option(self, position: int) -> int:
        """The position after an option (`[…]`), or the same position if there is none."""
        at = position + 1
        while self.code.startswith("[", position) and (
            match := _OPTION_BRACKET.search(self.code, at, position + _LONGEST_OPTION)
        ):
            if match[0] == "]":
                return match.end()
            if match.start() not in self.closings:
                break
            at = self.closings[match.start()] + 1
        return position


def read(text: str) -> TexCode:
    """A text with its code. In `.dtx` files, documentation (after `%`) counts as code, since it has the sections."""
    return TexCode(text, _without_hidden(_with_documentation(text) if _MACROCODE in text else text))


def _with_documentation(text: str) -> str:
    """Blank the `%` before documentation lines, and guards."""
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
            content = _VERBATIM_IN_DOCUMENTATION.sub(lambda match: " " * len(match[0]), content)
            lines[index] = " " * (len(line) - len(content)) + content
            is_code = content.lstrip().startswith(_MACROCODE)
    return "\n".join(lines)


def _without_hidden(text: str) -> str:
    """Blank comments, escaped characters and verbatim text. Lines are kept."""
    parts: list[str] = []
    unclosed: set[str] = set()
    position = 0
    while match := _HIDDEN.search(text, position):
        parts.append(text[position : match.start()])
        position = match.end()
        name = match["verbatim"]
        if not name:
            parts.append(blank_match(match))
            continue
        parts.append(match[0])
        end = -1 if name in unclosed else text.find(f"\\end{{{name}}}", position)
        if end < 0:
            unclosed.add(name)
        else:
            parts.append(blanked(text[position:end]))
            position = end
    return "".join([*parts, text[position:]])
