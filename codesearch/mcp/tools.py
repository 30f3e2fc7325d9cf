"""The tools: their names, descriptions and parameters, and how a call becomes a text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from codesearch.errors import CodesearchError, IndexNotFound
from codesearch.mcp import answers
from codesearch.mcp.answers import Unanswerable
from codesearch.mcp.parameters import Parameter, Values, read, schema
from codesearch.mcp.session import Session
from codesearch.render.safe import printable
from codesearch.server.progress import Progress

INSTRUCTIONS = (
    'Use search first whenever you look for code by what it does ("where are passwords hashed") or by a name that you '
    "half know: one call finds the functions that answer, in any language, always up to date. Use grep only for every "
    "occurrence of an exact string. references lists the uses of a symbol, outline what a file or folder defines, "
    "and similar finds code like that at a line. "
    "Then read the files at the lines that the answers name."
)
MAX_HITS = 50
MIN_TOKENS = 50
MAX_TOKENS = 20_000
"""Clients refuse answers of more than 25,000 tokens."""


class Lifetime(Protocol):
    """What tools ask, from the first request to the last."""

    def warm_up(self) -> None:
        """Prepare for a first question."""
        ...

    def close(self) -> None:
        """Release what is held."""
        ...


Asked = TypeVar("Asked", bound=Lifetime)


@dataclass(frozen=True, slots=True)
class Tool(Generic[Asked]):
    """A tool that only reads."""

    name: str
    description: str
    parameters: tuple[Parameter, ...]
    run: Callable[[Asked, Values, Progress], str]
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


class ToolSet(Generic[Asked]):
    """What a server offers. Threads may share it."""

    def __init__(
        self,
        session: Asked,
        hint: Callable[[CodesearchError], str],
        tools: Sequence[Tool[Asked]],
        instructions: str,
        called: Callable[[], None] = lambda: None,
    ) -> None:
        """`hint` words the remedy of an error, `instructions` say when to use which tool, `called` hears of calls."""
        self.session = session
        self.instructions = instructions
        self._hint = hint
        self._called = called
        self._tools = {tool.name: tool for tool in tools}

    def __iter__(self) -> Iterator[Tool[Asked]]:
        return iter(self._tools.values())

    def call(self, name: str, arguments: Mapping[str, Any], progress: Progress) -> Answer:
        """Answer a call, in the thread that asks."""
        self._called()
        tool = self._tools.get(name)
        if tool is None:
            return Answer(f"unknown tool {name!r}; tools: {', '.join(self._tools)}", is_error=True)
        try:
            return Answer(tool.run(self.session, _values(tool, arguments), progress))
        except CodesearchError as error:
            hint = self._hint(error)
            is_error = not isinstance(error, Unanswerable | IndexNotFound)
            return Answer(printable(f"{error.message}; {hint}" if hint else error.message), is_error=is_error)
        except OSError as error:
            message = f"{error.filename or 'a file'} can't be read or written: {error.strerror}"
            return Answer(printable(message), is_error=True)


def _values(tool: Tool[Any], arguments: Mapping[str, Any]) -> Values:
    try:
        return read(tool.parameters, arguments)
    except CodesearchError as error:
        raise Unanswerable(error.message, error.remedy) from None


_ROOT = Parameter("root", "", "folder to search, default the current repository")

TOOLS = (
    Tool(
        "search",
        "Find code by meaning, in plain English or by a name. Returns the best definitions with path:lines and their "
        'best lines. Prefer it to grep unless you need every occurrence of a string. "quoted phrases" must occur, '
        "-word at the end must not.",
        (
            Parameter("query", "", is_required=True),
            Parameter("pattern", "", "regular expression that a line of each hit must match"),
            Parameter("paths", (), "globs of paths as answers show them, e.g. src/**, !tests/**"),
            Parameter("languages", (), "e.g. python"),
            Parameter("kinds", (), "e.g. function, method, class, section"),
            Parameter("limit", 8, maximum=MAX_HITS),
            Parameter("max_tokens", 1500, minimum=MIN_TOKENS, maximum=MAX_TOKENS),
            _ROOT,
        ),
        answers.search,
    ),
    Tool(
        "similar",
        "Find code like the code at a line: copies, variants, code for the same purpose. Use it before you change or "
        "write something that may exist elsewhere.",
        (
            Parameter("path", "", is_required=True),
            Parameter("line", 1, is_required=True),
            Parameter("limit", 8, maximum=MAX_HITS),
            Parameter("max_tokens", 1500, minimum=MIN_TOKENS, maximum=MAX_TOKENS),
            _ROOT,
        ),
        answers.similar,
    ),
    Tool(
        "references",
        "Find where a function, class or other symbol is used, with the definition first. By syntax, without types: "
        "what may mean something else of the same name comes last. Use it before you change or delete something.",
        (
            Parameter("symbol", "", is_required=True),
            Parameter("path", "", "only in this file or folder"),
            Parameter("limit", 20, maximum=MAX_HITS),
            _ROOT,
        ),
        answers.references,
    ),
    Tool(
        "outline",
        "List the definitions of a file with their lines, or map a folder by its most used definitions, without "
        "reading files.",
        (
            Parameter("path", "", "file or folder, default all"),
            Parameter("max_tokens", 1000, minimum=MIN_TOKENS, maximum=MAX_TOKENS),
            _ROOT,
        ),
        answers.outline,
    ),
)


class Tools(ToolSet[Session]):
    """The tools over the indexes of this machine."""

    def __init__(
        self, session: Session, hint: Callable[[CodesearchError], str], called: Callable[[], None] = lambda: None
    ) -> None:
        super().__init__(session, hint, TOOLS, INSTRUCTIONS, called)
