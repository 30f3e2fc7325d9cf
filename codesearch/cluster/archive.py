"""Shards as files: an archive with an index and the files that it was made from."""

from __future__ import annotations

import shutil
import tarfile
import tempfile
from collections.abc import Iterable
from pathlib import Path

from codesearch.index.layout import DATABASE, Layout
from codesearch.opening import is_beneath

INDEX = "index"
FILES = "files"
_NOT_PACKED = ("lock", ".gitignore", f"{DATABASE}-shm")
"""The last is SQLite's, which makes it anew."""


def pack(layout: Layout, paths: Iterable[str], target: Path) -> None:
    """Write an index and the files with these paths, which it was made from, into an archive."""
    with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as archive:
        for file in sorted(layout.folder.rglob("*")):
            if file.is_file() and file.name not in _NOT_PACKED:
                archive.add(file, f"{INDEX}/{file.relative_to(layout.folder).as_posix()}", recursive=False)
        for path in paths:
            archive.add(layout.root / path, f"{FILES}/{path}", recursive=False)


def unpack(archive: Path, folder: Path) -> None:
    """Unpack an archive into a new folder, which appears when it is whole. Raises OSError or tarfile.TarError."""
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=folder.parent))
    try:
        with tarfile.open(archive, "r:") as opened:
            for member in opened:
                _unpack_file(opened, member, aside)
        (aside / FILES).mkdir(exist_ok=True)
        try:
            aside.rename(folder)
        except OSError:
            if not folder.is_dir():  # another process may have unpacked the same
                raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _unpack_file(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """Unpack one file. Raises tarfile.TarError for anything that pack() does not write."""
    content = archive.extractfile(member) if member.isreg() and is_beneath(member.name) else None
    if content is None:
        raise tarfile.TarError(f"{member.name} is not a file of a shard")
    path = folder / member.name
    path.parent.mkdir(parents=True, exist_ok=True)
    with content, path.open("xb") as file:
        shutil.copyfileobj(content, file)


def layout_of(folder: Path) -> Layout:
    """The layout of the index in an unpacked shard."""
    return Layout.of(folder / FILES, folder / INDEX)
