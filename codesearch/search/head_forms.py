"""Heads of definitions as languages write them where more than a name follows the keyword → the name.

`type Context struct` → `Context`, `override def area: Double` → `area`, `manage :: Hook` → `manage`. Each form has a
sign that prose lacks: a bracket, a colon, an equals sign or a word such as `struct` behind the name. A variable with
its value (`val user = find(id)`) is a line of code rather than a head.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_VALUE = r"(?P<name>\w+)\s*(?:\[[^\[\]]*\])?(?:\([^()]*\))*\s*(?::[^=]+=?|=)\s*"
_PROCEDURE = r"(?P<name>\w+)\s*\(.*"
_CREATED = (
    r"create\s+(?:or\s+replace\s+)?(?:(?:unique|temp|temporary|materialized)\s+)*"
    r"(?:table|view|function|procedure|trigger|index|type|sequence)\s+(?:if\s+not\s+exists\s+)?"
    r"(?P<name>[\w.\"`]+)\s*(?:\(|as\s+(?:select|enum)\b|on\s+\w+\s*\(|(?:before|after)\s).*"
)
_DEFINED = r"(?P<name>[\w.]+[!?]?)(?:\s*\(.*|,?\s+do\b.*)"
_FORMS: Mapping[str, str] = {
    # Go
    "type": r"type\s+(?P<name>\w+)(?:\[[^\[\]]*\])?\s+(?:=\s*)?(?:struct\b|interface\b|func\(|map\[|chan\s|\[|\*).*",
    # Elixir
    **{
        keyword: rf"{keyword}\s+{_DEFINED}"
        for keyword in "defp defmacro defmacrop defmodule defprotocol defimpl defdelegate defguard defguardp".split()
    },
    # Scala, Kotlin, Swift, F#, Rust
    **{keyword: rf"{keyword}\s+{_VALUE}" for keyword in ("def", "val", "var")},
    "let": r"let\s+(?:(?:mut|rec)\s+)?(?P<name>\w+)(?:\s+\w+)*\s*(?::[^=]+)?=\s*",
    "fun": r"fun\s+(?:<[^<>]*>\s+)?(?P<name>[\w.]+(?:<[^<>]*>)?(?:\.\w+)?)\s*\(.*",
    "extension": r"extension\s+(?P<name>[\w.]+)(?:\s*:\s*[\w, ]+)?(?:\s+where\s.*)?",
    # Haskell
    "module": r"module\s+(?P<name>[\w.]+)(?:\s*\(.*\))?\s+where",
    "data": r"data\s+(?P<name>(?-i:[A-Z])\w*)(?:\s+\w+)*\s*=.*",
    "newtype": r"newtype\s+(?P<name>(?-i:[A-Z])\w*)(?:\s+\w+)*\s*=.*",
    # Visual Basic and FORTRAN
    **{keyword: rf"{keyword}\s+{_PROCEDURE}" for keyword in ("sub", "function", "subroutine")},
    # SQL
    "create": _CREATED,
    # C and C++
    "enum": r"enum\s+(?:class|struct)\s+(?P<name>\w+).*",
    "using": r"using\s+(?P<name>\w+)\s*=.*",
    "#define": r"#\s*define\s+(?P<name>\w+).*",
    # CMake
    "function(": r"function\(\s*(?P<name>\w+)[\w\s]*\)",
    "macro(": r"macro\(\s*(?P<name>\w+)[\w\s]*\)",
    # TeX
    "\\newcommand": r"\\newcommand\*?\s*\{?(?P<name>\\\w+)\}?.*",
    "\\renewcommand": r"\\renewcommand\*?\s*\{?(?P<name>\\\w+)\}?.*",
    "\\def": r"\\def\s*(?P<name>\\\w+).*",
}
"""By what they begin with, in lower case; only the one that may match is compiled."""
_BEGINNING = re.compile(r"(?:#[ \t]*|\\)?\w+(?:(?<=function)\(|(?<=macro)\()?")
_ANNOTATIONS = r"@\w[\w.]*(?:\([^()]*\))?\s+|template\s*<[^<>]*(?:<[^<>]*>[^<>]*)*>\s*|case\s+(?=(?:class|object)\s)"
_MODIFIERS = (
    "override|implicit|lazy|final|private|protected|public|internal|friend|shared|static|abstract|open|sealed|local"
    "|recursive|pure|elemental|unsafe"
)
_FUNCTION_VALUE = r"(?P<name>[\w.:]+)(?P<lower>)\s*=\s*(?:async\s+)?(?:function\b|\([^()]*\)\s*=>|lambda\b).*"
_ASSIGNED = r"(?P<name>[A-Z][A-Z0-9_]*)\s*[:?+]=.*|(?P<lower>[\w.-]+)\s*[:?+]=\s*"
"""In a Makefile."""


def without_annotations(head: str) -> str:
    """The head without annotations, decorators and parameters of a template before it."""
    return re.sub(f"(?:{_ANNOTATIONS})+", "", head, count=1) if head.startswith(("@", "template", "case ")) else head


def named_by_form(head: str) -> str:
    """The name in a head of one of the forms, "" if it has none of them; annotations are removed before."""
    name, sign, declared = head.partition(" :: ")
    if sign and declared and not any(map(str.isspace, name)):
        return name  # Haskell
    if "=" in head and (value := re.fullmatch(_FUNCTION_VALUE, head) or re.fullmatch(_ASSIGNED, head)):
        return value["name"] or value["lower"]
    beginning = _BEGINNING.match(head)
    if beginning and beginning[0].lower() in _MODIFIERS.split("|"):
        head = re.sub(rf"(?:(?:{_MODIFIERS})\s+)+", "", head, count=1, flags=re.IGNORECASE)
        beginning = _BEGINNING.match(head)
    form = beginning and _FORMS.get(re.sub(r"\s", "", beginning[0]).lower())
    found = re.fullmatch(form, head, re.IGNORECASE) if form else None
    return found["name"].strip('"`') if found else ""
