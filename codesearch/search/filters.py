"""Filters → the chunks and definitions that a search may return."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, Protocol

from codesearch.chunking.kinds import KINDS, resolve_kinds
from codesearch.globs import compile_globs, compile_name
from codesearch.index.letters import fold
from codesearch.index.snapshot import Selection, intersection
from codesearch.index.terms import name_key
from codesearch.languages.registry import resolve
from codesearch.search.hit import Filters, LineRange
from codesearch.search.question import last_part

if TYPE_CHECKING:
    from codesearch.index.rows import DefinitionRow
    from codesearch.index.snapshot import Snapshot, StoredChunk

_JOINT = re.compile(r"(?:(?<=\w)(?:::|->)|[\\#])(?=\w|\*)")


class Located(Protocol):
    """What the filters of files look at."""

    @property
    def path(self) -> str: ...
    @property
    def language(self) -> str: ...


DefinitionRule = Callable[[str, "StoredChunk | DefinitionRow"], bool]
"""Predicate over the path of a file and a chunk or definition in it."""


def _path_rule(globs: tuple[str, ...], path_of: Callable[[str], str] | None) -> Callable[[Located], bool]:
    """Accepts paths that match a positive glob, if there is one, and no negative glob (one that begins with `!`)."""
    wanted = compile_globs(tuple(glob for glob in globs if not glob.startswith("!")) or ("**",))
    unwanted = compile_globs(tuple(glob for glob in globs if glob.startswith("!")))

    def accepts(file: Located) -> bool:
        path = path_of(file.path) if path_of else file.path
        return wanted.match_file(path) and not unwanted.negates(path)

    return accepts


def file_rule(filters: Filters) -> Callable[[Located], bool] | None:
    """The predicate of the files that pass the filters, None if all do.

    Raises CodesearchError for unknown languages and invalid globs.
    """
    rules: list[Callable[[Located], bool]] = []
    if filters.languages:
        names = {resolve(name).name for name in filters.languages}
        rules.append(lambda file: file.language in names)
    if filters.within:
        folders = tuple(place + "/" for place in filters.within)
        rules.append(lambda file: file.path in filters.within or file.path.startswith(folders))
    if filters.paths:
        rules.append(_path_rule(filters.paths, filters.path_of))
    return (lambda file: all(rule(file) for rule in rules)) if rules else None


def definition_rule(filters: Filters) -> DefinitionRule | None:
    """The predicate of the definitions that pass the filters, None if all do."""
    if not filters.kinds and not filters.names and filters.lines is None:
        return None
    kinds = filters.kinds
    patterns = [compile_name(form) for name in filters.names for form in _name_forms(fold(name))]

    def accepts(path: str, item: StoredChunk | DefinitionRow) -> bool:
        if kinds and item.kind not in kinds:
            return False
        if filters.lines is not None and not _has_line(item, filters.lines.get(path, ())):
            return False
        if not patterns:
            return True
        names = chain((fold(item.name),), _qualified_forms(fold(item.qualified_name)))
        return any(pattern.match(candidate) for candidate in names for pattern in patterns)

    return accepts


def _has_line(item: StoredChunk | DefinitionRow, ranges: Sequence[LineRange]) -> bool:
    return any(lines.start <= item.end_line and item.start_line <= lines.end for lines in ranges)


def _name_forms(name: str) -> dict[str, None]:
    """The forms in which the index may have a name: as written, without its sigil, its parts joined by dots."""
    return dict.fromkeys((name, name.lstrip("$@:") or name, _JOINT.sub(".", name)))


def _qualified_forms(qualified_name: str) -> Iterator[str]:
    """A qualified name as it is, then dotted with all of its owners, then with fewer: `a.b.c`, `b.c`, `c`."""
    yield qualified_name
    dotted = _JOINT.sub(".", qualified_name)
    while dotted:
        yield dotted
        dotted = dotted.partition(".")[2]


class SearchScope(NamedTuple):
    """The chunks that a search may return and the definitions in them that it may show; None for all."""

    chunks: Selection | None
    definitions: DefinitionRule | None

    def within(self, chunks: Selection) -> SearchScope:
        """The scope, restricted to these chunks."""
        return self._replace(chunks=intersection([chunks, *([self.chunks] if self.chunks is not None else [])]))


def resolve_kind_filters(filters: Filters, indexed_kinds: Callable[[], Collection[str]]) -> Filters:
    """The filters with their kinds resolved to those of the index; `indexed_kinds` is only called if needed.

    Raises CodesearchError for kinds that are neither standard nor in the index.
    """
    indexed = () if KINDS.issuperset(filters.kinds) else indexed_kinds()
    return replace(filters, kinds=resolve_kinds(filters.kinds, indexed))


def select(snapshot: Snapshot, filters: Filters) -> SearchScope:
    """The scope of a search with these filters, whose kinds are resolved.

    Raises CodesearchError for unknown languages and invalid globs.
    """
    selections: list[Selection] = []
    if accepts := file_rule(filters):
        selections.append(snapshot.select_files(accepts))
    rule = definition_rule(filters)
    if filters.lines is not None and rule:
        changed = snapshot.select_files(lambda file: file.path in (filters.lines or ()))
        selections.append(snapshot.select_definitions(rule, name_keys_of(filters.names), changed))
    elif filters.names and rule:
        selections.append(snapshot.select_definitions(rule, name_keys_of(filters.names)))
    elif filters.kinds:
        selections.append(snapshot.select_kinds(filters.kinds))
    return SearchScope(intersection(selections), rule)


def name_keys_of(names: tuple[str, ...]) -> list[str]:
    """The keys to look names up by; empty if a wildcard or an empty key requires a scan of all names."""
    keys = [name_key(part) for name in names for part in (name, last_part(name))]
    return [] if "" in keys or any(sign in name for name in names for sign in "*?") else keys
