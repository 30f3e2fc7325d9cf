"""Filters → the chunks that a search may return."""

from __future__ import annotations

from fnmatch import translate
from re import IGNORECASE
from re import compile as compile_pattern
from typing import TYPE_CHECKING

from codesearch.chunking.kinds import KINDS, resolve_kinds
from codesearch.index.snapshot import Selection, intersection
from codesearch.languages.registry import resolve
from codesearch.search.hit import Filters

if TYPE_CHECKING:
    from codesearch.index.snapshot import Snapshot


def select(snapshot: Snapshot, filters: Filters) -> Selection | None:
    """The selection for all filters together, None for no restriction. Raises CodesearchError for unknown names."""
    selections: list[Selection] = []
    if filters.languages:
        names = {resolve(name).name for name in filters.languages}
        selections.append(snapshot.select_files(lambda file: file.language in names))
    if filters.within:
        folders = tuple(place + "/" for place in filters.within)
        selections.append(snapshot.select_files(lambda f: f.path in filters.within or f.path.startswith(folders)))
    if filters.paths:
        from pathspec import GitIgnoreSpec

        positive = any(not pattern.startswith("!") for pattern in filters.paths)
        spec = GitIgnoreSpec.from_lines(filters.paths if positive else ("**", *filters.paths))
        selections.append(snapshot.select_files(lambda file: spec.match_file(file.path)))
    if filters.kinds:
        held = () if KINDS.issuperset(filters.kinds) else snapshot.kinds()
        selections.append(snapshot.select_kinds(resolve_kinds(filters.kinds, held)))
    if filters.names:
        patterns = [compile_pattern(translate(name), IGNORECASE) for name in filters.names]
        selections.append(
            snapshot.select_names(lambda name, whole: any(p.match(name) or p.match(whole) for p in patterns))
        )
    return intersection(selections)
