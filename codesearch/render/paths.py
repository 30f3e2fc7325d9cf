"""Hits with paths that work in the current directory."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from codesearch.search.hit import Hit, Place


class LocatedHit(NamedTuple):
    """A hit with its path relative to the current directory, and absolute."""

    hit: Hit
    path: str
    absolute: Path
    copies: tuple[Place, ...] = ()
    """The hit's copies, with paths relative to the current directory."""


def located(hits: Iterable[Hit], roots: Sequence[Path], cwd: Path) -> Iterator[LocatedHit]:
    """Locate hits of indexes with these roots relative to `cwd`. All folders must be free of symbolic links."""
    for hit in hits:
        absolute = roots[hit.index] / hit.path
        copies = tuple(replace(copy, path=display_path(roots[copy.index] / copy.path, cwd)) for copy in hit.copies)
        yield LocatedHit(hit, display_path(absolute, cwd), absolute, copies)


def located_in(hits: Iterable[Hit], repositories: Mapping[int, str], cwd: Path | None = None) -> Iterator[LocatedHit]:
    """Locate hits of a cluster's repositories: below their names; if these are paths, relative to `cwd`."""

    def shown(place: Hit | Place) -> str:
        path = f"{repositories[place.index]}/{place.path}"
        return display_path(Path(path), cwd) if cwd and os.path.isabs(path) else path  # noqa: PTH117

    for hit in hits:
        copies = tuple(replace(copy, path=shown(copy)) for copy in hit.copies)
        yield LocatedHit(hit, shown(hit), Path(repositories[hit.index]) / hit.path, copies)


def display_path(path: Path, cwd: Path) -> str:
    """The path relative to `cwd`, or absolute if it is on another drive."""
    try:
        return os.path.relpath(path, cwd)
    except ValueError:
        return str(path)
