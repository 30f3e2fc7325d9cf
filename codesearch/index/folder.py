"""The folder that an index lies in: made for its owner alone, and only what codesearch made in it is ever deleted.

Names decide what is ours: the database and its journals, the lock, the ignore file, and numbered segments. A link at
one of these names is deleted itself; what it leads to is not touched.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Container, Iterator
from contextlib import suppress
from pathlib import Path

from codesearch.errors import CodesearchError, KeepElsewhere
from codesearch.index import segment
from codesearch.index.layout import JOURNAL_ENDINGS, Layout
from codesearch.opening import open_beneath

_SEGMENT_NAME = re.compile(r"\d{6,19}")
_IGNORE_EVERYTHING = "*\n"


def prepare(layout: Layout) -> None:
    """Make the folder, which ignores itself for git, and delete links at the names in it.

    Raises CodesearchError where the folder is another user's, OSError where it can't be made.
    """
    _check_named_by_user(layout)
    for place in (layout.folder, *_named(layout)):
        if place.is_symlink():
            place.unlink()
    if not layout.is_inside:
        layout.folder.parent.mkdir(parents=True, exist_ok=True)
    if layout.segments.is_file():
        layout.segments.unlink()
    for folder in (layout.folder, layout.segments):
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        check_owner(folder)
    ignore = layout.folder / ".gitignore"
    for file in (layout.lock, ignore):
        _discard_if_odd(file)
    if not os.path.lexists(ignore):
        ignore.write_text(_IGNORE_EVERYTHING, encoding="utf-8")


def _check_named_by_user(layout: Layout) -> None:
    """Raises CodesearchError where files of somebody else lie at our names in a folder that the user named."""
    has_our_names = os.path.lexists(layout.database) or os.path.lexists(layout.lock)
    if not layout.is_inside and has_our_names and not layout.segments.is_dir():
        raise CodesearchError(f"{layout.folder} contains files that are not part of an index", "choose a new folder")


def discard(layout: Layout) -> None:
    """Delete the database and all segments."""
    for file in _database_files(layout):
        _unlink(file)
    if layout.segments.is_symlink():
        layout.segments.unlink()
    sweep(layout, ())


def remove(layout: Layout) -> None:
    """Delete all that an index is made of, and its folder where nothing else lies in it. Raises OSError."""
    if layout.folder.is_symlink():
        layout.folder.unlink()
        return
    discard(layout)
    if _is_ours(layout.folder / ".gitignore"):
        _unlink(layout.folder / ".gitignore")
    _unlink(layout.lock)
    for folder in (layout.segments, layout.folder):
        with suppress(OSError):  # what others put there stays
            folder.rmdir()


def sweep(layout: Layout, kept: Container[str]) -> None:
    """Delete the segments whose names are not among those to keep."""
    for folder in _segments(layout):
        if folder.name not in kept:
            segment.remove(folder)


def size_on_disk(layout: Layout) -> int:
    """Bytes of an index."""
    if layout.folder.is_symlink() or layout.segments.is_symlink():
        return 0
    files = [*_database_files(layout), *(file for folder in _segments(layout) for file in segment.files(folder))]
    return sum(info.st_size for file in files if (info := _look(file)) and stat.S_ISREG(info.st_mode))


def check_owner(folder: Path) -> None:
    """Raises CodesearchError where a folder is another user's, who could make us write elsewhere."""
    if is_another_users(folder):
        raise CodesearchError(f"{folder} belongs to another user, so it is not modified", KeepElsewhere())


def is_another_users(place: Path) -> bool:
    """Whether a file or folder that is there belongs to somebody else."""
    info = _look(place)
    return info is not None and hasattr(os, "geteuid") and info.st_uid != os.geteuid()


def first_odd_place(layout: Layout) -> str:
    """What in an index's folder is a link or no file or folder as codesearch makes them, in words; or nothing."""
    for folder in (layout.folder, layout.segments):
        info = _look(folder)
        if info and not stat.S_ISDIR(info.st_mode):
            return f"{folder} is {_described(info, 'not a folder')}"
    if os.path.lexists(layout.rollback_journal):
        return f"{layout.rollback_journal} was not made by codesearch"
    for file in (layout.lock, layout.folder / ".gitignore", *_database_files(layout)):
        info = _look(file)
        if info and (not stat.S_ISREG(info.st_mode) or info.st_nlink > 1):
            kind = "a hard link" if stat.S_ISREG(info.st_mode) else "not a regular file"
            return f"{file} is {_described(info, kind)}"
    return ""


def _described(info: os.stat_result, otherwise: str) -> str:
    return "a symbolic link" if stat.S_ISLNK(info.st_mode) else otherwise


def _discard_if_odd(file: Path) -> None:
    """Delete a file that is not a regular one with a single name."""
    info = _look(file)
    if info and (not stat.S_ISREG(info.st_mode) or info.st_nlink > 1):
        _unlink(file)


def _named(layout: Layout) -> Iterator[Path]:
    yield from (layout.lock, layout.segments, layout.folder / ".gitignore")
    yield from _database_files(layout)


def _database_files(layout: Layout) -> Iterator[Path]:
    return (layout.folder / (layout.database.name + ending) for ending in ("", *JOURNAL_ENDINGS))


def _segments(layout: Layout) -> list[Path]:
    try:
        return [Path(entry.path) for entry in os.scandir(layout.segments) if _SEGMENT_NAME.fullmatch(entry.name)]
    except OSError:
        return []


def _look(place: Path) -> os.stat_result | None:
    try:
        return place.lstat()
    except OSError:
        return None


def _unlink(file: Path) -> None:
    """Delete a file, a link or an empty folder; a folder with something in it stays for whoever put it there."""
    info = _look(file)
    if info is None:
        return
    if stat.S_ISDIR(info.st_mode):
        with suppress(OSError):
            file.rmdir()
        return
    file.unlink(missing_ok=True)


def _is_ours(ignore: Path) -> bool:
    """Whether an ignore file is the one that prepare() writes."""
    try:
        with os.fdopen(open_beneath(ignore.parent, ignore.name), "rb") as file:
            return file.read(len(_IGNORE_EVERYTHING) + 1) == _IGNORE_EVERYTHING.encode()
    except OSError:
        return False
