"""Ways to craft an index's folder: other files in place of its own, links, modes, names."""

from __future__ import annotations

import json
import os
import random
import struct
from collections.abc import Mapping
from pathlib import Path

from hostile.damage import KINDS
from hostile.places import Mutation, Place
from hostile.values import DEEP_JSON, STYLED

SPARSE = 100 * 10**9
_DEPTH = 1_200
_BESIDES = ("index.db", "index.db-wal", "index.db-shm", "index.db-journal", "index.db.new", "lock", ".gitignore")
_COUNTS = (-1, 0, 1, 2**31, 2**40, 2**62, 2**63 - 1, -(2**63))


def segment_files(place: Place) -> list[Path]:
    """Files below the index's folder, but those directly in it."""
    return sorted(file for file in place.index.glob("*/**/*") if file.is_file())


def damage_file(place: Place, rng: random.Random) -> str:
    """Bytes of a segment's file changed."""
    file = rng.choice(segment_files(place))
    data = file.read_bytes()
    name = rng.choice(list(KINDS))
    at = rng.randrange(min(len(data), 400) if rng.random() < 0.5 else len(data))
    file.write_bytes(KINDS[name](data, at, rng))
    return f"{name} at {at} of {_name(file, place)}"


def replace_file(place: Place, rng: random.Random) -> str:
    """Something else in place of a file."""
    beside = [place.index / name for name in _BESIDES]
    file = rng.choice(segment_files(place) if rng.random() < 0.7 else beside)
    kind = rng.choice(("pipe", "folder", "full folder", "sparse file", "empty file", "random bytes", "nothing"))
    size = file.stat().st_size if file.exists() else 1000
    file.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(file)
    elif kind in ("folder", "full folder"):
        file.mkdir()
        if kind == "full folder":
            (file / "file").write_text("x", encoding="utf-8")
    elif kind == "sparse file":
        file.touch()
        os.truncate(file, SPARSE)
    elif kind != "nothing":
        file.write_bytes(b"" if kind == "empty file" else rng.randbytes(size))
    return f"{kind} as {_name(file, place)}"


def change_head(place: Place, rng: random.Random) -> str:
    """The head of a file of arrays or vectors says other things; its size stays."""
    file = rng.choice(segment_files(place))
    data = file.read_bytes()
    if file.suffix == ".safetensors":
        changed, what = _with_other_head(data, rng)
    else:
        changed, what = _with_other_numbers(data, rng)
    file.write_bytes(changed[: len(data)].ljust(len(data), b"\0"))
    return f"{what} in {_name(file, place)}"


def _with_other_head(data: bytes, rng: random.Random) -> tuple[bytes, str]:
    """A file of arrays with one thing changed in its head."""
    length = int.from_bytes(data[:8], "little")
    head = json.loads(data[8 : 8 + length])
    name = rng.choice([key for key in head if key != "__metadata__"])
    entry = head[name]
    begin, end = entry["data_offsets"]
    changes: dict[str, Mapping[str, object] | None] = {
        "huge shape": {"shape": [2**62]},
        "shapes that overflow": {"shape": [2**32, 2**32]},
        "negative shape": {"shape": [-1]},
        "many dimensions": {"shape": [1] * 10_000},
        "shape of text": {"shape": "abc"},
        "shape with a float": {"shape": [1.5]},
        "negative offsets": {"data_offsets": [-100, end]},
        "offsets beyond the end": {"data_offsets": [begin, 2**60]},
        "offsets the wrong way": {"data_offsets": [end, begin]},
        "overlapping offsets": {"data_offsets": [0, end - begin]},
        "three offsets": {"data_offsets": [0, 1, 2]},
        "offsets of text": {"data_offsets": ["0", "8"]},
        "other type": {"dtype": rng.choice(("U8", "I8", "F32", "F16", "U16", "I64", "BF16", "", None, ["U8"], STYLED))},
        "no array": None,
    }
    kinds = [*changes, "deep head", "long head", "head that is a list", "array that is a text", "no head"]
    what = rng.choice(kinds)
    texts = {"deep head": DEEP_JSON, "head that is a list": "[]", "no head": "\0\0\0\0"}
    if what == "long head":
        return rng.choice((2**63, 2**20, len(data))).to_bytes(8, "little") + data[8:], what
    if what in texts:
        text = texts[what]
    else:
        change = changes.get(what)
        head[name] = STYLED if what == "array that is a text" else {**entry, **change} if change else None
        text = json.dumps({key: value for key, value in head.items() if what != "no array" or key != name})
    encoded = text.encode().ljust(length)
    return len(encoded).to_bytes(8, "little") + encoded + data[8 + length :], f"{what} of {name}"


def _with_other_numbers(data: bytes, rng: random.Random) -> tuple[bytes, str]:
    """A file of vectors with a number of its head changed: 4 or 8 bytes somewhere in the first 100."""
    at = rng.choice((4, 8, rng.randrange(4, 100)))
    number = rng.choice(_COUNTS)
    packed = struct.pack("<q", number)[: rng.choice((4, 8))]
    return data[:at] + packed + data[at + len(packed) :], f"{number} at {at}"


def add_names(place: Place, rng: random.Random) -> str:
    """Files and folders that an index has none of."""
    names = (b"\xff\xfe", b"..x", b"-rf", b"line\nbreak", STYLED.encode(), b"z" * 255, b"000001 ", b"999999", b"1")
    folder = rng.choice((place.index, place.index / "segments", *(place.index / "segments").iterdir()))
    kind = rng.choice(("file", "folder", "deep folder", "pipe", "many files"))
    path = os.path.join(os.fsencode(folder), rng.choice(names))  # noqa: PTH118 - names that are no text
    if kind == "many files":
        for i in range(1_000):
            (folder / f"file{i}").touch()
    elif kind == "file":
        Path(os.fsdecode(path)).write_bytes(b"x")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        _make_folders(path, _DEPTH if kind == "deep folder" else 1)
    return f"{kind} {path[-20:]!r} in {folder.name}"


def _make_folders(path: bytes, depth: int) -> None:
    """Folders one in the other, deeper than a path may be long."""
    Path(os.fsdecode(path)).mkdir()
    above = os.open(path, os.O_RDONLY)
    for _ in range(depth - 1):
        os.mkdir("deep", dir_fd=above)
        below = os.open("deep", os.O_RDONLY, dir_fd=above)
        os.close(above)
        above = below
    os.close(above)


def change_mode(place: Place, rng: random.Random) -> str:
    """Something that may not be read or written (which does not hold for root)."""
    path = rng.choice((place.index, *sorted(place.index.rglob("*"))))
    mode = rng.choice((0o000, 0o444, 0o555, 0o222, 0o4777))
    path.chmod(mode)
    return f"mode {mode:o} of {_name(path, place)}"


def link(place: Place, rng: random.Random) -> str:
    """A symbolic link in place of something of the index."""
    path = _linkable(place, rng)
    target = rng.choice(
        (
            place.secret,
            place.secret / "secret.txt",
            place.secret / "keys",
            place.secret / "keys" / "id.py",
            place.secret / "empty",
            place.secret / "made.db",
            place.secret / "made" / "deeper",
            place.repo,
            place.repo / "server",
            place.repo / "server" / "passwords.py",
            Path("/dev/zero"),
            Path("/dev/null"),
            path,
        )
    )
    _take_away(path, place)
    to = target if rng.random() < 0.5 or target.is_relative_to("/dev") else os.path.relpath(target, path.parent)
    path.symlink_to(to)
    return f"{_name(path, place)} → {os.path.relpath(target, place.folder) if target != path else 'itself'}"


def link_moved(place: Place, rng: random.Random) -> str:
    """The index, or a part of it, lies outside and is linked to."""
    path = _linkable(place, rng)
    if not path.exists():
        path = place.index
    path.rename(place.secret / "moved")
    path.symlink_to(place.secret / "moved")
    return f"{_name(path, place)} moved to secret/moved"


def hard_link(place: Place, rng: random.Random) -> str:
    """A file of the secret under a name of the index too (no clone can do that, an archive can)."""
    path = rng.choice((*segment_files(place), *(place.index / name for name in _BESIDES)))
    path.unlink(missing_ok=True)
    path.hardlink_to(place.secret / "secret.txt")
    return f"{_name(path, place)} is secret.txt"


def _linkable(place: Place, rng: random.Random) -> Path:
    segments = place.index / "segments"
    parts = (place.index, segments, *sorted(segments.iterdir()), *segment_files(place), segments / "000099")
    return rng.choice((*parts, place.index, segments, *(place.index / name for name in _BESIDES)))


def _take_away(path: Path, place: Place) -> None:
    if path.is_dir():
        path.rename(place.folder / "home" / "taken")
    else:
        path.unlink(missing_ok=True)


def _name(path: Path, place: Place) -> str:
    return path.relative_to(place.repo).as_posix()


CONTENT: dict[str, Mutation] = {"file bytes": damage_file, "heads": change_head}
"""What can be sealed again afterwards."""
NODES: dict[str, Mutation] = {
    "other files": replace_file,
    "names": add_names,
    "modes": change_mode,
    "links": link,
    "linked outside": link_moved,
    "hard links": hard_link,
}
