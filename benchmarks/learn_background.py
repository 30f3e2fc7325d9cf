"""Learn from checkouts what questions and code are usually like, and write codesearch/search/background.safetensors.

    python benchmarks/learn_background.py SOURCE… [--workers 2] [--write]

Takes the pairs of question and code that `codesearch train` would learn from, of sources that no question set has.
Counts for each word, as a stem, in how many codes it is, and of the questions that have it, in how many of their
answers. And learns by ridge regression, from the vector of a question, how much the cosine of the nearest code differs
from one source to another: little for questions that any source might answer. The file in the package is of 110
sources, from a version that chose pairs by the order in which the sources were ready, so that it can't be made again
byte for byte.

Depends on the default encoder, so it has to be run again after a new one, and benchmarks/nothing_close.py after that.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from codesearch.index.inflections import stem
from codesearch.index.terms import question_terms, terms
from codesearch.models.encoder import Embeddings
from codesearch.models.static import StaticEncoder
from codesearch.search.background import Background, expected_share
from codesearch.training.extraction import ExtractionOptions, extract_all
from codesearch.training.pairs import Pair
from codesearch.training.sources import open_source

PAIRS = 1500
"""Of each source that are counted, chosen at random."""
NO_QUESTIONS = ("name",)
"""Kinds of pairs whose questions are no sentences."""
QUESTIONS, CODES = 60, 400
"""Of each source that are encoded."""
LEAST = 20
"""Codes that have a word; rarer ones are left out of the table, and count as if they were as rare as these."""
RIDGE = 10.0


@dataclass(slots=True)
class Counts:
    """Of words, by stem."""

    codes: int
    in_codes: Counter[str]
    in_questions: Counter[str]
    in_both: Counter[str]


@dataclass(frozen=True, slots=True)
class Encoded:
    """Vectors of one source."""

    questions: Embeddings
    codes: Embeddings


def pairs_of_sources(places: Sequence[Path], workers: int) -> Iterator[list[Pair]]:
    """The pairs of each source."""
    with tempfile.TemporaryDirectory() as scratch:
        options = ExtractionOptions(max_pairs=2000, keeps_texts=True)
        tasks = [(open_source(place, Path(scratch)), options) for place in places]
        for extracted in extract_all(tasks, workers):
            found = [pair for pairs in extracted.texts.values() for pair in pairs if pair.kind not in NO_QUESTIONS]
            print(f"{extracted.source.name}: {len(found)} pairs", flush=True)
            yield random.Random(extracted.source.name).sample(found, min(PAIRS, len(found)))


def count(counts: Counts, pairs: Sequence[Pair]) -> None:
    """Add the words of a source's pairs."""
    for pair in pairs:
        code = set(map(stem, terms(f"{pair.place}\n{pair.code}")))
        question = set(map(stem, question_terms(pair.question)))
        counts.codes += 1
        counts.in_codes.update(code)
        counts.in_questions.update(question)
        counts.in_both.update(question & code)


def encode(encoder: StaticEncoder, pairs: Sequence[Pair]) -> Encoded:
    """The vectors of a source's pairs."""
    questions = np.stack([encoder.encode_query(pair.question) for pair in pairs[:QUESTIONS]])
    return Encoded(questions, encoder.encode_documents([f"{pair.place}\n{pair.code}" for pair in pairs[:CODES]]))


def spread_weights(sources: Sequence[Encoded]) -> Embeddings:
    """[dimensions]: their product with a question's vector is the estimate, but for a constant."""
    vectors, spreads = [], []
    for source in sources:
        others = [other.codes for other in sources if other is not source]
        nearest = np.stack([(source.questions @ codes.T).max(axis=1) for codes in others])
        vectors.append(source.questions)
        spreads.append(nearest.std(axis=0))
    table, spread = np.concatenate(vectors).astype(np.float64), np.concatenate(spreads)
    squares = table.T @ table + RIDGE * np.eye(table.shape[1])
    weights = np.linalg.solve(squares, table.T @ (spread - spread.mean()))
    print(f"spread {spread.mean():.4f} ± {spread.std():.4f}, its correlation", end=" ")
    print(f"with the estimate {np.corrcoef(table @ weights, spread)[0, 1]:.2f}")
    return weights.astype(np.float32)


def main() -> None:
    """Run the program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="+", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    encoder = StaticEncoder.default()
    counts, encoded = Counts(0, Counter(), Counter(), Counter()), []
    for pairs in pairs_of_sources(asked.sources, asked.workers):
        count(counts, pairs)
        if len(pairs) >= QUESTIONS:
            encoded.append(encode(encoder, pairs))
    words = sorted((word for word, number in counts.in_codes.items() if number >= LEAST), key=str.encode)
    in_codes, in_questions, in_both = (
        np.array([of[word] for word in words]) for of in (counts.in_codes, counts.in_questions, counts.in_both)
    )
    background = Background.of(
        words,
        rarity=np.log(counts.codes / in_codes),
        expected=expected_share(in_both, in_questions),
        spread=spread_weights(encoded),
    )
    print(f"{counts.codes} pairs of {len(asked.sources)} sources, {len(words)} words")
    for word in "how implement the handle parse hash socket".split():
        print(word, background.usual(word))
    if asked.write:
        background.save()


if __name__ == "__main__":
    main()
