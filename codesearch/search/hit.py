"""The options of a search, and its results."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from codesearch.index.snapshot import StoredChunk


_HEAD_LINES = 5
"""Lines from the beginning of a signature in which the name is looked for: in C, the type may have its own line."""
_SIGNATURE_CHARS = 24
"""Characters of a signature that are enough to recognise its line."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One term of a hit's score, for `--explain`: its value, its contribution to the log-odds, and what it means."""

    name: str
    value: float
    contribution: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Lines of a file, 1-based and inclusive."""

    path: str
    start_line: int
    end_line: int
    index: int = 0
    """Position in the list of searched indexes."""


@dataclass(frozen=True, slots=True, order=True)
class Neighbour:
    """Another good chunk of a hit's file, listed under the hit. Lines are 1-based and inclusive."""

    start_line: int
    end_line: int
    qualified_name: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that answers the question. Lines are 1-based and inclusive; the score is between 0 and 1."""

    path: str
    """Relative to the index's root, `/`-separated."""
    start_line: int
    end_line: int
    language: str
    kind: str
    name: str
    qualified_name: str
    signature: str
    score: float
    snippet: str
    """The chunk's current text on disk, without a trailing newline."""
    best_line: int = 0
    """The line of the chunk that answers best; `start_line` if no line is better."""
    is_stale: bool = False
    """The file has changed since it was indexed; the lines are those of the same definition in its current text."""
    also: tuple[Neighbour, ...] = ()
    """Further good chunks of the same file."""
    copies: tuple[Place, ...] = ()
    """Locations of the same text, of translations of the page or of older copies of the definition."""
    signals: tuple[Signal, ...] = field(default=())
    index: int = 0
    """Position in the list of searched indexes; the path is relative to the root of that index."""
    is_beyond: bool = False
    """It lacks a quoted phrase or contains an excluded word, and is ranked after all hits that fit."""


def hit_of(chunk: StoredChunk, lines: Sequence[str], score: float) -> Hit:
    """A chunk, or a part of one, with these lines as a hit."""
    return Hit(
        path=chunk.path,
        start_line=chunk.start_line,
        end_line=chunk.end_line,
        language=chunk.language,
        kind=chunk.kind,
        name=chunk.name,
        qualified_name=chunk.qualified_name,
        signature=chunk.signature,
        score=round(score, 4),
        snippet="\n".join(lines),
        best_line=chunk.start_line,
    )


def signature_line(signature: str, lines: Sequence[str], first: int) -> int:
    """The line where a definition's signature begins, below decorators and comments; `first` numbers its first line."""
    start = signature.strip()[:_SIGNATURE_CHARS]
    if start:
        for offset, line in enumerate(lines):
            if line.strip().startswith(start):
                return first + offset
    return first


def line_with_name(chunk: StoredChunk, lines: Sequence[str]) -> int:
    """The line of a definition's signature with its name, or else where the signature begins; `lines` are its lines."""
    head = signature_line(chunk.signature, lines, chunk.start_line)
    first = head - chunk.start_line
    with_name = (i for i, line in enumerate(lines[first : first + _HEAD_LINES], head) if chunk.name in line)
    return next(with_name, head)


class LineRange(NamedTuple):
    """Lines of a file, 1-based and inclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Filters:
    """Restrict a search before ranking. An empty field is no restriction; the values of a field are alternatives."""

    languages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    """Globs as in .gitignore, relative to the index's root; a leading `!` excludes."""
    path_of: Callable[[str], str] | None = None
    """For globs that start elsewhere: the path from there, by the path from the index's root."""
    within: tuple[str, ...] = ()
    """Files and folders, relative to the index's root. Applies in addition to `paths`."""
    names: tuple[str, ...] = ()
    """Names or qualified names, case-insensitive, `*` and `?` allowed."""
    lines: Mapping[str, Sequence[LineRange]] | None = None
    """Only definitions with one of these lines, by path relative to the index's root; None is no restriction."""

    def __post_init__(self) -> None:
        """Raises TypeError for a string, since each of its letters would count as a value."""
        for name in ("languages", "kinds", "paths", "within", "names"):
            if isinstance(getattr(self, name), str):
                raise TypeError(f"{name} must be a tuple of strings, not a string")

    @property
    def definitions(self) -> bool:
        """Whether they restrict definitions, and not only files."""
        return bool(self.kinds or self.names or self.lines is not None)


class Retrieval(StrEnum):
    """Which retrievers find and score candidates. Names and paths count in each case."""

    BOTH = "both"
    LEXICAL = "lexical"
    """Words (BM25) alone, no embeddings."""
    DENSE = "dense"
    """Embeddings alone, no BM25."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Hits, best first. `nearest_score` is the best score below `min_score`, 0 if there is none."""

    query: str
    hits: tuple[Hit, ...]
    nearest_score: float = 0.0
    outdated: int = 0
    """Number of hits dropped because their files have changed and no longer contain them."""
    operators: str = ""
    """The quoted phrases and excluded words that were recognised in the question; see Hit.is_beyond."""
    is_close: bool = False
    """Whether any hit may be a good match; see codesearch.search.closeness."""
