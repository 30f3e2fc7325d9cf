"""Exact search without a question: printing the lines that match a pattern."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from io import StringIO
from itertools import islice
from typing import TYPE_CHECKING

from codesearch.caller import caller
from codesearch.cli.exits import HITS, NO_HITS, note
from codesearch.cli.formats import COMPACT, COUNT, FILES, RECORDS, VIMGREP, FormatOptions
from codesearch.cli.output import console, has_color, results

if TYPE_CHECKING:
    from codesearch.cli.found_lines import FoundLines
    from codesearch.cluster.client import Cluster
    from codesearch.cluster.router import ClusterQuestion
    from codesearch.exact.pattern import Pattern
    from codesearch.render.formats import Output
    from codesearch.render.matches import MatchFormat
    from codesearch.search.hit import Filters
    from codesearch.workspace import Workspace


@dataclass(frozen=True, slots=True)
class LineSearch:
    """Exact search without a question, and how its lines are printed."""

    pattern: Pattern
    filters: Filters
    since: str
    limit: int | None
    formats: FormatOptions
    chosen: str
    """The option that selects the format; "" if none does."""

    def run(self, workspace: Workspace) -> int:
        """Print the matching lines of a workspace. Returns the exit code."""
        from codesearch.cli.found_lines import in_workspace

        return self._print(in_workspace(workspace, self.pattern, self.filters, self.since))

    def run_on(self, cluster: Cluster, asked: ClusterQuestion) -> int:
        """Print the matching lines of a cluster's repositories. Returns the exit code."""
        from codesearch.cli.found_lines import by_file
        from codesearch.render.paths import located_in
        from codesearch.render.remarks import cluster_remarks

        found = cluster.search(asked)
        code = self._print(by_file(located_in(found.result.hits, found.repositories, caller().directory)))
        for remark in cluster_remarks(found):
            note(remark)
        if self.limit is None and len(found.result.hits) == asked.k:
            note(f"showing only the first {asked.k:,} matching lines", "narrow the search with --in or --path")
        return code

    def _print(self, found: Iterator[FoundLines]) -> int:
        if self.limit is not None:
            found = self._first(found, self.limit)
        write = self._write_hits if self.chosen in RECORDS else self._write_lines
        with results():
            return write(found)

    def _write_hits(self, found: Iterator[FoundLines]) -> int:
        hit_format = self.formats.hit_format(self.chosen, self.formats.output())
        hits = [hit for one in found for hit in one.hits(one.matches)]
        hit_format.write("", hits)
        return HITS if hits else NO_HITS

    def _write_lines(self, found: Iterator[FoundLines]) -> int:
        from codesearch.render.formats import COMPACT_TOKENS

        output = self.formats.output()
        budget = output.max_tokens or (COMPACT_TOKENS if self.chosen == COMPACT else None)
        if budget is not None:
            return self._write_fitting(found, output, budget)
        return HITS if self._write(found, output) else NO_HITS

    def _write_fitting(self, found: Iterator[FoundLines], output: Output, budget: int) -> int:
        """Write as much as fits into so many tokens."""
        from codesearch.render.budget import CHARACTERS_PER_TOKEN, most_fitting, too_small

        def text(count: int) -> str:
            stream = StringIO()
            self._write(self._first(iter(kept), count), output._replace(stream=stream))
            return stream.getvalue()

        kept = list(self._first(found, budget * CHARACTERS_PER_TOKEN))  # nothing takes less than a character
        count = sum(1 if self._counts_files else len(one.matches.lines) for one in kept)
        fitting = most_fitting(count, text, budget)
        if count and not fitting:
            raise too_small(text(1), "a line", budget)
        output.stream.write(text(fitting))
        if fitting < count:
            note(f"more matches than fit into {budget:,} tokens", "narrow the search with paths, or raise --max-tokens")
        return HITS if count else NO_HITS

    def _write(self, found: Iterator[FoundLines], output: Output) -> bool:
        """Write all. Returns whether there was anything."""
        match_format, has_any = self._match_format(output), False
        for one in found:
            match_format.write(one.path, one.matches)
            has_any = True
        return has_any

    def _match_format(self, output: Output) -> MatchFormat:
        from codesearch.render import matches

        makers: dict[str, Callable[[Output], MatchFormat]] = {
            COUNT: matches.Counts,
            FILES: matches.MatchingPaths,
            VIMGREP: partial(matches.QuickFixLines, pattern=self.pattern),
            COMPACT: matches.CompactLines,
        }
        if maker := makers.get(self.chosen):
            return maker(output)
        if self.formats.is_headed:
            colors = has_color(self.formats.color)
            return matches.HeadedLines(output, console(output.stream, colors=colors), self.pattern)
        return matches.PlainLines(output)

    @property
    def _counts_files(self) -> bool:
        """Whether what is printed are files, and not lines."""
        return self.chosen in (COUNT, FILES)

    def _first(self, found: Iterator[FoundLines], count: int) -> Iterator[FoundLines]:
        """The first files, with so many lines in all; or so many files."""
        return islice(found, count) if self._counts_files else _with_lines(found, count)


def _with_lines(found: Iterator[FoundLines], left: int) -> Iterator[FoundLines]:
    while left > 0 and (one := next(found, None)):
        lines = list(islice(one.matches.lines, left))
        left -= len(lines)
        yield replace(one, matches=replace(one.matches, lines=lines))
