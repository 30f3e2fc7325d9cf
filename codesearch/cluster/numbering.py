"""Numbers of chunks among those of all shards: a shard's number in the manifest, then the chunk's in its index."""

from __future__ import annotations

import numpy as np

from codesearch.index.segment import Ids

CHUNK_BITS = 40


def among_all(shard: int | Ids, chunks: Ids) -> Ids:
    """The numbers among all of some chunks of a shard, or of as many shards."""
    return chunks + (shard << CHUNK_BITS)


def shards_of(numbers: Ids) -> Ids:
    """The shard of each chunk."""
    return numbers >> CHUNK_BITS


def in_shard(shard: int, numbers: Ids) -> Ids:
    """The chunks of a shard, by their numbers in its index."""
    return np.asarray(numbers[shards_of(numbers) == shard] & ((1 << CHUNK_BITS) - 1))
