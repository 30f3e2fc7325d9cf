"""What has changed since files were indexed, judged only by names, sizes and times."""

from __future__ import annotations

from typing import NamedTuple

from codesearch.discovery.discovery import Discovery
from codesearch.index.settings import ATTRIBUTES, settings, state_name
from codesearch.index.snapshot import Snapshot
from codesearch.models.encoder import Encoder
from codesearch.quantities import count

MAX_FILES_CHECKED = 30_000
"""Listing and comparing more files takes longer than the search itself (git lists 100,000 files in 0.6 s)."""
MAX_FILES_REFRESHED = 200
MAX_BYTES_REFRESHED = 2_000_000
"""About a second of work on one core with the default model."""
MAX_BYTES_REFRESHED_COSTLY = 10_000
"""With a transformer: a few seconds."""
MAX_BYTES_COMPARED = 50_000_000
"""Read to tell whether files whose change time or inode differ have changed: 0.1 s, once for a copied checkout."""


class Changes(NamedTuple):
    """What an update would have to do."""

    files: int
    """Files that are new, deleted or look changed."""
    size: int
    """Bytes to read and chunk."""
    doubtful_files: int
    """Files with the recorded size and modification time, but another change time or inode."""
    doubtful_size: int
    """Bytes to read in order to tell whether these have changed."""
    is_outdated: bool
    """Whether the whole index was made by another version of the model or chunker."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to update."""
        return not (self.files or self.doubtful_files or self.is_outdated)

    def reason_to_defer(self, encoder: Encoder) -> str:
        """Why an update may take too long to run before a query; empty if it is quick."""
        if self.is_outdated:
            return "the index was made by another version of the model or chunker"
        max_bytes = MAX_BYTES_REFRESHED_COSTLY if encoder.capabilities.costly else MAX_BYTES_REFRESHED
        if self.files > MAX_FILES_REFRESHED or self.size > max_bytes:
            return f"{count(self.files, 'file')} changed since the last update"
        if self.doubtful_size > MAX_BYTES_COMPARED:
            return f"{count(self.doubtful_files, 'file')} may have changed since the last update"
        return ""


def find_changes(snapshot: Snapshot, discovery: Discovery, encoder: Encoder) -> Changes:
    """Compare an index with the files that exist now. Raises IndexDamaged."""
    meta = snapshot.meta
    has_same_rules = meta.get(ATTRIBUTES, "") == discovery.attributes.digest
    doubtful = discovery.doubtful if has_same_rules and discovery.basis == state_name(meta) != "" else None
    indexed = {file.path: file.stamp for file in snapshot.stamps(doubtful)}
    is_outdated = any(meta.get(key, value) != value for key, value in settings(encoder).items())
    changed_sizes: list[int] = []
    doubtful_sizes: list[int] = []
    for file in discovery.files.among(doubtful):
        indexed_stamp = indexed.pop(file.path, None)
        if not has_same_rules or indexed_stamp is None or not file.stamp.looks_like(indexed_stamp):
            changed_sizes.append(file.stamp.size)
        elif indexed_stamp != file.stamp:
            doubtful_sizes.append(file.stamp.size)
    return Changes(
        files=len(changed_sizes) + len(indexed),
        size=sum(changed_sizes),
        doubtful_files=len(doubtful_sizes),
        doubtful_size=sum(doubtful_sizes),
        is_outdated=is_outdated,
    )
