"""Pairs as texts, for encoders that need more than a bag of words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from codesearch.training.corpus import Corpus, code_with_location
from codesearch.training.extraction import ExtractedPairs
from codesearch.training.pairs import SHARES, Pair

_MAX_CODE_LENGTH = 3_000
"""Characters; more than a transformer reads of a code text."""


@dataclass(frozen=True, slots=True)
class TextPair:
    """A question, and the code that answers it as an index encodes it."""

    kind: str
    question: str
    code: str


@dataclass(frozen=True, slots=True)
class TextGroup:
    """Pairs of one language and kind, and the share of them that each epoch samples."""

    pairs: Sequence[TextPair]
    share: float = 1.0


def select_texts(corpus: Corpus, extractions: Sequence[ExtractedPairs]) -> dict[str, list[TextPair]]:
    """The texts, by language, of a corpus merged from these extractions."""
    found = {}
    for language, rows in corpus.origins.items():
        pairs = [pair for extraction in extractions for pair in extraction.texts.get(language, ())]
        found[language] = [_text_pair(pairs[row]) for row in rows.tolist()]
    return found


def group_texts(texts: Mapping[str, Sequence[TextPair]]) -> list[TextGroup]:
    """Group the texts of each language: one group for each kind in SHARES, and one for all other kinds."""
    groups = []
    for pairs in texts.values():
        for kind, share in SHARES.items():
            groups.append(TextGroup([pair for pair in pairs if pair.kind == kind], share))
        groups.append(TextGroup([pair for pair in pairs if pair.kind not in SHARES]))
    return groups


def save_texts(path: Path, texts: Mapping[str, Sequence[TextPair]]) -> None:
    """Write texts, one language per line. Raises OSError."""
    with path.open("w", encoding="utf-8", errors="surrogatepass") as file:
        for language, pairs in texts.items():
            file.write(json.dumps([language, [[pair.kind, pair.question, pair.code] for pair in pairs]]) + "\n")


def load_texts(path: Path) -> dict[str, list[TextPair]]:
    """Read what `save_texts` wrote. Raises OSError."""
    with path.open(encoding="utf-8") as file:
        return {language: [TextPair(*pair) for pair in pairs] for language, pairs in map(json.loads, file)}


def _text_pair(pair: Pair) -> TextPair:
    return TextPair(pair.kind, pair.question, code_with_location(pair)[:_MAX_CODE_LENGTH])
