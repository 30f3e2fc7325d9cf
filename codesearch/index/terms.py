"""Text → lexical terms, the same for chunks and for questions.

An identifier gives its parts (`getHTTPResponse` → get, http, response) and, when it has several, the whole
without separators (gethttpresponse), so that `get_http_response` finds it exactly.
"""

from __future__ import annotations

import re

_IDENTIFIER = re.compile(r"\w+")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")
_LONGEST_TERM = 64
"""Longer runs (hashes, base64) are nobody's question and would fill the vocabulary."""
_CACHED_IDENTIFIERS = 1 << 18

_cache: dict[str, tuple[str, ...]] = {}


def terms(text: str) -> list[str]:
    """The terms of a text, in order."""
    found: list[str] = []
    for identifier in _IDENTIFIER.findall(text):
        found.extend(_cache.get(identifier) or split_identifier(identifier))
    return found


def split_identifier(identifier: str) -> tuple[str, ...]:
    """Parts of one identifier in lower case, then the whole where there are several parts."""
    if len(_cache) >= _CACHED_IDENTIFIERS:
        _cache.clear()
    parts = tuple(part.lower()[:_LONGEST_TERM] for part in _PART.findall(identifier))
    if len(parts) > 1:
        whole = "".join(parts)
        parts = (*parts, whole) if len(whole) <= _LONGEST_TERM else parts
    _cache[identifier] = parts
    return parts


def name_key(name: str) -> str:
    """What a name is looked up by: lower case, without separators (`get_http_response` → gethttpresponse)."""
    return "".join(part for part in _PART.findall(name)).lower()


def words(name: str) -> tuple[str, ...]:
    """The distinct parts of a name's identifiers, in order and in lower case, without the joined wholes."""
    return tuple(dict.fromkeys(part.lower() for part in _PART.findall(name)))
