"""Putting entries into the files of agents, and taking them out."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from codesearch.agents import files
from codesearch.agents.catalog import Part
from codesearch.agents.edits import Insertion, Unmergeable, inserted, spans
from codesearch.agents.record import Records, Written, digest
from codesearch.agents.text_entry import Whole


@dataclass(frozen=True, slots=True)
class Change:
    """What is done to one file."""

    part: Part
    before: str | None
    """None if there is no such file."""
    after: str | None
    """None if it is to be deleted."""
    insertions: Sequence[Insertion] = ()
    is_new: bool = False
    """Whether the file is, or was, made by an installation."""

    @property
    def is_none(self) -> bool:
        """Whether all is as it should be."""
        return self.before == self.after


def to_install(part: Part, records: Records) -> Change:
    """What brings an entry into its file. Raises Unmergeable."""
    before = files.read(part.path)
    if before is not None and part.entry.is_in(before):
        return Change(part, before, before)
    clean = _clean(part, before or "", records)
    insertions = part.entry.insertions(clean)
    written = records.get(part.path)
    is_new = before is None or (written is not None and written.is_new)
    return Change(part, before, inserted(clean, insertions), insertions, is_new)


def to_uninstall(part: Part, records: Records) -> Change:
    """What takes an entry out of its file. Raises Unmergeable."""
    before = files.read(part.path)
    if before is None:
        return Change(part, None, None)
    after = _clean(part, before, records)
    written = records.get(part.path)
    is_ours = isinstance(part.entry, Whole) or (written is not None and written.is_new)
    is_empty = is_ours and after != before and after.strip("\ufeff \t\r\n") in ("", "{}")
    return Change(part, before, None if is_empty else after)


def apply(change: Change, records: Records) -> None:
    """Write, and remember or forget what was written. Raises Unmergeable."""
    path = change.part.path
    written = records.get(path)
    folders = [Path(folder) for folder in written.folders] if written else []
    if change.after is None:
        if change.before is not None:
            files.remove(path, folders)
    elif not change.is_none:
        made = files.write(path, change.after)
        folders = folders or made
    if change.insertions and change.after is not None:
        records.set(
            path,
            Written(
                digest(change.after), tuple(spans(change.insertions)), change.is_new, tuple(map(os.fspath, folders))
            ),
        )
    elif not _keeps_entry(change):
        records.set(path, None)


def _keeps_entry(change: Change) -> bool:
    return change.is_none and change.after is not None and change.part.entry.is_in(change.after)


def _clean(part: Part, text: str, records: Records) -> str:
    """A text without the entry, to the byte if it is as an installation left it. Raises Unmergeable."""
    written = records.get(part.path)
    undone = written.undone(text) if written else None
    if undone is not None:
        return undone
    if written and text and isinstance(part.entry, Whole):
        raise Unmergeable("it was edited since it was installed")
    return part.entry.without(text)
