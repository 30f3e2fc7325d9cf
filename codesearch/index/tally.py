"""The files of an index, counted by what they are and by why they were skipped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from codesearch.discovery.skip_reason import SkipReason
from codesearch.index.rows import FileRow


@dataclass(frozen=True, slots=True)
class Tally:
    """Each mapping has its largest number first."""

    files_by_language: Mapping[str, int]
    chunks_by_language: Mapping[str, int]
    encodings: Mapping[str, int]
    """Files that were read in each."""
    skipped: Mapping[str, int]
    """Files that were not indexed, and what was left out of others, by the value of a SkipReason."""
    fallbacks: Mapping[str, int]
    """Files cut into line windows, by the reason."""

    @property
    def files(self) -> int:
        """How many files are indexed."""
        return sum(self.files_by_language.values())

    @property
    def chunks(self) -> int:
        """How many chunks they have."""
        return sum(self.chunks_by_language.values())


def tally(files: Iterable[FileRow], skipped_by_discovery: Mapping[str, int]) -> Tally:
    """Count an index's files, and those that never came to it."""
    languages: Counter[str] = Counter()
    chunks: Counter[str] = Counter()
    encodings: Counter[str] = Counter()
    skipped: Counter[str] = Counter(skipped_by_discovery)
    fallbacks: Counter[str] = Counter()
    for file in files:
        if file.skipped:
            skipped[file.skipped] += 1
            continue
        languages[file.language] += 1
        chunks[file.language] += file.chunks
        encodings[file.encoding] += 1
        skipped[SkipReason.NOTEBOOK_OUTPUT] += file.outputs
        if file.fallback:
            fallbacks[file.fallback] += 1
    return Tally(*(dict(counts.most_common()) for counts in (languages, chunks, encodings, +skipped, fallbacks)))
