"""References to a symbol as lines, as a list by kind, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from codesearch.navigation.occurrence import Kind
from codesearch.quantities import count
from codesearch.render.budget import fitting
from codesearch.render.records import Record
from codesearch.render.safe import printable
from codesearch.search.symbols import parse_symbol

if TYPE_CHECKING:
    from codesearch.navigation.references import Reference
    from codesearch.navigation.targets import Target

_INDENT = "  "
_HEADINGS = {
    Kind.DEFINITION: "Definitions",
    Kind.CALL: "Calls",
    Kind.IMPORT: "Imports",
    Kind.MENTION: "Mentions",
}
_UNCERTAIN = "Perhaps something else"


def reference_lines(references: Sequence[Reference]) -> Iterator[str]:
    """`path:line:text` for each line with references, as grep prints it."""
    yield from dict.fromkeys(f"{one.path}:{one.line}:{printable(one.text)}" for one in references)


def grouped_lines(references: Sequence[Reference], most: int | None = None) -> Iterator[str]:
    """References under a heading for each kind; those that may mean something else come last.

    With `most`, at most so many are listed; the headings count all.
    """
    left = len(references) if most is None else most
    groups = {
        heading: [one for one in references if one.is_certain and one.kind is kind]
        for kind, heading in _HEADINGS.items()
    }
    groups[_UNCERTAIN] = [one for one in references if not one.is_certain]
    is_first = True
    for heading, group in groups.items():
        if not group:
            continue
        if not is_first:
            yield ""
        is_first = False
        yield f"{heading} ({len(group)})"
        yield from (_INDENT + _described(one) for one in group[:left])
        left = max(left - len(group), 0)


def first_lines(references: Sequence[Reference], most: int, max_tokens: int) -> Iterator[str]:
    """As grouped_lines(), as many as fit into a budget, then how many references are missing."""
    lines = [*grouped_lines(references, most)]

    def rest(shown: int) -> str:
        listed = sum(line.startswith(_INDENT) for line in lines[:shown])
        return f"… {len(references) - listed:,} more; narrow with path"

    more = [rest(len(lines))] if most < len(references) else []
    return fitting([*lines, *more], max_tokens, rest)


def absence(symbol: str, nearest: Sequence[str]) -> tuple[str, str]:
    """Message and hint for a symbol without references; `nearest` are names of definitions that are spelled alike."""
    name = parsed.name if (parsed := parse_symbol(symbol)) else symbol
    if name in nearest:
        return f"{symbol} is not used here", "it is defined elsewhere in the index"
    near = ", ".join(dict.fromkeys(nearest))
    return f"{symbol} is neither defined nor used here", f"did you mean {near}?" if near else ""


def fitting_lines(lines: Sequence[str], max_tokens: int | None) -> Iterator[str]:
    """As many lines as fit into a budget, then how many are missing."""
    return fitting(lines, max_tokens, lambda shown: _more(len(lines) - shown))


def reference_record(reference: Reference) -> Record:
    """A reference as JSON."""
    return {
        "path": reference.path,
        "line": reference.line,
        "column": reference.column,
        "kind": reference.kind.value,
        "text": reference.text,
        "scope": reference.scope,
        "certain": reference.is_certain,
        "targets": [_target_record(target) for target in reference.targets],
    }


def _target_record(target: Target) -> Record:
    return {
        "path": target.path,
        "line": target.line,
        "kind": target.kind,
        "qualified_name": target.qualified_name,
        "signature": target.signature,
    }


def _described(one: Reference) -> str:
    place = f"{one.path}:{one.line}"
    if one.kind is Kind.DEFINITION:
        (target,) = one.targets
        return printable(f"{place}  {target.kind} {target.qualified_name}")
    among = f"  [one of {count(len(one.targets), 'definition')}]" if one.is_ambiguous else ""
    return printable(f"{place}  {one.text.strip()}{among}")


def _more(lines: int) -> str:
    return f"… {count(lines, 'line')} more; narrow with --path or --kind, or raise --max-tokens"
