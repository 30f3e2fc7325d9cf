"""Which of the definitions of a name a reference may mean, as far as its syntax tells."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import PurePosixPath

from codesearch.chunking.kinds import METHOD_OWNERS, STANDALONE_KINDS
from codesearch.index.terms import words
from codesearch.navigation.imports import imports_all_of, modules_named
from codesearch.navigation.occurrence import PROSE, Form, Kind, Occurrence

_JOINT = re.compile(r"::|->|[.#\\:$]|\s*>\s*")
_MODULE_JOINT = re.compile(r"[./\\]|::")
_SELVES = frozenset("self this cls super $this static parent base Self @".split())
_CRATES = frozenset(("crate", "super", "self"))
"""Rust's modules of the same crate, before a double colon."""
_MEMBER_KINDS = frozenset("method constructor destructor operator field property enumerator column event".split())
_FIELD_KINDS = frozenset(("field", "property", "column", "enumerator"))
_LOCAL_SCOPES = STANDALONE_KINDS | {"suite"}
_IMPORTING = frozenset("Python JavaScript TypeScript Vue Svelte Astro Rust Zig".split())
"""Languages in which a name of another file has to be imported to be used without its module."""
_MEMBERS_NOT_IMPORTED = frozenset("Python JavaScript TypeScript Vue Svelte Astro".split())
"""Languages in which a member of a type can't be imported."""
_ONLY_MODULES_IMPORTED = frozenset(("Go",))
"""Languages in which an import never brings an object."""
_IMPLICIT_SELF = frozenset("Java C# C++ Kotlin Scala Swift Ruby PowerShell".split())
"""Languages in which a member is used in its type without naming the object."""
_OPEN_ENUMERATIONS = frozenset(("C", "C++", "FORTRAN", "Julia"))
"""Languages in which an enumerator is used without naming its enumeration."""
_OPEN_TYPES = frozenset(("Haskell",))
"""Languages in which all that a type defines is used without naming the type or an object."""
_FAMILIES = (
    frozenset(("C", "C++", "Assembly")),
    frozenset("JavaScript TypeScript Vue Svelte Astro HTML".split()),
    frozenset("Java Kotlin Scala".split()),
)
_GENERIC_PARTS = frozenset("src lib index main mod test tests include packages internal pkg".split())
"""Folders and files that say nothing about which module is meant."""
DISTINCTIVE_WORDS = 2
"""A member's name of so many words that the index defines once is taken to mean that definition, whatever the object;
see the figures of benchmarks/references.py in docs/references.md."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The definition around another."""

    kind: str
    start_line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class Target:
    """A definition with the name that is asked for."""

    path: str
    language: str
    kind: str
    name: str
    qualified_name: str
    signature: str
    line: int
    """Of the name."""
    column: int
    start_line: int
    end_line: int
    owner: Owner | None = None

    @property
    def owners(self) -> tuple[str, ...]:
        """The names of what is around it, outermost first."""
        parts = [part for part in _JOINT.split(self.qualified_name) if part]
        return tuple(parts[:-1])

    @property
    def is_member(self) -> bool:
        """Whether it belongs to a type, and is used by way of that or of an object."""
        if self.language in _OPEN_TYPES or (self.kind == "enumerator" and self.language in _OPEN_ENUMERATIONS):
            return False
        return self.kind in _MEMBER_KINDS or (self.owner is not None and self.owner.kind in METHOD_OWNERS)

    @property
    def is_of_object(self) -> bool:
        """Whether its name is given after an object, as in `app.name = …`, or after a type that it extends."""
        return bool(re.match(rf"[^(=]*[\w$>?][.:]{re.escape(self.name)}(?![\w$])", self.signature))

    @property
    def is_accessor(self) -> bool:
        """Whether it is a function that is used as a field is: `get name()`, or an element of Java's annotations."""
        if self.language == "Java":
            return self.owner is not None and self.owner.kind == "interface" and f"{self.name}()" in self.signature
        return bool(re.match(rf"([\w$]+\s+)*[gs]et\s+{re.escape(self.name)}\b", self.signature))

    @property
    def is_specialization(self) -> bool:
        """Whether it is a C++ template for some arguments or a method of Haskell's for one type, so that its name means
        another template or the method of the class first of all."""
        if self.language == "Haskell" and self.owner is not None and self.owner.kind == "instance":
            return True
        behind = self.signature.partition(self.name)[2].lstrip()
        return self.language == "C++" and behind.startswith("<")

    @property
    def is_local(self) -> bool:
        """Whether it is known only in the function or test around it."""
        return self.owner is not None and not self.is_member and self.owner.kind in _LOCAL_SCOPES


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known about the file and the place of a reference."""

    path: str
    language: str
    scope: str
    """The qualified name of the definition around it."""
    modules: tuple[str, ...] = ()
    """What the file imports the name from."""
    text: str = ""
    """The whole file."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """The definitions that a reference may mean, and whether syntax decides that it means one of them."""

    targets: tuple[Target, ...]
    is_certain: bool


class _Verdict(IntEnum):
    NO = 0
    MAYBE = 1
    YES = 2


class Resolver:
    """Decides what references to one name mean, given all its definitions."""

    def __init__(self, definitions: Sequence[Target], root: str) -> None:
        """`root` is the name of the indexed folder, which modules may be named after."""
        self._definitions = tuple(definitions)
        self._root = root

    def meaning(self, occurrence: Occurrence, around: Surroundings) -> Meaning | None:
        """What a reference means; None if its syntax shows that it is none of the definitions."""
        if not self._definitions:
            return Meaning((), False)
        verdicts = {d: self._verdict(occurrence, around, d) for d in self._definitions}
        sure = tuple(d for d, verdict in verdicts.items() if verdict is _Verdict.YES)
        possible = tuple(d for d, verdict in verdicts.items() if verdict is not _Verdict.NO)
        if not possible:
            return None
        return Meaning(sure, True) if sure else Meaning(possible, False)

    def is_of_module(self, definition: Target, module: str) -> bool:
        """Whether a definition belongs to no type and is in a module of this name."""
        return not definition.is_member and not definition.is_local and self._is_in(module, definition)

    def _is_only(self, definition: Target) -> bool:
        """Whether all definitions in its languages are of one thing, such as a prototype and its function."""
        return all(
            _identity(d) == _identity(definition)
            for d in self._definitions
            if _related(d.language, definition.language)
        )

    def _verdict(self, one: Occurrence, around: Surroundings, definition: Target) -> _Verdict:
        if one.form is Form.LOCAL or not _can_name(around.language, definition.language):
            return _Verdict.NO
        if one.form is Form.RAW:
            return _Verdict.MAYBE
        if one.kind is Kind.IMPORT:
            is_impossible = definition.is_member and around.language in _MEMBERS_NOT_IMPORTED
            return _Verdict.NO if is_impossible else self._imported((one.module,), definition)
        if one.form is Form.KEY:
            return self._key(around, definition)
        verdict = (self._member if one.form is Form.MEMBER else self._bare)(one, around, definition)
        return min(verdict, _Verdict.MAYBE) if definition.is_specialization else verdict

    def _key(self, around: Surroundings, definition: Target) -> _Verdict:
        if around.language == "Go" and not definition.is_member:  # of a map, which looks like a struct
            return _Verdict.MAYBE if _folder(around.path) == _folder(definition.path) else _Verdict.NO
        is_field = definition.kind in _FIELD_KINDS or (definition.is_member and definition.is_accessor)
        return self._by_name_alone(definition) if is_field else _Verdict.NO

    def _bare(self, one: Occurrence, around: Surroundings, definition: Target) -> _Verdict:
        if definition.is_local and (owner := definition.owner):
            is_inside = around.path == definition.path and owner.start_line <= one.line <= owner.end_line
            return _Verdict.YES if is_inside else _Verdict.NO
        if definition.is_member:
            return _Verdict.YES if _is_in_body(one, around, definition) else self._bare_member(around, definition)
        if around.path == definition.path:
            return _Verdict.YES
        if around.language in _IMPORTING:
            return self._imported(around.modules, definition) if around.modules else _Verdict.MAYBE
        if around.language == "Go":
            return _Verdict.YES if _folder(around.path) == _folder(definition.path) else _Verdict.NO
        return _Verdict.YES

    def _bare_member(self, around: Surroundings, definition: Target) -> _Verdict:
        """The verdict on a name without an object where the definition is a member."""
        owner = definition.owners[-1] if definition.owners else ""
        if around.language in _IMPLICIT_SELF:
            return _Verdict.YES if owner and owner in _parts(around.scope) else _Verdict.MAYBE
        if around.language == "Rust" and definition.kind == "enumerator":
            is_named = any(owner in _MODULE_JOINT.split(module) for module in around.modules)
            if is_named or (not around.modules and imports_all_of(owner, around.text)):
                return _Verdict.YES if self._is_only(definition) else _Verdict.MAYBE
        return _Verdict.NO

    def _imported(self, modules: Collection[str], definition: Target) -> _Verdict:
        """The verdict on a name that is imported from one of these modules."""
        if any(_is_relative(module) for module in modules) and self._is_only(definition):
            return _Verdict.YES
        return _Verdict.YES if any(self._is_in(module, definition) for module in modules) else _Verdict.MAYBE

    def _member(self, one: Occurrence, around: Surroundings, definition: Target) -> _Verdict:
        owner = definition.owners[-1] if definition.owners else ""
        is_path = around.language == "Rust" and one.text[: one.column - 1].endswith("::")
        if is_path and one.receiver in _CRATES and not definition.is_member:
            return _Verdict.YES if self._is_only(definition) else _Verdict.MAYBE
        if definition.is_local and not (definition.is_of_object and around.path == definition.path):
            return _Verdict.NO
        if one.receiver in _SELVES:
            if not definition.is_member:
                return self._of_own_object(around, definition)
            if owner in _parts(around.scope):
                return _Verdict.YES
            return self._by_name_alone(definition)
        if owner and one.receiver == owner:
            return _Verdict.YES
        modules = modules_named(one.receiver, around.language, around.text)
        if definition.is_member:
            is_of_module = bool(modules) and around.language in _ONLY_MODULES_IMPORTED
            return _Verdict.NO if is_of_module else self._by_name_alone(definition)
        is_named = any(self._is_in(module, definition) for module in (one.receiver, *modules))
        return _Verdict.YES if is_named else _Verdict.MAYBE

    def _of_own_object(self, around: Surroundings, definition: Target) -> _Verdict:
        """The verdict on a member of `this` where the definition is no member of a type."""
        if not definition.is_of_object:
            return _Verdict.NO
        is_own = around.path == definition.path and definition.owners and definition.owners[-1] not in _SELVES
        is_own = is_own and definition.owners[-1] in _parts(around.scope)
        return _Verdict.YES if is_own else _Verdict.MAYBE

    def _by_name_alone(self, definition: Target) -> _Verdict:
        """The verdict on a member of an object of unknown type."""
        is_distinctive = len(words(definition.name)) >= DISTINCTIVE_WORDS and self._is_only(definition)
        return _Verdict.YES if is_distinctive else _Verdict.MAYBE

    def _is_in(self, module: str, definition: Target) -> bool:
        """Whether a module's path has a part that says where the definition is."""
        named = {part.replace("-", "_").lower() for part in _MODULE_JOINT.split(module)} - _GENERIC_PARTS
        path = PurePosixPath(definition.path)
        places = {part.partition(".")[0] or part for part in path.parts} | {self._root} | set(definition.owners)
        return bool(named & {place.replace("-", "_").lower() for place in places})


def _parts(qualified_name: str) -> list[str]:
    return _JOINT.split(qualified_name)


def _is_in_body(one: Occurrence, around: Surroundings, definition: Target) -> bool:
    """Whether a name is in the body of the enumeration or Python class whose member it is, outside of functions."""
    owner = definition.owner
    if owner is None or around.path != definition.path or not owner.start_line <= one.line <= owner.end_line:
        return False
    if around.language != "Python":
        return definition.kind == "enumerator"
    used, defined = (around.text.split("\n")[line - 1] for line in (one.line, definition.line))
    return _indent(used) == _indent(defined)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _identity(definition: Target) -> tuple[str, str]:
    """What distinguishes a definition from others that are the same thing: its qualified name and, where names are not
    global, its file or folder."""
    if definition.language in _IMPORTING:
        return definition.qualified_name, definition.path
    if definition.language == "Go":
        return definition.qualified_name, _folder(definition.path)
    return definition.qualified_name, ""


def _can_name(language: str, other: str) -> bool:
    """Whether code or prose in a language can name what is defined in another."""
    return language in PROSE or _related(language, other)


def _related(one: str, other: str) -> bool:
    """Whether code of two languages can use each other's names."""
    return one == other or any(one in family and other in family for family in _FAMILIES) or "" in (one, other)


def _is_relative(module: str) -> bool:
    return module.startswith(".") or module.split(".")[0] in ("crate", "self", "super")


def _folder(path: str) -> str:
    return path.rpartition("/")[0]
