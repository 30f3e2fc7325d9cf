"""Why a question has no hits at all, where usually the nearest are shown; and names that are spelled otherwise here."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from codesearch.workspace import Workspace

_RESTRICTIONS = ("languages", "globs", "kinds", "names", "expressions")
"""Parameters of `codesearch query` that restrict what is searched."""
_SHORTEST_MISSPELT = 5
"""Characters; to a shorter name, many others are alike."""
_LEAST_ALIKE = 0.8
"""Of 1, by difflib: two letters of ten may differ."""


def restrictions(options: Mapping[str, str], values: Mapping[str, Any]) -> str:
    """The given options that restrict a search, as on the command line; both mappings are by parameter."""
    given = ((options[name], values[name]) for name in _RESTRICTIONS if name in options)
    return " ".join(f"{option} {value}" for option, several in given for value in several)


def why_nothing(question: str, workspace: Workspace, restricted: str) -> tuple[str, str]:
    """Message and hint for a question without hits; `restricted` are its restrictions()."""
    from codesearch.index.terms import question_terms

    if not question_terms(question):
        text = shlex.quote(" ".join(question.split()))
        return "the question has no words", f"to search for it as text, run: codesearch query -F -e {text}"
    if unknown := _not_indexed(workspace):
        return f"{unknown[0]} is not indexed", "to see what was skipped, run: codesearch status"
    if restricted:
        return f"nothing that is indexed fits {restricted}", ""
    return "nothing found", ""


def misspelt(question: str, workspace: Workspace) -> tuple[str, str] | None:
    """Message and hint if a question is a name that is defined nowhere, while one that is spelled alike is."""
    from codesearch.search.question import QuestionKind, parse_question

    asked = parse_question(question)
    if asked.kind is not QuestionKind.IDENTIFIER or asked.locations or len(asked.text) < _SHORTEST_MISSPELT:
        return None
    indexes = [member.index for member in workspace.members]
    if any(index.defines(asked.text) for index in indexes):
        return None
    near = dict.fromkeys(name for index in indexes for name in index.nearest_names(asked.text, _LEAST_ALIKE))
    return (f"{asked.text} is not defined here", f"did you mean {', '.join(near)}?") if near else None


def _not_indexed(workspace: Workspace) -> Sequence[str]:
    """The paths to search in which nothing is indexed, if that is so of all."""
    paths = [(member.index, path) for member in workspace.members for path in member.within]
    unknown = [path for index, path in paths if not index.snapshot().files_in(path)]
    return unknown if len(unknown) == len(paths) else ()
