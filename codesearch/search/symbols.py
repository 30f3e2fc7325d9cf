"""A question that is a symbol: its name and owner, and how a definition's name is spelled beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

from codesearch.index.terms import name_key
from codesearch.search.heads import named_in

LONGEST_SYMBOL = 512
_SELVES = frozenset("self this cls super base parent static crate prototype".split())
"""Owners that say only: where I am."""
_SIGILS = "$@%&#.:\\*"
_ARITY = re.compile(r"(?<=[\w!?])/(\d{1,2})$")
_BRACKETS = re.compile(r"\([^()\[\]{}]*\)|\[[^()\[\]{}]*\]|\{[^()\[\]{}]*\}")
_HAS_DEFAULT = "\\\\"
_SEPARATOR = re.compile(r"::|->|=>|[.#\\:](?=[\w$@~])|(?<=\w)\$(?=[A-Z])")
"""The last one is of nested classes in Java's stack traces."""
_OPERATOR = re.compile(
    r"\boperator(?:\s*[^\w\s]+|\s+\w[\w\s:*&<>,]*)$|(?:^|(?<=\w[.#])|(?<=\w::))(?:[-+*/%<>=!~^|&]+@?|\[\]=?)$"
)
"""Of C++ and C#; of Ruby and others, which are called by no word (`Cart#<=>`, `[]=`)."""
_SPACED_OPERATOR = re.compile(r"^operator\s+(?=[^\w\s])")


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name as it was written, with what it was said to belong to."""

    name: str
    owner: str = ""
    """`Foo` of `Foo::bar`; several parts are joined by dots."""
    sigil: str = ""
    """`$` of `$bar`: what was written before the name, and may belong to it."""
    arity: int | None = None
    """2 of `bar/2`: how many arguments it takes."""


def parse_symbol(text: str) -> Symbol | None:
    """The symbol that a question is, None where it is more than one word.

    `Foo::bar`, `Foo.bar`, `Foo#bar`, `Foo->bar`, `bar()`, `bar/2`, `Vec<T>`, `$bar`, `class Foo` and the like are
    read as the name and its owner. Whether anything is so called is for the index to say.
    """
    text = text.strip("` \t\n").rstrip("; {\t")
    if len(text) > LONGEST_SYMBOL:
        return None
    operator = _OPERATOR.search(text)
    head = text[: operator.start()] if operator else text
    arity = _ARITY.search(head)
    head = named_in(_ARITY.sub("", head))
    if any(character.isspace() for character in head):
        return None
    if operator:
        return Symbol(operator[0], _owner(_parts(head.strip(".#"))))
    bare = head.lstrip(_SIGILS)
    parts = _parts(bare)
    if not parts or not any(map(str.isalnum, parts[-1])):
        return None
    name = parts[-1].lstrip(_SIGILS)
    sigil = parts[-1][: -len(name)] if parts[1:] else head[: -len(bare)]
    return Symbol(name, _owner(parts[:-1]), sigil, int(arity[1]) if arity else None)


def _parts(text: str) -> list[str]:
    return [part for part in _SEPARATOR.split(text) if part]


def _owner(parts: list[str]) -> str:
    return ".".join(part for part in parts if part not in _SELVES)


def takes(signature: str, name: str, arity: int) -> bool:
    """Whether a function takes so many arguments, by its signature. Those with a default may be left out."""
    inside = signature.partition(name + "(")[2]
    while (plain := _BRACKETS.sub("", inside)) != inside:
        inside = plain
    parameters = inside.partition(")")[0]
    most = parameters.count(",") + bool(parameters.strip())
    return most - parameters.count(_HAS_DEFAULT) <= arity <= most


class Spelling(IntEnum):
    """How a name is spelled beside the symbol asked for."""

    OTHER = 0
    """It is another name."""
    CONVENTION = 1
    """`from_request` for `FromRequest`."""
    CASE = 2
    BARE = 3
    """`save!` for `save`, `$id` for `id`."""
    EXACT = 4


def spelling(symbol: Symbol, name: str) -> Spelling:
    """How a definition's name is spelled beside a symbol.

    A name that holds its owner (Perl's `package Foo::Bar`) is compared by its last part.
    """
    exact = _SPACED_OPERATOR.sub("operator", symbol.sigil + symbol.name)
    name = _SPACED_OPERATOR.sub("operator", name)
    if name != exact and ("." in name or "::" in name):
        name = _SEPARATOR.split(name)[-1]
    if name == exact:
        return Spelling.EXACT
    asked, name = _bare(symbol.name), _bare(name)
    if name == asked:
        return Spelling.BARE
    if name.casefold() == asked.casefold():
        return Spelling.CASE
    return Spelling.CONVENTION if name_key(name) == name_key(asked) != "" else Spelling.OTHER


def _bare(name: str) -> str:
    return name.lstrip(_SIGILS).rstrip("!?=") or name
