"""Files and their stamps in columns: as objects, tens of thousands take longer to make than to look at."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from mmap import mmap
from pathlib import Path
from typing import overload

import numpy as np
import numpy.typing as npt

from codesearch.discovery.stamp import Stamp, look_at
from codesearch.discovery.tree import FoundFile

Stamps = npt.NDArray[np.int64]
"""The fields of stamps [paths, 4]."""
_LOOKUPS = 4
"""To look up a file takes so many times as long as to make one of all."""
_FIELDS = len(Stamp._fields)


@dataclass(frozen=True, slots=True, eq=False)
class StampedPaths:
    """Paths below a root, and their stamps."""

    paths: Sequence[str]
    stamps: Stamps

    @classmethod
    def of(cls, stamps: Mapping[str, Stamp]) -> StampedPaths:
        """The stamps by path."""
        return cls(list(stamps), as_stamps(array("q", chain.from_iterable(stamps.values()))))

    def changed(self, root: Path, seen: Stamps | None = None) -> list[str]:
        """The paths that have another stamp now, or can't be looked at. `seen` are those of now, if they are known."""
        now = as_stamps(look_at(root, self.paths)) if seen is None else seen
        places = np.flatnonzero((now != self.stamps).any(axis=1))
        return [self.paths[place] for place in places.tolist()]

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, StampedPaths) and self.paths == other.paths and np.array_equal(self.stamps, other.stamps)
        )

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Files(Sequence[FoundFile]):
    """Files to index, sorted by path."""

    columns: StampedPaths
    wanted: frozenset[str] = frozenset()
    """The paths of those with `is_wanted`."""

    @classmethod
    def of(cls, files: Iterable[FoundFile]) -> Files:
        """These files."""
        ordered = sorted(files)
        columns = StampedPaths.of({file.path: file.stamp for file in ordered})
        return cls(columns, frozenset(file.path for file in ordered if file.is_wanted))

    @property
    def paths(self) -> Sequence[str]:
        """Their paths."""
        return self.columns.paths

    def get(self, path: str) -> FoundFile | None:
        """The file with this path; None if there is none."""
        place = bisect_left(self.paths, path)
        return self[place] if place < len(self) and self.paths[place] == path else None

    def among(self, paths: Collection[str] | None) -> Iterable[FoundFile]:
        """Those with the given paths; all for None."""
        if paths is None:
            return self
        if len(paths) > len(self) // _LOOKUPS:
            return (file for file in self if file.path in paths)
        return filter(None, map(self.get, paths))

    def with_stamps_of(self, files: Iterable[FoundFile]) -> Files:
        """These files, with the stamps of those that are given."""
        stamps = self.columns.stamps.copy()
        for file in files:
            stamps[bisect_left(self.paths, file.path)] = file.stamp
        return Files(StampedPaths(self.paths, stamps), self.wanted)

    def __len__(self) -> int:
        return len(self.paths)

    @overload
    def __getitem__(self, place: int) -> FoundFile: ...
    @overload
    def __getitem__(self, place: slice) -> list[FoundFile]: ...
    def __getitem__(self, place: int | slice) -> FoundFile | list[FoundFile]:
        if isinstance(place, slice):
            return [self[i] for i in range(len(self))[place]]
        path = self.paths[place]
        return FoundFile(path, Stamp(*self.columns.stamps[place].tolist()), path in self.wanted)

    def __iter__(self) -> Iterator[FoundFile]:
        for path, stamp in zip(self.paths, self.columns.stamps.tolist(), strict=True):
            yield FoundFile(path, Stamp(*stamp), path in self.wanted)


def as_stamps(numbers: array[int] | memoryview | mmap) -> Stamps:
    """The fields of stamps, one after another, as an array."""
    return np.frombuffer(numbers, np.int64).reshape(-1, _FIELDS) if len(numbers) else np.zeros((0, _FIELDS), np.int64)
