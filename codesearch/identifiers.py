"""How identifiers split into words: at camelCase, at digits and at whatever is no letter.

Two rules agree on ASCII and differ beyond it. The lexical index takes letters of other scripts by their classes
(codesearch.index.terms); the static models keep a run of them whole (`vocabulary_words`), since their vocabularies were
trained on such words: a change of that rule needs new models.
"""

from __future__ import annotations

import re

_PART = r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+"
_ASCII_PART = re.compile(_PART)
_VOCABULARY_IDENTIFIER = re.compile(r"[^\W_]+")
_VOCABULARY_WORD = re.compile(_PART + r"|[^\W\d_a-zA-Z]+")


def ascii_parts(identifier: str) -> list[str]:
    """`getHTTPResponse_2` → get, HTTP, Response, 2. Of ASCII only."""
    return _ASCII_PART.findall(identifier)


def vocabulary_identifiers(text: str) -> list[str]:
    """The runs of letters and digits of a text, as static models read it."""
    return _VOCABULARY_IDENTIFIER.findall(text)


def vocabulary_words(identifier: str) -> list[str]:
    """The words of one such run in lower case."""
    return [word.lower() for word in _VOCABULARY_WORD.findall(identifier)]
