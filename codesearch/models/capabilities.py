"""What indexing and search have to know of an encoder before it is loaded."""

from __future__ import annotations

from typing import NamedTuple


class Capabilities(NamedTuple):
    """Properties of an encoder that decide how indexing and search use it."""

    costly: bool = False
    """Encoding dominates indexing time, so that less is encoded during a query or an evaluation."""
    batches: bool = False
    """It uses all cores or a GPU on batches of texts: it runs in one process, which stores embeddings as they are
    finished, and not in every worker."""
    device: bool = False
    """The user may choose its device and precision."""
    texts_at_once: int = 1
    """Texts that it needs in one call to be as fast as it can be."""


TRANSFORMER = Capabilities(costly=True, batches=True, device=True)
