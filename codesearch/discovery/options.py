"""Options of discovery: which files to index, and their maximum size."""

from __future__ import annotations

from dataclasses import dataclass

MAX_FILE_SIZE = 1_000_000
"""Bytes. Parsing takes about 60 bytes of memory per byte; hand-written files larger than this are rare."""
NOTEBOOK_ENDING = ".ipynb"
_NOTEBOOK_FACTOR = 10
"""Notebooks may be this many times larger, since most of their bytes are outputs, which are skipped."""


@dataclass(frozen=True, slots=True)
class DiscoveryOptions:
    """Options of discovery. Globs are in .gitignore syntax, relative to the root."""

    include: tuple[str, ...] = ()
    """Only matching files, even if they would be skipped by default: vendored, generated, minified files and so on."""
    exclude: tuple[str, ...] = ()
    max_file_size: int = MAX_FILE_SIZE


def size_limit(path: str, max_file_size: int) -> int:
    """The maximum size of a file in bytes."""
    return max_file_size * _NOTEBOOK_FACTOR if path.endswith(NOTEBOOK_ENDING) else max_file_size
