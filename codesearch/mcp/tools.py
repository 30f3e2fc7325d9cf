"""The tools: their names, descriptions and parameters, and how a call becomes a text."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codesearch.errors import CodesearchError, IndexNotFound
from codesearch.mcp.parameters import Parameter, Values, read, schema

if TYPE_CHECKING:
    from codesearch.mcp.progress import Progress
    from codesearch.mcp.session import Session

INSTRUCTIONS = (
    'Use search first whenever you look for code by what it does ("where are passwords hashed") or by a name that you '
    "half know: one call finds the functions that answer, in any language, always up to date. Use grep only for every "
    "occurrence of an exact string. Then read the files at the lines that search names."
)
MAX_HITS = 50
MAX_TOKENS = 20_000
"""Clients refuse answers of more than 25,000 tokens."""

Run = Callable[["Session", Values, "Progress"], str]


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that only reads."""

    name: str
    description: str
    parameters: tuple[Parameter, ...]
    run: Run
    """Answers a call. Raises CodesearchError."""

    def schema(self) -> dict[str, Any]:
        """The JSON schema of its arguments."""
        return schema(self.parameters)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a caller is told."""

    text: str
    is_error: bool = False
    """Something is wrong that another question can't avoid."""


class Unanswerable(CodesearchError):
    """A question that can't be answered as it is asked; the message says what to ask instead."""


class Tools:
    """What a server offers. Threads may share it."""

    def __init__(self, session: Session, hint: Callable[[CodesearchError], str]) -> None:
        """`hint` words the remedy of an error."""
        self.session = session
        self._hint = hint
        self._tools = {tool.name: tool for tool in TOOLS}

    def __iter__(self) -> Any:
        return iter(self._tools.values())

    def call(self, name: str, arguments: Mapping[str, Any], progress: Progress) -> Answer:
        """Answer a call, in the thread that asks."""
        tool = self._tools.get(name)
        if tool is None:
            return Answer(f"there is no tool {name!r}; there are {', '.join(self._tools)}", is_error=True)
        try:
            return Answer(tool.run(self.session, _values(tool, arguments), progress))
        except CodesearchError as error:
            hint = self._hint(error)
            is_error = not isinstance(error, Unanswerable | IndexNotFound)
            return Answer(f"{error.message}; {hint}" if hint else error.message, is_error=is_error)
        except OSError as error:
            return Answer(f"{error.filename or 'a file'} can't be read or written: {error.strerror}", is_error=True)


def _values(tool: Tool, arguments: Mapping[str, Any]) -> Values:
    try:
        return read(tool.parameters, arguments)
    except CodesearchError as error:
        raise Unanswerable(error.message, error.remedy) from None


def _search(session: Session, values: Values, progress: Progress) -> str:
    from codesearch.mcp.freshness import Freshness
    from codesearch.render.compact import compact
    from codesearch.render.paths import located
    from codesearch.render.remarks import remarks
    from codesearch.search.hit import Filters
    from codesearch.search.question import readable

    question = " ".join(readable(values["query"]).split())
    if not question:
        raise Unanswerable("the query is empty", 'ask a question, for example "how are passwords hashed"')
    folders = _folders(session, values["root"])
    filters = Filters(languages=values["languages"], kinds=values["kinds"], paths=values["paths"])
    freshness = Freshness(progress)
    with session.workspace(folders, freshness) as workspace:
        try:
            result = workspace.search(question, values["limit"], filters)
        except CodesearchError as error:
            if type(error).code != CodesearchError.code:
                raise
            raise Unanswerable(error.message, error.remedy) from None
        base = _base(folders)
        head = [freshness.line(workspace), *remarks(result)]
        if base != session.roots.directory:
            head[0] += f"; paths are below {base}"
        if not result.hits:
            head.append("nothing found" + ("; try without paths, languages and kinds" if filters != Filters() else ""))
        roots = [member.index.root for member in workspace.members]
        return compact(head, [*located(result.hits, roots, base)], values["max_tokens"])


def _base(folders: Sequence[Path]) -> Path:
    """Where the paths of an answer start: at the folder that holds all that are searched."""
    try:
        return Path(os.path.commonpath(folders))
    except ValueError:  # on several drives
        return folders[0]


def _folders(session: Session, root: str) -> Sequence[Path]:
    try:
        return session.roots.chosen(root)
    except CodesearchError as error:
        raise Unanswerable(error.message, error.remedy) from None


TOOLS = (
    Tool(
        "search",
        "Find code by meaning, in plain English or by a name. Returns the best definitions with path:lines and their "
        'telling lines. Prefer it to grep unless you need every occurrence of a string. "quoted phrases" must occur, '
        "-word at the end must not.",
        (
            Parameter("query", "", is_required=True),
            Parameter("paths", (), "globs from the root, e.g. src/**, !tests/**"),
            Parameter("languages", (), "e.g. python"),
            Parameter("kinds", (), "e.g. function, method, class, section"),
            Parameter("limit", 8, maximum=MAX_HITS),
            Parameter("max_tokens", 1500, minimum=50, maximum=MAX_TOKENS),
            Parameter("root", "", "folder to search, default the current repository"),
        ),
        _search,
    ),
)
