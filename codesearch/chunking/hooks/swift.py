"""Swift: syntax that the grammar lacks, so that it would lose what follows."""

from __future__ import annotations

import re

from codesearch.chunking.blanks import blank_match

_VOID = re.compile(r"\(\)(?<=[\s(:=,{;]\(\))(?![ \t]*(?:->|async\b|throws\b|rethrows\b|in\b))")
_BEFORE_VALUE = re.compile(r"(?:[:=(,{;]|\breturn|^)[ \t]*\Z", re.MULTILINE)
_LOOK_BACK = 40
_PLACEHOLDER = "V_"
_DIRECTIVE = re.compile(r"#(?:if|elseif|else|endif|error|warning)\b.*")
_OWNERSHIP = re.compile(r"(?<=\bswitch )(?:consume|copy)(?= \w)|(?<=-> )sending(?= \w)")
# `if await queue.isEmpty {` and `for module in try plan.modules {`: the grammar takes the brace for a closure's.
_AWAIT = re.compile(r"await(?<!\wawait)(?<!for await)(?<!for try await)(?= )")
_IN_TRY = re.compile(r" in try(?= )")
# In a case of a switch, the grammar parses a function with an attribute only as the first statement.
_ATTRIBUTE = re.compile(r"@\w+(?=[ \t]+func\b)")
# Of an initializer or subscript, it parses constraints only on one line.
_CONSTRAINTS = re.compile(r"\bwhere\b[^{}\n]{0,500}(?:,[ \t]{0,99}|(?<=where))\n(?:[^{}\n]*,[ \t]*\n)*+[^{}\n]*")
INSERTED = "\u2219"
"""Follows the name of a function that is an operator of ranges, which makes it another operator."""
_RANGE_OPERATOR = re.compile(r"\bfunc[ \t]+\.\.[.<](?=[ \t]*[<(])")
_DECLARED = re.compile(r"\b(?:init|subscript|func|struct|class|enum|extension|protocol)\b")
_LONGEST_HEAD = 600
_CATCH_CONDITION = re.compile(r"\} catch ([^{}\n]*?)\bwhere\b[^{}\n]*")


def prepare(text: str) -> str:
    """Name empty tuples; remove what the grammar lacks and what defines nothing. Lines are kept."""
    if "()" in text:
        text = _VOID.sub(_placeholder, text)
    if "func .." in text:
        text = _RANGE_OPERATOR.sub(rf"\g<0>{INSERTED}", text)
    if "} catch " in text:
        text = _CATCH_CONDITION.sub(r"} catch \1", text)
    if "switch co" in text or "-> sending " in text:
        text = _OWNERSHIP.sub("", text)
    if "await " in text:
        text = _AWAIT.sub("     ", text)
    if " in try " in text:
        text = _IN_TRY.sub(" in    ", text)
    text = _ATTRIBUTE.sub(blank_match, text)
    if "where" in text:
        text = _CONSTRAINTS.sub(_without_constraints, text)
    return _DIRECTIVE.sub("", text) if "#" in text else text


def _placeholder(void: re.Match[str]) -> str:
    """A name, which may be a value or a type, for an empty tuple, but not for the parameters of a function."""
    start = void.start()
    is_value = _BEFORE_VALUE.search(void.string, max(0, start - _LOOK_BACK), start)
    return _PLACEHOLDER if is_value else void[0]


def _without_constraints(constraints: re.Match[str]) -> str:
    start = constraints.start()
    declared = _DECLARED.findall(constraints.string, max(0, start - _LONGEST_HEAD), start)
    return blank_match(constraints) if declared and declared[-1] in ("init", "subscript") else constraints[0]
