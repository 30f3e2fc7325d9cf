"""The folders and files of an index by size, as few as a picture can show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from codesearch.render.records import Record

_SMALLEST_SHARE = 1 / 500
"""Of all bytes: a smaller folder or file would be a dot in the picture."""
MAX_LEVELS = 100
"""Levels of folders shown, each of which is drawn inside the one above."""


@dataclass(slots=True)
class _Folder:
    """A folder, while files are added to it."""

    size: int = 0
    files: int = 0
    folders: dict[str, _Folder] = field(default_factory=dict)
    own: dict[str, int] = field(default_factory=dict)
    """The sizes of its own files."""
    is_cut: bool = False
    """Whether it has further files and folders, which count but are not known."""


@dataclass(frozen=True, slots=True)
class Rest:
    """The size of some files in a folder that are not named, and their number."""

    size: int
    files: int


def smallest_shown(total: int) -> float:
    """How large a file or folder has to be to be shown, with so many bytes in all."""
    return total * _SMALLEST_SHARE


def tree(sizes: Mapping[str, int], rests: Mapping[str, Rest] | None = None) -> Record:
    """A folder of these files as JSON: `name`, `path`, `size`, `files` and `children`, the largest first.

    A file has no children. What is too small to be seen is left out, and counts only for the folders around it. A
    folder with nothing in it but another is one with that. Folders below MAX_LEVELS are shown without their contents.
    `rests` are of files that are smaller still, by their folder.
    """
    top = _Folder()
    for path, size in sizes.items():
        *folders, name = path.split("/")
        for folder in _down(top, folders):
            folder.size += size
            folder.files += 1
        folder.own[name] = size
    for path, rest in (rests or {}).items():
        for folder in _down(top, path.split("/") if path else ()):
            folder.size += rest.size
            folder.files += rest.files
        folder.is_cut = True
    return _record(top, "", "", smallest_shown(top.size), MAX_LEVELS)


def _down(top: _Folder, names: Iterable[str]) -> list[_Folder]:
    way = [top]
    for name in names:
        way.append(way[-1].folders.setdefault(name, _Folder()))
    return way


def _record(folder: _Folder, name: str, path: str, smallest: float, levels: int) -> Record:
    while not folder.own and not folder.is_cut and len(folder.folders) == 1:
        ((only, folder),) = folder.folders.items()
        name, path = _joined(name, only), _joined(path, only)
    found: Record = {"name": name, "path": path, "size": folder.size, "files": folder.files, "children": []}
    if not levels:
        return found
    shown = ((n, f) for n, f in folder.folders.items() if f.size >= smallest)
    children = [_record(f, n, _joined(path, n), smallest, levels - 1) for n, f in shown]
    children += [
        {"name": n, "path": _joined(path, n), "size": size, "files": 1, "children": []}
        for n, size in folder.own.items()
        if size >= smallest
    ]
    found["children"] = sorted(children, key=lambda child: (-child["size"], child["path"]))
    return found


def _joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
