"""The file of a record, read and checked without what its use takes.

Only the user who wrote it can have: it begins with a digest whose key never leaves the state folder.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from codesearch.opening import open_beneath
from codesearch.state import user_key

DIGEST_BYTES = 32
_LENGTH_BYTES = 8
_MAX_BYTES = 1 << 28


class RecordFile(NamedTuple):
    """The parts of a file."""

    digest: bytes
    """Of all that follows it in the file."""
    paths: list[str]
    head: memoryview
    stamps: memoryview
    """Those of the paths, in order."""


def read(file: Path) -> RecordFile | None:
    """The parts of a file; None if there is none, or another user wrote it."""
    try:
        with os.fdopen(open_beneath(file.parent, file.name), "rb") as opened:
            data = memoryview(opened.read(_MAX_BYTES))
    except OSError:
        return None
    digest, content = bytes(data[:DIGEST_BYTES]), data[DIGEST_BYTES:]
    if not hmac.compare_digest(digest, _digest(content)):
        return None
    paths, rest = _split(content)
    head, stamps = _split(rest)
    return RecordFile(digest, bytes(paths).decode("utf-8", "surrogateescape").split("\0"), head, stamps)


def write(file: Path, paths: Iterable[str], head: bytes, stamps: bytes) -> None:
    """Replace a file, if it can be kept from others. Raises OSError."""
    joined = "\0".join(paths).encode("utf-8", "surrogateescape")
    content = b"".join((_length(joined), joined, _length(head), head, stamps))
    if digest := _digest(content, create=True):
        new = file.with_name(file.name + ".new")
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as opened:
            opened.write(digest)
            opened.write(content)
        new.replace(file)


def _split(data: memoryview) -> tuple[memoryview, memoryview]:
    """A part that follows its length, and the rest."""
    end = _LENGTH_BYTES + int.from_bytes(data[:_LENGTH_BYTES], "little")
    return data[_LENGTH_BYTES:end], data[end:]


def _length(part: bytes) -> bytes:
    return len(part).to_bytes(_LENGTH_BYTES, "little")


def _digest(content: bytes | memoryview, *, create: bool = False) -> bytes:
    """The keyed digest of a file's content; empty if there is no key."""
    key = user_key(create=create)
    return hmac.digest(key, content, "sha256") if key else b""
