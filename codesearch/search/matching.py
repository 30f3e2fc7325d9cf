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
        self._matches = _Matches(self._weights)

    def recall_precision(self, words: Iterable[str]) -> tuple[float, float]:
        """Share of the question's weight that the words match, and share of the words that match the question."""
        found = list(map(self._matches.__getitem__, words))
        if not any(found):
            return 0.0, 0.0
        best: dict[str, float] = {}
        matched = 0.0
        for matches in found:
            top = 0.0
            for term, similarity in matches:
                if similarity > top:
                    top = similarity
                if similarity > best.get(term, 0.0):
                    best[term] = similarity
            matched += top
        recall = sum(self._weights[term] * similarity for term, similarity in best.items()) / self._total
        return recall, matched / len(found)

    def rare_precision(self, words: Iterable[str]) -> float:
        """Precision with each match weighted by its rarity relative to the question's rarest word."""
        found = [max((self._weights[term] * s for term, s in self._matches[word]), default=0.0) for word in words]
        return sum(found) / len(found) / self._rarest if found else 0.0


class _Matches(dict[str, tuple[tuple[str, float], ...]]):
    """Word → the terms that are similar to it, and how similar, computed on first use."""

    def __init__(self, terms: Iterable[str]) -> None:
        super().__init__()
        self._by_initial: dict[str, list[str]] = {}
        for term in terms:
            self._by_initial.setdefault(term[:1], []).append(term)

    def __missing__(self, word: str) -> tuple[tuple[str, float], ...]:
        similar: tuple[tuple[str, float], ...] = ()
        if terms := self._by_initial.get(word[:1]):
            pairs = ((term, word_similarity(term, word)) for term in terms)
            similar = tuple((term, similarity) for term, similarity in pairs if similarity)
        self[word] = similar
        return similar
