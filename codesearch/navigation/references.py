"""Where a symbol is defined, called, imported and mentioned, as far as syntax tells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from codesearch.chunking.kinds import DATA_KINDS
from codesearch.errors import CodesearchError
from codesearch.index import guarded
from codesearch.index.job import Job, Treatment
from codesearch.index.terms import name_key, terms
from codesearch.languages.registry import Language, by_name
from codesearch.navigation.folding import without_other_blocks
from codesearch.navigation.occurrence import Kind, Occurrence
from codesearch.navigation.occurrences import contains, find_occurrences, find_words
from codesearch.navigation.targets import Meaning, Owner, Resolver, Surroundings, Target
from codesearch.search.filters import select
from codesearch.search.symbols import Symbol, parse_symbol

if TYPE_CHECKING:
    from codesearch.chunking.chunk import Definition
    from codesearch.index.rows import DefinitionRow
    from codesearch.index.snapshot import Snapshot, StoredChunk
    from codesearch.search.hit import Filters
    from codesearch.search.snippets import Snippets

_NOT_DEFINING = frozenset(
    "impl extension test suite section environment script style program element namespace file block".split()
)
"""Kinds of definitions that repeat a name which is defined elsewhere, or whose name is no identifier."""
_UNLIMITED = nullcontext()
_Place = TypeVar("_Place")


@dataclass(frozen=True, slots=True)
class Reference:
    """A place where a symbol is named. Line and column (of characters) count from 1."""

    path: str
    line: int
    column: int
    kind: Kind
    text: str
    """The line."""
    scope: str
    """The qualified name of the definition around it."""
    targets: tuple[Target, ...]
    """The definitions that it may mean; of a definition, itself."""
    is_certain: bool
    """Whether its syntax says that it means one of the targets; otherwise it may also mean something else."""

    @property
    def is_ambiguous(self) -> bool:
        """Whether it may mean several definitions."""
        return len(self.targets) > 1


@dataclass(frozen=True, slots=True)
class References:
    """All references to a symbol: definitions first, then by path and line."""

    symbol: Symbol
    references: tuple[Reference, ...]
    is_of_owner: bool = True
    """False if nothing has the owner asked for, such as the variable of `ctx.invoke`: these are all of the name."""

    @property
    def remark(self) -> str:
        """What to say if nothing has the owner, "" otherwise."""
        owner, name = self.symbol.owner, self.symbol.name
        if self.is_of_owner or not self.references:
            return ""
        return f"nothing called {owner} defines {name}; these are all references to {name}"

    @property
    def definitions(self) -> tuple[Target, ...]:
        """The definitions of the symbol."""
        return tuple(dict.fromkeys(one.targets[0] for one in self.references if one.kind is Kind.DEFINITION))


@dataclass(frozen=True, slots=True)
class _File:
    """A file that may contain the symbol, as it is now."""

    path: str
    language: Language
    text: str
    code: str
    """The text without blocks in which the name does not occur."""
    chunks: tuple[StoredChunk, ...]
    """Those that contain the name."""
    is_changed: bool
    """Since it was indexed, so that the lines of its chunks may be others now."""


@dataclass(frozen=True, slots=True)
class _InFile:
    """The occurrences of a name in a file."""

    path: str
    occurrences: tuple[Occurrence, ...]


@dataclass(frozen=True, slots=True)
class _Finding:
    """The work of finding a name in files."""

    files: Mapping[str, _File]
    name: str

    def __call__(self, job: Job, limited: AbstractContextManager[None] = _UNLIMITED) -> _InFile:
        (path,) = job.paths
        file = self.files[path]
        if job.treatment is Treatment.SKIP:
            return _InFile(path, ())
        with limited:
            if job.treatment is Treatment.WINDOWS:
                return _InFile(path, find_words(file.code, file.language, self.name))
            return _InFile(path, find_occurrences(path, file.code, file.language, self.name))


def find_references(snapshot: Snapshot, snippets: Snippets, symbol: str, filters: Filters) -> References:
    """All references to a symbol (`open`, `Store.open`) in files that pass the filters; see docs/references.md.

    All definitions are considered, but only those in these files are returned. Raises CodesearchError if the text is
    no symbol.
    """
    asked = parse_symbol(symbol)
    if asked is None:
        raise CodesearchError(f"{symbol!r} is not a symbol", "pass a name, such as: open or Store.open")
    snippets.forget_changes()
    scope = select(snapshot, filters).chunks
    defining = snapshot.named([name_key(asked.name)], snapshot.chunk_count, None).ids
    wanted = snapshot.containing(terms(asked.name), scope)
    chunks = snapshot.chunks(np.asarray(sorted({*defining.tolist(), *wanted.tolist()}), np.int64))
    files = _read(snippets, chunks, asked.name)
    found = guarded.run_on_texts(_Finding(files, asked.name), {path: file.code for path, file in files.items()})
    occurrences = {in_file.path: in_file.occurrences for in_file in found}
    definitions = {
        path: _definitions(
            _rows(snapshot, snippets, files[path], asked.name), files[path], occurrences[path], asked.name
        )
        for path in sorted(occurrences)
    }
    targets = [target for named in definitions.values() for target in named.values()]
    resolver = Resolver(targets, snippets.root.name)
    paths = {chunk.path for chunk in snapshot.chunks(wanted)}
    references: list[Reference] = []
    for path in sorted(paths & set(occurrences)):
        references += _in_file(files[path], occurrences[path], definitions[path], resolver)
    owned = _owned(targets, asked, resolver) if asked.owner else frozenset()
    if owned:
        references = [narrowed for one in references if (narrowed := _narrowed(one, owned))]
    return References(asked, tuple(sorted(references, key=_order)), bool(owned) or not asked.owner)


def of_owner(found: Sequence[tuple[References, _Place]]) -> Sequence[tuple[References, _Place]]:
    """Of what several indexes found, each with its place, that of those which know the owner, if any does."""
    return [one for one in found if one[0].is_of_owner] or found


def nearest_names(snapshot: Snapshot, name: str, most: int = 3, least_alike: float = 0.7) -> list[str]:
    """Names of definitions that are spelled like a name: at least `least_alike`, from 0 to 1."""
    import difflib

    wanted = name_key(name)
    pairs = {wanted[i : i + 2] for i in range(len(wanted) - 1)}
    # Comparing 33,000 names takes 1.4 s; these are few, and hold those that are alike enough.
    some = [
        key
        for key in snapshot.names
        if abs(len(key) - len(wanted)) <= max(len(wanted) // 3, 1)
        and 4 * sum(pair in key for pair in pairs) >= len(pairs)
    ]
    keys = difflib.get_close_matches(wanted, some, n=most, cutoff=least_alike)
    chunks = snapshot.chunks(snapshot.named(keys, 10 * most, None).ids)
    names = {
        row.name: None for key in keys for chunk in chunks for row in chunk.definitions if name_key(row.name) == key
    }
    return list(names)[:most]


def _read(snippets: Snippets, chunks: Iterable[StoredChunk], name: str) -> dict[str, _File]:
    """The files of chunks that contain a name now."""
    by_path: dict[str, list[StoredChunk]] = defaultdict(list)
    for chunk in chunks:
        by_path[chunk.path].append(chunk)
    files = {}
    for path, of_file in by_path.items():
        file = snippets.file(path)
        language = by_name(of_file[0].language)
        if language and contains(file.text, name):
            is_changed = file.digest != of_file[0].file_digest
            code = without_other_blocks(file.text, language, name)
            files[path] = _File(path, language, file.text, code, tuple(of_file), is_changed)
    return files


def _rows(snapshot: Snapshot, snippets: Snippets, file: _File, name: str) -> Sequence[DefinitionRow | Definition]:
    """The definitions of a file if one has the name."""
    if file.is_changed:
        return snippets.definitions(file.path)
    if not any(_is_named(row.name, name) for chunk in file.chunks for row in chunk.definitions):
        return ()
    (whole,) = snapshot.files_in(file.path)
    return [row for chunk in snapshot.chunks_of(whole) for row in chunk.definitions]


def _definitions(
    rows: Sequence[DefinitionRow | Definition], file: _File, occurrences: Sequence[Occurrence], name: str
) -> dict[Occurrence, Target]:
    """The occurrences that are the name of a definition in the index, with what they define."""
    named = [row for row in rows if _is_named(row.name, name) and row.kind not in _NOT_DEFINING]
    targets: dict[Occurrence, Target] = {}
    for row in sorted(named, key=lambda row: (row.end_line - row.start_line, row.start_line)):
        inside = [
            one
            for one in occurrences
            if row.start_line <= one.line <= row.end_line and one not in targets and one.kind is not Kind.IMPORT
        ]
        best = next((one for one in inside if one.names), inside[0] if inside else None)
        if best is None:
            continue
        target = Target(
            file.path,
            file.language.name,
            row.kind,
            name,
            row.qualified_name,
            row.signature,
            best.line,
            best.column,
            row.start_line,
            row.end_line,
            _owner(row, rows),
        )
        targets[best] = target
        targets.update((one, target) for one in inside if one.declares and best.declares)  # overloads
    return targets


def _owner(row: DefinitionRow | Definition, rows: Sequence[DefinitionRow | Definition]) -> Owner | None:
    """The innermost definition around another."""
    around = [
        other
        for other in rows
        if other is not row
        and other.start_line <= row.start_line
        and row.end_line <= other.end_line
        and other.end_line - other.start_line > row.end_line - row.start_line
        and other.kind not in DATA_KINDS
    ]
    inner = min(around, key=lambda other: other.end_line - other.start_line, default=None)
    return Owner(inner.kind, inner.start_line, inner.end_line) if inner else None


def _is_named(defined: str, name: str) -> bool:
    return defined == name or defined.endswith((f"::{name}", f".{name}", f"\\{name}")) or defined.lstrip("$@:") == name


def _in_file(
    file: _File, occurrences: Sequence[Occurrence], definitions: Mapping[Occurrence, Target], resolver: Resolver
) -> list[Reference]:
    modules = tuple(dict.fromkeys(one.module for one in occurrences if one.kind is Kind.IMPORT))
    references = []
    for one in occurrences:
        scope = _scope(file, one.line)
        if target := definitions.get(one):
            kind, meaning = Kind.DEFINITION, Meaning((target,), True)
        else:
            around = Surroundings(file.path, file.language.name, scope, modules, file.text)
            found = resolver.meaning(one, around)
            if found is None:
                continue
            kind, meaning = one.kind, found
        references.append(
            Reference(file.path, one.line, one.column, kind, one.text, scope, meaning.targets, meaning.is_certain)
        )
    return references


def _scope(file: _File, line: int) -> str:
    """The qualified name of the innermost definition that contains a line and is not only it."""
    rows = [row for chunk in file.chunks for row in chunk.definitions if row.start_line <= line <= row.end_line]
    inner = min(rows, key=lambda row: row.end_line - row.start_line, default=None)
    if inner:
        return inner.qualified_name
    around = (chunk for chunk in file.chunks if chunk.start_line <= line <= chunk.end_line and chunk.kind != "file")
    chunk = next(around, None)
    return chunk.qualified_name if chunk else ""


def _owned(definitions: Sequence[Target], asked: Symbol, resolver: Resolver) -> frozenset[Target]:
    """The definitions that have the owner asked for, or else those in a module of its name."""
    owners = tuple(asked.owner.split("."))
    owned = frozenset(target for target in definitions if target.owners[-len(owners) :] == owners)
    return owned or frozenset(target for target in definitions if resolver.is_of_module(target, owners[-1]))


def _narrowed(one: Reference, owned: frozenset[Target]) -> Reference | None:
    """The reference with those of its targets that have the owner asked for; None if it has none left."""
    targets = tuple(target for target in one.targets if target in owned)
    return replace(one, targets=targets) if targets else None


def _order(one: Reference) -> tuple[bool, str, int, int]:
    return one.kind is not Kind.DEFINITION, one.path, one.line, one.column
