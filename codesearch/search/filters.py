"""Filters → the chunks that a search may return."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from codesearch.chunking.kinds import KINDS, resolve_kinds
from codesearch.globs import compile_globs, compile_name
from codesearch.index.letters import fold
from codesearch.index.snapshot import Selection, intersection
from codesearch.index.terms import name_key
from codesearch.languages.registry import resolve
from codesearch.search.hit import Filters
from codesearch.search.question import last_part

if TYPE_CHECKING:
    from codesearch.index.rows import FileRow
    from codesearch.index.snapshot import Snapshot

_JOINT = re.compile(r"(?:(?<=\w)(?:::|->)|[\\#])(?=\w|\*)")

DefinitionRule = Callable[[str, str, str], bool]
"""Accepts a kind, name and qualified name."""


def _path_rule(globs: tuple[str, ...]) -> Callable[[FileRow], bool]:
    """Accepts a path that one of the globs matches (any, where all begin with `!`) and none that begins with `!`."""
    wanted = compile_globs(tuple(glob for glob in globs if not glob.startswith("!")) or ("**",))
    unwanted = compile_globs(tuple(glob for glob in globs if glob.startswith("!")))
    return lambda file: wanted.match_file(file.path) and not unwanted.negates(file.path)


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


def definition_rule(filters: Filters) -> DefinitionRule | None:
    """Accepts the kind, name and qualified name that the filters let through, None for all."""
    if not filters.kinds and not filters.names:
        return None
    kinds = filters.kinds
    patterns = [compile_name(form) for name in filters.names for form in _forms(fold(name))]

    def accepts(kind: str, name: str, qualified_name: str) -> bool:
        if kinds and kind not in kinds:
            return False
        if not patterns:
            return True
        names = chain((fold(name),), _owned(fold(qualified_name)))
        return any(pattern.match(one) for one in names for pattern in patterns)

    return accepts


def _forms(name: str) -> dict[str, None]:
    """How a name may stand in the index: as it is written, without its sigil, its parts joined by dots."""
    return dict.fromkeys((name, name.lstrip("$@:") or name, _JOINT.sub(".", name)))


def _owned(qualified_name: str) -> Iterator[str]:
    """A qualified name as it is, and joined by dots with all of its owners or the nearest of them."""
    yield qualified_name
    rest = _JOINT.sub(".", qualified_name)
    while rest:
        yield rest
        rest = rest.partition(".")[2]


@dataclass(frozen=True, slots=True)
class Selected:
    """What a search may return: which chunks, and which of the definitions in them; None for all."""

    chunks: Selection | None
    definitions: DefinitionRule | None


def resolved(filters: Filters, held_kinds: Callable[[], Collection[str]]) -> Filters:
    """The filters with their kinds as the index has them; `held_kinds` gives all kinds of the index.

    Raises CodesearchError for kinds that are neither common nor held.
    """
    held = () if KINDS.issuperset(filters.kinds) else held_kinds()
    return replace(filters, kinds=resolve_kinds(filters.kinds, held))


def select(snapshot: Snapshot, filters: Filters) -> Selected:
    """What all filters, their kinds resolved, let through together. Raises CodesearchError for unknown languages."""
    selections: list[Selection] = []
    if accepts := file_rule(filters):
        selections.append(snapshot.select_files(accepts))
    rule = definition_rule(filters)
    if filters.names and rule:
        selections.append(snapshot.select_definitions(rule, _keys(filters.names)))
    elif filters.kinds:
        selections.append(snapshot.select_kinds(filters.kinds))
    return Selected(intersection(selections), rule)


def _keys(names: tuple[str, ...]) -> list[str]:
    """What names without wildcards are looked up by; nothing where one of them has to be compared with every name."""
    keys = [name_key(part) for name in names for part in (name, last_part(name))]
    return [] if "" in keys or any(sign in name for name in names for sign in "*?") else keys
