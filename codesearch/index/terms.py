"""Text → lexical terms, the same for chunks and for questions.

An identifier gives its parts (`getHTTPResponse` → get, http, response) and, when it has several, the whole
without separators (gethttpresponse), so that `get_http_response` finds it exactly. A run of a script without spaces
gives every two neighbours, so that any part of it is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from codesearch.identifiers import ascii_parts
from codesearch.index import letters

_IDENTIFIER = re.compile(r"\w+")
_SHAPED_PART = re.compile(r"(?:Am*)+(?![am])|(?:Am*)?a[am]*|0+|o[om]*|c+")
"""`ascii_parts` for letters outside ASCII, over their classes (codesearch.index.letters.shape)."""
_LONGEST_TERM = 64
"""Longer runs (hashes, base64) are nobody's question and would fill the vocabulary."""
_CACHED_IDENTIFIERS = 1 << 18
_MOST_CACHED = 16
"""Terms of an identifier; what has more (a sentence without spaces) seldom comes twice."""


def terms(text: str) -> list[str]:
    """The terms of a text, in order."""
    return list(chain.from_iterable(map(_terms_of.__getitem__, _identifiers(text))))


def question_terms(text: str) -> list[str]:
    """The terms that a text has to hold in order to hold this one: no characters of what is asked for whole."""
    if text.isascii():
        return terms(text)
    return [term for identifier in _identifiers(text) for term in _split(identifier, is_asked=True)]


def split_identifier(identifier: str) -> tuple[str, ...]:
    """Parts of one identifier in lower case, then the whole where there are several parts."""
    return _terms_of[identifier]


class _Terms(dict[str, tuple[str, ...]]):
    """Identifier → its terms, filled as identifiers are met."""

    def __missing__(self, identifier: str) -> tuple[str, ...]:
        found = _split(identifier, is_asked=False)
        if len(self) >= _CACHED_IDENTIFIERS:
            self.clear()
        if len(found) <= _MOST_CACHED:
            self[identifier] = found
        return found


_terms_of = _Terms()


def name_key(name: str) -> str:
    """What a name is looked up by: lower case, without separators (`get_http_response` → gethttpresponse).

    An operator's name (`<=>`) is its own key.
    """
    name = letters.normalised(name)
    if name.isascii():
        return "".join(ascii_parts(name)).lower() or name
    return letters.fold("".join(part for identifier in _identifiers(name) for part in _parts(identifier)))


def words(name: str) -> tuple[str, ...]:
    """The distinct parts of a name's identifiers, in order and in lower case, without the joined wholes."""
    if name.isascii():
        return tuple(dict.fromkeys(part.lower() for part in ascii_parts(name)))
    found = (piece for identifier in _identifiers(name) for part in _parts(identifier) for piece in _pieces(part))
    return tuple(dict.fromkeys(found))


def _identifiers(text: str) -> list[str]:
    if text.isascii():
        return _IDENTIFIER.findall(text)
    return letters.identifier_pattern().findall(letters.normalised(text))


def _split(identifier: str, is_asked: bool) -> tuple[str, ...]:
    parts = _parts(identifier)
    found = [piece[:_LONGEST_TERM] for part in parts for piece in _pieces(part)]
    unspaced = [part for part in parts if _is_unspaced(part)]
    if unspaced:
        return (*found, *(one for part in unspaced if not is_asked for one in letters.characters(part)))
    whole = "".join(found)
    return (*found, whole) if len(found) > 1 and len(whole) <= _LONGEST_TERM else tuple(found)


def _parts(identifier: str) -> list[str]:
    """The parts of an identifier, in its own case."""
    if identifier.isascii():
        return ascii_parts(identifier)
    return [identifier[slice(*part.span())] for part in _SHAPED_PART.finditer(letters.shape(identifier))]


def _pieces(part: str) -> Iterator[str]:
    """What one part is found by."""
    part = letters.fold(part)
    return iter(letters.bigrams(part) if _is_unspaced(part) else (part,))


def _is_unspaced(part: str) -> bool:
    return not part.isascii() and letters.shape(part[0]) == letters.UNSPACED
