"""Rerank the best candidates with a second encoder, usually a transformer.

Only the candidates are encoded with it, not the whole repository; their embeddings are cached.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from codesearch.index.fields import located_text
from codesearch.search.candidates import Candidates
from codesearch.search.rank import Ranking, decayed_order, log_odds

if TYPE_CHECKING:
    from codesearch.index.snapshot import StoredChunk
    from codesearch.models.encoder import Embeddings, Encoder
    from codesearch.search.reader import Readers

RERANKED = 32
"""Candidates to rerank; a small transformer takes a second or two for them on a CPU."""
WEIGHT = 0.35
"""Log-odds per standard deviation of the candidates' cosines; chosen with the model `small`, see docs/ranking.md."""
_LEAST_SPREAD = 1e-6

Scores = npt.NDArray[np.float32]
Encode = Callable[[Sequence[str]], "Embeddings"]


@dataclass(frozen=True, slots=True)
class Reranker:
    """An encoder, and a function that encodes documents with it, which may use cached embeddings."""

    encoder: Encoder
    encode: Encode

    def rerank(self, question: str, candidates: Candidates, ranking: Ranking, readers: Readers) -> Ranking:
        """The ranking with its RERANKED best candidates rescored; all others keep their scores."""
        best = ranking.order[:RERANKED]
        if len(best) < 2:
            return ranking
        texts = [
            _encoder_text(candidates.chunks[i], readers[int(candidates.reader[i])].text(candidates.chunks[i]))
            for i in best
        ]
        cosines = self.encode(texts) @ self.encoder.encode_query(question)
        scores = ranking.scores.copy()
        scores[: len(best)] = _add_similarity(scores[: len(best)], cosines)
        order = decayed_order(scores, candidates.file[ranking.order], ranking.precedence[ranking.order])
        return ranking._replace(order=ranking.order[order], scores=scores[order].astype(np.float32))


def _encoder_text(chunk: StoredChunk, text: str) -> str:
    """The indexed form of a chunk without extra names and documentation, which its text usually contains."""
    return located_text(chunk.path, chunk.qualified_name, text)


def _add_similarity(scores: Scores, cosines: Scores) -> Scores:
    """Probabilities with WEIGHT times the standardised cosines added to their log-odds."""
    gain = WEIGHT * (cosines - cosines.mean()) / max(float(cosines.std()), _LEAST_SPREAD)
    return np.asarray(1 / (1 + np.exp(-(log_odds(scores) + gain))), np.float32)
