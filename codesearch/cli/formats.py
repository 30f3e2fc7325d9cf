"""Choosing the output format of `query`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import typer

from codesearch.caller import caller
from codesearch.cli.output import Color, console, has_color
from codesearch.render.formats import (
    Compact,
    Headed,
    HitFormat,
    JsonArray,
    JsonBatch,
    JsonLines,
    Limited,
    Matches,
    Output,
    Paths,
    QuickFix,
    Templated,
)

_FORMATS: Mapping[str, Callable[[Output], HitFormat]] = {
    "--json": JsonArray,
    "--jsonl": JsonLines,
    "--files-with-matches": Paths,
    "--vimgrep": QuickFix,
    "--compact": Compact,
    "--batch": JsonBatch,
}
_WITHOUT_NULL = ("--json", "--jsonl", "--batch", "--vimgrep", "--compact")


def choose(
    flags: Mapping[str, bool], template: str | None, color: Color, output: Output, *, heading: bool | None = None
) -> HitFormat:
    """The format that the options select, by default the one that suits stdout.

    `flags` maps each option that selects a format to whether it is given; `heading` is whether hits get headings
    instead of being lines that grep could have printed, None if that depends on stdout. Raises typer.BadParameter for
    options that cannot be used together, CodesearchError for an invalid template.
    """
    chosen = [name for name, is_given in (*flags.items(), ("--format", template is not None)) if is_given]
    if "--batch" in chosen and "--jsonl" in chosen:
        chosen.remove("--jsonl")  # a batch is always printed as JSON Lines
    if heading is not None:
        chosen.append("--heading" if heading else "--no-heading")
    if len(chosen) > 1:
        raise typer.BadParameter(f"{chosen[0]} and {chosen[1]} cannot be used together")
    if output.null and chosen and chosen[0] in _WITHOUT_NULL:
        reason = "JSON output" if chosen[0] in _WITHOUT_NULL[:3] else chosen[0]
        raise typer.BadParameter(f"--null cannot be used with {reason}")
    if output.full and output.context is not None:
        raise typer.BadParameter("--full and --context cannot be used together")
    if chosen == ["--compact"]:
        return Compact(output)  # which keeps to the tokens by itself
    return Limited(output, _maker(chosen, template, color, heading))


def _maker(
    chosen: list[str], template: str | None, color: Color, heading: bool | None
) -> Callable[[Output], HitFormat]:
    if template is not None:
        from codesearch.render.template import Template

        return partial(Templated, template=Template(template))
    if chosen and chosen[0] in _FORMATS:
        return _FORMATS[chosen[0]]
    colors = has_color(color)
    is_headed = colors or caller().stdout.isatty() if heading is None else heading
    if not is_headed:
        return Matches
    return lambda output: Headed(output, console(output.stream, colors=colors), links=colors)
