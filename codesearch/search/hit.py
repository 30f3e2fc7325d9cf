"""What a search may be told, and what it returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Signal:
    """One part of a hit's score, for `--explain`: what it is in words, its value, and what it added."""

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


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that answers the question. Lines are 1-based and inclusive; the score lies in 0…1."""

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
    """The chunk's text as it stands on disk (without a trailing newline)."""
    best_line: int = 0
    """The line of the chunk that answers best; equals `start_line` where nothing is better."""
    is_stale: bool = False
    """The file changed since it was indexed; the lines are those of the same definition as it stands now."""
    also: tuple[tuple[int, int, str], ...] = ()
    """Further hits of the same file folded under this one: start line, end line, qualified name."""
    copies: tuple[Place, ...] = ()
    """Where else the very same text was found, a translation of the page or an older version of the definition."""
    signals: tuple[Signal, ...] = field(default=())
    is_beyond: bool = False
    """It lacks a quoted phrase or holds an excluded word, and comes after all that fit."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Restrict a search before ranking. Empty means no restriction; values in one field are alternatives."""

    languages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    """Globs as in .gitignore, relative to the index's root; a leading `!` excludes."""
    within: tuple[str, ...] = ()
    """Files and folders, relative to the index's root: all others are left out, whatever `paths` says."""
    names: tuple[str, ...] = ()
    """Names or qualified names, case-insensitive, `*` and `?` allowed."""


class Retrieval(StrEnum):
    """What finds candidates and says how near they are. Names and paths count in each."""

    BOTH = "both"
    LEXICAL = "lexical"
    """Words (BM25) alone, no embeddings."""
    DENSE = "dense"
    """Embeddings alone, no BM25."""


CLOSE = 0.02
"""A best score below this means that nothing answers. On 31 repositories none of the questions that are answered there
and 17 % of those that are another repository's lie below (benchmarks/nothing_close.py)."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Hits, best first. `nearest_score` is the best score found below `min_score` (0 where there is none)."""

    query: str
    hits: tuple[Hit, ...]
    nearest_score: float = 0.0
    outdated: int = 0
    """Hits that were left out, as their files changed since they were indexed and no longer hold them."""
    operators: str = ""
    """The quoted phrases and excluded words of the question, as they were read; see Hit.is_beyond."""

    @property
    def is_close(self) -> bool:
        """Whether a hit is likely enough to answer."""
        return any(hit.score >= CLOSE for hit in self.hits)
