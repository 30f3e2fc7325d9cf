"""A file's path and text → its language: name, extension, first line, and content where these are ambiguous."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import PurePosixPath

from codesearch.languages.registry import LANGUAGES, Language, resolve

_HEAD_CHARS = 20_000
_SHEBANG = re.compile(r"#!\s*(?:\S*/env\s+(?:-\S+\s+|\w+=\S+\s+)*)?(?:\S*/)?([\w.+-]+)")


def detect(path: str, text: str) -> Language | None:
    """The language of a file; "Text" where it looks like source of no known language, None where it is data."""
    name = PurePosixPath(path).name
    if language := _by_filename().get(name):
        return language
    for suffix in _suffixes(name):
        if suffix in _AMBIGUOUS:
            return resolve(_AMBIGUOUS[suffix](text[:_HEAD_CHARS]))
        if language := _by_extension().get(suffix):
            return language
    if language := _by_filename().get(name.split(".")[0]):
        return language
    return _by_shebang(text)


def _suffixes(name: str) -> list[str]:
    """`a.d.ts` → .d.ts, .ts; in lower case."""
    parts = name.lower().split(".")[1:]
    return ["." + ".".join(parts[i:]) for i in range(len(parts))]


def _by_shebang(text: str) -> Language | None:
    match = _SHEBANG.match(text)
    if not match:
        return None
    interpreter = re.sub(r"[\d.]+$", "", match[1])
    return _by_interpreter().get(match[1]) or _by_interpreter().get(interpreter) or resolve("Text")


@cache
def _by_filename() -> dict[str, Language]:
    return {name: language for language in reversed(LANGUAGES) for name in language.filenames}


@cache
def _by_extension() -> dict[str, Language]:
    return {extension.lower(): language for language in reversed(LANGUAGES) for extension in language.extensions}


@cache
def _by_interpreter() -> dict[str, Language]:
    return {name: language for language in reversed(LANGUAGES) for name in language.interpreters}


def _first(*rules: tuple[str, str], otherwise: str) -> Callable[[str], str]:
    """The language of the first pattern that the text has."""
    compiled = [(re.compile(pattern, re.MULTILINE), language) for pattern, language in rules]

    def choose(text: str) -> str:
        return next((language for pattern, language in compiled if pattern.search(text)), otherwise)

    return choose


_CPP = (
    r"^\s*(?:template\s*<|namespace\s+\w|using\s+(?:namespace\b|\w+\s*=)|class\s+\w[\w:]*\s*(?:final\s*)?[:{]|"
    r"(?:public|private|protected)\s*:|#\s*include\s+<(?:string|vector|map|memory|iostream|cstd\w+)>)|\bstd::"
)
_AMBIGUOUS: dict[str, Callable[[str], str]] = {
    ".h": _first((r"^\s*@(?:interface|protocol|property|end)\b", "Text"), (_CPP, "C++"), otherwise="C"),
    ".inc": _first(
        (r"<\?php|^\s*\$\w+\s*=", "PHP"),
        (_CPP, "C++"),
        (r"^\s*#\s*(?:include|define|ifndef|ifdef)\b|;\s*$", "C"),
        (r"^\s*(?:%macro|%define|\.macro|section\s|global\s|mov\s|\w+:\s*$)", "Assembly"),
        otherwise="Text",
    ),
    ".pl": _first((r":-|^\s*\w+\(.*\)\s*\.\s*$", "Text"), otherwise="Perl"),
    ".m": _first((r"^\s*(?:@(?:interface|implementation|import|protocol)|#import)\b", "Text"), otherwise="Text"),
    ".t": _first((r"^\s*(?:use\s+\w|package\s+\w|my\s+[$@%])|^#!.*perl", "Perl"), otherwise="Text"),
    ".cls": _first(
        (r"^\s*\\(?:NeedsTeXFormat|ProvidesClass|newcommand|def|LoadClass)", "TeX"),
        (
            r"(?i)^\s*(?:VERSION\s+[\d.]+\s+CLASS|Attribute\s+VB_|Option\s+Explicit|(?:Public|Private)\s+Sub)",
            "Visual Basic",
        ),
        otherwise="Text",
    ),
    ".bas": _first(
        (r"(?i)^\s*(?:Attribute\s+VB_|Option\s+|(?:Public|Private)?\s*(?:Sub|Function)\b)", "Visual Basic"),
        otherwise="Text",
    ),
    ".frm": _first((r"(?i)^\s*(?:VERSION\s+\d|Begin\s+\w+\.|Attribute\s+VB_)", "Visual Basic"), otherwise="Text"),
    ".ts": _first((r"\A\s*<\?xml|<!DOCTYPE TS>", "Text"), otherwise="TypeScript"),
    ".d": _first((r"^[\w./-]+\.o\s*:", "Makefile"), otherwise="Text"),
    ".f": _first(
        (r"(?i)^\s*(?:subroutine|program|function|module|integer|real|end)\b|^[cC*!]", "FORTRAN"), otherwise="Text"
    ),
    ".for": _first(
        (r"(?i)^\s*(?:subroutine|program|function|integer|real|end)\b|^[cC*!]", "FORTRAN"), otherwise="Text"
    ),
    ".cs": _first(
        (r"^\s*(?:using\s|namespace\s|(?:public|internal|abstract|sealed|static)\s|//|class\s|\[)", "C#"),
        otherwise="C#",
    ),
    ".i": _first((r"^\s*%(?:module|include|\{)", "Text"), otherwise="C"),
    ".sc": _first((r"^\s*(?:object|class|trait|def|import|val)\s", "Scala"), otherwise="Text"),
    ".ms": _first((r"^\s*\.(?:text|globl|section)", "Assembly"), otherwise="Text"),
    ".es": _first((r"^\s*(?:import|export|const|let|var|function)\b", "JavaScript"), otherwise="Text"),
    ".fs": _first((r"^\s*(?:module|namespace|open|let|type)\s", "Text"), otherwise="Text"),
    ".re": _first((_CPP, "C++"), otherwise="Text"),
}
