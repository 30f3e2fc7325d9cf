"""Lines that match a pattern, in folders of this machine or in a cluster's repositories, to be printed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from codesearch.caller import caller

if TYPE_CHECKING:
    from codesearch.exact.pattern import Pattern
    from codesearch.render.paths import LocatedHit
    from codesearch.search.grep import TextMatches
    from codesearch.search.hit import Filters
    from codesearch.workspace import MemberMatches, Workspace


@dataclass(frozen=True, slots=True)
class FoundLines:
    """The matching lines of a file."""

    path: str
    """As it is shown."""
    matches: TextMatches
    hits: Callable[[TextMatches], Iterable[LocatedHit]]
    """A hit for each of these lines, or of some of them."""


def in_workspace(workspace: Workspace, pattern: Pattern, filters: Filters, since: str) -> Iterator[FoundLines]:
    """The lines of all indexes, by path; see Workspace.grep."""
    from codesearch.render.paths import display_path, located

    roots, directory = [member.index.root for member in workspace.members], caller().directory

    def hits_of(member: MemberMatches) -> Callable[[TextMatches], Iterable[LocatedHit]]:
        def hits(matches: TextMatches) -> Iterable[LocatedHit]:
            found = member.index.line_hits(replace(member.matches, lines=matches.lines))
            return located((replace(hit, index=member.number) for hit in found), roots, directory)

        return hits

    for member in workspace.grep(pattern, filters, since=since):
        path = display_path(roots[member.number] / member.matches.file.path, directory)
        yield FoundLines(path, member.matches, hits_of(member))


def by_file(hits: Iterable[LocatedHit]) -> Iterator[FoundLines]:
    """Lines that come as hits, in order."""
    from codesearch.exact.pattern import MatchingLine
    from codesearch.search.grep import TextMatches

    def hits_of(found: Iterable[LocatedHit]) -> Callable[[TextMatches], Iterable[LocatedHit]]:
        of_line = {one.hit.start_line: one for one in found}
        return lambda matches: [of_line[line.number] for line in matches.lines]

    for path, of_file in groupby(hits, lambda hit: hit.path):
        found, text, lines = list(of_file), b"", []
        for one in found:
            line = one.hit.snippet.encode("utf-8", "replace")
            lines.append(MatchingLine(one.hit.start_line, len(text), len(text) + len(line)))
            text += line + b"\n"
        yield FoundLines(path, TextMatches(text, lines), hits_of(found))
