"""Pairs as texts, for encoders that read more of a text than its bag of words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from codesearch.training.corpus import Corpus, located
from codesearch.training.cut import Cut
from codesearch.training.pairs import SHARES, Pair

_LONGEST_CODE = 3_000
"""Characters: more than a transformer is shown of a code."""


@dataclass(frozen=True, slots=True)
class TextPair:
    """A question and the text that an index gives encoders of the code that answers it."""

    kind: str
    question: str
    code: str


def chosen(corpus: Corpus, cuts: Sequence[Cut]) -> dict[str, list[TextPair]]:
    """The texts of a corpus that was merged of these cuts, by language."""
    found = {}
    for language, rows in corpus.origins.items():
        pairs = [pair for cut in cuts for pair in cut.texts.get(language, ())]
        found[language] = [_asked(pairs[row]) for row in rows.tolist()]
    return found


def grouped(texts: Mapping[str, Sequence[TextPair]]) -> list[tuple[list[TextPair], float]]:
    """The texts of each language by kinds that have a share of their own, and all others, with their shares."""
    groups = []
    for own in texts.values():
        for kind, share in SHARES.items():
            groups.append(([asked for asked in own if asked.kind == kind], share))
        groups.append(([asked for asked in own if asked.kind not in SHARES], 1.0))
    return groups


def save_texts(path: Path, texts: Mapping[str, Sequence[TextPair]]) -> None:
    """Write texts, a language a line. Raises OSError."""
    with path.open("w", encoding="utf-8", errors="surrogatepass") as file:
        for language, own in texts.items():
            file.write(json.dumps([language, [[asked.kind, asked.question, asked.code] for asked in own]]) + "\n")


def load_texts(path: Path) -> dict[str, list[TextPair]]:
    """Read what `save_texts` wrote. Raises OSError."""
    with path.open(encoding="utf-8") as file:
        return {language: [TextPair(*asked) for asked in own] for language, own in map(json.loads, file)}


def _asked(pair: Pair) -> TextPair:
    return TextPair(pair.kind, pair.question, located(pair)[:_LONGEST_CODE])
