"""Parts of a large source: its folders, in order, as many as fit."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from codesearch.discovery.discovery import Discovery
from codesearch.discovery.files import Files
from codesearch.discovery.known import KnownFiles
from codesearch.discovery.options import DiscoveryOptions
from codesearch.discovery.tree import FoundFile

PART_BYTES = 64_000_000
"""Of files: about the 65,536 chunks that a segment holds, which a core indexes in about a minute."""


def divided(files: Sequence[FoundFile], most: int) -> list[tuple[FoundFile, ...]]:
    """The files of each part, at most `most` bytes unless a single folder has more; at least one part."""
    parts: list[list[FoundFile]] = [[]]
    size = 0
    for _, folder in groupby(files, key=lambda file: file.path.rpartition("/")[0]):
        found = list(folder)
        more = sum(file.stamp.size for file in found)
        if parts[-1] and size + more > most:
            parts.append([])
            size = 0
        parts[-1] += found
        size += more
    return [tuple(part) for part in parts]


class PartOfFiles(KnownFiles):
    """Discovers one part of the files below a root. All are examined, as one may decide about another."""

    def __init__(self, root: Path, files: Sequence[FoundFile]) -> None:
        super().__init__(root)
        self._paths = {file.path for file in files}

    def find(self, options: DiscoveryOptions, changed: Collection[str] | None = None) -> Discovery:
        """As KnownFiles.find."""
        found = super().find(options, changed)
        return replace(found, files=Files.of(found.files.among(self._paths)))
