"""Swift: syntax that the grammar lacks, so that it would lose what follows."""

from __future__ import annotations

import re

_VOID = re.compile(r"\(\)(?<=[\s(:=,{;]\(\))(?![ \t]*(?:->|async\b|throws\b|rethrows\b|in\b))")
_BEFORE_VALUE = re.compile(r"(?:[:=(,{;]|\breturn|^)[ \t]*\Z", re.MULTILINE)
_LOOK_BACK = 40
_PLACEHOLDER = "V_"
_DIRECTIVE = re.compile(r"#(?:if|elseif|else|endif|error|warning)\b.*")
_OWNERSHIP = re.compile(r"(?<=\bswitch )(?:consume|copy)(?= \w)|(?<=-> )sending(?= \w)")
_CATCH_CONDITION = re.compile(r"\} catch ([^{}\n]*?)\bwhere\b[^{}\n]*")


def prepare(text: str) -> str:
    """Name empty tuples; remove directives, conditions of `catch`, new words of ownership. Lines are kept."""
    if "()" in text:
        text = _VOID.sub(_placeholder, text)
    if "} catch " in text:
        text = _CATCH_CONDITION.sub(r"} catch \1", text)
    if "switch co" in text or "-> sending " in text:
        text = _OWNERSHIP.sub("", text)
    return _DIRECTIVE.sub("", text) if "#" in text else text


def _placeholder(void: re.Match[str]) -> str:
    """A name, which may be a value or a type, for an empty tuple, but not for the parameters of a function."""
    start = void.start()
    is_value = _BEFORE_VALUE.search(void.string, max(0, start - _LOOK_BACK), start)
    return _PLACEHOLDER if is_value else void[0]
