"""A baseline to compare with `semble_adapter.py`: semble without its encoder, that is BM25 with its ranking rules.

pip install semble==0.7.0
python semble_bench.py semble_bm25_adapter.py --split development --repos-dir FOLDER
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import semble.index.index as semble_index
from semble import SembleIndex
from semble.index.create import create_index_from_path
from semble.types import ContentType

semble_index.save_search_stats = lambda *_, **__: None  # keep no statistics on disk


class Adapter:
    """One index in memory."""

    def index(self, repo_dir: str) -> None:
        """Build the index of a folder."""
        root = Path(repo_dir)
        encoder = _NoEncoder()
        content = (ContentType.CODE,)
        bm25, dense, chunks, manifest = create_index_from_path(root, model=encoder, content=content, display_root=root)
        self._index = SembleIndex(encoder, bm25, dense, chunks, "local", content=content, manifest=manifest)
        self.n_chunks = len(chunks)

    def search(self, query: str, k: int) -> list[tuple[str, int, int]]:
        """Path and lines of the best hits; embeddings count nothing."""
        hits = self._index.search(query, top_k=k, alpha=0.0, rerank=True)
        return [(hit.chunk.file_path, hit.chunk.start_line, hit.chunk.end_line) for hit in hits]


class _NoEncoder:
    """Gives every text the same vector."""

    dim = 2

    def encode(self, texts: list[str], **_: Any) -> npt.NDArray[np.float32]:
        return np.ones((len(texts), self.dim), np.float32)
