"""Files that a question names, and lines in them: which paths are meant, and which chunks and lines are shown."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

import numpy as np

from codesearch.chunking.kinds import TYPE_KINDS
from codesearch.index.terms import name_key
from codesearch.search.hit import signature_line
from codesearch.search.question import Location, Question, last_part

if TYPE_CHECKING:
    from codesearch.index.snapshot import StoredChunk
    from codesearch.search.candidates import Candidates, Numbers

MOST_NAMES = 16
"""Names of files that are looked up, half from the beginning of a stack trace and half from its end. With 75,000 files,
each takes 13 ms."""
_LEAST_SHARED = 2
"""Last parts of paths that are enough if both go on differently: `site-packages/click/core.py`, `src/click/core.py`."""
_FIRST_TYPES = 8
"""Types of a file among which the one is that is named like it; in a namespace or a class it is not the first."""
_BEGINNING = 2
"""Chunks of a file of which one may be its head: the first, or after a license the second."""


class _Part(Protocol):
    """A chunk, or a row of one."""

    @property
    def id(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def start_line(self) -> int: ...
    @property
    def end_line(self) -> int: ...


def places(question: Question) -> tuple[Location, ...]:
    """The files that are looked up: the one that the question may consist of, and those with a line."""
    with_line = [location for location in question.locations if location.line]
    return tuple(dict.fromkeys([*([question.file] if question.file else []), *with_line]))


def names_of_files(question: Question) -> list[str]:
    """The names of these files, in lower case."""
    found = list(dict.fromkeys(_name(place.path) for place in places(question)))
    return found if len(found) <= MOST_NAMES else found[: MOST_NAMES // 2] + found[-MOST_NAMES // 2 :]


def nearness(asked: str, path: str) -> int:
    """How near a file's path is to the one that is asked for; 0 if it is another file.

    One is the end of the other, or they share some of their last parts: the more, the nearer. Of as many, names in the
    same case are nearer, then the path as a whole.
    """
    if _name(asked) != _name(path):
        return 0
    wanted, parts = asked.lower().strip("/").split("/"), path.lower().split("/")
    shared = _common(reversed(wanted), reversed(parts))
    if shared < min(len(wanted), len(parts), _LEAST_SHARED):
        return 0
    has_case = path.endswith(asked.rpartition("/")[2])
    return 4 * shared + 2 * has_case + (len(wanted) == len(parts) == shared)


def _common(left: Iterable[str], right: Iterable[str]) -> int:
    """The number of values at the beginning that are the same."""
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count


def scores_of_places(question: Question, files: Iterable[tuple[str, Sequence[_Part]]]) -> dict[int, float]:
    """The chunks that the question may mean by the places that it names: the nearer the path, the higher.

    Files are given by their path and all of their chunks, in order.
    """
    asked = _by_name(places(question))
    scores: dict[int, float] = {}
    for path, parts in files:
        for place in asked.get(_name(path), ()):
            if near := nearness(place.path, path):
                for part, share in _meant(place, parts):
                    scores[part.id] = max(near + share / (1 + path.count("/")), scores.get(part.id, 0.0))
    return scores


def _meant(place: Location, parts: Sequence[_Part]) -> Iterator[tuple[_Part, float]]:
    """The chunks of a file that a place may mean, with 1 for likely ones and less for others.

    These are the chunks around the line, or else the file's beginning, and types one of which may be named like it.
    """
    around = [part for part in parts if _holds(part, place.line)]
    if around:
        return ((part, 1.0) for part in around)
    types = [part for part in parts if part.kind in TYPE_KINDS][:_FIRST_TYPES]
    return ((part, share) for share, some in ((0.5, types), (1.0, _beginning(parts))) for part in some)


def _beginning(parts: Sequence[_Part]) -> Sequence[_Part]:
    """What is left of a file outside its definitions, or else its first chunk that is no license."""
    for kinds in ({"file"}, {part.kind for part in parts} - {"license"}, {"license"}):
        if found := [part for part in parts if part.kind in kinds]:
            return found[:1]
    return ()


def is_named_by(question: Question, path: str) -> bool:
    """Whether the question may consist of a name or path of this file."""
    return bool(question.file and nearness(question.file.path, path))


def lines_in(question: Question, chunk: StoredChunk) -> list[int]:
    """The lines of a chunk that the question names."""
    named = _by_name(places(question)).get(_name(chunk.path), ())
    return [place.line for place in named if _holds(chunk, place.line) and nearness(place.path, chunk.path)]


def at_lines(question: Question, chunk: StoredChunk) -> list[StoredChunk]:
    """The innermost definition of a chunk, or else the chunk, at each of the lines that the question names."""
    return list(dict.fromkeys(_innermost(chunk, line) for line in lines_in(question, chunk)))


def place_precedence(question: Question, candidates: Candidates) -> Numbers:
    """One entry per candidate: 0 if it is no place that the question names, higher for what comes first.

    The innermost definitions around lines that the question names come first, of each in the file whose path is
    nearest. Without one, the head of the file that the question consists of does, the nearest first.
    """
    found = np.zeros(len(candidates.chunks), np.int64)
    near = _nearness_of_files(places(question), candidates.paths)
    for place, by_file in near.items():
        found[_around_line(candidates, place.line, by_file)] = 1
    if question.file and not found.any():
        by_file = near.get(question.file, {})
        for number, i in _heads(candidates, by_file.keys()).items():
            found[i] = by_file[number]
    return found


def shown_line(question: Question, chunk: StoredChunk, lines: Sequence[str]) -> int:
    """The line that a chunk is shown for which is a place that the question names."""
    named = lines_in(question, chunk)
    if named:
        return named[0]
    return signature_line(chunk.signature, lines, chunk.start_line) if chunk.kind in TYPE_KINDS else chunk.start_line


def _nearness_of_files(asked: Sequence[Location], paths: Sequence[str]) -> dict[Location, dict[int, int]]:
    """For each place, how near the files that it may mean are, by their numbers."""
    by_name, near = _by_name(tuple(asked)), dict[Location, dict[int, int]]()
    for number, path in enumerate(paths):
        for place in by_name.get(_name(path), ()):
            if found := nearness(place.path, path):
                near.setdefault(place, {})[number] = found
    return near


def _around_line(candidates: Candidates, line: int, near: Mapping[int, int]) -> list[int]:
    """Of the candidates that hold a line, the shortest of each of the files that are nearest."""
    shortest: dict[int, int] = {}
    for i, number in enumerate(candidates.file.tolist()):
        if number in near and _holds(candidates.chunks[i], line):
            best = shortest.setdefault(number, i)
            if _lines(candidates.chunks[i]) < _lines(candidates.chunks[best]):
                shortest[number] = i
    most = max((near[number] for number in shortest), default=0)
    return [i for number, i in shortest.items() if near[number] == most]


def _heads(candidates: Candidates, files: Collection[int]) -> dict[int, int]:
    """The candidate that is the head of each of some files, by the file's number, if it is one."""
    heads: dict[int, int] = {}
    for i, number in enumerate(candidates.file.tolist()):
        if number in files and (headship := _headship(candidates.chunks[i])):
            best = heads.setdefault(number, i)
            if headship > _headship(candidates.chunks[best]):
                heads[number] = i
    return heads


def _headship(chunk: StoredChunk) -> int:
    """3 for a type that is named like its file, 2 for what is left of the file outside its definitions, 1 for its
    beginning, 0 for all else."""
    stem = name_key(chunk.path.rpartition("/")[2].partition(".")[0])
    if chunk.kind in TYPE_KINDS and name_key(last_part(chunk.name)) == stem:
        return 3
    if chunk.kind == "file":
        return 2
    return int(chunk.id - chunk.file_first_chunk < _BEGINNING)


def _innermost(chunk: StoredChunk, line: int) -> StoredChunk:
    """The innermost definition of a chunk at a line; the chunk if it is the definition, or a part of it."""
    around = [row for row in chunk.definitions if row.start_line <= line <= row.end_line]
    if not around:
        return chunk
    row = min(around, key=lambda row: row.end_line - row.start_line)
    is_part = (row.kind, row.name) == (chunk.kind, chunk.name) and row.end_line >= chunk.end_line
    return chunk if is_part else chunk.focused_on(row)


@lru_cache(maxsize=8)
def _by_name(asked: tuple[Location, ...]) -> Mapping[str, Sequence[Location]]:
    """Places by the name of their file."""
    named: dict[str, list[Location]] = {}
    for place in asked:
        named.setdefault(_name(place.path), []).append(place)
    return named


def _name(path: str) -> str:
    return path.rpartition("/")[2].lower()


def _holds(part: _Part, line: int) -> bool:
    return part.start_line <= line <= part.end_line


def _lines(chunk: StoredChunk) -> int:
    return chunk.end_line - chunk.start_line
