"""Globs in .gitignore syntax, given as options: validated and compiled to regular expressions.

`*` and `?` don't match `/`; `**` matches any number of folders; a glob without `/` before its end matches at any
depth; one that matches a folder matches everything in it; a leading `!` negates. Brackets are character classes, as in
.gitignore, but also match literally, for folders named like `[id]`. Since these are options, `#` doesn't begin a
comment and a leading `./` is allowed. pathspec has the same semantics (the tests compare the two), but its expressions
backtrack exponentially on globs such as `*a*a*a*a*b`, which an untrusted index may contain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fnmatch import translate
from functools import lru_cache
from typing import NamedTuple

from codesearch.errors import CodesearchError

LONGEST_GLOB = 4096
"""Characters; no path is longer (PATH_MAX of Linux)."""

_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": r"\t ",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": r"\x21-\x7e",
    "lower": "a-z",
    "print": r"\x20-\x7e",
    "punct": r"\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e",
    "space": r"\t-\r ",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}
"""POSIX character classes; ASCII only, as in git."""
_STAR = "*"
_ANYWHERE = "**"
_FOLDERS = "(?:[^/]+/)*"
_BRACKET_OR_ESCAPE = re.compile(r"\\.|[\[\]]", re.DOTALL)


class Glob(NamedTuple):
    """A compiled glob."""

    is_negated: bool
    expression: re.Pattern[str]


class Globs(NamedTuple):
    """A list of globs, of which the last that matches a path decides."""

    globs: tuple[Glob, ...]

    def match_file(self, path: str) -> bool:
        """Whether the globs select a path (relative, `/`-separated)."""
        matches = (not glob.is_negated for glob in reversed(self.globs) if glob.expression.match(path))
        return next(matches, False)

    def negates(self, path: str) -> bool:
        """Whether a negated glob matches a path."""
        return any(glob.is_negated and glob.expression.match(path) for glob in self.globs)


@lru_cache(maxsize=64)
def compile_globs(texts: tuple[str, ...]) -> Globs:
    """Compile globs. Raises CodesearchError for an invalid one."""
    return Globs(tuple(map(_compile, texts)))


def attribute_expression(text: str) -> str | None:
    """The regular expression, without anchors, of a pattern in .gitattributes; None if it is invalid.

    Unlike in .gitignore, a pattern that matches a folder does not match what is in it.
    """
    if not text.strip("/ ") or len(text) > LONGEST_GLOB or text.startswith("!") or text.endswith("/"):
        return None
    try:
        return _expression(text, is_recursive=False)
    except ValueError:
        return None


def compile_name(text: str) -> re.Pattern[str]:
    """A case-insensitive pattern with `*` and `?`; brackets are literal (`operator[]`). Raises CodesearchError."""
    _check_length(text)
    return re.compile(translate(re.sub(r"\*+", "*", text).replace("[", "[[]")), re.IGNORECASE)


def _compile(text: str) -> Glob:
    _check_length(text)
    is_negated = text.startswith("!")
    pattern = _without_trailing_spaces(text[is_negated:])
    if not pattern.strip("/ "):
        raise CodesearchError(f"the glob {text!r} matches nothing", "write '**' for every file")
    pattern = pattern if not pattern.startswith("./") else pattern[1:]
    try:
        readings = [_expression(pattern)]
    except ValueError as error:
        raise CodesearchError(f"the glob {text!r} is not valid: {error}") from None
    if "[" in pattern:
        readings.append(_expression(_BRACKET_OR_ESCAPE.sub(_literal_bracket, pattern)))
    return Glob(is_negated, re.compile(rf"\A(?:{'|'.join(readings)})\Z", re.DOTALL))


def _literal_bracket(found: re.Match[str]) -> str:
    return found[0] if found[0].startswith("\\") else "\\" + found[0]


def _check_length(text: str) -> None:
    if not text.strip():
        raise CodesearchError("a glob is empty", "write '**' for every file")
    if len(text) > LONGEST_GLOB:
        raise CodesearchError(f"a glob has {len(text):,} characters; the limit is {LONGEST_GLOB:,}")


def _without_trailing_spaces(pattern: str) -> str:
    """As in git, trailing spaces are ignored unless escaped by a backslash."""
    bare = pattern.rstrip(" ")
    return bare + " " if len(bare) < len(pattern) and _ends_in_escape(bare) else bare


def _ends_in_escape(text: str) -> bool:
    return (len(text) - len(text.rstrip("\\"))) % 2 == 1


def _expression(pattern: str, is_recursive: bool = True) -> str:
    """The regular expression of a pattern. Raises ValueError with a message for an invalid one."""
    is_folder = pattern.endswith("/") and not _ends_in_escape(pattern[:-1])
    parts = pattern.rstrip("/").split("/") if is_folder else pattern.split("/")
    if parts[0] == "" and len(parts) > 1:
        del parts[0]
    elif len(parts) == 1:
        parts.insert(0, _ANYWHERE)
    runs = list(_runs(parts))
    *middle, last = runs
    begin = "".join(_middle(run, bool(index)) for index, run in enumerate(middle))
    inside = "/.+" if is_folder else "(?:/.+)?" if is_recursive else ""
    return begin + _last(last, len(runs) > 1, inside)


def _runs(parts: Iterable[str]) -> Iterator[list[str]]:
    """Runs of segments, separated by `**`."""
    run: list[str] = []
    for part in parts:
        if part == _ANYWHERE:
            yield run
            run = []
        else:
            run.append(_segment(part))
    yield run


def _middle(run: list[str], is_anywhere: bool) -> str:
    """A run that is not the last: matched as early as possible, atomically, since that leaves most to the next runs."""
    if not run:
        return ""
    segments = "/".join(run) + "/"
    return f"(?>{_FOLDERS}?{segments})" if is_anywhere else segments


def _last(run: list[str], is_anywhere: bool, inside: str) -> str:
    if not run:  # the pattern ends in `**`
        return f"[^/]+{inside or '(?:/.+)?'}"
    return f"{_FOLDERS if is_anywhere else ''}{'/'.join(run)}{inside}"


def _segment(text: str) -> str:
    """The expression of one segment. What lies between two `*` is matched at its first occurrence, atomically."""
    first, *others = _literals(text)
    if not others:
        return first
    *middle, last = others
    return first + "".join(f"(?>[^/]*?{part})" for part in middle if part) + "[^/]*" + last


def _literals(text: str) -> list[str]:
    """Expressions of the parts of a segment that its `*` separate."""
    parts = [""]
    at = 0
    while at < len(text):
        character = text[at]
        if character == _STAR:
            parts.append("")
            at += 1
            continue
        expression, at = _atom(text, at)
        parts[-1] += expression
    return parts


def _atom(text: str, at: int) -> tuple[str, int]:
    """The expression of one character, `?`, escape or class, and the position after it."""
    character = text[at]
    if character == "?":
        return "[^/]", at + 1
    if character == "[":
        return _class(text, at + 1)
    if character == "\\":
        if at + 1 == len(text):
            raise ValueError("it ends in a backslash, which must precede a character")
        return re.escape(text[at + 1]), at + 2
    return re.escape(character), at + 1


def _class(text: str, at: int) -> tuple[str, int]:
    """The expression of a class whose content begins at `at`, and the position after it."""
    is_negated = text[at : at + 1] in ("!", "^")
    first = at = at + is_negated
    content = ""
    while text[at : at + 1] != "]" or at == first:
        item, at = _class_item(text, at)
        content += item
    if not content:
        raise ValueError(f"the range {text[first:at]} ends before it begins")
    return f"(?!/)[{'^' if is_negated else ''}{content}]", at + 1


def _class_item(text: str, at: int) -> tuple[str, int]:
    """A named class, a range (empty if its bounds are reversed) or a character, and the position after it."""
    named = re.compile(r"\[:([^\]/:]*):\]").match(text, at)
    if named:
        if named[1] not in _CLASSES:
            raise ValueError(f"there is no class {named[0]}")
        return _CLASSES[named[1]], named.end()
    low, at = _class_character(text, at)
    if text[at : at + 1] != "-" or text[at + 1 : at + 2] in ("", "]"):
        return re.escape(low), at
    high, at = _class_character(text, at + 1)
    return f"{re.escape(low)}-{re.escape(high)}" if low <= high else "", at


def _class_character(text: str, at: int) -> tuple[str, int]:
    at += text[at : at + 1] == "\\"
    if at >= len(text):
        raise ValueError("a bracket is not closed; write \\[ for the bracket itself")
    return text[at], at + 1
