"""Pairs as texts: the same ones as in the bags, in the same order, and nothing is lost on disk."""

from __future__ import annotations

from pathlib import Path

from codesearch.identifiers import vocabulary_identifiers
from codesearch.training.corpus import CorpusBuilder, merge
from codesearch.training.extraction import ExtractedPairs, ExtractionOptions, extract_pairs
from codesearch.training.pairs import SHARES
from codesearch.training.sources import TrainingSource
from codesearch.training.texts import group_texts, load_texts, save_texts, select_texts
from tests.support.places import PACKAGE

KEPT = ExtractionOptions(keeps_texts=True)


def extractions() -> list[ExtractedPairs]:
    return [extract_pairs(TrainingSource(package, PACKAGE / package), KEPT) for package in ("index", "search", "index")]


def test_texts_are_those_of_the_bags_that_were_kept(tmp_path: Path) -> None:
    made = extractions()
    corpus = merge(((own.words, own.pairs) for own in made), 300, seed=0)
    texts = select_texts(corpus, made)
    own, bags = texts["Python"], corpus.pairs["Python"]
    assert 100 < len(own) == len(bags) <= 300
    assert len({asked.code for asked in own}) > 0.5 * len(own)
    for row, asked in enumerate(own):
        ids = bags.questions.ids[bags.questions.offsets[row] : bags.questions.offsets[row + 1]]
        said = asked.question.lower().replace("_", "")
        assert all(corpus.words[word] in said for word in ids.tolist()), asked.question
        assert vocabulary_identifiers(asked.code)
    save_texts(tmp_path / "texts.jsonl", texts)
    assert load_texts(tmp_path / "texts.jsonl") == texts


def test_groups_hold_every_text_once_and_kinds_apart() -> None:
    made = extractions()[:1]
    texts = select_texts(merge(((own.words, own.pairs) for own in made), 10_000, seed=0), made)
    groups = group_texts(texts)
    assert sum(len(own.pairs) for own in groups) == sum(map(len, texts.values()))
    for own in groups:
        assert {SHARES.get(asked.kind, 1.0) for asked in own.pairs} <= {own.share}


def test_texts_are_not_kept_unasked() -> None:
    assert not extract_pairs(TrainingSource("index", PACKAGE / "index"), ExtractionOptions()).texts
    assert not CorpusBuilder().texts
