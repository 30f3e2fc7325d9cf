"""How far the files have moved on since they were indexed. Reads only names, sizes and times."""

from __future__ import annotations

from dataclasses import dataclass

from codesearch.discovery.discover import Discovery
from codesearch.discovery.stamp import Stamp
from codesearch.index.settings import ATTRIBUTES, settings
from codesearch.index.snapshot import Snapshot
from codesearch.models.encoder import Encoder
from codesearch.quantities import count

MOST_FILES_CHECKED = 30_000
"""Listing and comparing more takes longer than the search itself (git lists 100,000 files in 0.6 s)."""
MOST_FILES_REFRESHED = 200
MOST_BYTES_REFRESHED = 2_000_000
"""About a second of work on one core with the default model."""
MOST_BYTES_REFRESHED_COSTLY = 10_000
"""A few seconds of a transformer's."""
MOST_BYTES_COMPARED = 50_000_000
"""Read to tell whether files changed whose times only look so: a tenth of a second, once for a copied checkout."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What an update would work on."""

    files: int
    """Files that are new, gone or look changed."""
    size: int
    """Bytes to read and chunk."""
    doubtful_files: int
    """Files of the size and modification time that were indexed, but of another change time or inode."""
    doubtful_size: int
    """Bytes to read in order to tell whether these changed."""
    is_outdated: bool
    """The index as a whole was made by another version of the model or chunker."""

    @property
    def is_none(self) -> bool:
        """Whether there is nothing to update."""
        return not (self.files or self.doubtful_files or self.is_outdated)

    def why_not_quick(self, encoder: Encoder) -> str:
        """Why an update may take longer than a question can wait, or nothing."""
        if self.is_outdated:
            return "the index was made by another version of the model or chunker"
        most = MOST_BYTES_REFRESHED_COSTLY if encoder.capabilities.costly else MOST_BYTES_REFRESHED
        if self.files > MOST_FILES_REFRESHED or self.size > most:
            return f"{count(self.files, 'file')} changed since the last update"
        if self.doubtful_size > MOST_BYTES_COMPARED:
            return f"{count(self.doubtful_files, 'file')} may have changed since the last update"
        return ""


def changes(snapshot: Snapshot, found_now: Discovery, encoder: Encoder) -> Changes:
    """Compare an index with the files that are there now. Raises IndexDamaged."""
    meta = snapshot.meta
    has_same_rules = meta.get(ATTRIBUTES, "") == found_now.attributes.digest
    known = {path: stamp for path, *stamp in snapshot.stamps()} if has_same_rules else {}
    is_outdated = any(meta.get(key, value) != value for key, value in settings(encoder).items())
    changed: list[int] = []
    doubtful: list[int] = []
    for found in found_now.files:
        stamp = found.stamp
        old = known.pop(found.path, None)
        if old is None or not stamp.looks_like(Stamp(*old)):
            changed.append(stamp.size)
        elif old != [stamp.size, stamp.mtime_ns, stamp.ctime_ns, stamp.inode]:
            doubtful.append(stamp.size)
    return Changes(len(changed) + len(known), sum(changed), len(doubtful), sum(doubtful), is_outdated)
