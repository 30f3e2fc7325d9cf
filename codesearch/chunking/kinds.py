"""The kinds of chunks and definitions, and groups of them: types, routines, data, containers."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from codesearch.errors import CodesearchError

KINDS = frozenset(
    # files, and parts of them outside definitions
    "file block license"
    # definitions that contain code
    " function method constructor destructor operator property event macro test"
    # types and other containers
    " class struct union interface enum trait record object protocol extension impl type concept delegate"
    " module package suite namespace"
    # data and declarations
    " variable constant field enumerator column declaration instance"
    # documents, builds, scripts and databases
    " section environment command rule target stage statement label procedure program element script style"
    " table view index trigger schema sequence".split()
)
"""All kinds that the built-in languages use."""

REMAINDER_KINDS = frozenset("file block license".split())
"""Kinds of chunks that are not named after a definition."""

# Common to all meanings of "type" and "routine" below, which differ in the kinds they add.
_STRUCTURED_TYPES = frozenset("class struct union interface enum trait record object protocol".split())
_FUNCTIONS = frozenset("function method constructor destructor operator macro procedure".split())

METHOD_OWNERS = _STRUCTURED_TYPES | {"impl", "extension"}
"""Kinds whose functions are methods."""
CONTAINER_KINDS = METHOD_OWNERS | {"module", "namespace", "package", "suite", "section"}
"""Kinds whose members are chunks of their own."""
TYPE_KINDS = _STRUCTURED_TYPES | {"type", "module", "table"}
"""Kinds that answer queries the way types do, with the purpose of a whole component."""
ROUTINE_KINDS = _FUNCTIONS | {"concept", "delegate", "command", "trigger", "target"}
"""Kinds that answer queries the way routines do, with an action."""
FIELD_KINDS = frozenset(("field", "property", "column"))
DATA_KINDS = FIELD_KINDS | {"variable", "constant", "enumerator", "event", "view", "index", "sequence", "label"}
TITLED_KINDS = frozenset("section suite test target stage".split())
"""Kinds whose names are titles, paths and the like, in which a dot does not follow an owner."""
STANDALONE_KINDS = _FUNCTIONS | {"test"}
"""Kinds that are not joined with small neighbours if they have a body."""
TESTED_KINDS = _FUNCTIONS - {"destructor", "operator"}
"""Kinds that tests and commit messages refer to by name."""


def resolve_kinds(names: Iterable[str], indexed: Collection[str] = ()) -> tuple[str, ...]:
    """Kinds by case-insensitive name; `indexed` are the kinds of an index, which may have others than `KINDS`.

    Raises CodesearchError, with suggestions, for an unknown one.
    """
    return tuple(_resolve(name.lower(), indexed) for name in names)


def _resolve(name: str, indexed: Collection[str]) -> str:
    if name in KINDS or name in indexed:
        return name
    import difflib

    near = difflib.get_close_matches(name, KINDS.union(indexed), n=3, cutoff=0.5)
    raise CodesearchError(
        f"unknown kind {name!r}",
        f"did you mean {', '.join(near)}?" if near else f"kinds: {', '.join(sorted(KINDS))}",
    )
