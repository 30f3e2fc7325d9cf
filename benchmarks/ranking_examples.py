"""Labelled questions → the features and labels that ranking weights are learned from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from question_sets import FILE_SETS, Corpus, Sources, corpora

from codesearch.api import Index
from codesearch.evaluation.questions import LabelledQuestion
from codesearch.search.asked_language import read_question
from codesearch.search.evidence import Evidence
from codesearch.search.question import QuestionKind
from codesearch.search.searcher import collect, question_vectors
from codesearch.search.signals import SIGNALS

Array = npt.NDArray[np.float64]
GROUPS = {QuestionKind.PROSE: "prose", QuestionKind.MIXED: "prose", QuestionKind.IDENTIFIER: "identifier"}


@dataclass(slots=True)
class Example:
    """One question: features [candidates, signals], the file of each, and which candidate hits which target.

    `unit` groups what is ranked against each other by its best: files where labels are files, else chunks.
    """

    set: str
    repo: str
    category: str
    group: str
    features: Array
    file: npt.NDArray[np.int64]
    unit: npt.NDArray[np.int64]
    hits: npt.NDArray[np.bool_]
    credited: npt.NDArray[np.bool_]
    """The hits that count: where answers are lines, those that are little more than the answer."""
    relevant: npt.NDArray[np.bool_]
    """By unit. A class or a file that happens to hold the function is what should not be learned, so where any hit is
    tight, only those are relevant."""

    @property
    def has_files(self) -> bool:
        """Whether its answers are files."""
        return self.set in FILE_SETS


def examples(sources: Sources, sets: tuple[str, ...] = ()) -> Iterator[Example]:
    """All questions of the named sets, or of all that are evaluated."""
    for corpus in corpora(sources, sets):
        with corpus.index() as index:
            for question in corpus.questions:
                yield _example(index, corpus, question)


def _example(index: Index, corpus: Corpus, labelled: LabelledQuestion) -> Example:
    searched = index.searchable()
    question = read_question(labelled.query, searched.reader.chunks_by_language)
    candidates = collect([searched], question, question_vectors([searched], question))
    evidence = Evidence(question, candidates)
    places = [(chunk.path, chunk.start_line, chunk.end_line) for chunk in candidates.chunks]
    hits, tight = (
        np.array(
            [[corpus.is_found_by(item, *place, tight=is_tight) for item in labelled.relevant] for place in places],
            np.bool_,
        ).reshape(len(places), len(labelled.relevant))
        for is_tight in (False, True)
    )
    unit = evidence.file if corpus.set in FILE_SETS else np.arange(len(places))
    relevant = np.zeros(int(unit.max(initial=-1)) + 1, np.bool_)
    np.logical_or.at(relevant, unit, (tight if tight.any() else hits).any(axis=1))
    features = np.stack([signal.compute(evidence) for signal in SIGNALS], axis=1).astype(np.float64)
    group = GROUPS[question.kind]
    credited = hits if corpus.set in FILE_SETS else tight
    return Example(
        corpus.set, corpus.name, labelled.category, group, features, evidence.file, unit, hits, credited, relevant
    )
