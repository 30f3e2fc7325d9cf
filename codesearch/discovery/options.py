"""What the user changes about which files are indexed, and how large they may be."""

from __future__ import annotations

from dataclasses import dataclass

MAX_FILE_SIZE = 1_000_000
"""Bytes. Parsing takes about 60 bytes of memory per byte; hand-written files larger than this are rare."""
NOTEBOOK_ENDING = ".ipynb"
_NOTEBOOK_FACTOR = 10
"""Notebooks may be so many times larger: most of their bytes are outputs, which are left out."""


@dataclass(frozen=True, slots=True)
class DiscoveryOptions:
    """What the user changes about discovery. Globs are as in .gitignore, relative to the root."""

    include: tuple[str, ...] = ()
    """Only these; they also bring back what the defaults leave out: vendored, generated, minified files and so on."""
    exclude: tuple[str, ...] = ()
    max_file_size: int = MAX_FILE_SIZE


def size_limit(path: str, max_file_size: int) -> int:
    """The largest size in bytes that a file may have."""
    return max_file_size * _NOTEBOOK_FACTOR if path.endswith(NOTEBOOK_ENDING) else max_file_size
