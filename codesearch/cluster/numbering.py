"""Numbers of chunks among those of all shards, and of rows among those of a group.

A chunk's is its shard's number in the manifest, then its number in the shard's index.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from codesearch.index.segment import Ids, Segment

if TYPE_CHECKING:
    from codesearch.cluster.held_shard import HeldShard
    from codesearch.index.snapshot import Snapshot
    from codesearch.index.vectors import Vectors

CHUNK_BITS = 40


@dataclass(frozen=True, slots=True)
class NumberedSegment:
    """A segment of a shard, and the number of its first row among the rows of a group."""

    shard: int
    first: int
    segment: Segment
    snapshot: Snapshot

    @property
    def end(self) -> int:
        """The number after that of its last row."""
        return self.first + len(self.segment.ids)

    def vectors(self, dimensions: int) -> Vectors:
        """Its vectors. Raises IndexDamaged if they have other dimensions."""
        return self.snapshot.vectors_of(self.segment, dimensions)


def numbered_segments(shards: Sequence[HeldShard]) -> Iterator[NumberedSegment]:
    """The segments of all shards of a group."""
    first = 0
    for shard in shards:
        for segment in shard.snapshot.segments:
            yield NumberedSegment(shard.number, first, segment, shard.snapshot)
            first += len(segment.ids)


def among_all(shard: int | Ids, chunks: Ids) -> Ids:
    """The numbers among all of some chunks of a shard, or of as many shards."""
    return chunks + (shard << CHUNK_BITS)


def shards_of(numbers: Ids) -> Ids:
    """The shard of each chunk."""
    return numbers >> CHUNK_BITS


def in_shard(shard: int, numbers: Ids) -> Ids:
    """The chunks of a shard, by their numbers in its index."""
    return np.asarray(numbers[shards_of(numbers) == shard] & ((1 << CHUNK_BITS) - 1))
