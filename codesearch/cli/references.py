"""`codesearch references SYMBOL`: where a symbol is defined, called, imported and mentioned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from codesearch.caller import caller
from codesearch.cli.exits import HITS, NO_HITS, note
from codesearch.cli.formats import FILES, JSON, JSONL, only_one
from codesearch.cli.numbers import MOST_HITS, WholeNumber
from codesearch.cli.options import (
    FilesOnly,
    Globs,
    IndexDir,
    JsonArray,
    JsonLines,
    Languages,
    MaxTokens,
    NoServer,
    Null,
    complete_name,
    filters_of,
    split_names,
)
from codesearch.cli.output import results
from codesearch.quantities import count

if TYPE_CHECKING:
    from codesearch.navigation.references import Reference
    from codesearch.navigation.targets import Target
    from codesearch.workspace import Member

_KINDS = ("definition", "call", "import", "mention")

EPILOG = """\
Examples:

\b
  codesearch references Store.open                    its definition, then calls, imports, mentions
  codesearch references Store.open src tests          only in these files and folders
  codesearch references open --kind call --certain    only calls whose syntax says that they mean it
  codesearch references open --json | jq '.[] | select(.certain | not)'

Exit codes: 0 references, 1 none, 2 error.
"""


def command(
    symbol: Annotated[
        str,
        typer.Argument(help="A name, or a name with its owner: Store.open, Store::open.", autocompletion=complete_name),
    ],
    paths: Annotated[list[Path], typer.Argument(help="Files and folders to look in.")] = [],  # noqa: B006
    kinds: Annotated[
        list[str], typer.Option("--kind", metavar="KIND", help=f"Only these kinds: {', '.join(_KINDS)}.")
    ] = [],  # noqa: B006
    is_certain: Annotated[
        bool, typer.Option("--certain", help="Omit what may mean something else with the same name.")
    ] = False,
    languages: Languages = [],  # noqa: B006 - typer copies it
    globs: Globs = [],  # noqa: B006
    limit: Annotated[
        int | None,
        typer.Option("--limit", "-n", parser=WholeNumber(1, MOST_HITS), metavar="N", help="At most N references."),
    ] = None,
    max_tokens: MaxTokens = None,
    as_json: JsonArray = False,
    as_jsonl: JsonLines = False,
    files_only: FilesOnly = False,
    null: Null = False,
    no_server: NoServer = False,
    index_dir: IndexDir = None,
) -> None:
    """List where a symbol is defined, called, imported and mentioned, by the syntax of the files."""
    from codesearch.cli.workspaces import workspace_of
    from codesearch.navigation.references import of_owner

    wanted = _kinds(kinds)
    _check(as_json, as_jsonl, files_only, null)
    filters = filters_of(languages, globs, ())
    nearest: list[str] = []
    with workspace_of(index_dir) as workspace:
        workspace.add(paths)
        asked = [(m.index.references(symbol, replace(filters, within=m.within)), m) for m in workspace.members]
        kept = of_owner(asked)
        found = [one for references, member in kept for one in _displayed(references.references, member)]
        if not found:
            nearest = [name for member in workspace.members for name in member.index.nearest_names(symbol)]
    shown = [one for one in found if one.kind in wanted and (one.is_certain or not is_certain)]
    if not shown:
        _report_none(symbol, found, nearest)
        raise typer.Exit(NO_HITS)
    with results():
        _print(shown, limit, as_json, as_jsonl, files_only, null, max_tokens)
    _report(shown, limit)
    for remark in dict.fromkeys(references.remark for references, _ in kept if references.remark):
        note(remark)
    raise typer.Exit(HITS)


def _kinds(values: Sequence[str]) -> Sequence[str]:
    """The kinds asked for. Raises typer.BadParameter for an unknown one."""
    kinds = [kind.lower() for kind in split_names("--kind", values)]
    for kind in kinds:
        if kind not in _KINDS:
            raise typer.BadParameter(f"{kind!r} is not one of {', '.join(_KINDS)}", param_hint="'--kind'")
    return kinds or _KINDS


def _check(as_json: bool, as_jsonl: bool, files_only: bool, null: bool) -> None:
    """Raise typer.BadParameter for options that cannot be used together."""
    only_one({JSON: as_json, JSONL: as_jsonl, FILES: files_only})
    if null and not files_only:
        raise typer.BadParameter("--null needs --files-with-matches")


def _displayed(references: Sequence[Reference], member: Member) -> Iterator[Reference]:
    """The references with paths that work in the current directory."""
    from codesearch.render.paths import display_path

    @cache
    def display(path: str) -> str:
        return display_path(member.index.root / path, caller().directory)

    @cache
    def with_display(target: Target) -> Target:
        return replace(target, path=display(target.path))

    for one in references:
        yield replace(one, path=display(one.path), targets=tuple(map(with_display, one.targets)))


def _print(
    found: Sequence[Reference],
    limit: int | None,
    as_json: bool,
    as_jsonl: bool,
    files_only: bool,
    null: bool,
    max_tokens: int | None,
) -> None:
    from codesearch.render.budget import too_small, within
    from codesearch.render.records import json_document, json_line
    from codesearch.render.references import fitting_lines, grouped_lines, reference_lines, reference_record

    stdout, references = caller().stdout, found[:limit]

    def document(count: int) -> str:
        return json_document(map(reference_record, references[:count])) + "\n"

    if as_json:
        stdout.write(within(len(references), document, max_tokens, "a reference"))
        return
    if as_jsonl:
        lines = [json_line(reference_record(one)) for one in references]
    elif files_only:
        lines = list(dict.fromkeys(one.path for one in references))
    else:
        lines = [*(grouped_lines(found, limit) if stdout.isatty() else reference_lines(references))]
    shown = [*fitting_lines(lines, max_tokens)]
    if max_tokens is not None and not shown:
        raise too_small(lines[0], "a line", max_tokens)
    for line in shown:
        print(line, end="\0" if null else "\n", file=stdout)


def _report(shown: Sequence[Reference], limit: int | None) -> None:
    """Note what the output does not tell."""
    if limit is not None and len(shown) > limit:
        note(f"showing the first {limit:,} of {count(len(shown), 'reference')}")
    uncertain = sum(not one.is_certain for one in shown)
    if uncertain:
        note(f"{uncertain:,} of {count(len(shown), 'reference')} may mean something else; --certain omits them")
    ambiguous = sum(one.is_ambiguous for one in shown)
    if ambiguous:
        note(f"{ambiguous:,} may mean any of several definitions; --json lists them")


def _report_none(symbol: str, found: Sequence[Reference], nearest: Sequence[str]) -> None:
    if found:
        there = "there is" if len(found) == 1 else "there are"
        hint = f"{there} {count(len(found), 'reference')} without --kind and --certain"
        note(f"no such reference to {symbol}", hint)
        return
    from codesearch.render.references import absence

    note(*absence(symbol, nearest))
