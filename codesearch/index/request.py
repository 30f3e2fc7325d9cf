"""The parameters of an update, and its progress callback."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from codesearch.discovery.options import DiscoveryOptions
from codesearch.index.layout import Layout
from codesearch.models.encoder import Encoder


class Progress(Protocol):
    """A callback for the progress of an update."""

    def __call__(self, phase: str, done: int, total: int, chunks: int) -> None:
        """`phase` is "indexing", "finishing" or "waiting for" a process; `done` and `total` count files.

        `total` is 0 if it is not known.
        """
        ...


class UpdateRequest(NamedTuple):
    """One update of one index."""

    layout: Layout
    encoder: Encoder
    options: DiscoveryOptions
    progress: Progress
    processes: int
    force: bool = False
    """Process all files again, and replace an index of a newer format."""
    verify: bool = False
    """Look for damage in the whole index, not only in what the update reads."""
