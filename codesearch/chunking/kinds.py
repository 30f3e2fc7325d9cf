"""The kinds that chunks can be of."""

from __future__ import annotations

from collections.abc import Collection, Iterable

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
    " variable constant field enumerator column declaration instance"
    # documents, builds, scripts and databases
    " section environment command rule target stage statement label procedure program element script style"
    " table view index trigger schema sequence".split()
)
"""What files are commonly cut into."""

REMAINDER_KINDS = frozenset("file block license".split())
"""Of chunks that are named after no definition."""


def resolve_kinds(names: Iterable[str], held: Collection[str] = ()) -> tuple[str, ...]:
    """The kinds of these names, in any case; `held` are those of an index.

    Raises CodesearchError, with the nearest names, for one that is neither common nor held.
    """
    return tuple(_resolve(name.lower(), held) for name in names)


def _resolve(name: str, held: Collection[str]) -> str:
    if name in KINDS or name in held:
        return name
    import difflib

    near = difflib.get_close_matches(name, KINDS.union(held), n=3, cutoff=0.5)
    raise CodesearchError(
        f"unknown kind {name!r}",
        f"did you mean {', '.join(near)}?" if near else f"kinds: {', '.join(sorted(KINDS))}",
    )
