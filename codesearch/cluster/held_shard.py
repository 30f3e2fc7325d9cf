"""A shard that a group holds, in memory that is mapped from the group's copy of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from codesearch.cluster.access import shown_name
from codesearch.cluster.archive import layout_of
from codesearch.cluster.messages import FoundLine, GroupFacts, ShownFile
from codesearch.cluster.sizes import Branches, Sizes, branches
from codesearch.exact.compiling import compiled
from codesearch.index.snapshot import Snapshot
from codesearch.search.hit import Filters
from codesearch.search.local import LocalReader
from codesearch.search.snippets import Snippets

if TYPE_CHECKING:
    from pathlib import Path

    from codesearch.exact.pattern import Pattern
    from codesearch.exact.request import PatternRequest

_CACHED_PATTERNS = 16


class HeldShard:
    """A shard that a group holds, unpacked into a folder."""

    def __init__(self, number: int, source: str, folder: Path, *, is_whole: bool = False, share: float = 1) -> None:
        """`number` is its position in the manifest; `is_whole` says that its source has no other shard.

        `share` is its share of what a group keeps in memory of what it has read: as much as a server of one index.
        """
        layout = layout_of(folder)
        self.number = number
        self.source = source
        self._is_whole = is_whole
        self.snapshot = Snapshot.open(layout, share)
        self.snippets = Snippets(layout.root, share)

    def reader(self, pattern: PatternRequest | None = None) -> LocalReader:
        """Reads it for one question."""
        return LocalReader(self.snapshot, self.snippets, compiled_once(pattern) if pattern else None, is_fresh=True)

    def facts(self) -> GroupFacts:
        """What there is to search."""
        found = self.snapshot
        return GroupFacts(
            {self.number: self.source}, found.chunk_count, found.chunks_by_language, frozenset(found.kinds())
        )

    @cached_property
    def sizes(self) -> Sizes:
        """Its totals."""
        files = self.snapshot.read_files()
        languages: Counter[str] = Counter()
        for file in files:
            languages[file.language] += file.stamp.size
        return Sizes(len(files), sum(file.chunks for file in files), languages)

    def branches(self, smallest: float) -> Branches:
        """Its files below its shown name, as a picture in which nothing smaller is seen needs them."""
        top = shown_name(self.source)
        sizes = {f"{top}/{file.path}": file.stamp.size for file in self.snapshot.read_files()}
        return branches(top, sizes, smallest, is_whole=self._is_whole)

    def file(self, path: str) -> ShownFile | None:
        """An indexed file, None if there is none with this path."""
        from codesearch.navigation.outline import outline_file

        rows = [file for file in self.snapshot.files_in(path) if file.path == path]
        return ShownFile(self.snippets.file(path).shown, outline_file(self.snapshot, rows[0])) if rows else None

    def lines(self, pattern: Pattern, filters: Filters) -> Iterator[FoundLine]:
        """The lines that match, by path."""
        from codesearch.search.grep import grep, line_hits

        for matches in grep(self.snapshot, self.snippets.root, pattern, filters, is_fresh=True):
            for hit in line_hits(self.snapshot, matches):
                yield FoundLine(self.source, replace(hit, index=self.number))


@lru_cache(_CACHED_PATTERNS)
def compiled_once(pattern: PatternRequest) -> Pattern:
    """The pattern, compiled once for all shards."""
    return compiled(pattern)
