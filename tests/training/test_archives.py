"""Archives of sources: what is unpacked, what is left out, and which are refused in a sentence."""

from __future__ import annotations

import io
import random
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from codesearch.discovery.options import MAX_FILE_SIZE
from codesearch.errors import CodesearchError
from codesearch.training import archives
from codesearch.training.archives import unpack

FILES = {"a.py": b"x = 1\n", "src/b.go": b"package b\n", "src/deep/c.rs": random.Random(0).randbytes(50_000)}


def tar_of(path: Path, mode: str, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, mode) as tar:  # type: ignore[call-overload]
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


def zip_of(path: Path, files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def unpacked(archive: Path) -> dict[str, bytes]:
    folder = archive.parent / "out"
    folder.mkdir()
    unpack(archive, folder)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_tars(tmp_path: Path, mode: str) -> None:
    assert unpacked(tar_of(tmp_path / "a.tar", mode, FILES)) == FILES


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_zips(tmp_path: Path, method: int) -> None:
    assert unpacked(zip_of(tmp_path / "a.zip", FILES, method)) == FILES


@pytest.mark.parametrize("make", [zip_of, lambda path, files: tar_of(path, "w:gz", files)])
def test_what_leads_out_or_is_too_large_is_left_out(
    tmp_path: Path, make: Callable[[Path, dict[str, bytes]], Path]
) -> None:
    odd = {"../up.py": b"1", "/root.py": b"2", "a/../../up.py": b"3", "large.py": b"0" * (MAX_FILE_SIZE + 1)}
    odd |= {"x" * 300 + ".py": b"4", "a.py/inside.py": b"5"}
    assert unpacked(make(tmp_path / "archive", FILES | odd)) == FILES
    assert not (tmp_path / "up.py").exists()


def test_links_and_devices_are_left_out(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as tar:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
            member = tarfile.TarInfo(f"odd{kind.decode()}")
            member.type, member.linkname = kind, "/etc/passwd"
            tar.addfile(member)
    assert unpacked(tmp_path / "a.tar") == {}


def _encrypted(path: Path) -> None:
    data = bytearray(zip_of(path, FILES).read_bytes())
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            data[at + place] |= 1
            at = data.find(signature, at + 1)
    path.write_bytes(data)


def _unknown_compression(path: Path) -> None:
    data = bytearray(zip_of(path, {"a.py": b"x"}).read_bytes())
    for signature, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        struct.pack_into("<H", data, data.find(signature) + place, 98)
    path.write_bytes(data)


def _wrong_checksum(path: Path) -> None:
    data = zip_of(path, {"a.py": b"x" * 100}, zipfile.ZIP_STORED).read_bytes()
    path.write_bytes(data.replace(b"x" * 100, b"y" * 100))


def _cut_short(mode: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        data = tar_of(path, mode, FILES).read_bytes()
        path.write_bytes(data[: len(data) // 2])

    return make


def _corrupted(mode: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        data = bytearray(tar_of(path, mode, FILES).read_bytes())
        data[len(data) // 2 : len(data) // 2 + 64] = bytes(64)
        path.write_bytes(data)

    return make


def _huge_header(path: Path) -> None:
    header = tarfile.TarInfo("pax")
    header.type, header.size = tarfile.XHDTYPE, 1 << 40
    path.write_bytes(header.tobuf(tarfile.GNU_FORMAT) + bytes(10_000))


def _bomb(path: Path) -> None:
    member = tarfile.TarInfo("a.py")
    member.size = 1 << 62
    path.write_bytes(member.tobuf(tarfile.GNU_FORMAT) + bytes(10_000))


DAMAGES: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "encrypted": ("a.zip", _encrypted, "it is encrypted"),
    "unknown compression": ("a.zip", _unknown_compression, "not supported"),
    "wrong checksum": ("a.zip", _wrong_checksum, "can't be unpacked"),
    "no zip": ("a.zip", lambda path: path.write_bytes(b"PK\x03\x04 and no more"), "can't be unpacked"),
    "empty": ("a.tar", lambda path: path.write_bytes(b""), "can't be unpacked"),
    "no tar": ("a.tar", lambda path: path.write_bytes(random.Random(1).randbytes(5000)), "can't be unpacked"),
    "gzip cut short": ("a.tar.gz", _cut_short("w:gz"), "can't be unpacked"),
    "xz cut short": ("a.tar.xz", _cut_short("w:xz"), "can't be unpacked"),
    "bzip2 corrupted": ("a.tar.bz2", _corrupted("w:bz2"), "can't be unpacked"),
    "xz corrupted": ("a.tar.xz", _corrupted("w:xz"), "can't be unpacked"),
    "gzip corrupted": ("a.tar.gz", _corrupted("w:gz"), "can't be unpacked"),
    "a header of a terabyte": ("a.tar", _huge_header, "a header is too large"),
    "a file of exabytes": ("a.tar", _bomb, "expands to more than"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_refused_in_a_sentence(tmp_path: Path, damage: str) -> None:
    name, make, said = DAMAGES[damage]
    make(tmp_path / name)
    with pytest.raises(CodesearchError, match=said) as raised:
        unpacked(tmp_path / name)
    assert "\n" not in raised.value.message


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_MEMBERS", 2)
    with pytest.raises(CodesearchError, match="more than 2 files"):
        unpacked(zip_of(tmp_path / "a.zip", FILES))
