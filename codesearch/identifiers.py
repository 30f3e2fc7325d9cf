"""Splitting identifiers into words: at camelCase boundaries, digits and everything that is not a letter.

There are two rules, which differ for non-ASCII letters. The lexical index groups them into classes
(codesearch.index.terms); static models keep runs of them whole (`vocabulary_words`). The vocabularies of static models
were built with their rule, so changing it requires new models.
"""

from __future__ import annotations

import re

_IDENTIFIER = re.compile(r"\w+")
_PART = r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+"
_ASCII_PART = re.compile(_PART)
_VOCABULARY_IDENTIFIER = re.compile(r"[^\W_]+")
_VOCABULARY_WORD = re.compile(_PART + r"|[^\W\d_a-zA-Z]+")


def _spaces_but(pattern: re.Pattern[str]) -> bytes:
    """A table for bytes.translate that keeps the ASCII characters of a pattern and makes all others spaces."""
    return bytes(code if code < 0x80 and pattern.match(chr(code)) else ord(" ") for code in range(256))


_ASCII_IDENTIFIERS = _spaces_but(_IDENTIFIER)
_ASCII_VOCABULARY_IDENTIFIERS = _spaces_but(_VOCABULARY_IDENTIFIER)
"""Translating and splitting takes a third of the time of a search for the pattern."""
_ASCII_SEPARATORS = bytes(code for code in range(0x80) if not _VOCABULARY_IDENTIFIER.match(chr(code)))


def identifiers(text: str) -> list[str]:
    """The runs of letters, digits and underscores in a text."""
    return _runs(text, _IDENTIFIER, _ASCII_IDENTIFIERS)


def ascii_parts(identifier: str) -> list[str]:
    """`getHTTPResponse_2` → get, HTTP, Response, 2. ASCII only."""
    return _ASCII_PART.findall(identifier)


def ascii_words(identifier: str) -> list[str]:
    """`getHTTPResponse_2` → get, http, response, 2. ASCII only."""
    return _lower(_ASCII_PART.findall(identifier))


def ascii_name(identifier: str) -> str:
    """`getHTTPResponse_2` → gethttpresponse2. ASCII only."""
    return identifier.encode("ascii").translate(None, _ASCII_SEPARATORS).decode("ascii").lower()


def vocabulary_identifiers(text: str) -> list[str]:
    """The runs of letters and digits in a text, as tokenized by static models."""
    return _runs(text, _VOCABULARY_IDENTIFIER, _ASCII_VOCABULARY_IDENTIFIERS)


def _runs(text: str, pattern: re.Pattern[str], ascii_table: bytes) -> list[str]:
    if text.isascii():
        return text.encode("ascii").translate(ascii_table).decode("ascii").split()
    return pattern.findall(text)


def vocabulary_words(identifier: str) -> list[str]:
    """The lower-case words of one such run."""
    return _lower(_VOCABULARY_WORD.findall(identifier))


def _lower(words: list[str]) -> list[str]:
    """The words in lower case; converting all at once takes half the time of each by itself."""
    return " ".join(words).lower().split(" ") if words else []
