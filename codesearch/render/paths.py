"""Hits with the paths by which the user can open them from where they stand."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codesearch.search.hit import Hit, Place


@dataclass(frozen=True, slots=True)
class Placed:
    """A hit, its path relative to the working directory, and its whole path."""

    hit: Hit
    path: str
    absolute: Path
    copies: tuple[Place, ...] = ()
    """The hit's, their paths relative to the working directory."""


def placed(hits: Iterable[Hit], roots: Sequence[Path], cwd: Path) -> Iterator[Placed]:
    """Hits of indexes with these roots, seen from `cwd`; all folders are free of symbolic links."""
    for hit in hits:
        absolute = roots[hit.index] / hit.path
        copies = tuple(replace(copy, path=shown(roots[copy.index] / copy.path, cwd)) for copy in hit.copies)
        yield Placed(hit, shown(absolute, cwd), absolute, copies)


def shown(path: Path, cwd: Path) -> str:
    """The path relative to `cwd`; whole where no relative one leads there (another drive)."""
    try:
        return os.path.relpath(path, cwd)
    except ValueError:
        return str(path)
