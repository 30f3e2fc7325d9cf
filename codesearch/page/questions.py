"""What a request asks for, from the parameters of its address; they are named as options of the command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import QueryParams

from codesearch.errors import CodesearchError
from codesearch.languages.registry import resolve
from codesearch.search.hit import Filters
from codesearch.search.question import readable

MOST_HITS = 1000


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and its options."""

    question: str
    limit: int
    filters: Filters = Filters()  # noqa: RUF009 - it can't be changed
    places: tuple[str, ...] = ()
    """Only these files and folders."""

    @property
    def is_filtered(self) -> bool:
        """Whether it asks for a part of what there is."""
        return bool(self.places) or self.filters != Filters()


def asked(parameters: QueryParams) -> Asked:
    """The question and options of `codesearch query`. Raises CodesearchError for an empty question or a wrong value."""
    question = " ".join(readable(parameters.get("q", "")).split())
    if not question:
        raise CodesearchError("the question is empty", 'ask, for example: "how are passwords hashed"')
    return Asked(question, number(parameters, "limit", 10, MOST_HITS), _filters(parameters), _all(parameters, "in"))


def place(parameters: QueryParams) -> str:
    """The path of a file. Raises CodesearchError if there is none."""
    path = parameters.get("path", "")
    if not path:
        raise CodesearchError("the path is empty", "name a file")
    return path


def number(parameters: QueryParams, name: str, default: int | None, most: int) -> int:
    """A number from 1 to `most`, which may be missing if there is a default. Raises CodesearchError."""
    text = parameters.get(name, "" if default is None else str(default))
    if not text:
        raise CodesearchError(f"{name} is missing")
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(most)) and 1 <= int(text) <= most):
        raise CodesearchError(f"{name} is not a number from 1 to {most:,}")
    return int(text)


def _filters(parameters: QueryParams) -> Filters:
    return Filters(
        languages=_all(parameters, "lang", lambda name: resolve(name).name),
        kinds=_all(parameters, "kind"),
        paths=_all(parameters, "path"),
        names=_all(parameters, "name"),
    )


def _all(parameters: QueryParams, name: str, read: Callable[[str], str] = str) -> tuple[str, ...]:
    return tuple(read(value) for value in parameters.getlist(name) if value)
