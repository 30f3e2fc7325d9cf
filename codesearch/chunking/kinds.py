"""The kinds that chunks can be of."""

from __future__ import annotations

from collections.abc import Iterable

from codesearch.errors import CodesearchError

KINDS = frozenset(
    # files and what belongs to none of their definitions
    "file block license"
    # definitions that hold code
    " function method constructor destructor operator property event macro test"
    # types and what holds members
    " class struct union interface enum trait record object protocol extension impl type concept delegate"
    " module package suite namespace"
    # data and declarations
    " variable constant declaration instance"
    # documents, builds and scripts
    " section environment command rule target stage statement label procedure element table view index trigger".split()
)
"""What `--kind` takes: the captures `@definition.<kind>` of all queries, what scanners make, and files."""


def resolve_kinds(names: Iterable[str]) -> tuple[str, ...]:
    """The kinds of these names, in any case. Raises CodesearchError with the nearest names."""
    return tuple(_resolve(name) for name in names)


def _resolve(name: str) -> str:
    if name.lower() in KINDS:
        return name.lower()
    import difflib

    near = difflib.get_close_matches(name.lower(), KINDS, n=3, cutoff=0.5)
    raise CodesearchError(
        f"no kind is called {name!r}",
        f"did you mean {', '.join(near)}?" if near else f"kinds: {', '.join(sorted(KINDS))}",
    )
