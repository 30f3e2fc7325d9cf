"""Which candidates come before all others, and in which order: places that the question names, what has all of it
word for word, and definitions of the symbol that it is.

Definitions of the symbol precede all other candidates, whatever their signals. They are ordered by spelling, then the
whole head, then owner, then arity, then implementation before tests and the like, then the kind that a keyword asks
for, then types, routines, data and declarations. Of a question that may be prose (“type adapter”), only what is defined
as of that kind, outside tests, is the symbol.

Types and routines whose name a short question spells out precede, too: “write all” has one word that is no stop word,
which `write` has as well, but means `write_all`. They come before a symbol that may be prose and is spelled in another
case: “class attribute” is `class_attribute` rather than a class `Attribute`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from codesearch.chunking.kinds import DATA_KINDS, FIELD_KINDS, ROUTINE_KINDS, TITLED_KINDS, TYPE_KINDS
from codesearch.index.terms import name_key, words
from codesearch.search.evidence import words_of
from codesearch.search.heads import asked_kinds
from codesearch.search.roles import Role
from codesearch.search.signals import TEST_NAME
from codesearch.search.symbols import Spelling, Symbol, spelling, takes

if TYPE_CHECKING:
    from codesearch.index.snapshot import StoredChunk
    from codesearch.search.evidence import Evidence

_PART_OF_OWNER = re.compile(r"::|->|[.#\\:/]")
_BEHIND_HEAD = " {:;="
_CALLBACKS = ("@callback ", "@macrocallback ")
_WORDS_OF_SENTENCE = 5
"""From this number on, words in a row are no accident; see docs/ranking.md."""
_WITH_QUESTIONS = frozenset((Role.DOCUMENTATION, Role.CONFIGURATION))
"""Files that may have a question as it is asked, as an example."""
_OWNERS = 7
"""Number of values of `_owner`."""

Precedence = npt.NDArray[np.int64]
"""One entry per candidate: 0 if nothing speaks for it, higher for what comes first."""


def joint_precedence(evidence: Evidence, places: Precedence) -> Precedence:
    """Of places that the question names (`place_precedence`), of what has all its words in order, and of definitions of
    the symbol that it is.

    What has its words precedes definitions only if the question can't be the head of one.
    A question that an index has a file of is no symbol: `router.js` is not the `js` of a `router`. But a word without a
    dot or a folder may be both: `ack` is a function first, but no `Makefile` is a section.
    """
    definitions = definition_precedence(evidence)
    if evidence.question.is_statement or not definitions.any():
        above = definitions.max(initial=0) + 1
        definitions = np.where(_has_all_words(evidence), definitions + above, definitions)
    file = evidence.question.file
    if not places.any():
        return definitions
    if file and not {".", "/"}.intersection(file.path):
        is_code = np.asarray([chunk.kind not in TITLED_KINDS for chunk in evidence.chunks], np.bool_)
        return np.where(is_code & (definitions > 0), definitions + places.max(), places)
    return places


def _has_all_words(evidence: Evidence) -> npt.NDArray[np.bool_]:
    """Which candidates have the whole question word for word, if it is code or a sentence: a comment or a message.

    Tests may have a message word for word of which the program has parts only, with others filled in. Documentation and
    configuration may have a question itself, which answers nothing.
    """
    shares = evidence.candidates.verbatim
    if evidence.question.code or not shares.any():
        return shares >= 1
    if len(evidence.question.text.split()) < _WORDS_OF_SENTENCE:
        return np.zeros(len(shares), np.bool_)
    implements = np.asarray(_implements(evidence), np.bool_)
    if (implements & (shares > 0)).any():
        return (shares >= 1) & implements
    has_code = [evidence.roles[file] not in _WITH_QUESTIONS for file in evidence.file.tolist()]
    return (shares >= 1) & np.asarray(has_code, np.bool_)


def definition_precedence(evidence: Evidence) -> Precedence:
    """The precedence of candidates that define the symbol which the question is, or whose name it spells out."""
    question = evidence.question
    implements = _implements(evidence)
    spelled_out = _spelled_out_precedence(evidence, implements)
    if question.symbol is None:
        return spelled_out
    found = _symbol_precedence(evidence, question.symbol, implements)
    is_exact = [chunk.name == question.symbol.name for chunk in evidence.chunks]
    is_meant = found if not question.may_be_prose else found * is_exact
    return found if is_meant.any() or not spelled_out.any() else spelled_out


def _implements(evidence: Evidence) -> list[bool]:
    """Whether each candidate is implementation, or of a role that the question asks for."""
    return [
        _is_implementation(chunk, evidence.roles[file], evidence.requested_roles)
        for chunk, file in zip(evidence.chunks, evidence.file.tolist(), strict=True)
    ]


def _symbol_precedence(evidence: Evidence, symbol: Symbol, implements: Sequence[bool]) -> Precedence:
    question = evidence.question
    asked = asked_kinds(question.text)
    places = [
        _place(symbol, asked, chunk, is_implementation, question.text)
        for chunk, is_implementation in zip(evidence.chunks, implements, strict=True)
    ]
    is_meant = [True] * len(places)
    if question.may_be_prose:
        is_meant = [
            is_implementation and chunk.kind in asked
            for chunk, is_implementation in zip(evidence.chunks, implements, strict=True)
        ]
    elif question.locations:
        is_meant = [_is_more_than_a_file(symbol, chunk) for chunk in evidence.chunks]
    return np.asarray(places, np.int64) * is_meant


def _spelled_out_precedence(evidence: Evidence, implements: Sequence[bool]) -> Precedence:
    """The precedence of types and routines whose name, or name with its owner, has exactly the question's words."""
    asked = evidence.question.words_of_name
    found = np.zeros(len(implements), np.int64)
    for i, chunk in enumerate(evidence.chunks) if asked else ():
        if chunk.kind not in TYPE_KINDS | ROUTINE_KINDS or not _contains_head(chunk):
            continue
        is_name = words_of(chunk.name) == asked
        if is_name or words_of(chunk.qualified_name) == asked:
            level = 2 * is_name + implements[i]
            found[i] = 3 * level + (0 if _is_declared_type(chunk) else 1 if chunk.kind == "constructor" else 2) + 1
    return found


def _is_more_than_a_file(symbol: Symbol, chunk: StoredChunk) -> bool:
    """Whether a symbol that looks like a file's name means a definition: `c.JSON` does, but `map.c` no variable `c`."""
    return chunk.kind in TYPE_KINDS | ROUTINE_KINDS or _owner(symbol, chunk) > 0


def _place(symbol: Symbol, asked: frozenset[str], chunk: StoredChunk, is_implementation: bool, text: str) -> int:
    spelled = spelling(symbol, chunk.name, is_title=chunk.kind in TITLED_KINDS)
    may_be_meant = _is_lower(symbol) and chunk.kind in (TYPE_KINDS | ROUTINE_KINDS)
    if spelled < (Spelling.CASE if may_be_meant else Spelling.BARE) or not _contains_head(chunk):
        return 0
    is_name = symbol.owner or len(words(symbol.name)) > 1 or (spelled is Spelling.EXACT and _is_no_word(symbol.name))
    if chunk.kind in FIELD_KINDS and not is_name:
        return 0  # `Args` more likely asks about arguments than about a field of some type
    place = int(spelled)
    levels = (
        (int(_is_head_of(text, chunk)), 2),
        (_owner(symbol, chunk), _OWNERS),
        (int(symbol.arity is not None and takes(chunk.signature, chunk.name, symbol.arity)), 2),
        (int(is_implementation), 2),
        (int(chunk.kind in asked), 2),
        (_kind(chunk), 6),
    )
    for level, count in levels:
        place = place * count + level
    return place


def _is_no_word(name: str) -> bool:
    """Whether prose has no word that is written like a name: `GET`, `env_`, `_identity`."""
    return name.startswith("_") or name.endswith("_") or (len(name) > 1 and name.isupper())


def _is_head_of(text: str, chunk: StoredChunk) -> bool:
    """Whether a question is the head of a definition as written: of several with one name, this one is meant. A keyword
    and a name are the head of others, too."""
    return len(text.split()) > 2 and text.rstrip(_BEHIND_HEAD) == chunk.signature.rstrip(_BEHIND_HEAD)


def _is_lower(symbol: Symbol) -> bool:
    """Whether a symbol is in lower case, in which case `session` may also mean `Session`."""
    return symbol.name.islower() and not symbol.owner


def _contains_head(chunk: StoredChunk) -> bool:
    """Whether the chunk's definition begins in it: of a long definition, only the first part counts."""
    return any((found.kind, found.name) == (chunk.kind, chunk.name) for found in chunk.definitions)


def _owner(symbol: Symbol, chunk: StoredChunk) -> int:
    """How well a definition matches the symbol's owner: 3 if the last part of it is the direct owner, 2 if it is an
    outer owner, 1 if only the path contains it; 3 more if all other parts of it are found too."""
    asked = [name_key(part) for part in symbol.owner.split(".")]
    if not asked[-1]:
        return 0
    around = chunk.qualified_name.removesuffix(chunk.name)
    owners = [name_key(part) for part in _PART_OF_OWNER.split(around) if part]
    places = [name_key(part) for part in PurePosixPath(chunk.path).with_suffix("").parts]
    level = 2 + (asked[-1] == owners[-1]) if asked[-1] in owners else int(asked[-1] in places)
    return level + 3 * (level > 0 and {*owners, *places}.issuperset(asked))


def defines_member(symbol: Symbol, chunk: StoredChunk) -> bool:
    """Whether a chunk defines a symbol that is given with its owner, in this owner."""
    return spelling(symbol, chunk.name) >= Spelling.BARE and _owner(symbol, chunk) > 0


def _is_implementation(chunk: StoredChunk, role: Role, asked: frozenset[Role]) -> bool:
    return role in asked or (role is Role.IMPLEMENTATION and not TEST_NAME.search(chunk.qualified_name))


def _kind(chunk: StoredChunk) -> int:
    """5 for types, 4 for type aliases, 3 for routines, 2 for data, 1 for declarations and parts of types, 0 for
    everything else."""
    kind = chunk.kind
    if _is_declared_type(chunk):
        return 1
    if kind in TYPE_KINDS:
        return 5 - (kind == "type")
    if kind in ROUTINE_KINDS:
        return 3
    if kind in DATA_KINDS:
        return 2
    return int(kind in ("declaration", "impl", "extension", "namespace", "package"))


def _is_declared_type(chunk: StoredChunk) -> bool:
    """Whether what counts as a type only announces what is defined elsewhere: a module of one line (Rust's `mod name;`)
    or the type of a function (Elixir's `@callback name(...)`)."""
    is_of_one_line = chunk.kind == "module" and chunk.start_line == chunk.end_line
    return is_of_one_line or (chunk.kind == "type" and chunk.signature.startswith(_CALLBACKS))
