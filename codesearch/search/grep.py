"""Finding the lines of indexed files that match a pattern."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from codesearch.chunking.shown import shown_text
from codesearch.discovery.source import read_text
from codesearch.discovery.stamp import Stamp
from codesearch.exact.pattern import MatchingLine, Pattern
from codesearch.exact.trigrams import required_by
from codesearch.search.enclosing import enclosing_hit, is_in_accepted
from codesearch.search.filters import definition_rule, file_rule, resolve_kind_filters
from codesearch.search.hit import Filters, Hit, LineRange
from codesearch.search.snippets import MAX_READ_SIZE

if TYPE_CHECKING:
    from codesearch.exact.trigrams import Required
    from codesearch.index.rows import FileRow, FileStamp
    from codesearch.index.snapshot import Snapshot
    from codesearch.search.filters import DefinitionRule


@dataclass(frozen=True, slots=True)
class TextMatches:
    """A text and its lines that match, in order; at least one."""

    text: bytes
    """In UTF-8, with `\\n` as newlines."""
    lines: Sequence[MatchingLine]

    def text_of(self, line: MatchingLine) -> str:
        """The text of a line, without its newline."""
        return self.text[line.begin : line.end].decode()


@dataclass(frozen=True, slots=True)
class FileMatches(TextMatches):
    """A file and its lines that match."""

    file: FileRow

    def only(self, accepts: Callable[[int], bool]) -> FileMatches | None:
        """Those of the lines whose numbers are accepted; None if there are none."""
        lines = [line for line in self.lines if accepts(line.number)]
        return replace(self, lines=lines) if lines else None


def grep(
    snapshot: Snapshot,
    root: Path,
    pattern: Pattern,
    filters: Filters,
    lines: Mapping[str, Sequence[LineRange]] | None = None,
    *,
    is_fresh: bool = False,
) -> Iterator[FileMatches]:
    """The files with matching lines, by path; lines in definitions that the filters accept, if they restrict these.

    With `lines`, by path, only these. `is_fresh` says that no file has changed since it was indexed; otherwise it is
    looked which have, as the index does not know what they contain now.

    The snapshot may be closed before the iterator ends, unless the filters restrict definitions. Raises CodesearchError
    for unknown languages and kinds, and invalid globs.
    """
    filters = resolve_kind_filters(filters, snapshot.kinds)
    accepts_file = file_rule(filters)
    accepts = definition_rule(filters)
    files = [
        file
        for file in _candidates(snapshot, root, required_by(pattern.tree), is_fresh)
        if (accepts_file is None or accepts_file(file)) and (lines is None or file.path in lines)
    ]
    files.sort(key=lambda file: file.path.split("/"))
    found = filter(None, (_scan(root, file, pattern) for file in files))
    if lines is not None:
        found = filter(None, (_within(matches, lines[matches.file.path]) for matches in found))
    if accepts:
        found = filter(None, (_restricted(snapshot, matches, accepts) for matches in found))
    return found


def line_hits(snapshot: Snapshot, matches: FileMatches) -> Iterator[Hit]:
    """A hit for each matching line, with the kind and names of the definition around it."""
    chunks = snapshot.chunks_of(matches.file)
    return (enclosing_hit(matches.file, chunks, line.number, matches.text_of(line)) for line in matches.lines)


def _candidates(snapshot: Snapshot, root: Path, required: Required, is_fresh: bool) -> Iterator[FileRow]:
    """The files that may contain what is required, by what the index knows of them or because they have changed."""
    found = snapshot.files_with(required)
    yield from found
    if is_fresh or required.is_nothing:
        return
    known = {file.path for file in found}
    for indexed in snapshot.stamps():
        if indexed.path not in known and _has_changed(root, indexed):
            yield from (file for file in snapshot.files_in(indexed.path) if file.path == indexed.path)


def _has_changed(root: Path, indexed: FileStamp) -> bool:
    try:
        return indexed.stamp != Stamp.of(os.lstat(f"{root}/{indexed.path}"))
    except OSError:  # it is gone
        return False


def _scan(root: Path, file: FileRow, pattern: Pattern) -> FileMatches | None:
    text = read_text(root, file.path, MAX_READ_SIZE)
    if text is None:
        return None
    shown = shown_text(file.path, text).encode("utf-8", "replace")
    lines = list(pattern.lines(shown))
    return FileMatches(shown, lines, file) if lines else None


def _within(found: FileMatches, ranges: Sequence[LineRange]) -> FileMatches | None:
    """Only the lines in one of the ranges, which are in order; None if there are none."""
    firsts = [lines.start for lines in ranges]

    def is_inside(number: int) -> bool:
        at = bisect_right(firsts, number)
        return at > 0 and number <= ranges[at - 1].end

    return found.only(is_inside)


def _restricted(snapshot: Snapshot, found: FileMatches, accepts: DefinitionRule) -> FileMatches | None:
    """Only the lines in definitions that are accepted; None if there are none."""
    chunks = snapshot.chunks_of(found.file)
    return found.only(lambda number: is_in_accepted(chunks, number, accepts))
