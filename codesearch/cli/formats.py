"""The options that say how code is printed, and the format that they select."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import typer

from codesearch.caller import caller
from codesearch.cli.options import (
    ColorOption,
    Compact,
    Context,
    FilesOnly,
    Full,
    Heading,
    JsonArray,
    JsonLines,
    MaxColumns,
    MaxTokens,
    Null,
    Template,
    VimGrep,
)
from codesearch.cli.output import Color, console, has_color

if TYPE_CHECKING:
    from codesearch.render.formats import HitFormat, Output

JSON, JSONL, BATCH = "--json", "--jsonl", "--batch"
FILES, COUNT = "--files-with-matches", "--count"
VIMGREP, COMPACT, TEMPLATE = "--vimgrep", "--compact", "--format"
HEADING, NO_HEADING = "--heading", "--no-heading"

RECORDS = (JSON, JSONL, TEMPLATE)
"""Formats that print what is known of each hit, and not lines of code."""
_WITHOUT_NULL = (JSON, JSONL, BATCH, VIMGREP, COMPACT, HEADING)
_WITHOUT_CONTEXT = (*RECORDS, BATCH, COMPACT, FILES, COUNT)
_NEVER_FULL = (COMPACT, FILES, COUNT, VIMGREP)
_NEVER_EXPLAINED = (COMPACT, FILES, VIMGREP, TEMPLATE)
_WITHOUT_LIMIT = (*RECORDS, BATCH, COMPACT)


@dataclass(frozen=True, slots=True)
class FormatOptions:
    """How code is printed."""

    as_json: JsonArray = False
    as_jsonl: JsonLines = False
    files_only: FilesOnly = False
    null: Null = False
    vimgrep: VimGrep = False
    compact: Compact = False
    heading: Heading = None
    max_tokens: MaxTokens = None
    template: Template = None
    context: Context = None
    full: Full = False
    max_columns: MaxColumns = 0
    color: ColorOption = Color.AUTO

    def chosen(self, others: Mapping[str, bool] | None = None, *, explain: bool = False) -> str:
        """The option that selects a format, also of `others`, and whether these are given; "" if none is.

        Raises typer.BadParameter for options that cannot be used together.
        """
        flags = {
            JSON: self.as_json,
            JSONL: self.as_jsonl and not (others or {}).get(BATCH),  # a batch is always printed as JSON Lines
            FILES: self.files_only,
            VIMGREP: self.vimgrep,
            COMPACT: self.compact,
            TEMPLATE: self.template is not None,
            HEADING: self.heading is True,
            NO_HEADING: self.heading is False,
            **(others or {}),
        }
        given = only_one(flags)
        conflicts = {
            "--null": self.null and given in _WITHOUT_NULL,
            "--context": self.context is not None and given in _WITHOUT_CONTEXT,
            "--full": self.full and given in _NEVER_FULL,
            "--max-columns": self.max_columns > 0 and given in _WITHOUT_LIMIT,
            "--explain": explain and given in _NEVER_EXPLAINED,
        }
        for name, is_conflict in conflicts.items():
            if is_conflict:
                raise typer.BadParameter(f"{name} cannot be used with {given}")
        only_one({"--full": self.full, "--context": self.context is not None})
        return given

    @property
    def is_headed(self) -> bool:
        """Whether lines get headings if no other format is chosen: where stdout is a terminal, unless told."""
        if self.heading is not None:
            return self.heading
        return not self.null and (self.color is Color.ALWAYS or caller().stdout.isatty())

    def output(self, *, explain: bool = False) -> Output:
        """Where hits are written, and how much of each."""
        from codesearch.render.formats import Output

        return Output(
            caller().stdout,
            null=self.null,
            context=self.context,
            full=self.full,
            explain=explain,
            max_tokens=self.max_tokens,
            max_columns=self.max_columns,
        )

    def hit_format(self, chosen: str, output: Output, *, by_path: bool = False, is_line: bool = False) -> HitFormat:
        """The format of hits that an option selects, by default the one that suits stdout. `by_path` says that they
        are printed by path, `is_line` that they are lines and not definitions.

        Raises typer.BadParameter for context where there is none, CodesearchError for an invalid template.
        """
        from codesearch.render.formats import ByPath, Compact, Limited

        if chosen == VIMGREP and self.context is not None and not is_line:
            raise typer.BadParameter("--context cannot be used with --vimgrep")
        if chosen == COMPACT:  # which keeps to the tokens by itself
            return ByPath(Compact(output)) if by_path else Compact(output)
        make = self._maker(chosen)
        return Limited(output, (lambda output: ByPath(make(output))) if by_path else make)

    def _maker(self, chosen: str) -> Callable[[Output], HitFormat]:
        from codesearch.render import formats

        if self.template is not None:
            from codesearch.render.template import Template

            return partial(formats.Templated, template=Template(self.template))
        makers: dict[str, Callable[[Output], HitFormat]] = {
            JSON: formats.JsonArray,
            JSONL: formats.JsonLines,
            BATCH: formats.JsonBatch,
            FILES: formats.Paths,
            VIMGREP: formats.QuickFix,
        }
        if maker := makers.get(chosen):
            return maker
        if not self.is_headed:
            return formats.Matches
        colors = has_color(self.color)
        return lambda output: formats.Headed(output, console(output.stream, colors=colors), links=colors)


def only_one(flags: Mapping[str, bool]) -> str:
    """The option that is given, "" if none is. Raises typer.BadParameter if several are."""
    given = [name for name, is_given in flags.items() if is_given]
    if len(given) > 1:
        raise typer.BadParameter(f"{given[0]} and {given[1]} cannot be used together")
    return given[0] if given else ""
