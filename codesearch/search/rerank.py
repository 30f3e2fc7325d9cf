"""A second look at the best candidates with another encoder, as a rule a transformer: a cascade.

The repository need not be encoded by it first: only candidates are, and their embeddings are kept for the next
question.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from codesearch.index.fields import located_text
from codesearch.search.candidates import Candidates
from codesearch.search.rank import Ranking, in_order

if TYPE_CHECKING:
    from codesearch.index.snapshot import StoredChunk
    from codesearch.models.encoder import Embeddings, Encoder
    from codesearch.search.reader import IndexReader

RERANKED = 32
"""Candidates that are looked at again: a second or two of a small transformer's work on a CPU."""
WEIGHT = 0.3
"""Log-odds for one standard deviation of the candidates' cosines. With all-MiniLM-L6-v2, MRR@10 on the questions about
functions and on those in fifteen other languages (benchmarks/questions) was .604 .622 without it, .611 .635 with 0.2,
.603 .636 with 0.4, .604 .624 with 0.8 and .596 .605 with 1.2."""
_LEAST_SPREAD = 1e-6
_EDGE = 1e-6

Scores = npt.NDArray[np.float32]
Encode = Callable[[Sequence[str]], "Embeddings"]


@dataclass(frozen=True, slots=True)
class Reranker:
    """An encoder, and how texts are encoded with it: kept embeddings are taken where there are."""

    encoder: Encoder
    encode: Encode

    def rerank(
        self, question: str, candidates: Candidates, ranking: Ranking, readers: Sequence[IndexReader]
    ) -> Ranking:
        """The ranking with its best candidates scored again; those below keep their scores."""
        best = ranking.order[:RERANKED]
        if len(best) < 2:
            return ranking
        texts = [
            _encoder_text(candidates.chunks[i], readers[candidates.reader[i]].text(candidates.chunks[i])) for i in best
        ]
        cosines = self.encode(texts) @ self.encoder.encode_query(question)
        scores = ranking.scores.copy()
        scores[: len(best)] = _raised(scores[: len(best)], cosines)
        order = in_order(scores, candidates.file[ranking.order], ranking.standing[ranking.order])
        return replace(ranking, order=ranking.order[order], scores=scores[order].astype(np.float32))


def _encoder_text(chunk: StoredChunk, text: str) -> str:
    """As of a chunk that is indexed, without the other names and the documentation, which the text holds as a rule."""
    return located_text(chunk.path, chunk.qualified_name, text)


def _raised(scores: Scores, cosines: Scores) -> Scores:
    """Probabilities whose log-odds are raised by how far each cosine is above the others."""
    odds = np.clip(scores, _EDGE, 1 - _EDGE)
    gain = WEIGHT * (cosines - cosines.mean()) / max(float(cosines.std()), _LEAST_SPREAD)
    return np.asarray(1 / (1 + np.exp(-(np.log(odds / (1 - odds)) + gain))), np.float32)
