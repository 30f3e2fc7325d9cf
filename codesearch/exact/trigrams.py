"""The trigrams that a text must contain to match a pattern, as in Russ Cox's codesearch and in zoekt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from codesearch.exact.syntax import (
    Alternatives,
    CharacterClass,
    Literal,
    Node,
    Position,
    Range,
    Repetition,
    Sequence,
)
from codesearch.index.signatures import folded

MAX_CLASS = 16
"""Characters of a class that are tried one by one; of a larger one, nothing is required."""
MAX_STRINGS = 32
"""Texts that are tried one by one: `(a|b)[0-9]` stands for twenty."""
MAX_LENGTH = 64
"""Characters of a text; what follows is another one."""
MAX_ALTERNATIVES = 200
"""Of a group; with more, hardly a file can be left out."""
_LENGTH = 3


@dataclass(frozen=True, slots=True)
class Required:
    """What a text must contain: all of the trigrams, and of each group of alternatives at least one."""

    trigrams: frozenset[bytes] = frozenset()
    alternatives: tuple[tuple[Required, ...], ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Whether every text contains it."""
        return not self.trigrams and not self.alternatives


NOTHING = Required()


def required_by(pattern: Node) -> Required:
    """What every text that matches a pattern contains, with cases folded."""
    return _summary(pattern).required()


@dataclass(frozen=True, slots=True)
class _Summary:
    """What is known of the texts that an expression matches."""

    texts: frozenset[str] | None
    """All of them, with cases folded; None if there are too many."""
    inside: Required = NOTHING
    """What each of them contains, if there are too many to list."""

    def required(self) -> Required:
        """What each of the texts contains."""
        return self.inside if self.texts is None else _required_of_any(self.texts)


_ANYTHING = _Summary(None)
_EMPTY = _Summary(frozenset(("",)))


def _summary(node: Node) -> _Summary:
    match node:
        case Position():
            return _EMPTY
        case Literal(character):
            return _Summary(frozenset((folded(character),)))
        case CharacterClass():
            return _summary_of_class(node)
        case Sequence(parts):
            return _summary_of_sequence(parts)
        case Alternatives(parts):
            return _summary_of_alternatives([_summary(part) for part in parts])
        case Repetition(part, least, most):
            return _summary_of_repetition(_summary(part), least, most)


def _summary_of_class(node: CharacterClass) -> _Summary:
    ranges = [item for item in node.items if isinstance(item, Range)]
    size = sum(found.last - found.first + 1 for found in ranges)
    if node.negated or len(ranges) < len(node.items) or size > MAX_CLASS:
        return _ANYTHING
    characters = (chr(code) for found in ranges for code in range(found.first, found.last + 1))
    return _Summary(frozenset(map(folded, characters)))


def _summary_of_sequence(parts: Iterable[Node]) -> _Summary:
    """As long as the texts are few, they are joined; then what they contain is noted, and a new run begins."""
    found: list[Required] = []
    run = _EMPTY.texts
    assert run is not None
    is_listed = True
    for part in parts:
        summary = _summary(part)
        joined = _joined(run, summary.texts) if summary.texts is not None else None
        if joined is not None:
            run = joined
            continue
        is_listed = False
        begun = _beginnings(part)
        together = _joined(run, begun)
        found.append(_required_of_any(run if together is None else together))
        if summary.texts is None:
            found.append(summary.inside)
        run = begun if summary.texts is None else summary.texts
    return _Summary(run) if is_listed else _Summary(None, _all_of([*found, _required_of_any(run)]))


def _beginnings(part: Node) -> frozenset[str]:
    """Texts with one of which, whatever `part` matches begins, and also ends; the empty one if that is not known."""
    if isinstance(part, Repetition) and part.least:
        texts = _summary(part.part).texts
        return texts if texts is not None else frozenset(("",))
    return frozenset(("",))


def _summary_of_alternatives(parts: list[_Summary]) -> _Summary:
    texts: set[str] = set()
    for part in parts:
        if part.texts is None:
            return _Summary(None, _any_of([part.required() for part in parts]))
        texts |= part.texts
    if len(texts) > MAX_STRINGS:
        return _Summary(None, _any_of([part.required() for part in parts]))
    return _Summary(frozenset(texts))


def _summary_of_repetition(part: _Summary, least: int, most: int | None) -> _Summary:
    if least == 0:
        return _summary_of_alternatives([part, _EMPTY]) if most == 1 and part.texts is not None else _ANYTHING
    if part.texts is None:
        return _Summary(None, part.inside)
    repeated = part.texts
    times = 1
    while times < least and (longer := _joined(repeated, part.texts)) is not None:
        repeated, times = longer, times + 1
    return _Summary(repeated) if times == least == most else _Summary(None, _required_of_any(repeated))


def _joined(ones: frozenset[str], others: frozenset[str]) -> frozenset[str] | None:
    """Each of the first texts followed by each of the others; None if these are too many or too long."""
    if len(ones) * len(others) > MAX_STRINGS:
        return None
    texts = frozenset(one + other for one, other in product(ones, others))
    return texts if max(map(len, texts), default=0) <= MAX_LENGTH else None


def _required_of_any(texts: Iterable[str]) -> Required:
    """What is contained in each text that contains one of these."""
    return _any_of([Required(frozenset(_trigrams(text))) for text in texts])


def _any_of(parts: list[Required]) -> Required:
    if len(parts) == 1:
        return parts[0]
    if any(part.is_nothing for part in parts) or len(parts) > MAX_ALTERNATIVES:
        return NOTHING
    common = frozenset.intersection(*(part.trigrams for part in parts)) if parts else frozenset()
    rest = tuple(Required(part.trigrams - common, part.alternatives) for part in parts)
    if any(part.is_nothing for part in rest):
        return Required(common)
    return Required(common, (rest,))


def _all_of(parts: Iterable[Required]) -> Required:
    parts = list(parts)
    trigrams = frozenset(trigram for part in parts for trigram in part.trigrams)
    return Required(trigrams, tuple(group for part in parts for group in part.alternatives))


def _trigrams(text: str) -> Iterator[bytes]:
    data = text.encode("utf-8", "replace")
    return (data[at : at + _LENGTH] for at in range(len(data) - _LENGTH + 1))
