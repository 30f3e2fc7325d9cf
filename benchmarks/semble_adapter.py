"""codesearch as an adapter for a retrieval benchmark's runner: `index(folder)`, `search(question, k)`.

    python semble_bench.py semble_adapter.py --split development --repos-dir FOLDER

CODESEARCH_MODEL names the encoder, CODESEARCH_RERANK the model to rerank with.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from codesearch.api import Index


class Adapter:
    """One index, in a folder of its own outside the checkout."""

    def index(self, repo_dir: str) -> None:
        """Build the index of a folder."""
        self._place = tempfile.TemporaryDirectory()
        self._index = Index.create(
            repo_dir, index_dir=Path(self._place.name) / "index", model=os.environ.get("CODESEARCH_MODEL")
        )
        self.n_chunks = self._index.update(force=True).chunks

    def search(self, query: str, k: int) -> list[tuple[str, int, int]]:
        """Path and lines of the best hits."""
        hits = self._index.search(query, k, rerank=os.environ.get("CODESEARCH_RERANK", "")).hits
        return [(hit.path, hit.start_line, hit.end_line) for hit in hits]

    def close(self) -> None:
        """Remove the index."""
        self._index.close()
        self._place.cleanup()
