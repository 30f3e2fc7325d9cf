"""Places: where shards are kept. What is written appears whole or not at all."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from codesearch.errors import CodesearchError

_UNFINISHED = ".unfinished-"
"""Prefix of files that are being written."""
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+://")


class Place(Protocol):
    """Named files, `/`-separated. Its text form names it for people."""

    def sizes(self, folder: str) -> Mapping[str, int]:
        """The size of each file in a folder, by its name there."""
        ...

    def size(self, name: str) -> int | None:
        """The size of a file, None if there is none."""
        ...

    def read(self, name: str) -> bytes | None:
        """The content of a file, None if there is none."""
        ...

    def write(self, name: str, content: bytes) -> None:
        """Write a small file."""
        ...

    def writing(self, name: str) -> AbstractContextManager[Path]:
        """The path of a file of this machine, which is put into the place under a name when the context ends well."""
        ...

    def reading(self, name: str) -> AbstractContextManager[Path]:
        """The path of a file of this machine with the content of one in the place. Raises FileNotFoundError."""
        ...

    def delete(self, name: str) -> None:
        """Delete a file if there is one."""
        ...

    def sweep(self) -> None:
        """Delete what writers that were killed have left."""
        ...


def open_place(text: str, directory: Path | None = None) -> Place:
    """The place that a path, relative to `directory`, or a URL of object storage names. Raises CodesearchError."""
    if text.startswith("file:"):
        raise CodesearchError(f"{text} is a folder", "name it by its path")
    if _SCHEME.match(text):
        from codesearch.cluster.bucket import Bucket

        return Bucket(text)
    return Folder(Path(os.path.realpath((directory or Path()) / text)))


class Folder:
    """A folder, which all nodes share."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def __str__(self) -> str:
        return str(self.root)

    def sizes(self, folder: str) -> Mapping[str, int]:
        """See Place."""
        try:
            entries = list(os.scandir(self.root / folder))
        except FileNotFoundError:
            return {}
        return {e.name: e.stat().st_size for e in entries if e.is_file() and not e.name.startswith(_UNFINISHED)}

    def size(self, name: str) -> int | None:
        """See Place."""
        try:
            return (self.root / name).stat().st_size
        except FileNotFoundError:
            return None

    def read(self, name: str) -> bytes | None:
        """See Place."""
        try:
            return (self.root / name).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, name: str, content: bytes) -> None:
        """See Place."""
        with self.writing(name) as path:
            path.write_bytes(content)

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """See Place."""
        target = self.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_name(f"{_UNFINISHED}{secrets.token_hex(8)}")
        try:
            yield aside
            aside.replace(target)
        finally:
            aside.unlink(missing_ok=True)

    @contextmanager
    def reading(self, name: str) -> Iterator[Path]:
        """See Place."""
        yield self.root / name

    def delete(self, name: str) -> None:
        """See Place."""
        (self.root / name).unlink(missing_ok=True)

    def sweep(self) -> None:
        """See Place."""
        for folder in (self.root, *(entry for entry in self.root.glob("*") if entry.is_dir())):
            for path in folder.glob(f"{_UNFINISHED}*"):
                path.unlink(missing_ok=True)
