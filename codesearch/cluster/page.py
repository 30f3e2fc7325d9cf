"""What the page of a cluster answers to whoever brings a token: from the repositories that this may read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from starlette.datastructures import QueryParams

from codesearch.cluster.access import pattern_of, shown_name
from codesearch.cluster.messages import GroupFacts, ShownFile
from codesearch.cluster.router import ClusterQuestion, ClusterResult, Rounds, Router
from codesearch.cluster.sizes import Branches, Sizes
from codesearch.errors import CodesearchError
from codesearch.page import questions
from codesearch.page.colors import colored
from codesearch.page.failures import NotThere
from codesearch.page.questions import Asked
from codesearch.page.tree import smallest_shown, tree
from codesearch.page.views import SPREAD, definition_view, hit_view, marked_words, places_of
from codesearch.quantities import count
from codesearch.render.paths import LocatedHit, located_in
from codesearch.render.records import hit_record, json_document, json_line
from codesearch.render.remarks import cluster_remarks, remarks

NAME = "cluster"
"""The first part of the page's path."""
LACKS = ("similar", "references", "outline")
"""What the page of a machine has, and that of a cluster has not: they need all of a repository's shards at once."""


@dataclass(frozen=True, slots=True)
class Readable:
    """What a token may read of a cluster."""

    router: Router
    token: str

    def sources(self) -> Mapping[str, str]:
        """The name of each repository, by how it is shown."""
        facts: GroupFacts = self.rounds().ask("facts")
        return {shown_name(source): source for source in sorted(set(facts.sources.values()))}

    def rounds(self, repository: str = "") -> Rounds:
        """Calls of the groups, for one repository or for all."""
        return self.router.rounds(self.token, (pattern_of(repository),) if repository else ())

    def search(self, asked: Asked, limit: int) -> ClusterResult:
        """The best hits."""
        place = self._place(asked.places) if asked.places else _Place(())
        filters = replace(asked.filters, within=place.within)
        return self.router.search(self.token, ClusterQuestion(asked.question, limit, filters, place.repositories))

    def file(self, path: str) -> ShownFile:
        """The file with a shown path. Raises NotThere."""
        for name, source in self.sources().items():
            if path.startswith(f"{name}/"):
                file: ShownFile | None = self.rounds(source).ask("file", path[len(name) + 1 :])
                if file:
                    return file
        raise _not_there(path)

    def _place(self, places: Sequence[str]) -> _Place:
        """Where files and folders with shown paths are, of which those inside of a repository are in the same one."""
        sources = self.sources()
        found = [_place(place.strip("/"), sources) for place in places]
        repositories = tuple(dict.fromkeys(pattern for one in found for pattern in one.repositories))
        within = tuple(path for one in found for path in one.within)
        if within and (len(repositories) > 1 or not all(one.within for one in found)):
            raise CodesearchError("several places can't be in several repositories", "name one file or folder")
        return _Place(repositories, within)


@dataclass(frozen=True, slots=True)
class _Place:
    """Patterns of the names of repositories, and files and folders in them; none for all."""

    repositories: tuple[str, ...]
    within: tuple[str, ...] = ()


def _place(place: str, sources: Mapping[str, str]) -> _Place:
    """Raises NotThere."""
    if place in sources:
        return _Place((pattern_of(sources[place]),))
    if above := max((name for name in sources if place.startswith(f"{name}/")), key=len, default=""):
        return _Place((pattern_of(sources[above]),), (place[len(above) + 1 :],))
    if any(name.startswith(f"{place}/") for name in sources):
        return _Place((f"{pattern_of(place)}/*", f"/{pattern_of(place)}/*"))
    raise _not_there(place)


def _not_there(path: str) -> NotThere:
    return NotThere(f"{path} is not in the repositories that you may read")


def search(readable: Readable, parameters: QueryParams) -> str:
    """As `codesearch query --json`."""
    asked = questions.asked(parameters)
    shown = _located(readable.search(asked, asked.limit))
    return json_document(hit_record(one.hit, one.path, one.copies) for one in shown) + "\n"


def hits(readable: Readable, parameters: QueryParams) -> str:
    """As codesearch.page.views.hits."""
    asked = questions.asked(parameters)
    found = readable.search(asked, asked.limit + 1 if asked.is_filtered else max(asked.limit + 1, SPREAD))
    located = [*_located(found)]
    spread = [*_located(readable.search(Asked(asked.question, SPREAD), SPREAD))] if asked.is_filtered else located
    answer = {
        "hits": [hit_view(one) for one in located[: asked.limit]],
        "is_more": len(located) > asked.limit,
        "spread": places_of(spread),
        "words": marked_words(asked.question),
        "remarks": [*cluster_remarks(found), *remarks(found.result)],
        "freshness": _freshness(found.missing),
    }
    return json_line(answer)


def file(readable: Readable, parameters: QueryParams) -> str:
    """As codesearch.page.views.file. How often names occur is counted in the file's shard."""
    path = questions.place(parameters)
    found = readable.file(path)
    lines = found.text.split("\n")
    record = {
        "path": path,
        "language": found.outline.language,
        "text": found.text,
        "definitions": [definition_view(one, lines) for one in found.outline.definitions],
        "words": marked_words(parameters.get("q", "")),
    }
    return json_line(record)


def colors(readable: Readable, parameters: QueryParams) -> str:
    """As codesearch.page.views.colors."""
    found = readable.file(questions.place(parameters))
    return json_line({"lines": colored(found.text, found.outline.language)})


def overview(readable: Readable, parameters: QueryParams) -> str:
    """As codesearch.page.views.overview, with the repositories as the topmost folders."""
    rounds = readable.rounds()
    sizes: Sizes = rounds.ask("sizes")
    found: Branches = rounds.ask("branches", smallest_shown(sizes.size))
    languages = sorted(sizes.languages.items(), key=lambda one: (-one[1], one[0]))
    return json_line(
        {
            "files": sizes.files,
            "chunks": sizes.chunks,
            "languages": dict(languages),
            "tree": tree(found.sizes, found.rests),
            "freshness": _freshness(rounds.missing),
        }
    )


def state(readable: Readable, parameters: QueryParams) -> str:
    """What there is to search, and what the page can't offer."""
    repositories = count(len(readable.sources()), "repository", "repositories")
    record = {"name": NAME, "folders": [repositories], "ready": True, "phase": "", "done": 0, "total": 0}
    return json_line({**record, "lacks": LACKS, "command": "codesearch cluster serve"})


def _freshness(missing: Collection[int]) -> str:
    return f"{count(len(missing), 'group')} did not answer" if missing else ""


def _located(found: ClusterResult) -> Iterator[LocatedHit]:
    names = {number: shown_name(source) for number, source in found.repositories.items()}
    return located_in(found.result.hits, names)
