"""The kinds that chunks and definitions can be of, and which of them are types, routines, data and containers."""

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

# What all senses of "type" and "routine" below share; where they differ, the sense is named.
_STRUCTURED_TYPES = frozenset("class struct union interface enum trait record object protocol".split())
_FUNCTIONS = frozenset("function method constructor destructor operator macro procedure".split())

METHOD_OWNERS = _STRUCTURED_TYPES | {"impl", "extension"}
"""Kinds whose functions are methods."""
CONTAINER_KINDS = METHOD_OWNERS | {"module", "namespace", "package", "suite", "section"}
"""Kinds that hold members, which are chunks of their own."""
TYPE_KINDS = _STRUCTURED_TYPES | {"type", "module", "table"}
"""Kinds that answer a question as a type does: they say what a whole is for."""
ROUTINE_KINDS = _FUNCTIONS | {"concept", "delegate", "command", "trigger", "target"}
"""Kinds that answer a question as a routine does."""
FIELD_KINDS = frozenset(("field", "property", "column"))
DATA_KINDS = FIELD_KINDS | {"variable", "constant", "enumerator", "event", "view", "index", "sequence", "label"}
UNJOINED_KINDS = _FUNCTIONS | {"test"}
"""Kinds that are never joined with small neighbours when they have a body."""
TESTED_KINDS = _FUNCTIONS - {"destructor", "operator"}
"""Kinds that tests and commits name."""


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
