"""Choosing the output format of `query`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import typer

from codesearch.caller import caller
from codesearch.cli.output import Color, console, has_color
from codesearch.render.formats import (
    Headed,
    HitFormat,
    JsonArray,
    JsonBatch,
    JsonLines,
    Matches,
    Output,
    Paths,
    Templated,
)

_FORMATS: Mapping[str, Callable[[Output], HitFormat]] = {
    "--json": JsonArray,
    "--jsonl": JsonLines,
    "--files-with-matches": Paths,
    "--batch": JsonBatch,
}
_WITHOUT_NULL = ("--json", "--jsonl", "--batch")


def choose(flags: Mapping[str, bool], template: str | None, color: Color, output: Output) -> HitFormat:
    """The format that the options select, by default the one that suits stdout.

    `flags` maps each option that selects a format to whether it is given. Raises typer.BadParameter for options that
    cannot be used together, CodesearchError for an invalid template.
    """
    chosen = [name for name, is_given in (*flags.items(), ("--format", template is not None)) if is_given]
    if "--batch" in chosen and "--jsonl" in chosen:
        chosen.remove("--jsonl")  # a batch is always printed as JSON Lines
    if len(chosen) > 1:
        raise typer.BadParameter(f"{chosen[0]} and {chosen[1]} cannot be used together")
    if output.null and chosen and chosen[0] in _WITHOUT_NULL:
        raise typer.BadParameter("--null cannot be used with JSON output")
    if output.full and output.context is not None:
        raise typer.BadParameter("--full and --context cannot be used together")
    if template is not None:
        from codesearch.render.template import Template

        return Templated(output, Template(template))
    if chosen:
        return _FORMATS[chosen[0]](output)
    colors = has_color(color)
    is_headed = colors or caller().stdout.isatty()
    return Headed(output, console(colors=colors), links=colors) if is_headed else Matches(output)
