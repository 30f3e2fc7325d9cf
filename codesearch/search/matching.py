"""How well the words of a name match the words of a question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

# A word and its inflection or abbreviation (dependency ~ dependencies, config ~ configuration) share a stem of at
# least this many letters; shorter ones (get ~ getter) meet by accident.
_MIN_STEM = 4
_INFLECTION_LETTERS = 3
_INFLECTION_MATCH = 0.85
_ABBREVIATION_MATCH = 0.6


def word_similarity(a: str, b: str) -> float:
    """1 for the same word, less for an inflection, less for an abbreviation, else 0."""
    if a == b:
        return 1.0
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    stem = short[:-1] if len(short) > _MIN_STEM and short[-1] in "eys" else short
    if len(short) < _MIN_STEM or not long.startswith(stem):
        return _INFLECTION_MATCH if long == short + "s" and len(short) > 2 else 0.0
    return _INFLECTION_MATCH if len(long) - len(stem) <= _INFLECTION_LETTERS else _ABBREVIATION_MATCH


class WordMatcher:
    """Compares names with the words of one question, and caches the comparisons.

    `weights` maps each word of the question to its inverse document frequency.
    """

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights = dict(weights)
        self._total = sum(self._weights.values()) or 1.0
        self._rarest = max(self._weights.values(), default=0.0) or 1.0
        self._by_initial: dict[str, list[str]] = {}
        for term in self._weights:
            self._by_initial.setdefault(term[:1], []).append(term)
        self._seen: dict[str, tuple[tuple[str, float], ...]] = {}

    def recall_precision(self, words: Iterable[str]) -> tuple[float, float]:
        """Share of the question's weight that the words match, and share of the words that match the question."""
        best: dict[str, float] = {}
        matched = count = 0.0
        for word in words:
            count += 1
            top = 0.0
            for term, similarity in self._matches(word):
                top = max(top, similarity)
                if similarity > best.get(term, 0.0):
                    best[term] = similarity
            matched += top
        if not best:
            return 0.0, 0.0
        recall = sum(self._weights[term] * similarity for term, similarity in best.items()) / self._total
        return recall, matched / count

    def rare_precision(self, words: Iterable[str]) -> float:
        """Precision with each match weighted by its rarity relative to the question's rarest word."""
        found = [max((self._weights[term] * s for term, s in self._matches(word)), default=0.0) for word in words]
        return sum(found) / len(found) / self._rarest if found else 0.0

    def _matches(self, word: str) -> tuple[tuple[str, float], ...]:
        known = self._seen.get(word)
        if known is None:
            alike = self._by_initial.get(word[:1], ())
            pairs = ((term, word_similarity(term, word)) for term in alike)
            known = self._seen[word] = tuple((term, s) for term, s in pairs if s)
        return known
