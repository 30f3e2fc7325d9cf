"""A question that is a symbol: its name and owner, and how well a definition's name matches it."""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from codesearch.index.terms import name_key
from codesearch.search.head_forms import name_in_head
from codesearch.search.heads import extract_name

MAX_SYMBOL_LENGTH = 512
_SELVES = frozenset("self this cls super base parent static crate prototype".split())
"""Owners that refer to the current type or module."""
_SIGILS = "$@%&#.:\\*"
_ARITY = re.compile(r"(?<=[\w!?])/(\d{1,2})$")
_BRACKETS = re.compile(r"\([^()\[\]{}]*\)|\[[^()\[\]{}]*\]|\{[^()\[\]{}]*\}")
_HAS_DEFAULT = "\\\\"
_SEPARATOR = re.compile(r"::|->|=>|[.#\\:](?=[\w$@~])|(?<=\w)\$(?=[A-Z])")
"""The last alternative is for nested classes in Java's stack traces."""
_WITH_OWNER = re.compile(r"[.#]?[^\W\d][\w$?!=-]*(?:(?:::|->|[.#\\:])[$@~]?[^\W\d][\w$?!=-]*)*")
"""A name that may contain its owner; not a title (`Upgrading to 9.0`), a pattern (`%.h`), a path or a version."""
_OPERATOR = re.compile(
    r"\boperator(?:\s*\(\s*\.\w+\.\s*\)|\s*\"\"\s*\w+|\s*[^\w\s]+|\s+\w[\w\s:*&<>,]*)$"
    r"|(?:^|(?<=\w[.#])|(?<=\w::))(?:(?=[:.#]*+[^:.#])[-+*/%<>=!~^|&?\\:.#]++@?|\[\]=?)$"
)
"""Operators of C++, C# and Fortran (`operator==`, `operator""_s`, `operator(.in.)`), and those of Ruby, Scala and
others without a keyword (`Cart#<=>`, `[]=`, `+:`)."""
_SIGNS = re.compile(r"(?:^|(?<=\w[.#])|(?<=\w::))[^\w\s]+$")
_IN_PARENTHESES = re.compile(r"\(([^\w\s()]+)\)")
"""Haskell's operators as functions: `(<+>)`."""
_LITERAL = re.compile(r"(?<=^operator)\s*\"\"\s*")
_OF_NEW = re.compile(r"^\(?new\s+([A-Za-z_][\w.]*)(?:<[^<>]*>)?\([^()]*\)\)?(?=\.|->)")
"""`new Cart(items)` of `new Cart(items).total()`."""
_SIMPLE = r"[\w-]+(?:[.#:]{1,2}[\w-]+(?:\([\w+-]*\))?)*"
_SELECTOR = re.compile(rf"[.#]{_SIMPLE}(?:\s+[.#]{_SIMPLE}|\s*[>+~]\s*[.#]?{_SIMPLE})+")
"""A selector of CSS with several parts (`.card > a`, `.nav .item:hover`): the name of a rule."""
_SPACED_OPERATOR = re.compile(r"^operator\s+(?=[^\w\s])")


class Symbol(NamedTuple):
    """A name as it was written, with its owner."""

    name: str
    owner: str = ""
    """`Foo` of `Foo::bar`; several parts are joined by dots."""
    sigil: str = ""
    """`$` of `$bar`: a prefix that may or may not be part of the name."""
    arity: int | None = None
    """2 of `bar/2`: the number of arguments."""


def parse_symbol(text: str) -> Symbol | None:
    """The symbol that a question consists of, None if it is more than that.

    `Foo::bar`, `Foo.bar`, `Foo#bar`, `Foo->bar`, `bar()`, `bar/2`, `Vec<T>`, `$bar`, `class Foo` and the like are
    parsed into name and owner; a selector of CSS with several parts is a name. The index is not consulted.
    """
    text = text.strip("` \t\n")
    if len(text) > MAX_SYMBOL_LENGTH:
        return None
    text = name_in_head(text) or text.rstrip("; {\t")
    if _SELECTOR.fullmatch(text):
        return Symbol(text)
    text = _OF_NEW.sub(r"\1", _IN_PARENTHESES.sub(r"\1", text) if text.startswith("(") else text)
    operator = _OPERATOR.search(text) or _unicode_operator(text)
    head = text[: operator.start()] if operator else text
    arity = _ARITY.search(head)
    head = extract_name(_ARITY.sub("", head))
    if any(character.isspace() for character in head):
        return None
    if operator:
        return Symbol(_LITERAL.sub('""', operator[0]), _owner(_parts(head.strip(".#"))))
    bare = head.lstrip(_SIGILS)
    parts = _parts(bare)
    if not parts or not any(map(str.isalnum, parts[-1])):
        return None
    name = parts[-1].lstrip(_SIGILS)
    sigil = parts[-1][: -len(name)] if parts[1:] else head[: -len(bare)]
    return Symbol(name, _owner(parts[:-1]), sigil, int(arity[1]) if arity else None)


def _unicode_operator(text: str) -> re.Match[str] | None:
    """An operator with signs of mathematics and the like at the end of a text: `⊕`, `Form.☠`; quotes are none."""
    signs = None if text.isascii() else _SIGNS.search(text)
    if not signs:
        return None
    from unicodedata import category

    return signs if any(category(sign).startswith("S") for sign in signs[0] if not sign.isascii()) else None


def _parts(text: str) -> list[str]:
    return [part for part in _SEPARATOR.split(text) if part]


def _owner(parts: list[str]) -> str:
    return ".".join(part for part in parts if part not in _SELVES)


def takes(signature: str, name: str, arity: int) -> bool:
    """Whether a signature accepts `arity` arguments. Parameters with a default (Elixir's `\\\\`) are optional."""
    inside = signature.partition(name + "(")[2]
    while (plain := _BRACKETS.sub("", inside)) != inside:
        inside = plain
    parameters = inside.partition(")")[0]
    most = parameters.count(",") + bool(parameters.strip())
    return most - parameters.count(_HAS_DEFAULT) <= arity <= most


class Spelling(IntEnum):
    """How well the spelling of a name matches a symbol, in ascending order."""

    OTHER = 0
    """A different name."""
    CONVENTION = 1
    """`from_request` for `FromRequest`."""
    CASE = 2
    """`session` for `Session`."""
    BARE = 3
    """`save!` for `save`, `$id` for `id`."""
    EXACT = 4


def spelling(symbol: Symbol, name: str, *, is_title: bool = False) -> Spelling:
    """How well a definition's name matches a symbol.

    Of a name that contains its owner (Perl's `package Foo::Bar`), only the last part is compared, but not of a title:
    the name of a section or a test, which may be that of a file, a host or a version.
    """
    asked = _forms(symbol)
    name = _without_space(name)
    if name != asked.exact and ("." in name or "::" in name):
        if _SEPARATOR.sub(".", name) == asked.whole:
            return Spelling.EXACT
        if not is_title and _WITH_OWNER.fullmatch(name):
            name = _SEPARATOR.split(name)[-1]
    if name == asked.exact:
        return Spelling.EXACT
    name = name if is_title else _bare(name)
    if name == asked.bare:
        return Spelling.BARE
    if name.casefold() == asked.folded:
        return Spelling.CASE
    return Spelling.CONVENTION if name_key(name) == asked.key != "" else Spelling.OTHER


class _Forms(NamedTuple):
    """The forms of a symbol with which names are compared."""

    exact: str
    whole: str
    """With the owner, if there is one, joined by a dot."""
    bare: str
    folded: str
    key: str


@lru_cache(maxsize=64)
def _forms(symbol: Symbol) -> _Forms:
    bare = _bare(symbol.name)
    exact = _without_space(symbol.sigil + symbol.name)
    return _Forms(exact, f"{symbol.owner}.{exact}" if symbol.owner else exact, bare, bare.casefold(), name_key(bare))


def _without_space(name: str) -> str:
    """`operator ==` → `operator==`."""
    return _SPACED_OPERATOR.sub("operator", name) if name.startswith("operator") else name


def _bare(name: str) -> str:
    return name.lstrip(_SIGILS).rstrip("!?=:") or name
