"""What is wrong with a command line → one sentence; values that are empty are refused for every option alike."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import typer
from typer.core import TyperCommand

from codesearch.errors import CodesearchError

UsageError: type[Exception] = typer.BadParameter.__mro__[1]
"""typer carries a click of its own in newer versions, so this class has no stable address."""

_MAY_BE_EMPTY = ("question", "queries")
"""They say themselves what is missing."""
_MAY_BE_BLANK = ("template",)
_SUGGESTION = re.compile(r"[.?]? (?:(Did you mean .*)|\((Possible options: .*)\))$")


class Command(TyperCommand):
    """A command that refuses an empty value, which a script gives whose variable is not set."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Raises typer.BadParameter for an empty value, and one of spaces alone.

        A file that is an argument may be called so.
        """
        if not ctx.resilient_parsing:
            given, _, _ = self.make_parser(ctx).parse_args(args=list(args))
            for parameter in self.params:
                if any(_is_missing(parameter, value) for value in _values(given.get(parameter.name or ""))):
                    raise typer.BadParameter("the value is empty", ctx, parameter)
        return super().parse_args(ctx, args)


def in_a_sentence(error: Any) -> CodesearchError:
    """A usage error as this program says it."""
    text = error.format_message().rstrip(".")
    found = _SUGGESTION.search(text)
    hint = (found[1] or found[2]) if found else f"see: {error.ctx.command_path} --help" if error.ctx else ""
    message = text[: found.start()] if found else text
    return CodesearchError(message[:1].lower() + message[1:], hint[:1].lower() + hint[1:])


def _values(given: Any) -> Iterator[str]:
    for value in given if isinstance(given, list | tuple) else [given]:
        if isinstance(value, str):
            yield value


def _is_missing(parameter: Any, value: str) -> bool:
    if parameter.name in _MAY_BE_EMPTY or value.strip():
        return False
    is_path = parameter.param_type_name == "argument" and parameter.type.name == "path"
    return not value or not (is_path or parameter.name in _MAY_BE_BLANK)
