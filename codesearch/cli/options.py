"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from codesearch.search.hit import Filters


def complete_language(typed: str) -> list[str]:
    """Languages for the shell to complete."""
    from codesearch.languages.registry import LANGUAGES

    names = (language.aliases[0] if " " in language.name else language.name.lower() for language in LANGUAGES)
    return [name for name in names if name.startswith(typed)]


def complete_kind(typed: str) -> list[str]:
    """Kinds for the shell to complete."""
    from codesearch.chunking.kinds import KINDS

    return sorted(kind for kind in KINDS if kind.startswith(typed.lower()))


IndexDir = Annotated[
    Path | None,
    typer.Option(
        "--index-dir", metavar="DIR", envvar="CODESEARCH_INDEX_DIR", help="Where the index lies.", show_envvar=True
    ),
]
Model = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="NAME",
        help="The encoder: a name of `codesearch models`, a hub's id or a folder.",
    ),
]
Device = Annotated[
    str,
    typer.Option(
        "--device",
        metavar="NAME",
        envvar="CODESEARCH_DEVICE",
        help="Where a transformer runs: auto, cpu, cuda or mps.",
    ),
]
Rerank = Annotated[
    str, typer.Option("--rerank", metavar="MODEL", help="Score the best candidates again with this model.")
]
Languages = Annotated[
    list[str],
    typer.Option(
        "--lang",
        metavar="NAME",
        help="Only these languages (comma-separated or repeated).",
        autocompletion=complete_language,
    ),
]
Globs = Annotated[
    list[str],
    typer.Option("--path", metavar="GLOB", help="Only paths that match, as in .gitignore from the root; `!` excludes."),
]
Kinds = Annotated[
    list[str],
    typer.Option(
        "--kind", metavar="KIND", help="Only these kinds: function, method, class, file…", autocompletion=complete_kind
    ),
]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


def filters_of(
    languages: Sequence[str], globs: Sequence[str], kinds: Sequence[str], names: Sequence[str] = ()
) -> Filters:
    """The filters that options give. Raises CodesearchError for a language that there is not."""
    from codesearch.search.hit import Filters

    if languages:
        from codesearch.languages.registry import resolve

        languages = [resolve(name).name for name in _parts(languages)]
    return Filters(
        languages=tuple(languages), kinds=tuple(_parts(kinds)), paths=tuple(globs), names=tuple(_parts(names))
    )


def parse_size(text: str) -> int:
    """Bytes of `500k`, `2M`, `1.5MB` (powers of 1000). Raises typer.BadParameter."""
    units = {"": 1, "k": 1000, "m": 1000**2, "g": 1000**3}
    number = text.strip().lower().removesuffix("b").removesuffix("i")
    unit = number[-1:] if number[-1:] in units and number[-1:] else ""
    try:
        size = float(number.removesuffix(unit)) * units[unit]
    except ValueError:
        size = -1.0
    if not 0 < size < float("inf"):
        raise typer.BadParameter(f"{text!r} is no size; write 500k or 2M")
    return int(size)


def _parts(values: Sequence[str]) -> list[str]:
    return [part.strip() for value in values for part in value.split(",") if part.strip()]
