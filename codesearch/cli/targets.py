"""Which indexes a query asks: found upwards from the paths, made where there is none, brought up to date when quick."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from codesearch.cli.exits import note
from codesearch.errors import (
    CodesearchError,
    IndexDamaged,
    IndexIncompatible,
    IndexLocked,
    IndexNotFound,
    ModelUnavailable,
)
from codesearch.index.layout import find
from codesearch.render.paths import Placed, placed

if TYPE_CHECKING:
    from codesearch.api import Index
    from codesearch.search.hit import Filters


@dataclass(frozen=True, slots=True)
class Target:
    """An index, and the paths inside it that are asked for (relative, `/`-separated; none for all)."""

    index: Index
    within: tuple[str, ...] = ()
    refresh: bool = True
    """Whether it may be updated, and rebuilt where it is damaged."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Hits of all targets, best first, and the best score found below the least one asked for."""

    hits: tuple[Placed, ...]
    nearest_score: float
    is_close: bool = True
    """Whether a hit is likely enough to answer."""
    outdated: int = 0
    """Hits that were left out, as their files changed since they were indexed."""
    operators: str = ""
    """The quoted phrases and excluded words of the question; hits that do not fit them come last."""


def targets(
    paths: Sequence[Path], index_dir: Path | None, model: str | None, *, device: str = "", refresh: bool
) -> list[Target]:
    """One target for each index that the paths lie in. Raises CodesearchError."""
    opened: dict[Path, Index] = {}
    within: dict[Path, list[str]] = {}
    for path in paths or [Path()]:
        place = _existing(path)
        folder = place if place.is_dir() else place.parent
        index = opened.get(find(folder) or folder) if index_dir is None else next(iter(opened.values()), None)
        if index is None:
            index = _open(folder, index_dir, model, device, refresh=refresh)
            index = opened.setdefault(index.root, index)
        if not place.is_relative_to(index.root):
            raise CodesearchError(f"{path} is not in {index.root}, which the index in {index_dir} is of")
        within.setdefault(index.root, []).append(place.relative_to(index.root).as_posix() if paths else ".")
    return [
        Target(index, () if "." in within[root] else tuple(within[root]), refresh) for root, index in opened.items()
    ]


def ask(
    asked: Sequence[Target],
    question: str,
    limit: int,
    filters: Filters,
    min_score: float,
    *,
    explained: bool,
    rerank: str = "",
) -> Answer:
    """The best hits of a question in all targets; none of a blank line in a batch."""
    if not question:
        return Answer((), 0.0)
    cwd = Path(os.path.realpath(os.curdir))
    hits: list[Placed] = []
    nearest, is_close, outdated, operators = 0.0, False, 0, ""
    for target in asked:
        search = partial(
            target.index.search,
            question,
            limit,
            filters=replace(filters, within=target.within),
            min_score=min_score,
            explain=explained,
            rerank=rerank,
        )
        try:
            result = search()
        except IndexDamaged as error:
            if not target.refresh:
                raise
            _rebuild(target.index, error)
            result = search()
        hits += placed(result.hits, target.index.root, cwd)
        nearest = max(nearest, result.nearest_score)
        is_close = is_close or result.is_close
        outdated += result.outdated
        operators = result.operators
    if len(asked) > 1:
        hits.sort(key=lambda found: (found.hit.is_beyond, -found.hit.score))
    return Answer(tuple(hits[:limit]), nearest, is_close, outdated, operators)


def _existing(path: Path) -> Path:
    place = Path(os.path.realpath(path))
    if not place.exists():
        hint = "" if os.sep in str(path) else "put a question of several words in quotes"
        raise CodesearchError(f"{path} does not exist", hint)
    if not (place.is_dir() or place.is_file()):
        raise CodesearchError(f"{path} is neither a file nor a folder")
    return place


def _open(folder: Path, index_dir: Path | None, model: str | None, device: str, *, refresh: bool) -> Index:
    from codesearch.api import Index

    try:
        index = Index.open(folder, index_dir=index_dir, model=model, device=device)
    except IndexNotFound:
        return _build(folder, index_dir, model, device)
    try:
        if not index.is_published:
            note(f"the first index of {index.root} is not finished; going on with it")
            _update(index)
        elif refresh:
            _refresh(index)
        index.snapshot()
    except IndexDamaged as error:
        if not refresh:
            raise
        _rebuild(index, error)
    if not index.snapshot().chunk_count:
        note(f"the index of {index.root} holds no files", f"what was left out and why, says: {index.update_command}")
    return index


def _build(folder: Path, index_dir: Path | None, model: str | None, device: str) -> Index:
    """A first index, of the repository around the folder or of a folder that is small."""
    from codesearch.api import Index
    from codesearch.discovery.roots import root_for

    index = Index.create(root_for(folder), index_dir=index_dir, model=model, device=device)
    note(f"{index.root} has no index yet; making one")
    _update(index)
    return index


def _refresh(index: Index) -> None:
    """Bring the index up to date when that is quick; say so where the answer may be stale."""
    try:
        reason = index.refresh()
    except IndexLocked:
        note("another process is updating the index; this is the answer of before")
    except (IndexDamaged, IndexIncompatible, ModelUnavailable):
        raise
    except CodesearchError as error:
        note(f"the index was not brought up to date: {error.message}")
    else:
        if reason:
            note(f"results may be stale: {reason}; to update, run: {index.update_command}")


def _rebuild(index: Index, error: IndexDamaged) -> None:
    note(f"{error.message}; rebuilding it")
    _update(index, verify=True)


def _update(index: Index, *, verify: bool = False) -> None:
    """Update an index that can't answer yet; another process that does so already is waited for."""
    from codesearch.render.emptiness import why_empty
    from codesearch.render.progress import shown_on
    from codesearch.render.reports import update_lines

    with shown_on(sys.stderr) as progress:
        report = index.update(wait=True, verify=verify, progress=progress)
    note(next(iter(update_lines(report))))
    if not report.files:
        note(*why_empty(index.root, report.skipped))
