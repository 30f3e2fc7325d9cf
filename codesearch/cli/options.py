"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from codesearch.cli.numbers import MOST_COLUMNS, MOST_HITS, MOST_LINES, MOST_OUTPUT_TOKENS, MOST_PROCESSES, WholeNumber
from codesearch.cli.output import Color

if TYPE_CHECKING:
    from codesearch.search.hit import Filters


MOST_COMPLETIONS = 50
"""More names than a screen shows."""


def complete_language(typed: str) -> list[str]:
    """Names of languages for shell completion."""
    from codesearch.languages.registry import LANGUAGES

    names = (language.aliases[0] if " " in language.name else language.name.lower() for language in LANGUAGES)
    return [name for name in names if name.startswith(typed)]


def complete_kind(typed: str) -> list[str]:
    """Kinds for shell completion."""
    from codesearch.chunking.kinds import KINDS

    return sorted(kind for kind in KINDS if kind.startswith(typed.lower()))


def complete_name(context: typer.Context, typed: str) -> list[str]:
    """Names of definitions in the index, for shell completion; none if there is no usable index."""
    from codesearch.api import Index
    from codesearch.errors import CodesearchError

    try:
        with Index.open(index_dir=context.params.get("index_dir")) as index:
            return index.names(typed, MOST_COMPLETIONS)
    except CodesearchError:
        return []


def device_name(text: str) -> str:
    """A valid device name, or "" for the default. Raises typer.BadParameter."""
    if not text:
        return text
    from codesearch.models.devices import DEVICES

    if text not in DEVICES:
        raise typer.BadParameter(f"{text!r} is not one of {', '.join(DEVICES)}")
    return text


NoServer = Annotated[
    bool, typer.Option("--no-server", help="Do not use a running `codesearch serve`.", show_default=False)
]
"""Read by codesearch.server.client, before the command line is parsed."""
IndexDir = Annotated[
    Path | None,
    typer.Option(
        "--index-dir", metavar="DIR", envvar="CODESEARCH_INDEX_DIR", help="Index directory.", show_envvar=True
    ),
]
Model = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="NAME",
        help="Embedding model: a name from `codesearch models`, a hub ID or a folder.",
    ),
]
Device = Annotated[
    str,
    typer.Option(
        "--device",
        metavar="NAME",
        envvar="CODESEARCH_DEVICE",
        parser=device_name,
        help="Device for transformer models: auto, cpu, cuda or mps.",
    ),
]
Rerank = Annotated[str, typer.Option("--rerank", metavar="MODEL", help="Rerank the best candidates with this model.")]
Languages = Annotated[
    list[str],
    typer.Option(
        "--lang",
        metavar="NAME",
        help="Only these languages (comma-separated or repeated).",
        autocompletion=complete_language,
    ),
]
Places = Annotated[
    list[str],
    typer.Option(
        "--in",
        metavar="PATH|URL",
        help="Search this folder, or the repository at this URL (@REV for a branch, tag or commit). Repeatable.",
    ),
]
Globs = Annotated[
    list[str],
    typer.Option(
        "--path", metavar="GLOB", help="Only matching paths (.gitignore syntax, from the root); `!` excludes."
    ),
]
Kinds = Annotated[
    list[str],
    typer.Option(
        "--kind",
        metavar="KIND",
        help="Only these kinds: function, method, class, file, …",
        autocompletion=complete_kind,
    ),
]
Limit = Annotated[
    int,
    typer.Option("--limit", "-n", parser=WholeNumber(1, MOST_HITS), metavar="N", help="Maximum number of hits."),
]
MatchLimit = Annotated[
    int | None,
    typer.Option(
        "--limit",
        "-n",
        parser=WholeNumber(1, MOST_HITS),
        metavar="N",
        help="Maximum number of hits. [default: 10; with -e and no question, all]",
    ),
]
Jobs = Annotated[
    int,
    typer.Option(
        "--jobs",
        "-j",
        parser=WholeNumber(0, MOST_PROCESSES),
        metavar="N",
        help="Number of worker processes; 0 means one per core.",
    ),
]
MaxTokens = Annotated[
    int | None,
    typer.Option(
        "--max-tokens",
        parser=WholeNumber(1, MOST_OUTPUT_TOKENS),
        metavar="N",
        help="Print at most N tokens (about four characters each).",
    ),
]
JsonArray = Annotated[bool, typer.Option("--json", help="Print hits as a JSON array.")]
JsonLines = Annotated[bool, typer.Option("--jsonl", help="Print one JSON object per line.")]
FilesOnly = Annotated[bool, typer.Option("--files-with-matches", "-l", help="Print only the paths of matching files.")]
Null = Annotated[bool, typer.Option("--null", "-0", help="Print a NUL byte after each path (or formatted hit).")]
Template = Annotated[
    str | None,
    typer.Option("--format", metavar="TEXT", help="Print each hit in this format, e.g. '{path}:{start_line}'."),
]
VimGrep = Annotated[bool, typer.Option("--vimgrep", help="Print path:line:column:text, one line per hit or match.")]
Compact = Annotated[
    bool, typer.Option("--compact", help="Print a heading and a few lines per hit, at most 850 tokens in total.")
]
Heading = Annotated[
    bool | None,
    typer.Option("--heading/--no-heading", help="Print hits with headings, or in grep's format."),
]
Context = Annotated[
    int | None,
    typer.Option(
        "--context",
        "-C",
        parser=WholeNumber(0, MOST_LINES),
        metavar="N",
        help="Print N lines of context around the best line.",
    ),
]
Full = Annotated[bool, typer.Option("--full", help="Print all lines of each hit.")]
MaxColumns = Annotated[
    int,
    typer.Option(
        "--max-columns",
        "-M",
        parser=WholeNumber(0, MOST_COLUMNS),
        metavar="N",
        help="Omit lines of more than N bytes; 0 for no limit.",
    ),
]
ColorOption = Annotated[
    Color,
    typer.Option(
        "--color", help="When to use color; `always` also uses the terminal format in pipes.", case_sensitive=False
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def filters_of(
    languages: Sequence[str], globs: Sequence[str], kinds: Sequence[str], names: Sequence[str] = ()
) -> Filters:
    """The filters given by options. Raises CodesearchError for an unknown language."""
    from codesearch.search.hit import Filters

    if languages:
        from codesearch.languages.registry import resolve

        languages = [resolve(name).name for name in split_names("--lang", languages)]
    return Filters(
        languages=tuple(languages),
        kinds=tuple(split_names("--kind", kinds)),
        paths=tuple(globs),
        names=tuple(split_names("--name", names)),
    )


def places_of(places: Sequence[str], *, refresh: bool = True) -> list[Path]:
    """The folders that `--in` names; repositories elsewhere are cloned first. Raises CodesearchError."""
    from codesearch.clones import fetch, not_clonable, parse_url

    found = []
    for place in places:
        repository = parse_url(place)
        if repository is None and "://" in place:
            raise not_clonable(place)
        found.append(fetch(repository, refresh=refresh) if repository else Path(place))
    return found


def split_names(option: str, values: Sequence[str]) -> list[str]:
    """The names in comma-separated values. Raises typer.BadParameter for a value without names."""
    names: list[str] = []
    for value in values:
        parts = [part.strip() for part in value.split(",") if part.strip()]
        if not parts:
            raise typer.BadParameter(f"{value!r} is empty", param_hint=f"'{option}'")
        names += parts
    return names
