"""The folder of an index: only its owner has access, and only files that codesearch created are ever deleted.

These are recognised by name: the database and its journals, the lock, the ignore file, and numbered segments. A
symbolic link with one of these names is deleted itself, never its target.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Container, Iterator
from contextlib import suppress
from pathlib import Path

from codesearch.errors import CodesearchError, KeepElsewhere
from codesearch.index.layout import JOURNAL_ENDINGS, Layout
from codesearch.opening import open_beneath

_SEGMENT_NAME = re.compile(r"\d{6,19}")
_IGNORE_EVERYTHING = "*\n"
_ANOTHER_PLACE = "choose a new or an empty folder for the index"


def prepare(layout: Layout) -> None:
    """Create the folder, with a .gitignore that excludes it, and delete links and unexpected files with our names.

    Raises CodesearchError if the folder belongs to another user or other files are in the way, OSError if it can't be
    created.
    """
    check_place(layout)
    for path in (layout.folder, *_reserved_paths(layout)):
        if path.is_symlink():
            path.unlink()
    if not layout.is_inside:
        layout.folder.parent.mkdir(parents=True, exist_ok=True)
    if layout.segments.is_file():
        layout.segments.unlink()
    for folder in (layout.folder, layout.segments):
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        check_owner(folder)
    for file in (layout.lock, layout.ignore_file):
        _unlink_if_unexpected(file)
    info = _lstat(layout.ignore_file)
    if info is None or not info.st_size:  # older versions left it empty on a full disk or after a kill
        _write_ignore_file(layout.ignore_file)


def _write_ignore_file(file: Path) -> None:
    """Write the ignore file under another name, as a full disk or a kill would leave it empty. Raises OSError."""
    new = _unfinished(file)
    _unlink(new)
    try:
        new.write_text(_IGNORE_EVERYTHING, encoding="utf-8")
        with suppress(FileNotFoundError):  # another process has just renamed it
            new.replace(file)
    except OSError:
        with suppress(OSError):
            new.unlink()
        raise


def check_place(layout: Layout) -> None:
    """Raises CodesearchError if a folder chosen by the user is or lies in a file, or has files, but is not that of an
    index or of a first update that was interrupted. Our .gitignore would hide them from git, and from indexes of the
    folders above."""
    if layout.is_inside or layout.folder.is_symlink():
        return
    there = next((place for place in (layout.folder, *layout.folder.parents) if os.path.lexists(place)), None)
    if there and not there.is_dir():
        raise CodesearchError(f"{there} is not a folder", _ANOTHER_PLACE)
    is_ours = layout.segments.is_dir() if layout.exists() else _has_only_our_names(layout)
    if not is_ours:
        raise CodesearchError(
            f"{layout.folder} contains files that are not part of an index",
            _ANOTHER_PLACE,
        )


def _has_only_our_names(layout: Layout) -> bool:
    """Whether a folder is missing or empty, or has nothing but what an update makes before the database.

    Such an update makes the folder of segments before it makes a lock.
    """
    names = _names(layout.folder)
    is_lock_ours = layout.lock.name not in names or layout.segments.is_dir()
    return is_lock_ours and names <= {path.name for path in _reserved_paths(layout)}


def has_leftovers(layout: Layout) -> bool:
    """Whether the folder is what a first update left that failed, or was killed, before it made the database."""
    if layout.exists() or layout.folder.is_symlink() or not layout.folder.is_dir():
        return False
    if layout.is_inside:
        names = _names(layout.folder)
        return not names or any(path.name in names for path in _reserved_paths(layout))
    return layout.segments.is_dir() and _has_only_our_names(layout)


def _names(folder: Path) -> set[str]:
    """The names of what is in a folder; none if it can't be read."""
    try:
        return set(os.listdir(folder))  # noqa: PTH208
    except OSError:
        return set()


def discard(layout: Layout) -> None:
    """Delete the database, all segments, and the record of the last discovery."""
    for file in _data_files(layout):
        _unlink(file)
    if layout.segments.is_symlink():
        layout.segments.unlink()
    sweep(layout, ())


def remove(layout: Layout) -> None:
    """Delete the files of an index, and its folder if it is then empty. Raises OSError."""
    if layout.folder.is_symlink():
        layout.folder.unlink()
        return
    discard(layout)
    if _is_generated(layout.ignore_file):
        _unlink(layout.ignore_file)
    for file in (_unfinished(layout.ignore_file), layout.lock):
        _unlink(file)
    for folder in (layout.segments, layout.folder):
        with suppress(OSError):  # not empty: other files are kept
            folder.rmdir()


def sweep(layout: Layout, kept: Container[str]) -> None:
    """Delete the segments whose names are not in `kept`."""
    from codesearch.index import segment  # imports numpy, as below

    for folder in _segments(layout):
        if folder.name not in kept:
            segment.remove(folder)


def size_on_disk(layout: Layout) -> int:
    """Size of an index in bytes, without what processes that have it open share (`-shm`), which goes with them."""
    if layout.folder.is_symlink() or layout.segments.is_symlink():
        return 0
    from codesearch.index import segment

    files = [*_data_files(layout), *(file for folder in _segments(layout) for file in segment.files(folder))]
    kept = (file for file in files if not file.name.endswith("-shm"))
    return sum(info.st_size for file in kept if (info := _lstat(file)) and stat.S_ISREG(info.st_mode))


def check_owner(folder: Path, remedy: str = "") -> None:
    """Raises CodesearchError if a file or folder belongs to another user, who could redirect what we write."""
    if belongs_to_another_user(folder):
        message = f"{folder} belongs to another user, so it is not modified"
        raise CodesearchError(message, remedy or KeepElsewhere())


def belongs_to_another_user(path: Path) -> bool:
    """Whether a file or folder exists and belongs to another user."""
    info = _lstat(path)
    return info is not None and hasattr(os, "geteuid") and info.st_uid != os.geteuid()


def unexpected_file(layout: Layout) -> str:
    """Description of the first link, or file of a type that codesearch never creates; empty if there is none."""
    for folder in (layout.folder, layout.segments):
        info = _lstat(folder)
        if info and not stat.S_ISDIR(info.st_mode):
            return f"{folder} is {_described(info, 'not a folder')}"
    if os.path.lexists(layout.rollback_journal):
        return f"{layout.rollback_journal} was not made by codesearch"
    for file in (layout.lock, layout.ignore_file, *_data_files(layout)):
        info = _lstat(file)
        if info and (not stat.S_ISREG(info.st_mode) or info.st_nlink > 1):
            kind = "a hard link" if stat.S_ISREG(info.st_mode) else "not a regular file"
            return f"{file} is {_described(info, kind)}"
    return ""


def _described(info: os.stat_result, otherwise: str) -> str:
    return "a symbolic link" if stat.S_ISLNK(info.st_mode) else otherwise


def _unlink_if_unexpected(file: Path) -> None:
    """Delete a file unless it is a regular file with a single name."""
    info = _lstat(file)
    if info and (not stat.S_ISREG(info.st_mode) or info.st_nlink > 1):
        _unlink(file)


def _reserved_paths(layout: Layout) -> Iterator[Path]:
    yield from (layout.lock, layout.segments, layout.ignore_file, _unfinished(layout.ignore_file))
    yield from _data_files(layout)


def _data_files(layout: Layout) -> Iterator[Path]:
    yield from (layout.folder / (layout.database.name + ending) for ending in ("", *JOURNAL_ENDINGS))
    yield from (layout.discovery, _unfinished(layout.discovery))


def _unfinished(file: Path) -> Path:
    """The name of a file while it is being written."""
    return file.with_name(file.name + ".new")


def _segments(layout: Layout) -> list[Path]:
    try:
        return [Path(entry.path) for entry in os.scandir(layout.segments) if _SEGMENT_NAME.fullmatch(entry.name)]
    except OSError:
        return []


def _lstat(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except OSError:
        return None


def _unlink(file: Path) -> None:
    """Delete a file, a link or an empty folder; other folders are kept."""
    info = _lstat(file)
    if info is None:
        return
    if stat.S_ISDIR(info.st_mode):
        with suppress(OSError):
            file.rmdir()
        return
    file.unlink(missing_ok=True)


def _is_generated(ignore: Path) -> bool:
    """Whether an ignore file has the content that prepare() writes, or only its beginning, as on a full disk."""
    try:
        with os.fdopen(open_beneath(ignore.parent, ignore.name), "rb") as file:
            return _IGNORE_EVERYTHING.encode().startswith(file.read(len(_IGNORE_EVERYTHING) + 1))
    except OSError:
        return False
