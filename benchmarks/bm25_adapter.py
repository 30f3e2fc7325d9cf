"""A baseline to compare with `semble_adapter.py`: BM25 over windows of lines, with split identifiers and path words.

    pip install bm25s
    python semble_bench.py bm25_adapter.py --split development --repos-dir FOLDER

Indexes the code files that codesearch would index; with prose files included it scores lower.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from codesearch.discovery.discover import discover
from codesearch.discovery.source import SourceText, read_source
from codesearch.index.terms import question_terms, terms

WINDOW, STEP = 40, 30
"""Lines of a window, and from one window to the next."""
MOST_BYTES = 1_000_000
CODE = frozenset(
    ".bash .bats .c .cc .cjs .cpp .cs .cxx .ex .exs .go .h .hh .hpp .hs .hxx .inl .java .js .jsx .kt .kts .lhs .lua"
    " .mjs .mts .cts .php .pl .pm .py .pyi .rb .rs .sc .scala .sh .sql .svelte .swift .ts .tsx .vue .zig .zsh".split()
)


class Adapter:
    """One index in memory."""

    def index(self, repo_dir: str) -> None:
        """Build the index of a folder."""
        import bm25s

        self._places: list[tuple[str, int, int]] = []
        corpus = []
        for file in discover(Path(repo_dir)).files:
            if Path(file.path).suffix.lower() not in CODE:
                continue
            source = read_source(Path(repo_dir), file.path, MOST_BYTES)
            if not isinstance(source, SourceText):
                continue
            lines = source.text.splitlines()
            for start in range(0, max(len(lines) - (WINDOW - STEP), 1), STEP):
                window = lines[start : start + WINDOW]
                self._places.append((file.path, start + 1, start + len(window)))
                corpus.append(terms("\n".join(window)) + terms(file.path))
        self.n_chunks = len(corpus)
        self._bm25 = bm25s.BM25(k1=1.5, b=0.75)
        self._bm25.index(corpus, show_progress=False)

    def search(self, query: str, k: int) -> list[tuple[str, int, int]]:
        """Path and lines of the best windows."""
        words = [word for word in question_terms(query) if word in self._bm25.vocab_dict]
        if not words:
            return []
        scores = self._bm25.get_scores(words)
        return [self._places[i] for i in np.argsort(-scores, kind="stable")[:k] if scores[i] > 0]
