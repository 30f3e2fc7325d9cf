"""Unpack archives, which are not trusted: the names, sizes and types of members are checked, and memory and total size
are bounded."""

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

ARCHIVE_SUFFIXES = (".zip", ".whl", ".jar", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
MAX_MEMBERS = 500_000
MAX_BYTES = 8_000_000_000
"""Unpacked size, including members that are skipped. Linux has 90,000 files and 1.5 GB, Chromium 450,000 and 4 GB."""

_MAX_READ = 1 << 22
"""Bytes that tarfile may read at once; more means a forged header, which it would read into memory whole."""
_UNWRITABLE = (errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.EILSEQ, errno.EINVAL)
"""Errors of names that the file system does not allow, and of files where another member has a folder."""

_Stream = IO[bytes] | gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile


@dataclass(frozen=True, slots=True)
class _Member:
    """A regular file of an archive."""

    name: str
    size: int
    open: Callable[[], IO[bytes] | None]


def unpack(archive: Path, folder: Path) -> None:
    """Extract the regular files of an archive that are small enough to be indexed and whose paths stay in `folder`.

    Raises CodesearchError for an archive that is damaged, encrypted, too large, or compressed in an unsupported way.
    """
    total = 0
    try:
        for number, member in enumerate(_members(archive), 1):
            total += member.size
            if number > MAX_MEMBERS or total > MAX_BYTES:
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
            if found.offset_data + found.size > MAX_BYTES:
                raise _too_large(archive)
            tar.members = []  # type: ignore[attr-defined]  # tarfile would keep all of them in memory
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
    """Read a compressed file to its end, which verifies its checksum."""
    read = 0
    while data := stream.read(_MAX_READ):
        read += len(data)
        if read > MAX_BYTES:
            raise _too_large(archive)


class _Bounded(io.RawIOBase):
    """A stream with a limit on the bytes per read."""

    def __init__(self, stream: _Stream) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        """Raises tarfile.ReadError for more than _MAX_READ bytes."""
        if not 0 <= size <= _MAX_READ:
            raise tarfile.ReadError("a header is too large")
        return self._stream.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Raises tarfile.ReadError for an offset beyond any file of the allowed size."""
        if not 0 <= offset <= 2 * MAX_BYTES:
            raise tarfile.ReadError("a header points outside of the file")
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        """The offset of the next byte."""
        return self._stream.tell()


def _target(folder: Path, name: str) -> Path | None:
    """The path to write a member to, None if it would be outside of the folder."""
    path = PurePosixPath(name.replace("\\", "/"))
    is_inside = path.parts and not path.is_absolute() and ".." not in path.parts
    return folder / path if is_inside and "\0" not in name and ":" not in path.parts[0] else None


def _write(member: _Member, target: Path) -> None:
    content = member.open()
    if content is None:
        return
    with content:
        data = content.read(MAX_FILE_SIZE + 1)
    if len(data) > MAX_FILE_SIZE:  # larger than its header says
        return
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    except UnicodeEncodeError:
        return
    except OSError as error:
        if error.errno not in _UNWRITABLE:
            raise


def _too_large(archive: Path) -> CodesearchError:
    return CodesearchError(
        f"{archive} expands to more than {MAX_MEMBERS:,} files or {MAX_BYTES // 10**9} GB",
        "unpack it and pass its folders",
    )
