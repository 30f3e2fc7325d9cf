"""Finding the lines of indexed files that match a pattern."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from codesearch.chunking.shown import shown_text
from codesearch.discovery.source import read_text
from codesearch.exact.pattern import MatchingLine, Pattern
from codesearch.exact.trigrams import required_by
from codesearch.search.enclosing import enclosing_hit, is_in_accepted
from codesearch.search.filters import definition_rule, file_rule, resolve_kind_filters
from codesearch.search.hit import Filters, Hit
from codesearch.search.snippets import MAX_READ_SIZE

if TYPE_CHECKING:
    from codesearch.index.rows import FileRow
    from codesearch.index.snapshot import Snapshot
    from codesearch.search.filters import DefinitionRule


@dataclass(frozen=True, slots=True)
class FileMatches:
    """A file and its lines that match, in order; at least one."""

    file: FileRow
    text: bytes
    """In UTF-8, with `\\n` as newlines."""
    lines: Sequence[MatchingLine]

    def text_of(self, line: MatchingLine) -> str:
        """The text of a line, without its newline."""
        return self.text[line.begin : line.end].decode()


def grep(snapshot: Snapshot, root: Path, pattern: Pattern, filters: Filters) -> Iterator[FileMatches]:
    """The files with matching lines, by path; lines in definitions that the filters accept, if they restrict these.

    The snapshot may be closed before the iterator ends, unless the filters restrict definitions. Raises CodesearchError
    for unknown languages and kinds, and invalid globs.
    """
    filters = resolve_kind_filters(filters, snapshot.kinds)
    accepts_file = file_rule(filters)
    accepts = definition_rule(filters)
    files = [
        file for file in snapshot.files_with(required_by(pattern.tree)) if accepts_file is None or accepts_file(file)
    ]
    files.sort(key=lambda file: file.path.split("/"))
    if not accepts:
        return filter(None, (_scan(root, file, pattern) for file in files))
    return filter(None, (_restricted(snapshot, _scan(root, file, pattern), accepts) for file in files))


def line_hits(snapshot: Snapshot, matches: FileMatches) -> Iterator[Hit]:
    """A hit for each matching line, with the kind and names of the definition around it."""
    chunks = snapshot.chunks_of(matches.file)
    return (enclosing_hit(matches.file, chunks, line.number, matches.text_of(line)) for line in matches.lines)


def _scan(root: Path, file: FileRow, pattern: Pattern) -> FileMatches | None:
    text = read_text(root, file.path, MAX_READ_SIZE)
    if text is None:
        return None
    shown = shown_text(file.path, text).encode("utf-8", "replace")
    lines = list(pattern.lines(shown))
    return FileMatches(file, shown, lines) if lines else None


def _restricted(snapshot: Snapshot, found: FileMatches | None, accepts: DefinitionRule) -> FileMatches | None:
    """Only the lines in definitions that are accepted; None if there are none."""
    if not found:
        return None
    chunks = snapshot.chunks_of(found.file)
    lines = [line for line in found.lines if is_in_accepted(chunks, line.number, accepts)]
    return replace(found, lines=lines) if lines else None
