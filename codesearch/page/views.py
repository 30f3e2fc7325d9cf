"""What the page shows besides what `--json` has: hits in colours, files, and the repository as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from starlette.datastructures import QueryParams

from codesearch.index.inflections import forms
from codesearch.index.terms import question_terms
from codesearch.navigation.outline import OutlinedDefinition
from codesearch.page import questions
from codesearch.page.answers import one_file
from codesearch.page.colors import Line, colored, excerpt
from codesearch.page.guard import OPEN_COMMAND
from codesearch.page.site import Site
from codesearch.page.tree import tree
from codesearch.render.excerpt import brief
from codesearch.render.paths import LocatedHit, located
from codesearch.render.records import Record, hit_record, json_line
from codesearch.render.remarks import misspelt, remarks
from codesearch.search.hit import Hit, signature_line
from codesearch.search.question import STOP_WORDS

SPREAD = 60
"""Hits of which facets and the picture are made: as many take 6 ms in Flask, 13 ms in redis."""
MAX_CONTEXT = 40
"""Lines before and after an excerpt that decide on its colours: where a string begins and whether it ends."""


def hits(site: Site, parameters: QueryParams) -> str:
    """The hits of a question to be shown, and places of the best without filters, which facets are made of."""
    asked = questions.asked(parameters)
    with site.opened(asked.places) as opened:
        most = asked.limit + 1 if asked.is_filtered else max(asked.limit + 1, SPREAD)
        result = opened.workspace.search(asked.question, most, asked.filters, base=opened.base)
        shown = [*located(result.hits[: asked.limit], opened.roots, opened.base)]
        spread = places_of(located(result.hits, opened.roots, opened.base))
        correction = misspelt(asked.question, opened.workspace) if result.hits else None
        freshness = opened.freshness
    if asked.is_filtered:
        with site.opened() as opened:
            spread = places_of(located(opened.workspace.search(asked.question, SPREAD).hits, opened.roots, opened.base))
    answer = {
        "hits": [hit_view(one) for one in shown],
        "is_more": len(result.hits) > asked.limit,
        "spread": spread,
        "words": marked_words(asked.question),
        "remarks": [*remarks(result), *([str(correction)] if correction else [])],
        "freshness": freshness,
    }
    return json_line(answer)


def file(site: Site, parameters: QueryParams) -> str:
    """The text of a file and what it defines; with the question that led to it, the words to be marked."""
    path = questions.place(parameters)
    with site.opened([path]) as opened:
        found = one_file(opened, path)
        index = opened.member.index
        with index.locked():
            text = index.text(found)
            (outlined,) = index.outline(found)
        lines = text.split("\n")
        definitions = [definition_view(one, lines) for one in outlined.definitions]
        shown = opened.shown(opened.member, found)
    words = marked_words(parameters.get("q", ""))
    record = {"path": shown, "language": outlined.language, "text": text, "definitions": definitions, "words": words}
    return json_line(record)


def colors(site: Site, parameters: QueryParams) -> str:
    """The lines of a file in colours."""
    path = questions.place(parameters)
    with site.opened([path]) as opened:
        found = one_file(opened, path)
        index = opened.member.index
        with index.locked():
            text = index.text(found)
            (row,) = index.snapshot().files_in(found)
    return json_line({"lines": colored(text, row.language)})


def overview(site: Site, parameters: QueryParams) -> str:
    """The repository: its languages, and its folders and files by size."""
    sizes: dict[str, int] = {}
    languages: Counter[str] = Counter()
    chunks = 0
    with site.opened() as opened:
        for member in opened.workspace.members:
            with member.index.locked():
                snapshot = member.index.snapshot()
                files = [file for place in member.within for file in snapshot.files_in(place)]
                files = files if member.within else [*snapshot.files]
            for one in files:
                sizes[opened.shown(member, one.path)] = one.stamp.size
                languages[one.language] += one.stamp.size
                chunks += one.chunks
    return json_line(
        {
            "files": len(sizes),
            "chunks": chunks,
            "languages": dict(languages.most_common()),
            "tree": tree(sizes),
            "freshness": opened.freshness,
        }
    )


def state(site: Site, parameters: QueryParams) -> str:
    """Whether questions can be answered, and else how far the index is. Raises CodesearchError if there is none."""
    if site.error:
        raise site.error
    progress = site.progress
    return json_line(
        {
            "name": site.name,
            "folders": [str(folder) for folder in site.folders],
            "ready": site.is_ready,
            "phase": progress.phase,
            "done": progress.done,
            "total": progress.total,
            "lacks": [],
            "command": OPEN_COMMAND,
        }
    )


def hit_view(one: LocatedHit) -> Record:
    """A hit with its excerpt in colours."""
    hit = one.hit
    return {
        **hit_record(hit, one.path, one.copies),
        "changed": hit.is_stale,
        "also": [
            {"start_line": also.start_line, "end_line": also.end_line, "name": also.qualified_name} for also in hit.also
        ],
        "excerpt": [{"start_line": run.start, "lines": _lines(hit, run)} for run in brief(hit).shown],
    }


def _lines(hit: Hit, run: range) -> Sequence[Line]:
    lines = hit.snippet.split("\n")
    first, stop = run.start - hit.start_line, run.stop - hit.start_line
    start = max(0, first - MAX_CONTEXT)
    return excerpt("\n".join(lines[start : stop + MAX_CONTEXT]), hit.language)[first - start : stop - start]


def definition_view(one: OutlinedDefinition, lines: Sequence[str]) -> Record:
    """A definition of a file with these lines."""
    return {
        "kind": one.kind,
        "name": one.name,
        "qualified_name": one.qualified_name,
        "start_line": one.start_line,
        "end_line": one.end_line,
        "signature_line": signature_line(one.signature, lines[one.start_line - 1 : one.end_line], one.start_line),
        "depth": one.depth,
        "references": one.references,
    }


def places_of(found: Iterable[LocatedHit]) -> list[Record]:
    """What facets and the picture are made of."""
    return [
        {"path": one.path, "language": one.hit.language, "kind": one.hit.kind, "score": one.hit.score} for one in found
    ]


def marked_words(question: str) -> list[str]:
    """The words of a question in all their forms, to be marked in code."""
    words = [term for term in question_terms(question) if term not in STOP_WORDS]
    return list(dict.fromkeys(form for word in words for form in forms(word)))
