"""Reading files: their text, or the reason why they are skipped."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import time
from pathlib import Path
from typing import NamedTuple

from codesearch.discovery.encodings import UTF8, decode
from codesearch.discovery.options import MAX_FILE_SIZE, size_limit
from codesearch.discovery.skip_reason import SkipReason
from codesearch.discovery.stamp import Stamp
from codesearch.opening import open_beneath

DIGEST_BYTES = 16
_POINTER = re.compile(rb"version https://(?:git-lfs|hawser)\.github\.com/spec/v1\r?\n")
_LARGEST_POINTER = 1024


class SourceText(NamedTuple):
    """A file's text, with `\\n` as newlines and without a byte order mark."""

    text: str
    digest: bytes
    """BLAKE2b of the file's bytes, 16 bytes."""
    stamp: Stamp
    """Taken before the text was read."""
    skip_reason: SkipReason = SkipReason.NONE
    """Why it is skipped unless explicitly included: it is generated, minified or similar."""
    encoding: str = UTF8
    """The name of the file's encoding."""


class SkippedFile(NamedTuple):
    """A file that is not indexed, and why."""

    reason: SkipReason
    digest: bytes = b""
    stamp: Stamp | None = None
    """None if it could not be opened."""


def read_source(
    root: Path, path: str, max_file_size: int = MAX_FILE_SIZE, *, find_skip_reason: bool = True
) -> SourceText | SkippedFile:
    """Read a file below `root`. Never blocks on a pipe, follows a symbolic link or reads more than the size limit.

    Without `find_skip_reason`, which takes as long as reading, it is not looked whether the file is generated.
    """
    limit = size_limit(path, max_file_size)
    try:
        with open(open_beneath(root, path), "rb") as file:  # noqa: PTH123 - opened by descriptor
            stamp = Stamp.of(os.fstat(file.fileno())).read_at(time.time_ns())
            data = file.read(limit + 1)
    except OSError as error:
        return SkippedFile(SkipReason.NOT_REGULAR if error.errno == errno.EINVAL else SkipReason.UNREADABLE)
    if len(data) > limit:
        return SkippedFile(SkipReason.TOO_LARGE, stamp=stamp)
    digest = digest_of(data)
    if not data.strip():
        return SkippedFile(SkipReason.EMPTY, digest, stamp)
    decoded = decode(data)
    if decoded is None:
        return SkippedFile(SkipReason.BINARY, digest, stamp)
    if is_pointer(data):
        return SkippedFile(SkipReason.LFS_POINTER, digest, stamp)
    reason = SkipReason.NONE
    if find_skip_reason:
        from codesearch.discovery.derived import reason_against

        reason = reason_against(path, data)
    return SourceText(normalise_lines(decoded.text), digest, stamp, reason, decoded.encoding)


def is_pointer(data: bytes) -> bool:
    """Whether a file is a Git LFS pointer."""
    return len(data) <= _LARGEST_POINTER and bool(_POINTER.match(data))


def digest_of(data: bytes) -> bytes:
    """The digest of a file's content: BLAKE2b, 16 bytes."""
    return hashlib.blake2b(data, digest_size=DIGEST_BYTES).digest()


def read_text(root: Path, path: str, max_size: int) -> str | None:
    """The text of a file below `root`, as read_source returns it; None if it can't be read, is too large or binary."""
    try:
        with open(open_beneath(root, path), "rb") as file:  # noqa: PTH123 - opened by descriptor
            data = file.read(max_size + 1)
    except OSError:
        return None
    decoded = decode(data) if len(data) <= max_size else None
    return normalise_lines(decoded.text) if decoded else None


def normalise_lines(text: str) -> str:
    """The text with `\\n` at the ends of its lines, and without NUL."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("\0", "\ufffd")
