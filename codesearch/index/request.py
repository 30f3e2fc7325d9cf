"""What an update is asked to do, and how it tells of its progress."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from codesearch.discovery.options import DiscoveryOptions
from codesearch.index.layout import Layout
from codesearch.models.encoder import Encoder


class Progress(Protocol):
    """Told how an update goes; `total` may grow."""

    def __call__(self, phase: str, done: int, total: int, chunks: int) -> None:
        """`phase` is "indexing", "finishing" or "waiting for" a process; `done` and `total` count files."""
        ...


@dataclass(frozen=True, slots=True)
class UpdateRequest:
    """One update of one index."""

    layout: Layout
    encoder: Encoder
    options: DiscoveryOptions
    progress: Progress
    processes: int
    force: bool = False
    """Start anew, even in place of an index of a newer format."""
    verify: bool = False
    """Look for damage in all of the index, not only in what the update reads."""
