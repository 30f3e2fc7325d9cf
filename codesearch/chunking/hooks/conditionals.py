"""Conditional compilation in C, C++ and C#: directives are removed so that the grammar sees a single program.

All branches are kept, one after another, as if all were compiled, unless they are only parts of a construct (the head
of a function, a brace that each opens, an operand). Then one is kept: the first, or the one that is consistent with the
choice made for an earlier conditional with the same condition.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

_DIRECTIVE = re.compile(r"\n[ \t]*#[ \t]*(if|ifdef|ifndef|elif|elifdef|elifndef|else|endif)\b[ \t]*(.*)")
_DEFINED = re.compile(r"(!?)[ \t]*defined[ \t]*\(?[ \t]*(\w+)[ \t]*\)?")
_NEVER = ("0", "false", "FALSE")
_COMMENT_END = re.compile(r"[ \t]*(?:/\*.*|//.*)$")
_STRING_OR_LINE_COMMENT = re.compile(r"\"(?:\\.|[^\"\\])*\"|//.*|/\*.*?\*/")
_NO_CODE = re.compile(
    r"/\*.*?(?:\*/|\Z)|//[^\n]*|^[ \t]*#(?:\\.|[^\\\n])*|(?P<string>\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*')",
    re.DOTALL | re.MULTILINE,
)
_BRACKETS = re.compile(r"[()\[\]{}]")
# Valid ends of a branch without a semicolon: a label, a list's comma, a macro, an attribute.
_WHOLE_END = re.compile(r".*[:,]|[A-Z_][A-Z0-9_]*|\w+[ \t]*\(.*\)|\[.*\]", re.DOTALL)
_BEGINS_WITHIN = re.compile(r"[={;?]|&&|\|\||:(?!:)")
_CONTINUES = tuple("{;,)]=+*/|&?:.<>^%-")
_VALUE_FOLLOWS = ("=", "=>", "return", "?")
_NEARBY = 10
"""Maximum distance in lines of the code before and after a conditional."""
_DEEPEST = 20
"""Branches of more deeply nested conditionals are all kept; each level rescans its content."""


class _Conditional(NamedTuple):
    """A conditional with the line indexes of its directives."""

    condition: str
    is_negated: bool
    directives: list[int]


class _Choice(NamedTuple):
    """Which branches of a conditional are kept."""

    kept: int | None = None
    """The index of the branch that is kept; the number of branches if none is, None if all are."""
    unterminated: tuple[int, ...] = ()
    """Branches that end without a separator and get a comma, since another one follows."""


_ALL = _Choice()


def resolve(text: str) -> str:
    """Blank directives and dropped branches with as many spaces."""
    if "endif" not in text:
        return text
    lines = text.split("\n")
    open_conditionals: list[_Conditional] = []
    assumed: dict[str, bool] = {}
    for index, keyword, argument in _directives("\n" + text):
        if keyword.startswith("if"):
            open_conditionals.append(_Conditional(*_condition(keyword, argument), [index]))
        elif open_conditionals:
            open_conditionals[-1].directives.append(index)
            if keyword == "endif":
                is_examined = len(open_conditionals) <= _DEEPEST
                conditional = open_conditionals.pop()
                _apply(_choose(conditional, lines, assumed) if is_examined else _ALL, conditional, lines)
    return "\n".join(lines)


def _directives(text: str) -> Iterator[tuple[int, str, str]]:
    """Line index, keyword and argument of directives outside comments; `text` must begin with a newline."""
    index, done = -1, 0
    in_comment = False
    for match in _DIRECTIVE.finditer(text):
        start = match.start()
        in_comment = _is_in_comment(text, done, start, in_comment)
        index += text.count("\n", done, start + 1)
        done = start + 1
        if not in_comment:
            yield index, match[1], match[2]


def _is_in_comment(text: str, start: int, end: int, in_comment: bool) -> bool:
    """Whether a comment is open at `end`, given whether one is open at `start`."""
    if in_comment:
        start = text.find("*/", start, end)
        if start < 0:
            return True
    opening = text.rfind("/*", start, end)
    if opening < 0 or text.find("*/", opening, end) >= 0:
        return False
    line = text[max(start, text.rfind("\n", 0, opening)) : text.find("\n", opening)]
    return "/*" in _STRING_OR_LINE_COMMENT.sub("", line)


def _condition(keyword: str, argument: str) -> tuple[str, bool]:
    """A condition without negation, and whether it was negated."""
    argument = _COMMENT_END.sub("", argument).strip()
    if keyword != "if":
        return argument, keyword == "ifndef"
    if match := _DEFINED.fullmatch(argument):
        return match[2], bool(match[1])
    return argument.removeprefix("!").strip(), argument.startswith("!")


def _choose(conditional: _Conditional, lines: list[str], assumed: dict[str, bool]) -> _Choice:
    condition, directives = conditional.condition, conditional.directives
    if len(directives) == 2 and condition not in _NEVER and condition not in assumed:
        return _ALL
    branches = [_code("\n".join(lines[_directive_end(lines, first) : last])) for first, last in pairwise(directives)]
    if all(map(_is_balanced, branches)):
        next_character = _next_character(lines, _directive_end(lines, directives[-1]))
        unterminated = tuple(i for i, branch in enumerate(branches) if not _is_complete(branch, next_character))
        expects_value = _expects_value(lines, directives[0])
        if len(branches) == 1 or not (unterminated or expects_value):
            return _ALL
        if not expects_value and next_character == "}" and not any(map(_BEGINS_WITHIN.match, branches)):
            return _Choice(unterminated=unterminated)
    if condition in _NEVER:
        return _Choice(1)
    return _Choice(int(assumed.setdefault(condition, not conditional.is_negated) is conditional.is_negated))


def _apply(choice: _Choice, conditional: _Conditional, lines: list[str]) -> None:
    """Blank the directives and dropped branches in `lines`."""
    directives = conditional.directives
    for branch, (first, last) in enumerate(pairwise([*directives, len(lines)])):
        is_dropped = choice.kept is not None and branch != choice.kept and branch < len(directives) - 1
        for index in range(first, last if is_dropped else _directive_end(lines, first)):
            lines[index] = " " * len(lines[index])
    for branch in choice.unterminated:
        lines[directives[branch + 1]] = ","


def _directive_end(lines: list[str], index: int) -> int:
    """The index after a directive's last line; directives continue after a backslash and within a comment."""
    in_comment = False
    while index + 1 < len(lines):
        line = lines[index]
        in_comment = "*/" not in line if in_comment else "/*" in _STRING_OR_LINE_COMMENT.sub("", line)
        if not in_comment and not line.endswith("\\"):
            break
        index += 1
    return index + 1


def _code(text: str) -> str:
    """The text without comments and directives, and with empty strings."""
    return _NO_CODE.sub(lambda match: '""' if match["string"] else " ", text).strip()


def _is_balanced(code: str) -> bool:
    """Whether all brackets are closed. Kinds of brackets are not distinguished."""
    depth = 0
    for bracket in _BRACKETS.findall(code):
        depth += 1 if bracket in "([{" else -1
        if depth < 0:
            return False
    return depth == 0


def _is_complete(code: str, next_character: str) -> bool:
    """Whether code is complete: its beginning, and its end given the next character."""
    end = code[max(map(code.rfind, ";{}")) + 1 :].strip()
    if next_character == "}" and end.isidentifier():
        return False  # more likely an enumerator than a macro
    if _BEGINS_WITHIN.match(code):
        return False
    return not end or (next_character not in _CONTINUES and _WHOLE_END.fullmatch(end) is not None)


def _expects_value(lines: list[str], index: int) -> bool:
    """Whether a statement before a line takes its value from that line."""
    return _code("\n".join(lines[max(0, index - _NEARBY) : index])).endswith(_VALUE_FOLLOWS)


def _next_character(lines: list[str], index: int) -> str:
    """The first character of code from a line on; "" if there is none nearby."""
    return _code("\n".join(lines[index : index + _NEARBY]))[:1]
