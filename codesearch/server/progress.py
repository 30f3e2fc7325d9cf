"""How far a first index is, for whoever waits for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Progress:
    """Written by the thread that indexes, read by the one that answers."""

    phase: str = ""
    done: int = 0
    total: int = 0

    def __call__(self, phase: str, done: int, total: int, chunks: int) -> None:
        """As codesearch.index.request.Progress."""
        self.phase, self.done, self.total = phase, done, total

    def __str__(self) -> str:
        return f"{self.phase}: {self.done:,} of {self.total:,} files" if self.total else self.phase
