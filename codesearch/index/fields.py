"""Chunk → input of the lexical index and of the encoder."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from pathlib import PurePosixPath

from codesearch.chunking.chunk import Chunk
from codesearch.index.terms import terms

# Weights of the fields in BM25F (Robertson, Zaragoza and Taylor 2004: a term's counts are weighted and summed over the
# fields before saturation). Tuned for NDCG@10 on 9 repositories; figures in docs/ranking.md.
BODY_WEIGHT = 1.0
PATH_WEIGHT = 2.0
STEM_WEIGHT = 4.0
NAME_WEIGHT = 4.0
DOCUMENTATION_WEIGHT = 0.5


def lexical_terms(chunk: Chunk) -> dict[str, float]:
    """Term counts of a chunk, weighted and summed over its fields."""
    weighted: dict[str, float] = Counter(terms(chunk.text))  # type: ignore[assignment]
    if BODY_WEIGHT != 1.0:
        weighted = {term: BODY_WEIGHT * n for term, n in weighted.items()}
    _add(weighted, terms(chunk.documentation), DOCUMENTATION_WEIGHT - BODY_WEIGHT)
    folder, stem = _path_terms(chunk.path)
    _add(weighted, folder, PATH_WEIGHT)
    _add(weighted, stem, STEM_WEIGHT)
    _add(weighted, terms(" ".join(chunk.defines)), NAME_WEIGHT)
    return {term: weight for term, weight in weighted.items() if weight > 0} if chunk.documentation else weighted


def encoder_text(chunk: Chunk) -> str:
    """Text for an encoder: path, qualified name, defined names, documentation unless the body includes it, body."""
    documentation = "" if chunk.documentation in chunk.text else chunk.documentation
    return located_text(chunk.path, chunk.qualified_name, " ".join(chunk.defines), documentation, chunk.text)


def located_text(path: str, qualified_name: str, *parts: str) -> str:
    """The input of every encoder for code, in indexing, reranking and training: location (path twice), then parts."""
    return "\n".join(filter(None, (path, path, qualified_name, *parts)))


@lru_cache(maxsize=1)
def _path_terms(path: str) -> tuple[list[str], list[str]]:
    """Terms of the folder and of the file's stem. One entry is cached, as a file's chunks are processed in a row."""
    parts = PurePosixPath(path)
    return terms(str(parts.parent)), terms(parts.stem)


def _add(weighted: dict[str, float], found: list[str], weight: float) -> None:
    for term in found:
        weighted[term] = weighted.get(term, 0.0) + weight
