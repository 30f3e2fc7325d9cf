"""Search for agents in the repositories of a cluster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from codesearch.cluster.router import ClusterQuestion
from codesearch.errors import CodesearchError
from codesearch.lance.opening import Answering
from codesearch.mcp.answers import Unanswerable, asked, why_nothing
from codesearch.mcp.parameters import Parameter, Values
from codesearch.mcp.tools import MAX_HITS, MAX_TOKENS, MIN_TOKENS, Tool, ToolSet
from codesearch.server.progress import Progress

INSTRUCTIONS = (
    "Use search to find code in all repositories of the organisation, by what it does "
    '("where are passwords hashed") or by a name that you half know. '
    "Paths begin with the name of the repository."
)


@dataclass(frozen=True, slots=True)
class ClusterSession:
    """A cluster that is asked. There is nothing to prepare or to release."""

    cluster: Answering

    def warm_up(self) -> None:
        """See Lifetime."""

    def close(self) -> None:
        """See Lifetime."""


def search(session: ClusterSession, values: Values, progress: Progress) -> str:
    """The best hits of a question."""
    from codesearch.render.compact import compact
    from codesearch.render.paths import located_in
    from codesearch.render.remarks import cluster_remarks, remarks
    from codesearch.search.hit import Filters
    from codesearch.search.question import readable

    question = " ".join(readable(values["query"]).split())
    if not question:
        raise Unanswerable("the query is empty", 'ask a question, for example "how are passwords hashed"')
    filters = Filters(languages=values["languages"], kinds=values["kinds"], paths=values["paths"])
    with asked():
        found = session.cluster.search(ClusterQuestion(question, values["limit"], filters, values["repositories"]))
    hits = [*located_in(found.result.hits, found.repositories)]
    head = [*cluster_remarks(found), *remarks(found.result)]
    return compact(head if hits or head else [why_nothing(question, values)], hits, values["max_tokens"])


TOOLS = (
    Tool(
        "search",
        "Find code by meaning, in plain English or by a name, in all repositories of the organisation. Returns the "
        'best definitions with path:lines and their best lines. "quoted phrases" must occur, -word at the end must '
        "not.",
        (
            Parameter("query", "", is_required=True),
            Parameter("repositories", (), "only these, e.g. github.com/acme/*"),
            Parameter("paths", (), "globs from a repository's root, e.g. src/**, !tests/**"),
            Parameter("languages", (), "e.g. python"),
            Parameter("kinds", (), "e.g. function, method, class, section"),
            Parameter("limit", 8, maximum=MAX_HITS),
            Parameter("max_tokens", 1500, minimum=MIN_TOKENS, maximum=MAX_TOKENS),
        ),
        search,
    ),
)


class ClusterTools(ToolSet[ClusterSession]):
    """The tool over the repositories of a cluster."""

    def __init__(self, cluster: Answering, hint: Callable[[CodesearchError], str]) -> None:
        super().__init__(ClusterSession(cluster), hint, TOOLS, INSTRUCTIONS)
