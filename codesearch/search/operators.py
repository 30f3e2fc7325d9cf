"""The operators of a question: `"a phrase"` must occur, `-word` and `-"a phrase"` must not.

Prose about code is full of quotes and dashes that are no operators, so only these count:

- a pair of double quotes, straight or curly, preceded by a space or the start of the question and followed by a space
  or the end of a clause. Apostrophes, inches, unpaired quotes and strings in code (`x == "y"`) are text, and so is
  what is quoted after a colon: the value in a message (`error: unknown flag "foo"`).
- dashed words at the end of a question, after the words to search for. Options (`-w`, `-rf`, `--long`, `-O2`) and
  words that continue the previous one ("built with -race", "one -thousandth") are text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from codesearch.index.letters import fold
from codesearch.index.terms import question_terms, terms

_PHRASE = re.compile(
    r"""(?:(?<=\s)(?<![=<>+]\s)|^)(?P<dash>-?)(?:"(?P<straight>[^"]+)"|“(?P<curly>[^”"]+)”)"""
    r"""(?=$|\s|[.,;:?!](?:$|\s))(?!, line \d)"""
)
_COLON = re.compile(r"\S:\s")
"""In the text before a quote, a sign of a message."""
_QUOTES = '"“”'
_EXCLUDED = re.compile(r"-[^\W\d]\w*(?:[.-]\w+)*")
_OPTION = re.compile(r"-\w{1,2}", re.ASCII)
"""`-w`, `-rf`, `-O2`."""
_JOINING_WORDS = frozenset(
    "a an and as at by for from in into is means of on or than the this to use using versus via vs with without"
    " arg argument flag flags option options parameter switch"
    " zero one two three four five six seven eight nine ten hundred thousand million billion"
    " anti auto bi co cross inter intra mega meta micro mid multi nano non post pre re self semi sub super un".split()
)
"""Words that a dashed word continues."""
_PROGRAMS = frozenset(
    "awk cat chmod clang cp curl cut diff docker du find gcc git go grep head java javac kill ln ls make mkdir mount mv"
    " netstat npm openssl perl ping pip ps python rm rsync sed sort ssh tail tar uniq wc wget xargs".split()
)
"""Programs whose options begin with one dash; a question of one of these and options only is a command line."""
_HYPHEN_SUFFIXES = frozenset(
    "axis based only side tenth tenths hundredth hundredths thousandth thousandths millionth millionths".split()
)
"""Second halves of hyphenated words, which may follow a stray space ("read -only")."""


class Operators(NamedTuple):
    """What a question requires and excludes."""

    text: str
    """The question without exclusions. Required phrases stay."""
    phrases: tuple[str, ...] = ()
    excluded_words: tuple[str, ...] = ()
    """In lower case, without the dash."""
    excluded_phrases: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.phrases or self.excluded_words or self.excluded_phrases)

    def __str__(self) -> str:
        quoted = [f'"{phrase}"' for phrase in self.phrases]
        excluded = [f"-{word}" for word in self.excluded_words]
        return " ".join([*quoted, *excluded, *(f'-"{phrase}"' for phrase in self.excluded_phrases)])

    def accept(self, text: str) -> bool:
        """Whether a text contains every required phrase and nothing excluded, ignoring case."""
        return self.has_phrases(text) and not self._has_excluded(text)

    def has_phrases(self, text: str) -> bool:
        """Whether a text contains every required phrase, ignoring case."""
        folded = fold(text)
        return all(fold(phrase) in folded for phrase in self.phrases)

    def _has_excluded(self, text: str) -> bool:
        folded = fold(text)
        if any(fold(phrase) in folded for phrase in self.excluded_phrases):
            return True
        held = set(terms(text)) if self.excluded_words else set()
        return any(held.issuperset(question_terms(word)) for word in self.excluded_words)


def read_operators(text: str, is_file: Callable[[str], bool]) -> Operators:
    """The operators of a question. A quoted phrase that `is_file` recognises is a location, not an operator."""
    phrases: dict[bool, list[str]] = {True: [], False: []}
    colon = _COLON.search(text)
    message = colon.start() if colon else len(text)

    def is_operator(match: re.Match[str]) -> bool:
        return bool(match["dash"]) or match.start() < message

    for match in filter(is_operator, _PHRASE.finditer(text)):
        phrase = (match["straight"] or match["curly"]).strip()
        if phrase.strip("“”") and not is_file(phrase):
            phrases[bool(match["dash"])].append(phrase)
    words = _PHRASE.sub(lambda match: " " if is_operator(match) else match[0], text).split()
    excluded = _excluded(words, bool(phrases[False]))
    if not phrases[False] and not any(word.strip(_QUOTES) for word in words[: len(words) - len(excluded)]):
        return Operators(text)  # nothing is left to ask for
    kept = _PHRASE.sub(lambda match: " " if match["dash"] else match[0], text)
    left = (word for word in kept.split() if word not in excluded)
    words_alone = tuple(word[1:].lower() for word in excluded)
    return Operators(" ".join(left), tuple(phrases[False]), words_alone, tuple(phrases[True]))


def _excluded(words: list[str], has_phrases: bool) -> tuple[str, ...]:
    """The dashed words at the end of a question, if they are operators."""
    count = next((n for n, word in enumerate(reversed(words)) if not _EXCLUDED.fullmatch(word)), len(words))
    asked, dashed = words[: len(words) - count], words[len(words) - count :]
    if not (asked or has_phrases) or any(_OPTION.fullmatch(w) or w[1:].lower() in _HYPHEN_SUFFIXES for w in dashed):
        return ()
    before = asked[-1].lower() if asked else ""
    is_command = len(asked) == 1 and before in _PROGRAMS
    return () if before in _JOINING_WORDS or is_command else tuple(dashed)
