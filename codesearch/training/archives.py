"""Archives → folders. What an archive says of itself is not believed: names, sizes and kinds of its members are
checked, and it is read in bounded memory, to a bounded size."""

from __future__ import annotations

import bz2
import errno
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from codesearch.discovery.options import MAX_FILE_SIZE
from codesearch.errors import CodesearchError

ENDINGS = (".zip", ".whl", ".jar", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
MOST_MEMBERS = 500_000
MOST_BYTES = 8_000_000_000
"""Unpacked, with what is left out: the sources of Linux have 90,000 files and 1.5 GB, those of Chromium 450,000 and
4 GB."""

_LONGEST_READ = 1 << 22
"""Bytes that tarfile may want at once: more are a header that claims to be huge, which it would read into memory."""
_CANT_BE_WRITTEN = (errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.EILSEQ, errno.EINVAL)
"""Names too long or odd for the file system, and files that lie where another member's folder does."""

_Stream = IO[bytes] | gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile


@dataclass(frozen=True, slots=True)
class _Member:
    """A regular file of an archive."""

    name: str
    size: int
    open: Callable[[], IO[bytes] | None]


def unpack(archive: Path, folder: Path) -> None:
    """Write the regular files of an archive that are small enough to be indexed; what leads out of it is left out.

    Raises CodesearchError for an archive that is damaged, encrypted, compressed in an unknown way, or too large.
    """
    total = 0
    try:
        for number, member in enumerate(_members(archive), 1):
            total += member.size
            if number > MOST_MEMBERS or total > MOST_BYTES:
                raise _too_large(archive)
            target = _target(folder, member.name)
            if target and member.size <= MAX_FILE_SIZE:
                _write(member, target)
    except NotImplementedError as error:
        raise CodesearchError(f"{archive} is compressed in a way that is not supported") from error
    except (tarfile.TarError, zipfile.BadZipFile, lzma.LZMAError, zlib.error, EOFError, OSError) as error:
        raise CodesearchError(f"{archive} can't be unpacked: {error}") from error
    except (RuntimeError, ValueError, LookupError, OverflowError, MemoryError) as error:
        reason = "it is encrypted" if "encrypted" in str(error) else "it is damaged"
        raise CodesearchError(f"{archive} can't be unpacked: {reason}") from error


def _members(archive: Path) -> Iterator[_Member]:
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as file:
            for info in file.infolist():
                if not info.is_dir() and info.external_attr >> 28 != 0o12:  # links
                    yield _Member(info.filename, info.file_size, lambda info=info: file.open(info))  # type: ignore[misc]
        return
    with (
        archive.open("rb") as raw,
        _decompressed(raw) as stream,
        tarfile.open(fileobj=_Bounded(stream), mode="r:") as tar,
    ):
        while (found := tar.next()) is not None:
            if found.offset_data + found.size > MOST_BYTES:
                raise _too_large(archive)
            tar.members = []  # type: ignore[attr-defined]  # it would keep them all
            if found.isreg() and not found.issparse():
                yield _Member(found.name, found.size, lambda found=found: tar.extractfile(found))  # type: ignore[misc]
        _check_end(archive, stream)


def _decompressed(raw: IO[bytes]) -> _Stream:
    first = raw.read(6)
    raw.seek(0)
    if first.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=raw)
    if first.startswith(b"BZh"):
        return bz2.BZ2File(raw)
    return lzma.LZMAFile(raw) if first == b"\xfd7zXZ\0" else raw


def _check_end(archive: Path, stream: _Stream) -> None:
    """Read a compressed file to its end, where its checksum stands."""
    read = 0
    while data := stream.read(_LONGEST_READ):
        read += len(data)
        if read > MOST_BYTES:
            raise _too_large(archive)


class _Bounded(io.RawIOBase):
    """A stream that refuses to be read into memory whole."""

    def __init__(self, stream: _Stream) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        """Raises tarfile.ReadError for more than a header needs."""
        if not 0 <= size <= _LONGEST_READ:
            raise tarfile.ReadError("a header is too large")
        return self._stream.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Raises tarfile.ReadError for a place that a header made up."""
        if not 0 <= offset <= 2 * MOST_BYTES:
            raise tarfile.ReadError("a header names a place outside of the file")
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        """Where the next byte is read."""
        return self._stream.tell()


def _target(folder: Path, name: str) -> Path | None:
    """Where a member goes; None where it would not lie in the folder."""
    path = PurePosixPath(name.replace("\\", "/"))
    is_inside = path.parts and not path.is_absolute() and ".." not in path.parts
    return folder / path if is_inside and "\0" not in name and ":" not in path.parts[0] else None


def _write(member: _Member, target: Path) -> None:
    content = member.open()
    if content is None:
        return
    with content:
        data = content.read(MAX_FILE_SIZE + 1)
    if len(data) > MAX_FILE_SIZE:  # more than it said
        return
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    except UnicodeEncodeError:
        return
    except OSError as error:
        if error.errno not in _CANT_BE_WRITTEN:
            raise


def _too_large(archive: Path) -> CodesearchError:
    return CodesearchError(
        f"{archive} expands to more than {MOST_MEMBERS:,} files or {MOST_BYTES // 10**9} GB",
        "unpack it and pass its folders",
    )
