"""Kotlin: syntax that the grammar can't parse is replaced before parsing. Lines and lengths are kept."""

from __future__ import annotations

import re

# On a separate line, a primary constructor is parsed only without annotations and modifiers.
_PRIMARY_CONSTRUCTOR = re.compile(
    r"(\bclass[ \t]+\w+(?:<[^<>\n]*>)?[ \t]*\n[ \t]*)"
    r"((?:(?:@[\w.]+(?:\([^()\n]*\))?|public|internal|private|protected)[ \t]+)+)(?=constructor\b)"
)
# A declaration right before a closing brace: `companion object { val X = 1 }`. Bounded, since it backtracks.
_INSIDE = r"[^{}\n\"]{0,200}"
_NO_SEMICOLON = re.compile(
    rf"(\{{{_INSIDE}\b(?:fun|val|var|class|object|interface)\b{_INSIDE}(?:\{{{_INSIDE}\}}{_INSIDE})?"
    r"(?<![\s;{])) (?=\})"
)
_SUSPENDED_LAMBDA = re.compile(r"\bsuspend(?=[ \t]*\{)")
_NULLABLE_REFERENCE = re.compile(r"(?<=\w)\?(?=::)")
# `context(log: Logger)` before a declaration
_CONTEXT = re.compile(
    r"^([ \t]*)context\((?>[^()\n]++|\([^()\n]*+\))*+\)(?=\s+(?:[a-z]+\s+){0,5}(?:fun|va[lr]|class)\b)",
    re.MULTILINE,
)
_FILE_ANNOTATIONS = re.compile(r"(?<=\S)[ \t](?=@file:)")


def prepare(text: str) -> str:
    """Replace such syntax."""
    if "constructor" in text:
        text = _PRIMARY_CONSTRUCTOR.sub(lambda match: match[1] + " " * len(match[2]), text)
    if "suspend" in text:
        text = _SUSPENDED_LAMBDA.sub("       ", text)
    if "?::" in text:
        text = _NULLABLE_REFERENCE.sub(" ", text)
    if "context(" in text:
        text = _CONTEXT.sub(lambda match: f"{match[1]}@context".ljust(len(match[0])), text)
    if "@file:" in text:
        text = _FILE_ANNOTATIONS.sub(";", text)
    return _NO_SEMICOLON.sub(r"\1;", _NO_SEMICOLON.sub(r"\1;", text))
