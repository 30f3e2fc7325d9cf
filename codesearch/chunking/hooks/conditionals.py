"""Conditional compilation in C, C++ and C#: `#if` and the like are taken away, so that a grammar sees one program.

The branches of a conditional stay one after the other, as if all were compiled. Only where they are parts of
something (the head of a function, a brace that is opened in each, an operand), one is left: the first, or the one that
goes with what was left of an earlier conditional of the same condition.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

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
# What may end a branch without a semicolon: a label, a list's comma, a macro, an attribute.
_WHOLE_END = re.compile(r".*[:,]|[A-Z_][A-Z0-9_]*|\w+[ \t]*\(.*\)|\[.*\]", re.DOTALL)
_BEGINS_WITHIN = re.compile(r"=|\?|&&|\|\||:(?!:)")
_CONTINUES = tuple("{;,)]=+*/|&?:.<>^%-")
_VALUE_FOLLOWS = ("=", "=>", "return", "?")
_NEARBY = 10
"""Lines that may lie between a conditional and the code before and after it."""
_DEEPEST = 20
"""The branches of deeper conditionals are not looked at, since each level reads what lies in it again."""


@dataclass(frozen=True, slots=True)
class _Conditional:
    """A conditional, with the indices of the lines of its directives."""

    condition: str
    is_negated: bool
    directives: list[int]


@dataclass(frozen=True, slots=True)
class _Choice:
    """What is left of a conditional."""

    left: int | None = None
    """The branch that is left, one past the last where none is; None where all are."""
    unended: tuple[int, ...] = ()
    """Branches that end a list and get a comma, since another one follows."""


_ALL = _Choice()


def resolve(text: str) -> str:
    """The text with the lines of one program; all others are blank, and as long as they were."""
    if "endif" not in text:
        return text
    lines = text.split("\n")
    open_conditionals: list[_Conditional] = []
    assumed: dict[str, bool] = {}
    for index, word, argument in _directives("\n" + text):
        if word.startswith("if"):
            open_conditionals.append(_Conditional(*_condition(word, argument), [index]))
        elif open_conditionals:
            open_conditionals[-1].directives.append(index)
            if word == "endif":
                is_read = len(open_conditionals) <= _DEEPEST
                conditional = open_conditionals.pop()
                _apply(_choose(conditional, lines, assumed) if is_read else _ALL, conditional, lines)
    return "\n".join(lines)


def _directives(text: str) -> Iterator[tuple[int, str, str]]:
    """Index of the line, word and argument of the directives outside comments, in a text that a newline begins."""
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
    """Whether a comment is open at the end of a stretch, given whether one is at its start."""
    if in_comment:
        start = text.find("*/", start, end)
        if start < 0:
            return True
    opening = text.rfind("/*", start, end)
    if opening < 0 or text.find("*/", opening, end) >= 0:
        return False
    line = text[max(start, text.rfind("\n", 0, opening)) : text.find("\n", opening)]
    return "/*" in _STRING_OR_LINE_COMMENT.sub("", line)


def _condition(word: str, argument: str) -> tuple[str, bool]:
    """A condition without its negation, and whether it had one."""
    argument = _COMMENT_END.sub("", argument).strip()
    if word != "if":
        return argument, word == "ifndef"
    if match := _DEFINED.fullmatch(argument):
        return match[2], bool(match[1])
    return argument.removeprefix("!").strip(), argument.startswith("!")


def _choose(conditional: _Conditional, lines: list[str], assumed: dict[str, bool]) -> _Choice:
    condition, directives = conditional.condition, conditional.directives
    if len(directives) == 2 and condition not in _NEVER and condition not in assumed:
        return _ALL
    branches = [_code("\n".join(lines[_end(lines, first) : last])) for first, last in pairwise(directives)]
    if all(map(_is_balanced, branches)):
        next_sign = _next_sign(lines, _end(lines, directives[-1]))
        unended = tuple(i for i, branch in enumerate(branches) if not _is_ended(branch, next_sign))
        goes_on = _goes_on(lines, directives[0])
        if len(branches) == 1 or not (unended or goes_on):
            return _ALL
        if not goes_on and next_sign == "}" and not any(map(_BEGINS_WITHIN.match, branches)):
            return _Choice(unended=unended)
    if condition in _NEVER:
        return _Choice(1)
    return _Choice(int(assumed.setdefault(condition, not conditional.is_negated) is conditional.is_negated))


def _apply(choice: _Choice, conditional: _Conditional, lines: list[str]) -> None:
    """Blank the lines of the directives and of all branches but the one that is left."""
    directives = conditional.directives
    for branch, (first, last) in enumerate(pairwise([*directives, len(lines)])):
        is_dropped = choice.left is not None and branch != choice.left and branch < len(directives) - 1
        for index in range(first, last if is_dropped else _end(lines, first)):
            lines[index] = " " * len(lines[index])
    for branch in choice.unended:
        lines[directives[branch + 1]] = ","


def _end(lines: list[str], index: int) -> int:
    """The index after a directive's last line; it goes on after a backslash and in a comment."""
    in_comment = False
    while index + 1 < len(lines):
        line = lines[index]
        in_comment = "*/" not in line if in_comment else "/*" in _STRING_OR_LINE_COMMENT.sub("", line)
        if not in_comment and not line.endswith("\\"):
            break
        index += 1
    return index + 1


def _code(text: str) -> str:
    """The text without comments and directives; strings are empty."""
    return _NO_CODE.sub(lambda match: '""' if match["string"] else " ", text).strip()


def _is_balanced(code: str) -> bool:
    """Whether brackets that are opened are closed; parentheses and braces are counted as one, as they are nested."""
    depth = 0
    for bracket in _BRACKETS.findall(code):
        depth += 1 if bracket in "([{" else -1
        if depth < 0:
            return False
    return depth == 0


def _is_ended(code: str, next_sign: str) -> bool:
    """Whether what comes after the last statement can stand by itself before a sign, and the first one too."""
    end = code[max(map(code.rfind, ";{}")) + 1 :].strip()
    if next_sign == "}" and end.isidentifier():
        return False  # an enumerator rather than a macro
    if _BEGINS_WITHIN.match(code):
        return False
    return not end or (next_sign not in _CONTINUES and _WHOLE_END.fullmatch(end) is not None)


def _goes_on(lines: list[str], index: int) -> bool:
    """Whether a statement before a line takes its value from there."""
    return _code("\n".join(lines[max(0, index - _NEARBY) : index])).endswith(_VALUE_FOLLOWS)


def _next_sign(lines: list[str], index: int) -> str:
    """The first character of the code from a line on, or nothing if there is none nearby."""
    return _code("\n".join(lines[index : index + _NEARBY]))[:1]
