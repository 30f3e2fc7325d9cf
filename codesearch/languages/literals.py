"""How languages write strings, regular expressions, brackets and blocks, so that open ones can be found."""

from __future__ import annotations

from typing import NamedTuple


class Quote(NamedTuple):
    """The quotes of strings or characters."""

    opener: str
    closer: str
    spans_lines: bool = False
    escape: str = "\\"
    """The character before an escaped one; "" if there is none."""
    begins_below: bool = False
    """Whether the text begins in the line below the opener."""

    @property
    def begins_once(self) -> bool:
        """Whether its opener is hardly within it, since that is not its closer."""
        return self.closer not in self.opener


class Blocks(NamedTuple):
    """The blocks between keywords of a language. The patterns are of lines without their indentation."""

    opener: str
    """A pattern of lines that begin a block, unless its closer is in the same line."""
    middle: str
    """Keywords that begin another part of a block."""
    ending: str
    """What ends a block at the end of a line."""
    closer: str = "end"
    """The keyword that ends a block."""


class Literals(NamedTuple):
    """The literals of a language."""

    quotes: tuple[Quote, ...]
    """Those that begin as others do come first."""
    others: str = ""
    """A pattern of whatever else contains quotes or brackets that are not in pairs. To be found fast, each alternative
    begins with a literal character."""
    left_open: str = ""
    """A pattern of those of `others` that are left open up to the end of the line."""
    heredoc: str = ""
    """A pattern of what is before the tag of a heredoc; contains `<<`."""
    brackets: tuple[str, ...] = ("()", "[]", "{}")
    """Pairs."""
    blocks: Blocks | None = None
    """If known, blocks that are left open are ended."""


_STRING, _CHARACTER = Quote('"', '"'), Quote("'", "'")
_LINES, _RAW_LINES = Quote('"', '"', True), Quote("'", "'", True)
_THREE_BELOW = Quote('"""', '"""', True, begins_below=True)
_THREE, _RAW_THREE = Quote('"""', '"""', True), Quote('"""', '"""', True, "")
_TEMPLATE, _NAME = Quote("`", "`", True), Quote("`", "`")

_CHARACTER_ONLY = r"'(?<![\w)\]}'.]')(?:\\[^'\n]{1,9}|[^'\\\n])'"
"""Where an apostrophe may also be part of a name, mark a lifetime or transpose."""
_C = r"'(?:\\.|[^'\\\n])'|'(?<=[0-9a-fA-F]')|\#[ \t]*(?:error|warning|pragma)\b.*"
_REGEX_OPENER = (
    r"/(?:(?<=[=~(,:;!&|?{}\[]/)|(?<=[=~(,:;!&|?{}\[] /)|(?<=return /)|(?<=[ \t]when /)|(?<=[ \t]if /))(?![/*= ])"
)
_REGEX = rf"{_REGEX_OPENER}(?:\\.|\[(?:\\.|[^\]\\\n])*+\]|[^/\\\[\n])++/"
_OPEN_REGEX = rf"{_REGEX_OPENER}[^\n]++"
_APOSTROPHE = r"'(?<=\w')"
"""In the text of JSX and in old names of Perl."""

ECMASCRIPT = Literals((_TEMPLATE, _STRING, _CHARACTER), f"{_APOSTROPHE}|{_REGEX}", _OPEN_REGEX)
C = Literals((_STRING, _CHARACTER), _C)
CPP = Literals((Quote('R"(', ')"', True, ""), _STRING, _CHARACTER), _C)
C_SHARP = Literals(
    (_RAW_THREE, *(Quote(opener, '"', True, "") for opener in ('@"', '$@"', '@$"')), _STRING, _CHARACTER),
    r"\#(?<!\S\#)\w+.*",
)
CSS = Literals((_STRING, _CHARACTER))
DOCKERFILE = Literals((), heredoc="<<-?", brackets=())
ELIXIR = Literals(
    (_THREE_BELOW, _LINES, _RAW_LINES),
    r"~[a-zA-Z]+(?:/(?:\\.|[^/\\\n])*/|\|(?:\\.|[^|\\\n])*\||\((?:\\.|[^()\\\n])*\)|\[(?:\\.|[^\]\\\n])*\]"
    r"|\{(?:\\.|[^}\\\n])*\})|\?\\?.",
    blocks=Blocks(r".*\bdo[ \t]*$|(?=.*\bfn\b).*->[ \t]*$", "else|rescue|catch|after", "; end"),
)
FORTRAN = Literals((Quote('"', '"', escape=""), Quote("'", "'", escape="")))
GO = Literals((Quote("`", "`", True, ""), _STRING, _CHARACTER))
HASKELL = Literals((_STRING,), _CHARACTER_ONLY)
JAVA = Literals((_THREE_BELOW, _STRING, _CHARACTER))
JULIA = Literals(
    (_THREE, _LINES, Quote("```", "```", True), _TEMPLATE),
    _CHARACTER_ONLY,
    blocks=Blocks(
        r"(?:@\w+[ \t]+)*(?:function|macro|(?:mutable[ \t]+)?struct|if|for|while|let|begin|try|quote)\b"
        r"|.*\b(?:begin|quote|do(?:[ \t]+\w.*)?)$",
        "else|elseif|catch|finally",
        "; end",
    ),
)
KOTLIN = Literals((_RAW_THREE, _STRING, _CHARACTER, _NAME))
LUA = Literals(
    (*(Quote(f"[{signs}[", f"]{signs}]", True, "") for signs in ("", "=", "==")), _STRING, _CHARACTER),
    blocks=Blocks(
        r"(?:(?:local[ \t]+)?function|if|for|while|do)\b|.*\bfunction[ \t]*\([^()]*\)[ \t]*$", "else|elseif", " end"
    ),
)
PERL = Literals(
    (_LINES, _RAW_LINES, _TEMPLATE),
    rf"\$[#'\"`]|{_APOSTROPHE}|=(?<=^=)\w(?s:.*?)(?:^=cut|\Z)|q(?<![\w$@%&]q)[qwrx]?[ \t]*(?:\{{[^{{}}]*\}}|\([^()]*\))"
    r"|=~[ \t]*(?:(?:m|qr)?/|(?:s|tr|y)/(?:\\.|[^/\\\n])*+/)(?:\\.|[^/\\\n])*+/",
    r"q(?<![\w$@%&]q)[qwrx]?[ \t]*(?:/(?:\\.|[^/\\\n])++$|\([^()\n]++$)"
    r"|=~[ \t]*(?:(?:m|qr)?/[^/\n]++$|(?:s|tr|y)/[^/\n]++(?:/[^/\n]*+)?$)",
    heredoc="<<~?",
    brackets=("{}",),
)
PHP = Literals((_LINES, _RAW_LINES, _TEMPLATE), heredoc=r"<<<[ \t]*")
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
RUBY = Literals(
    (_LINES, _RAW_LINES, _TEMPLATE),
    _REGEX,
    _OPEN_REGEX,
    heredoc="<<[-~]?",
    blocks=Blocks(
        r"(?:if|unless|while|until|case|begin|for|class|module)\b"
        r"|(?:\w+[ \t]+)?def[ \t](?![^\s(]+(?:\(.*\))?[ \t]*=[ \t])|.*\bdo(?:[ \t]*\|[^|]*\|)?[ \t]*$",
        "else|elsif|when|in|rescue|ensure",
        "; end",
    ),
)
RUST = Literals((Quote('r#"', '"#', True, ""), Quote('r"', '"', True, ""), _LINES), _CHARACTER_ONLY)
SCALA = Literals((_RAW_THREE, _STRING, _NAME), _CHARACTER_ONLY)
SHELL = Literals(
    (_LINES, Quote("'", "'", True, "")),
    r"\\.",
    heredoc=r"<<-?[ \t]*",
    brackets=("{}",),  # a pattern of `case` ends with a parenthesis that none opens
)
SWIFT = Literals((Quote('#"""', '"""#', True, ""), _THREE_BELOW, Quote('#"', '"#', escape=""), _STRING, _NAME))
ZIG = Literals((_STRING, _CHARACTER), r"\\\\.*")
