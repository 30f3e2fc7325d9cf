"""Filters → the chunks that a search may return."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from codesearch.chunking.kinds import KINDS, resolve_kinds
from codesearch.globs import compile_globs, compile_name
from codesearch.index.snapshot import Selection, intersection
from codesearch.languages.registry import resolve
from codesearch.search.hit import Filters

if TYPE_CHECKING:
    from codesearch.index.rows import FileRow
    from codesearch.index.snapshot import Snapshot


def _path_rule(globs: tuple[str, ...]) -> Callable[[FileRow], bool]:
    """Accepts a path that one of the globs matches (any, where all begin with `!`) and none that begins with `!`."""
    wanted = compile_globs(tuple(glob for glob in globs if not glob.startswith("!")) or ("**",))
    unwanted = compile_globs(tuple(glob for glob in globs if glob.startswith("!")))
    return lambda file: wanted.match_file(file.path) and not unwanted.takes_back(file.path)


def file_rule(filters: Filters) -> Callable[[FileRow], bool] | None:
    """Accepts the files that the filters let through, None for all. Raises CodesearchError for unknown
    languages and globs that are no patterns."""
    rules: list[Callable[[FileRow], bool]] = []
    if filters.languages:
        names = {resolve(name).name for name in filters.languages}
        rules.append(lambda file: file.language in names)
    if filters.within:
        folders = tuple(place + "/" for place in filters.within)
        rules.append(lambda file: file.path in filters.within or file.path.startswith(folders))
    if filters.paths:
        rules.append(_path_rule(filters.paths))
    return (lambda file: all(rule(file) for rule in rules)) if rules else None


def select(snapshot: Snapshot, filters: Filters) -> Selection | None:
    """The selection for all filters together, None for no restriction. Raises CodesearchError for unknown names."""
    selections: list[Selection] = []
    if accepts := file_rule(filters):
        selections.append(snapshot.select_files(accepts))
    if filters.kinds:
        held = () if KINDS.issuperset(filters.kinds) else snapshot.kinds()
        selections.append(snapshot.select_kinds(resolve_kinds(filters.kinds, held)))
    if filters.names:
        patterns = [compile_name(name) for name in filters.names]
        selections.append(
            snapshot.select_names(lambda name, whole: any(p.match(name) or p.match(whole) for p in patterns))
        )
    return intersection(selections)
