"""Text → lexical terms, for chunks and for queries.

The terms of an identifier are its parts (`getHTTPResponse` → get, http, response) and, if there are several, the whole
without separators (gethttpresponse), which `get_http_response` also has. The terms of a run of a script without spaces
are its overlapping bigrams, so that any part of it is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain

from codesearch.identifiers import ascii_name, ascii_parts, ascii_words, identifiers
from codesearch.index import letters

_SHAPED_PART = re.compile(r"(?:Am*)+(?![am])|(?:Am*)?a[am]*|0+|o[om]*|c+")
"""`ascii_parts` for letters outside ASCII, over their classes (codesearch.index.letters.shape)."""
MAX_TERM_LENGTH = 64
"""Longer terms (hashes, base64) are not searched for and would fill the vocabulary."""
_MAX_CACHED_IDENTIFIERS = 1 << 15
"""Size at which the cache is cleared (about 14 MB). Eight times as many take 110 MB and save no time (Linux)."""
_MAX_CACHED_TERMS = 16
"""An identifier with more terms (a sentence without spaces) is seldom seen again."""


def terms(text: str) -> list[str]:
    """The terms of a text, in order."""
    return list(chain.from_iterable(map(_terms_of.__getitem__, _identifiers(text))))


def question_terms(text: str) -> list[str]:
    """The terms of a query: those that every text with the query's words contains.

    These are terms() without the single characters of longer runs (codesearch.index.letters.characters).
    """
    if text.isascii():
        return terms(text)
    return [term for identifier in _identifiers(text) for term in _split(identifier, is_query=True)]


def split_identifier(identifier: str) -> tuple[str, ...]:
    """The parts of one identifier in lower case, followed by the whole if there are several parts."""
    return _terms_of[identifier]


class _Terms(dict[str, tuple[str, ...]]):
    """Identifier → its terms, computed on first use."""

    def __missing__(self, identifier: str) -> tuple[str, ...]:
        split = _split(identifier, is_query=False)
        if len(self) >= _MAX_CACHED_IDENTIFIERS:
            self.clear()
        if len(split) <= _MAX_CACHED_TERMS:
            self[identifier] = split
        return split


_terms_of = _Terms()


@lru_cache(maxsize=1 << 14)
def name_key(name: str) -> str:
    """The key by which a name is looked up: lower case, without separators (`get_http_response` → gethttpresponse).

    The key of an operator (`<=>`, `⊕`) is its name.
    """
    name = letters.normalised(name)
    if name.isascii():
        return ascii_name(name) or name
    return letters.fold("".join(part for identifier in _identifiers(name) for part in _parts(identifier))) or name


def words(name: str) -> tuple[str, ...]:
    """The distinct parts of a name's identifiers in lower case, in order."""
    if name.isascii():
        return tuple(dict.fromkeys(ascii_words(name)))
    pieces = (piece for identifier in _identifiers(name) for part in _parts(identifier) for piece in _pieces(part))
    return tuple(dict.fromkeys(pieces))


def _identifiers(text: str) -> list[str]:
    if text.isascii():
        return identifiers(text)
    return letters.identifier_pattern().findall(letters.normalised(text))


def _split(identifier: str, is_query: bool) -> tuple[str, ...]:
    if identifier.isascii():
        pieces = ascii_words(identifier)
        if len(identifier) > MAX_TERM_LENGTH:
            pieces = [piece[:MAX_TERM_LENGTH] for piece in pieces]
    else:
        parts = _parts(identifier)
        pieces = [piece[:MAX_TERM_LENGTH] for part in parts for piece in _pieces(part)]
        unspaced = [part for part in parts if _is_unspaced(part)]
        if unspaced:
            return (*pieces, *(letter for part in unspaced if not is_query for letter in letters.characters(part)))
    whole = "".join(pieces)
    return (*pieces, whole) if len(pieces) > 1 and len(whole) <= MAX_TERM_LENGTH else tuple(pieces)


def _parts(identifier: str) -> list[str]:
    """The parts of an identifier, in their original case."""
    if identifier.isascii():
        return ascii_parts(identifier)
    return [identifier[slice(*part.span())] for part in _SHAPED_PART.finditer(letters.shape(identifier))]


def _pieces(part: str) -> Iterator[str]:
    """The terms of one part."""
    part = letters.fold(part)
    return iter(letters.bigrams(part) if _is_unspaced(part) else (part,))


def _is_unspaced(part: str) -> bool:
    return not part.isascii() and letters.shape(part[0]) == letters.UNSPACED
