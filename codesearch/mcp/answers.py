"""What each tool answers: a line of freshness, and text in as few tokens as are allowed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from codesearch.errors import CodesearchError
from codesearch.mcp.parameters import Values
from codesearch.mcp.session import Session
from codesearch.server.progress import Progress

if TYPE_CHECKING:
    from codesearch.exact.pattern import Pattern
    from codesearch.search.hit import Hit
    from codesearch.workspace import Workspace


MAX_REFERENCE_TOKENS = 1500
"""Of an answer, as of the other tools unless they are told otherwise."""
_RESTRICTIONS = ("pattern", "repositories", "paths", "languages", "kinds")
"""Parameters that restrict what is searched."""


class Unanswerable(CodesearchError):
    """A question that can't be answered as it is asked; the message says what to ask instead."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a question is asked of."""

    workspace: Workspace
    freshness: str
    """The first line of the answer."""
    base: Path
    """The folder at which paths start."""

    @property
    def roots(self) -> list[Path]:
        """Of the indexes."""
        return [member.index.root for member in self.workspace.members]


def search(session: Session, values: Values, progress: Progress) -> str:
    """The best hits of a question."""
    from codesearch.render.remarks import misspelt, remarks
    from codesearch.search.hit import Filters
    from codesearch.search.question import readable

    question = " ".join(readable(values["query"]).split())
    if not question:
        raise Unanswerable("the query is empty", 'ask a question, for example "how are passwords hashed"')
    filters = Filters(languages=values["languages"], kinds=values["kinds"], paths=values["paths"])
    pattern = _pattern(values["pattern"])
    with _opened(session, values["root"], "", progress) as opened, asked():
        result = opened.workspace.search(question, values["limit"], filters, pattern=pattern, base=opened.base)
        head = [opened.freshness, *remarks(result)]
        if not result.hits:
            head += [why_nothing(question, values)] if len(head) == 1 else []
        elif correction := misspelt(question, opened.workspace):
            head.append(str(correction))
        return _compact(head, result.hits, opened, values["max_tokens"])


def why_nothing(question: str, values: Values) -> str:
    """Why a question has no hits at all, where usually the nearest are shown."""
    from codesearch.index.terms import question_terms

    if not question_terms(question):
        return "the question has no words; to find it as text, use grep"
    given = [f"{name} {json.dumps(values[name], ensure_ascii=False)}" for name in _RESTRICTIONS if values.get(name)]
    return f"nothing that is indexed fits {' and '.join(given)}" if given else "nothing found"


def _pattern(expression: str) -> Pattern | None:
    """The pattern of a regular expression. Raises Unanswerable for an invalid one."""
    if not expression:
        return None
    from codesearch.exact.pattern import Pattern

    try:
        return Pattern([expression])
    except CodesearchError as error:
        raise Unanswerable(error.message) from None


def similar(session: Session, values: Values, progress: Progress) -> str:
    """Code like that at a line of a file."""
    if not values["path"]:
        raise Unanswerable("the path is empty", "pass a file")
    with _opened(session, values["root"], values["path"], progress) as opened, asked():
        (member,) = opened.workspace.members
        if not member.within or (member.index.root / member.within[0]).is_dir():
            raise Unanswerable(f"{values['path']} is a folder", "pass a file")
        hits = member.index.similar(member.within[0], values["line"], values["limit"])
        head = [opened.freshness] if hits else [opened.freshness, "nothing is like it"]
        return _compact(head, hits, opened, values["max_tokens"])


def references(session: Session, values: Values, progress: Progress) -> str:
    """Where a symbol is defined, called, imported and mentioned."""
    from dataclasses import replace

    from codesearch.navigation.references import of_owner
    from codesearch.render.paths import display_path
    from codesearch.render.references import first_lines
    from codesearch.search.hit import Filters

    if not values["symbol"].strip():
        raise Unanswerable("the symbol is empty", "pass a name, such as Store.open")
    with _opened(session, values["root"], values["path"], progress) as opened, asked():
        members = opened.workspace.members
        kept = of_owner([(m.index.references(values["symbol"], Filters(within=m.within)), m) for m in members])
        found = [
            replace(one, path=display_path(member.index.root / one.path, opened.base))
            for listed, member in kept
            for one in listed.references
        ]
        if not found:
            raise _undefined(values["symbol"], opened.workspace)
        lines = first_lines(found, values["limit"], MAX_REFERENCE_TOKENS)
        remarks = dict.fromkeys(listed.remark for listed, _ in kept if listed.remark)
        return "\n".join([opened.freshness, *remarks, *lines])


def _undefined(symbol: str, workspace: Workspace) -> Unanswerable:
    from codesearch.render.references import absence

    near = [name for member in workspace.members for name in member.index.nearest_names(symbol)]
    return Unanswerable(*absence(symbol, near))


def outline(session: Session, values: Values, progress: Progress) -> str:
    """The definitions of a file, or the most used ones of a folder."""
    from dataclasses import replace

    from codesearch.render.budget import clipped, tokens
    from codesearch.render.outline import outline_lines
    from codesearch.render.paths import display_path

    with _opened(session, values["root"], values["path"], progress) as opened, asked():
        outlines = [
            replace(found, path=display_path(member.index.root / found.path, opened.base))
            for member in opened.workspace.members
            for found in member.index.outline(*member.within)
        ]
        left = values["max_tokens"] - tokens(opened.freshness + "\n")
        has_some = any(found.definitions for found in outlines)
        lines = outline_lines(outlines, left) if has_some else [f"no definitions in {values['path'] or opened.base}"]
        return clipped("\n".join([opened.freshness, *lines]), values["max_tokens"])


@contextmanager
def _opened(session: Session, root: str, path: str, progress: Progress) -> Iterator[Opened]:
    """The indexes of a root, or of a path in it. Raises CodesearchError."""
    from codesearch.server.freshness import Freshness

    with asked():
        folders = session.roots.chosen(root)
        base = _common(folders)
        places = [session.roots.inside(base, path)] if path else folders
    freshness = Freshness(progress)
    with session.workspace(places, freshness) as workspace:
        line = freshness.line(workspace)
        yield Opened(workspace, line if base == session.roots.directory else f"{line}; paths are below {base}", base)


@contextmanager
def asked() -> Iterator[None]:
    """Inside, errors that another question avoids are Unanswerable."""
    try:
        yield
    except CodesearchError as error:
        if type(error).code != CodesearchError.code or isinstance(error, Unanswerable):
            raise
        raise Unanswerable(error.message, error.remedy) from None


def _compact(head: Sequence[str], hits: Sequence[Hit], opened: Opened, max_tokens: int) -> str:
    from codesearch.render.compact import compact
    from codesearch.render.paths import located

    return compact(head, [*located(hits, opened.roots, opened.base)], max_tokens)


def _common(folders: Sequence[Path]) -> Path:
    """The folder that holds all of these."""
    try:
        return Path(os.path.commonpath(folders))
    except ValueError:  # on several drives
        return folders[0]
