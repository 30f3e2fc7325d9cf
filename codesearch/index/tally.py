"""Counts of an index's files by language and encoding, and of skipped ones by reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from codesearch.discovery.skip_reason import SkipReason
from codesearch.index.rows import FileGroup


class Tally(NamedTuple):
    """Counts; each mapping is in descending order of its numbers."""

    files_by_language: Mapping[str, int]
    chunks_by_language: Mapping[str, int]
    encodings: Mapping[str, int]
    """Number of files in each encoding."""
    skipped: Mapping[str, int]
    """Number of skipped files, and of outputs of notebooks, by the value of a SkipReason."""
    fallbacks: Mapping[str, int]
    """Number of files chunked into windows of lines, by reason."""

    @property
    def files(self) -> int:
        """The number of indexed files."""
        return sum(self.files_by_language.values())

    @property
    def chunks(self) -> int:
        """The number of their chunks."""
        return sum(self.chunks_by_language.values())


def tally(groups: Iterable[FileGroup], skipped_by_discovery: Mapping[str, int]) -> Tally:
    """Sum up an index's files, and add the counts of those that discovery skipped."""
    languages: Counter[str] = Counter()
    chunks: Counter[str] = Counter()
    encodings: Counter[str] = Counter()
    skipped: Counter[str] = Counter(skipped_by_discovery)
    fallbacks: Counter[str] = Counter()
    for group in groups:
        if group.skipped:
            skipped[group.skipped] += group.files
            continue
        languages[group.language] += group.files
        chunks[group.language] += group.chunks
        encodings[group.encoding] += group.files
        skipped[SkipReason.NOTEBOOK_OUTPUT] += group.outputs
        if group.fallback:
            fallbacks[group.fallback] += group.files
    return Tally(*(dict(counts.most_common()) for counts in (languages, chunks, encodings, +skipped, fallbacks)))
