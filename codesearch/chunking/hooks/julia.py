"""Julia: names are extracted from heads; callable types are named after their type."""

from __future__ import annotations

import re
from dataclasses import replace

from codesearch.chunking.chunk import Unit

_TYPES = ("struct", "type", "enum")
_TYPE_NAME = re.compile(r"[^\s{<:(]+")
# `f(x)`, `Base.show(io)`, `Base.:+(a, b)`, `Base.:(==)(a, b)`, `A{T}(x)`, `(+)(a, b)`, `(s::Scaler{T})(x)`,
# `(::typeof(sin))(x)`, `⊗`
_HEAD = re.compile(
    r"\((?:[^\s():]*::)?(?:(?:Core\.)?Type\{|typeof\()?(?P<called>[^\s(){}]+)\)?(?>[^()]|\([^()]*\))*\)\("
    r"|(?P<owner>(?:\w+\.)*)(?::\((?P<quoted>[^()]+)\)|:?(?P<name>[^\s({]+))"
)
_SCOPED_MACRO = re.compile(r"(?<![\w.])(?:\w+\.)+(?=@\w)")
INSERTED = "\u01c0"
"""Follows the `:` of a symbol that is a keyword (`:where`), and `outer` where it is a variable."""
_KEYWORD_SYMBOL = re.compile(
    r":(?<![\w:)\]}]:)(?=(?:function|where|if|for|macro|begin|return|export|public|in|isa|true|false)\b)"
)
_OUTER_VARIABLE = re.compile(r"\bfor outer(?=[ \t]*(?:=|∈|in\b))")
_CONSTANT_FIELD = re.compile(r"^([ \t]+)const(?=[ \t]+\w+[ \t]*(?:::[^=\n]*)?$)", re.MULTILINE)


def prepare(text: str) -> str:
    """Blank modules before macros (`Base.@kwdef`) and `const` before fields, and insert `INSERTED`. Lines are kept."""
    if ".@" in text:
        text = _SCOPED_MACRO.sub(lambda match: " " * len(match[0]), text)
    if "const " in text:
        text = _CONSTANT_FIELD.sub(r"\1     ", text)
    if "for outer" in text:
        text = _OUTER_VARIABLE.sub(rf"\g<0>{INSERTED}", text)
    return _KEYWORD_SYMBOL.sub(f":{INSERTED}", text)


def refine(units: list[Unit], lines: list[str]) -> list[Unit]:
    """Set names, and drop units whose names are interpolated (`$name`)."""
    named = map(_with_name, units)
    return [unit for unit in named if "$" not in unit.name or unit.kind == "test"]


def _with_name(unit: Unit) -> Unit:
    if unit.kind in _TYPES:
        match = _TYPE_NAME.match(unit.name)
        return replace(unit, name=match[0] if match else "")
    if unit.kind not in ("function", "macro") or not (match := _HEAD.match(unit.name)):
        return unit
    if match["called"]:
        owner, _, name = match["called"].rpartition(".")
        return replace(unit, name=name or match["called"], qualifier=owner)
    return replace(unit, name=match["quoted"] or match["name"], qualifier=match["owner"].rstrip("."))
