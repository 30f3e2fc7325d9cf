"""The head of a definition, as pasted or described in words → its name with its owner, and the kind it asks for.

`pub fn push(&mut self, item: T) -> u32 {` → `push`, `func (s *Store) Get(key string)` → `Store.Get`,
`class Cart : public Base` and `the Cart class` → `Cart`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from codesearch.search.head_forms import MODIFIERS

_TYPES = (
    "class|struct|union|enum|trait|interface|protocol|record|object|extension|impl|type|typedef|macro"
    "|module|mod|package|namespace|defmodule|defmacro|defmacrop"
)
_ROUTINES = "def|defp|fn|func|fun|function|method|sub|subroutine|proc|procedure"
_KEYWORD = re.compile(
    rf"^(?:(?:{MODIFIERS})\s+)*(?:new(?=\s+[A-Z])|(?:enum\s+(?=class\s|struct\s))?(?:{_TYPES})|{_ROUTINES}|const|var|let|define)\s+(?=\S+$)"
)
_SPOKEN = re.compile(rf"^(?:the\s+)?(?=\S*[A-Z_.:#])(\S+)\s+(?:{_TYPES}|function|method|constructor|constant)$")
"""`the Cart class`, if the word looks like a name."""
_INHERITS = re.compile(
    r"(?<=\w)\s*(?:[:<]\s*(?:public\s+|private\s+|protected\s+)?[A-Z][\w:.,<>+ ]*|\s(?:extends|implements)\s.*)$"
)
_VALUE = re.compile(r"(?<=\w)\s*(?::\s*[\w<>\[\]|&]+\s*)?\s=\s.*$")
_DECLARES = re.compile(rf"^(?:(?:{MODIFIERS})\s+)*(?:{_TYPES}|const|var|let)\s")
"""Keywords after which the text behind a name is a base class or a value."""
_RECEIVER = re.compile(r"^func\s+\((?:\w+\s+)?\*?(\w+)(?:\[[^\[\]]*\])?\)\s+(?=\w)")
"""Go's `func (s *Store) Get`."""
_AS_TRAIT = re.compile(r"^<(.+?)\s+as\s+.+>(?=::)")
"""Rust's `<Job as Runner>::run`."""
_RAW = re.compile(r"\br#(?=\w)")
_BEHIND_PARAMETERS = re.compile(r"(?<=\))\s*(?:const|noexcept|(?:->|:|throws\b|where\b).*|\(.*\))?\s*[{;:]*$")
_PROTOTYPE = re.compile(r"^[\w:<>,*&\[\]?.~ ]+?[\s*&](?=[\w:~.]+\([^()]*\w[\s*&]+\w+[^()]*\)$)")
"""The return type in `int push(ring *r, int value)`, recognised by the typed parameters."""
_CALL = re.compile(r"(?<=[\w>\]!?])\([^()]*\)$")
_GENERICS = re.compile(r"(?<=\w)(?:(?:::)?<[^<>]*>|\[[^\[\]]*\]|\{[^{}]*\})")


def extract_name(head: str) -> str:
    """Strip keywords, parameters, generics, base classes and values from a head."""
    head = _BEHIND_PARAMETERS.sub("", head.removesuffix("("))
    head = _RAW.sub("", _AS_TRAIT.sub(r"\1", _RECEIVER.sub(r"\1.", head)))
    head = _CALL.sub("", _PROTOTYPE.sub("", head))
    while (plain := _GENERICS.sub("", head)) != head:
        head = plain
    if _DECLARES.match(head):
        head = _VALUE.sub("", _INHERITS.sub("", head))
    return _SPOKEN.sub(r"\1", _KEYWORD.sub("", head))


_ROUTINE_KINDS = frozenset("function method constructor procedure command".split())
_KINDS: Mapping[str, frozenset[str]] = {
    **{word: frozenset((word,)) for word in _TYPES.split("|")},
    **dict.fromkeys(_ROUTINES.split("|"), _ROUTINE_KINDS),
    **dict.fromkeys(
        ("mod", "module", "namespace", "package", "defmodule"), frozenset(("module", "namespace", "package"))
    ),
    **dict.fromkeys(("defmacro", "defmacrop"), frozenset(("macro",))),
    **dict.fromkeys(("type", "typedef"), frozenset(("type", "struct", "interface"))),
}
"""The kinds of what each keyword defines; of `type`, also those of Go."""
# Compiled where the question is a symbol.
_PAIR = rf"(?:{_TYPES}|{_ROUTINES})\s+[a-z]+"
_ASKED = rf"(?:(?:{MODIFIERS})\s+)*({_TYPES}|{_ROUTINES})(?:\s+|(?=<))\S"


def asked_kinds(text: str) -> frozenset[str]:
    """The kinds that a question which is a symbol asks for (`trait Read`, `fn copy(from: &str)`, `select!`), if any."""
    text = text.strip("` ")
    if match := re.match(_ASKED, text):
        return _KINDS[match[1]]
    return frozenset(("macro",)) if text.endswith("!") else frozenset()


def may_be_prose(text: str) -> bool:
    """Whether a question which is a symbol is a keyword and a word in lower case: “type adapter”, “object pool”."""
    return re.fullmatch(_PAIR, text) is not None
