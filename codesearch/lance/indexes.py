"""Lance's indexes of the tables: of words, of vectors, and of the columns by which rows are looked up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from codesearch.lance.tables import CHUNKS, DEFINITIONS, FILES, NAMES, WORDS

MIN_INDEXED_VECTORS = 10_000
"""Fewer are compared one by one, in 7 ms."""
PARTITION_ROWS = 4096
"""Chunks of a partition of the vectors."""
PROBED_PARTITIONS = 256
"""That are searched: all, up to a million chunks. Half of the 18 of 71,581 chunks have .95 of the 50 nearest."""
CODE_BITS = 2
"""Of RaBitQ, a dimension. In 71,581 chunks, .999 of the 50 nearest are among the best 200; with one bit .962."""

_LOOKED_UP = {
    CHUNKS: ("id", "file", "shard"),
    DEFINITIONS: ("chunk",),
    NAMES: ("key",),
    FILES: ("id",),
    WORDS: ("word",),
}


def make_indexes(tables: Mapping[str, Any]) -> None:
    """Bring the indexes up to date, and make those that are missing."""
    from lancedb.index import FTS, Bitmap, BTree, IvfRq, LabelList

    words = FTS(  # `terms` holds words as they are to be found
        base_tokenizer="whitespace",
        max_token_length=None,
        lower_case=False,
        stem=False,
        remove_stop_words=False,
        ascii_folding=False,
    )
    for name, table in tables.items():
        wanted: dict[str, Any] = {column: BTree() for column in _LOOKED_UP[name]}
        rows = table.count_rows()
        if name == CHUNKS:
            wanted |= {"terms": words, "language": Bitmap(), "kinds": LabelList()}
            if rows >= MIN_INDEXED_VECTORS:
                partitions = -(-rows // PARTITION_ROWS)
                wanted["vector"] = IvfRq(distance_type="dot", num_partitions=partitions, num_bits=CODE_BITS)
        indexed = {column for index in table.list_indices() for column in index.columns}
        table.optimize()
        for column, config in wanted.items():
            if column not in indexed:
                table.create_index(column, config=config)


def delete_old_versions(tables: Mapping[str, Any], older_than: timedelta) -> None:
    """Delete what only older versions of the tables hold. Their indexes have to be up to date."""
    for table in tables.values():
        table.optimize(cleanup_older_than=older_than)
