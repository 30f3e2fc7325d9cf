"""The inflected forms of a word, so that a question about `parsing` finds `parse`.

Only inflections of English nouns and verbs: derivations (`parser`, `configuration`) are other words in code.
"""

from __future__ import annotations

import re
from functools import lru_cache

_MIN_LENGTH = 4
"""Shorter terms (`ids`, `get`) are abbreviations more often than inflections."""
_ENDINGS = ("", "e", "s", "es", "ed", "eds", "ing", "ings", "eing", "eings")
_AFTER_DOUBLED = ("ed", "eds", "ing", "ings")
"""Endings before which a consonant may be doubled: `stopped`, `settings`."""
_VOWEL = re.compile("[aeiouy]")
_UNINFLECTED = ("ss", "us", "is")
"""`class`, `status` and `axis` are no plurals."""
_DOUBLED = frozenset("bdgmnprt")
"""Consonants that are doubled before `ed` and `ing`: `stopped`, `running`."""

_ROOTS = frozenset("embed imped shred".split())
"""Words that end like an inflection, besides those in `eed`."""


@lru_cache(maxsize=1 << 14)
def forms(term: str) -> tuple[str, ...]:
    """The forms of a lower-case term that a text may have, itself first: all that have its stem."""
    base = stem(term)
    endings = (*_ENDINGS, *(base[-1:] + ending for ending in _AFTER_DOUBLED))
    found = dict.fromkeys([term, *(base + ending for ending in endings), base[:-1] + "ies", base[:-1] + "ied"])
    return tuple(form for form in found if stem(form) == base)


@lru_cache(maxsize=1 << 14)
def stem(term: str) -> str:
    """The stem of a lower-case term: the term itself unless it is a longer word in ASCII letters."""
    if len(term) < _MIN_LENGTH or not (term.isascii() and term.isalpha()):
        return term
    return _without_ending(term).removesuffix("e") or term


def _without_ending(word: str) -> str:
    if word.endswith(("ies", "ied")) and len(word) > _MIN_LENGTH:
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith(_UNINFLECTED):
        word = word.removesuffix("s")
    for ending in ("ing", "ed"):
        base = word.removesuffix(ending)
        if base != word and len(base) > 2 and _VOWEL.search(base) and not _is_root(word):
            is_doubled = base[-1] in _DOUBLED and base[-2] == base[-1] and len(base) > 3
            return base[:-1] if is_doubled else base
    return word


def _is_root(word: str) -> bool:
    return word.endswith("eed") or word in _ROOTS
