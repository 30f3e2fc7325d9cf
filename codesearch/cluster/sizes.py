"""How large repositories and their folders are, of which a picture of all is made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from codesearch.cluster.pickling import pickle_quickly
from codesearch.page.tree import Rest


@dataclass(frozen=True, slots=True)
class Sizes:
    """The totals of some repositories."""

    files: int
    chunks: int
    languages: Mapping[str, int]
    """Bytes of files, by their language."""

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(self.languages.values())


def merge_sizes(parts: Sequence[Sizes]) -> Sizes:
    """The sizes of several shards or groups together."""
    languages: Counter[str] = Counter()
    for part in parts:
        languages.update(part.languages)
    return Sizes(sum(part.files for part in parts), sum(part.chunks for part in parts), languages)


@dataclass(frozen=True, slots=True)
class Branches:
    """Files that are large enough to be named, and for each folder, those in it and in folders below that are not."""

    sizes: Mapping[str, int]
    """Of files, in bytes, by path."""
    rests: Mapping[str, Rest]


pickle_quickly((Rest,))


def branches(top: str, files: Mapping[str, int], smallest: float, *, is_whole: bool) -> Branches:
    """The files of a repository, whose paths are below `top`, as named ones of at least `smallest` bytes and the rest.

    If they are all of the repository's files, smaller folders are not named either: the folder above has their rest.
    """
    rests: dict[str, Rest] = {}
    for path, size in files.items():
        if size < smallest:
            _add(rests, _folder(path), Rest(size, 1))
    if is_whole:
        totals = _totals(top, files)
        for folder in sorted(totals, key=lambda one: -one.count("/")):
            if totals[folder] < smallest and folder in rests:
                _add(rests, _folder(folder), rests.pop(folder))
    return Branches({path: size for path, size in files.items() if size >= smallest}, rests)


def merge_branches(parts: Iterable[Branches]) -> Branches:
    """The branches of several shards or groups together."""
    sizes: dict[str, int] = {}
    rests: dict[str, Rest] = {}
    for part in parts:
        sizes |= part.sizes
        for folder, rest in part.rests.items():
            _add(rests, folder, rest)
    return Branches(sizes, rests)


def _add(rests: dict[str, Rest], folder: str, more: Rest) -> None:
    had = rests.get(folder, Rest(0, 0))
    rests[folder] = Rest(had.size + more.size, had.files + more.files)


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _totals(top: str, files: Mapping[str, int]) -> Counter[str]:
    """The sizes of a repository's folders, from `top` down."""
    totals: Counter[str] = Counter()
    for path, size in files.items():
        folder = path
        while folder != top:
            folder = _folder(folder)
            totals[folder] += size
    return totals
