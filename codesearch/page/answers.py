"""The answers of a page, as the command line prints them with `--json`; what only the page asks for is in `views`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from starlette.datastructures import QueryParams

from codesearch.errors import CodesearchError
from codesearch.navigation.references import of_owner
from codesearch.page import questions
from codesearch.page.site import Opened, Site
from codesearch.render.outline import outline_record
from codesearch.render.paths import located
from codesearch.render.records import hit_record, json_document
from codesearch.render.references import reference_record
from codesearch.search.hit import Filters, Hit

MOST_LINES = 10**9


def search(site: Site, parameters: QueryParams) -> str:
    """As `codesearch query --json`."""
    asked = questions.asked(parameters)
    with site.opened(asked.places) as opened:
        return _hits(opened.workspace.search(asked.question, asked.limit, asked.filters, base=opened.base).hits, opened)


def similar(site: Site, parameters: QueryParams) -> str:
    """As `codesearch similar --json`."""
    path = questions.place(parameters)
    line = questions.number(parameters, "line", None, MOST_LINES)
    limit = questions.number(parameters, "limit", 10, questions.MOST_HITS)
    with site.opened([path]) as opened:
        return _hits(opened.member.index.similar(one_file(opened, path), line, limit), opened)


def references(site: Site, parameters: QueryParams) -> str:
    """As `codesearch references --json`."""
    symbol = parameters.get("symbol", "")
    found = []
    with site.opened() as opened:
        members = opened.workspace.members
        for listed, member in of_owner([(m.index.references(symbol, Filters(within=m.within)), m) for m in members]):
            for one in listed.references:
                targets = tuple(replace(target, path=opened.shown(member, target.path)) for target in one.targets)
                found.append(replace(one, path=opened.shown(member, one.path), targets=targets))
    return _document(map(reference_record, found))


def outline(site: Site, parameters: QueryParams) -> str:
    """As `codesearch outline --json`."""
    path = parameters.get("path", "")
    with site.opened([path] if path else ()) as opened:
        outlines = [
            replace(one, path=opened.shown(member, one.path))
            for member in opened.workspace.members
            for one in member.index.outline(*member.within)
        ]
    return _document(map(outline_record, outlines))


def one_file(opened: Opened, path: str) -> str:
    """The path of the only place in its index. Raises CodesearchError if it is a folder."""
    member = opened.member
    if not member.within or (member.index.root / member.within[0]).is_dir():
        raise CodesearchError(f"{path} is a folder", "name a file")
    return member.within[0]


def _hits(hits: Iterable[Hit], opened: Opened) -> str:
    return _document(hit_record(one.hit, one.path, one.copies) for one in located(hits, opened.roots, opened.base))


def _document(records: Iterable[Mapping[str, Any]]) -> str:
    return json_document(records) + "\n"
