"""Splitting identifiers into words: at camelCase boundaries, digits and everything that is not a letter.

There are two rules, which differ for non-ASCII letters. The lexical index groups them into classes
(codesearch.index.terms); static models keep runs of them whole (`vocabulary_words`). The vocabularies of static models
were built with their rule, so changing it requires new models.
"""

from __future__ import annotations

import re

_PART = r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+"
_ASCII_PART = re.compile(_PART)
_VOCABULARY_IDENTIFIER = re.compile(r"[^\W_]+")
_VOCABULARY_WORD = re.compile(_PART + r"|[^\W\d_a-zA-Z]+")


def ascii_parts(identifier: str) -> list[str]:
    """`getHTTPResponse_2` → get, HTTP, Response, 2. ASCII only."""
    return _ASCII_PART.findall(identifier)


def vocabulary_identifiers(text: str) -> list[str]:
    """The runs of letters and digits in a text, as tokenized by static models."""
    return _VOCABULARY_IDENTIFIER.findall(text)


def vocabulary_words(identifier: str) -> list[str]:
    """The lower-case words of one such run."""
    return [word.lower() for word in _VOCABULARY_WORD.findall(identifier)]
