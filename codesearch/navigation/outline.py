"""The definitions of a file, and the most used definitions of a repository."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codesearch.chunking.kinds import DATA_KINDS, ROUTINE_KINDS, TYPE_KINDS
from codesearch.index.terms import name_key, words
from codesearch.search.roles import Role, role_of

if TYPE_CHECKING:
    from codesearch.index.rows import DefinitionRow, FileRow
    from codesearch.index.segment import NameCount
    from codesearch.index.snapshot import Snapshot, StoredChunk

MAX_NAMES = 800
"""Names whose definitions a map is chosen from; reading them takes 30 ms."""
MAX_PER_FILE = 6
"""Definitions of a file in a map, so that it shows many files."""
ORDINARY_SHARE = 0.1
"""Of the chunks that contain a routine's name of one word, which mostly mean something else (`name`, `end`)."""
MIN_NAME_LENGTH = 3
MAX_DEFINING = 3
"""A name that is defined more often than this says little about each of its definitions (`get`, `run`)."""


@dataclass(frozen=True, slots=True)
class OutlinedDefinition:
    """A definition in an outline."""

    kind: str
    name: str
    qualified_name: str
    signature: str
    start_line: int
    end_line: int
    depth: int
    """The number of definitions around it."""
    references: int
    """The number of chunks that contain the name, besides those that define it; an estimate of how much it is used."""


@dataclass(frozen=True, slots=True)
class FileOutline:
    """A file and definitions in it, in order of their lines."""

    path: str
    language: str
    definitions: tuple[OutlinedDefinition, ...]


def outline_file(snapshot: Snapshot, file: FileRow) -> FileOutline:
    """All definitions of a file."""
    rows = [row for chunk in snapshot.chunks_of(file) for row in chunk.definitions]
    return FileOutline(file.path, file.language, _nested(snapshot, rows))


def map_files(snapshot: Snapshot, files: Sequence[FileRow] | None = None) -> tuple[FileOutline, ...]:
    """The most used types and routines of these files (None for all), by file, those of the most used files first.

    Tests, examples and documentation come last.
    """
    allowed = None if files is None else {file.id for file in files}
    keys = _most_used(snapshot.names, None if files is None else _keys_of(snapshot, files))
    wanted = set(keys)
    used: list[_Used] = []
    for chunk in snapshot.chunks(snapshot.named(keys, len(keys) * MAX_DEFINING, None).ids):
        if allowed is None or chunk.file_id in allowed:
            named = (row for row in chunk.definitions if name_key(row.name) in wanted and _is_landmark(row))
            used += (_Used(_weight(snapshot, row), chunk, row) for row in named)
    used.sort(key=lambda found: (-found.weight, found.chunk.path, found.row.start_line))
    by_file: dict[str, list[_Used]] = {}
    for found in used:
        in_file = by_file.setdefault(found.chunk.path, [])
        if len(in_file) < MAX_PER_FILE:
            in_file.append(found)
    order = sorted(by_file, key=lambda path: (_is_aside(path), -sum(found.weight for found in by_file[path]), path))
    return tuple(
        FileOutline(path, by_file[path][0].chunk.language, _nested(snapshot, (found.row for found in by_file[path])))
        for path in order
    )


@dataclass(frozen=True, slots=True)
class _Used:
    """A definition, the chunk that it begins in, and how much it is used."""

    weight: float
    chunk: StoredChunk
    row: DefinitionRow


def _is_landmark(row: DefinitionRow) -> bool:
    """Whether a definition belongs in a map: a type or routine with a body."""
    return row.kind in TYPE_KINDS | ROUTINE_KINDS and row.end_line > row.start_line


def _weight(snapshot: Snapshot, row: DefinitionRow) -> float:
    """The logarithm of a definition's references; those of an ordinary word count for less."""
    count = snapshot.names[name_key(row.name)]
    is_ordinary = row.kind not in TYPE_KINDS and len(words(row.name)) == 1
    return math.log1p(_references(count) / count.defining * (ORDINARY_SHARE if is_ordinary else 1))


def _nested(snapshot: Snapshot, rows: Iterable[DefinitionRow]) -> tuple[OutlinedDefinition, ...]:
    """Definitions in order, with how deep they lie in others."""
    outlined: list[OutlinedDefinition] = []
    around: list[OutlinedDefinition] = []
    for row in sorted(rows, key=lambda row: (row.start_line, -row.end_line)):
        while around and not (around[-1].end_line >= row.end_line and around[-1].kind not in DATA_KINDS):
            around.pop()
        definition = OutlinedDefinition(
            kind=row.kind,
            name=row.name,
            qualified_name=row.qualified_name,
            signature=row.signature,
            start_line=row.start_line,
            end_line=row.end_line,
            depth=len(around),
            references=_references(snapshot.names.get(name_key(row.name))),
        )
        outlined.append(definition)
        around.append(definition)
    return tuple(outlined)


def _references(count: NameCount | None) -> int:
    return max(0, count.containing - count.defining) if count else 0


def _most_used(names: Mapping[str, NameCount], among: set[str] | None) -> list[str]:
    """The keys of names that many chunks contain and few define, those used most first."""
    candidates = (
        (_references(count) / count.defining, key)
        for key, count in names.items()
        if len(key) >= MIN_NAME_LENGTH and count.defining <= MAX_DEFINING and (among is None or key in among)
    )
    return [key for _, key in sorted(candidates, key=lambda candidate: (-candidate[0], candidate[1]))[:MAX_NAMES]]


def _keys_of(snapshot: Snapshot, files: Sequence[FileRow]) -> set[str]:
    """The keys of the names that these files define."""
    return {name_key(row.name) for file in files for chunk in snapshot.chunks_of(file) for row in chunk.definitions}


def _is_aside(path: str) -> bool:
    return role_of(path) is not Role.IMPLEMENTATION
