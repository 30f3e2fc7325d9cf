"""How languages write strings, characters, regular expressions and brackets, so that open ones can be found."""

from __future__ import annotations

from typing import NamedTuple


class Quote(NamedTuple):
    """The quotes of strings or characters."""

    opener: str
    closer: str
    spans_lines: bool = False
    escape: str = "\\"
    """The character before an escaped one; "" if there is none."""


class Literals(NamedTuple):
    """The literals of a language."""

    quotes: tuple[Quote, ...]
    """Those that begin as others do come first."""
    others: str = ""
    """A pattern of whatever else contains quotes or brackets that are not in pairs. To be found fast, each alternative
    begins with a literal character."""
    heredoc: str = ""
    """A pattern of what is before the tag of a heredoc; contains `<<`."""
    brackets: tuple[str, ...] = ("()", "[]", "{}")
    """Pairs."""


_STRING, _CHARACTER = Quote('"', '"'), Quote("'", "'")
_LINES, _RAW_LINES = Quote('"', '"', True), Quote("'", "'", True)
_THREE, _RAW_THREE = Quote('"""', '"""', True), Quote('"""', '"""', True, "")
_TEMPLATE, _NAME = Quote("`", "`", True), Quote("`", "`")

_CHARACTER_ONLY = r"'(?<![\w)\]}'.]')(?:\\[^'\n]{1,9}|[^'\\\n])'"
"""Where an apostrophe may also be part of a name, mark a lifetime or transpose."""
_C = r"'(?:\\.|[^'\\\n])'|'(?<=[0-9a-fA-F]')|\#[ \t]*(?:error|warning|pragma)\b.*"
_REGEX = (
    r"/(?:(?<=[=(,:;!&|?{}\[]/)|(?<=[=(,:;!&|?{}\[] /)|(?<=return /)|(?<=[ \t]when /)|(?<=[ \t]if /))(?![/*= ])"
    r"(?:\\.|\[(?:\\.|[^\]\\\n])*+\]|[^/\\\[\n])++/"
)
_APOSTROPHE = r"'(?<=\w')"
"""In the text of JSX and in old names of Perl."""

ECMASCRIPT = Literals((_TEMPLATE, _STRING, _CHARACTER), f"{_APOSTROPHE}|{_REGEX}")
C = Literals((_STRING, _CHARACTER), _C)
CPP = Literals((Quote('R"(', ')"', True, ""), _STRING, _CHARACTER), _C)
C_SHARP = Literals(
    (_RAW_THREE, *(Quote(opener, '"', True, "") for opener in ('@"', '$@"', '@$"')), _STRING, _CHARACTER),
    r"\#(?<!\S\#)\w+.*",
)
CSS = Literals((_STRING, _CHARACTER))
ELIXIR = Literals(
    (_THREE, _LINES, _RAW_LINES),
    r"~[a-zA-Z]+(?:/(?:\\.|[^/\\\n])*/|\|(?:\\.|[^|\\\n])*\||\((?:\\.|[^()\\\n])*\)|\[(?:\\.|[^\]\\\n])*\]"
    r"|\{(?:\\.|[^}\\\n])*\})|\?\\?.",
)
FORTRAN = Literals((Quote('"', '"', escape=""), Quote("'", "'", escape="")))
GO = Literals((Quote("`", "`", True, ""), _STRING, _CHARACTER))
HASKELL = Literals((_STRING,), _CHARACTER_ONLY)
JAVA = Literals((_THREE, _STRING, _CHARACTER))
JULIA = Literals((_THREE, _LINES), _CHARACTER_ONLY)
KOTLIN = Literals((_RAW_THREE, _STRING, _CHARACTER, _NAME))
LUA = Literals((Quote("[[", "]]", True, ""), Quote("[=[", "]=]", True, ""), _STRING, _CHARACTER))
PERL = Literals(
    (_LINES, _RAW_LINES),
    rf"\$[#'\"]|{_APOSTROPHE}|=(?<=^=)\w(?s:.*?)(?:^=cut|\Z)|q(?<![\w$@%&]q)[qwrx]?[ \t]*(?:\{{[^{{}}]*\}}|\([^()]*\))"
    r"|=~[ \t]*(?:m|s|tr|y|qr)?/(?:\\.|[^/\\\n])*/(?:(?:\\.|[^/\\\n])*/)?",
    heredoc="<<~?",
    brackets=("{}",),
)
PHP = Literals((_LINES, _RAW_LINES), heredoc=r"<<<[ \t]*")
POWERSHELL = Literals(
    (
        Quote('@"', '"@', True, ""),
        Quote("@'", "'@", True, ""),
        Quote('"', '"', True, "`"),
        Quote("'", "'", True, ""),
    ),
    r"`.",
)
PYTHON = Literals((_THREE, Quote("'''", "'''", True), _STRING, _CHARACTER))
RUBY = Literals((_LINES, _RAW_LINES), _REGEX, heredoc="<<[-~]?")
RUST = Literals((Quote('r#"', '"#', True, ""), Quote('r"', '"', True, ""), _LINES), _CHARACTER_ONLY)
SCALA = Literals((_RAW_THREE, _STRING, _NAME), _CHARACTER_ONLY)
SHELL = Literals(
    (_LINES, Quote("'", "'", True, "")),
    r"\\.",
    heredoc=r"<<-?[ \t]*",
    brackets=("{}",),  # a pattern of `case` ends with a parenthesis that none opens
)
SWIFT = Literals((_THREE, Quote('#"', '"#', escape=""), _STRING, _NAME))
ZIG = Literals((_STRING, _CHARACTER), r"\\\\.*")
