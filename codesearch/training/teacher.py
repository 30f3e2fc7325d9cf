"""Distillation: how alike a teacher finds questions, for a static encoder to learn beside the pairs.

The similarities of a batch are compared as distributions (Hinton, Vinyals and Dean 2015).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from codesearch.identifiers import vocabulary_identifiers, vocabulary_words
from codesearch.models.encoder import Encoder
from codesearch.models.static import pieces_of
from codesearch.training.corpus import Bags
from codesearch.training.texts import TextPair

MAX_QUESTIONS = 130_000
"""Questions that the teacher encodes; MiniLM encodes 500 a second on one core."""
MIN_QUESTIONS = 2
_PER_CALL = 4_000
_TEXTS, _VECTORS = "questions.json", "vectors.npy"


@dataclass(frozen=True, slots=True)
class TeacherVectors:
    """Questions, and the teacher's unit vectors of them [questions, dimensions]."""

    questions: Sequence[str]
    vectors: npt.NDArray[np.float16]

    def save(self, folder: Path) -> None:
        """Write to a folder. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _TEXTS).write_text(json.dumps(self.questions), encoding="utf-8")
        np.save(folder / _VECTORS, self.vectors)

    @classmethod
    def load(cls, folder: Path) -> TeacherVectors | None:
        """Read what `save` wrote, None if it did not end."""
        if not (folder / _VECTORS).exists():
            return None
        return cls(json.loads((folder / _TEXTS).read_text(encoding="utf-8")), np.load(folder / _VECTORS))


def teacher_vectors(
    teacher: Encoder, texts: Mapping[str, Sequence[TextPair]], seed: int, on_progress: Callable[[int, int], None]
) -> TeacherVectors:
    """The teacher's vectors of the pairs' questions, other than names; of a random part if there are too many."""
    distinct = sorted({pair.question for pairs in texts.values() for pair in pairs if pair.kind != "name"})
    drawn = np.random.default_rng(seed).permutation(len(distinct))[:MAX_QUESTIONS]
    questions = [distinct[i] for i in drawn.tolist()]
    vectors = [np.zeros((0, teacher.dimensions), np.float16)]
    for begin in range(0, len(questions), _PER_CALL):
        part = questions[begin : begin + _PER_CALL]
        vectors.append(teacher.encode_documents(part).astype(np.float16))
        on_progress(begin + len(part), len(questions))
    return TeacherVectors(questions, np.concatenate(vectors))


def bags_of(texts: Iterable[str], vocabulary: Mapping[str, int]) -> Bags:
    """Texts as bags of tokens."""
    ids: list[int] = []
    counts: list[int] = []
    offsets = [0]
    for text in texts:
        words = (word for identifier in vocabulary_identifiers(text) for word in vocabulary_words(identifier))
        bag = Counter(i for word in words for i in pieces_of(word, vocabulary))
        ids.extend(bag)
        counts.extend(min(count, 255) for count in bag.values())
        offsets.append(len(ids))
    return Bags(np.array(ids, np.uint32), np.array(counts, np.uint8), np.array(offsets, np.int64))
