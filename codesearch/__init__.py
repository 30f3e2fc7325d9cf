"""Semantic code search on your own machine.

from codesearch import Index

index = Index.open("path/inside/a/repository")
for hit in index.search("where are passwords hashed").hits:
    print(hit.path, hit.start_line, hit.qualified_name, hit.score)
"""

from __future__ import annotations

TYPE_CHECKING = False  # as type checkers know it: importing typing takes 2 ms of every query
if TYPE_CHECKING:
    from typing import Any

    from codesearch.api import Index
    from codesearch.chunking.chunk import Chunk
    from codesearch.errors import CodesearchError
    from codesearch.search.hit import Filters, Hit, SearchResult, Signal

__version__ = "0.1.0"
__all__ = ["Chunk", "CodesearchError", "Filters", "Hit", "Index", "SearchResult", "Signal", "__version__"]

_HOMES = {
    "Chunk": "codesearch.chunking.chunk",
    "CodesearchError": "codesearch.errors",
    "Filters": "codesearch.search.hit",
    "Hit": "codesearch.search.hit",
    "Index": "codesearch.api",
    "SearchResult": "codesearch.search.hit",
    "Signal": "codesearch.search.hit",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for and nothing else, so that `codesearch --help` starts at once."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
