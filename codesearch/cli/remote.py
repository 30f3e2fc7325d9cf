"""Answering a query from a cluster."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from codesearch.caller import caller
from codesearch.cli.exits import HITS, NO_HITS, note
from codesearch.cli.output import results
from codesearch.clones import parse_url
from codesearch.cluster.router import ClusterQuestion
from codesearch.cluster.sources import name_of
from codesearch.lance.opening import open_cluster
from codesearch.render.paths import located_in
from codesearch.render.remarks import cluster_remarks, remarks

if TYPE_CHECKING:
    from codesearch.render.formats import HitFormat


def repositories_of(places: Iterable[str]) -> tuple[str, ...]:
    """Names of repositories, or patterns of them, that `--in` gives: as the cluster shows them, or as URLs."""
    return tuple(name_of(found) if (found := parse_url(place)) else place.rstrip("/") for place in places)


def answer(address: str, questions: Iterable[str], asked: ClusterQuestion, model: str, hit_format: HitFormat) -> int:
    """Print a cluster's answers; `asked` is all but the text of a question. Returns the exit code."""
    cluster = open_cluster(address, caller().directory, caller().environment, model)
    has_hits = False
    with results():
        for text in questions:
            if not text:  # a blank line in a batch
                hit_format.write(text, [])
                continue
            found = cluster.search(replace(asked, text=text))
            hit_format.write(text, [*located_in(found.result.hits, found.repositories, caller().directory)])
            has_hits = has_hits or bool(found.result.hits)
            for remark in (*cluster_remarks(found), *remarks(found.result, asked.min_score)):
                note(remark)
    return HITS if has_hits else NO_HITS
