"""Usage errors as one sentence, and a check for empty values that applies to all options."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import typer
from typer.core import TyperCommand

from codesearch.errors import CodesearchError

UsageError: type[Exception] = typer.BadParameter.__mro__[1]
"""Newer versions of typer vendor click, so the class can't be imported by a stable name."""

_MAY_BE_EMPTY = ("question", "queries")
"""Their commands report what is missing."""
_MAY_BE_BLANK = ("template", "expressions")
_OF_NO_PARAMETER = "Invalid value: "
"""What click says first of options that cannot be used together."""
_LINE_BREAK = "\n\t"
"""Before each of the choices for an argument that is missing."""
_SUGGESTION = re.compile(r"[.?]? (?:(Did you mean .*)|\((Possible options: .*)\))$")


class Command(TyperCommand):
    """A command that refuses empty values, which scripts pass when a variable is not set."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Raises typer.BadParameter for an empty or blank value. Paths may be blank: a file can be named so."""
        if not ctx.resilient_parsing and any(not arg.strip() or arg.rstrip().endswith("=") for arg in args):
            parsed, _, _ = self.make_parser(ctx).parse_args(args=list(args))
            for parameter in self.params:
                if any(_is_missing(parameter, value) for value in _values(parsed.get(parameter.name or ""))):
                    raise typer.BadParameter("the value is empty", ctx, parameter)
        return super().parse_args(ctx, args)


def given(invocation: typer.Context) -> dict[str, str]:
    """The options that are on the command line, by the names of their parameters."""
    found: dict[str, str] = {}
    for parameter in invocation.command.params:
        source = invocation.get_parameter_source(parameter.name or "")
        if parameter.name and source and source.name == "COMMANDLINE" and parameter.param_type_name == "option":
            is_negated = parameter.secondary_opts and invocation.params.get(parameter.name) is False
            found[parameter.name] = (parameter.secondary_opts if is_negated else parameter.opts)[0]
    return found


def as_codesearch_error(error: Any) -> CodesearchError:
    """A usage error of click or typer, worded like this program's errors."""
    text = error.format_message().replace(_LINE_BREAK, " ").rstrip(".").removeprefix(_OF_NO_PARAMETER)
    match = _SUGGESTION.search(text)
    hint = (match[1] or match[2]) if match else f"see: {error.ctx.command_path} --help" if error.ctx else ""
    message = text[: match.start()] if match else text
    return CodesearchError(message[:1].lower() + message[1:], hint[:1].lower() + hint[1:])


def _values(parsed: Any) -> Iterator[str]:
    for value in parsed if isinstance(parsed, list | tuple) else [parsed]:
        if isinstance(value, str):
            yield value


def _is_missing(parameter: Any, value: str) -> bool:
    if parameter.name in _MAY_BE_EMPTY or value.strip():
        return False
    is_path = parameter.param_type_name == "argument" and parameter.type.name == "path"
    return not value or not (is_path or parameter.name in _MAY_BE_BLANK)
