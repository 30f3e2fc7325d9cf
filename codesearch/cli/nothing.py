"""Why a question has no hits at all, where usually the nearest are shown."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from codesearch.workspace import Workspace

_RESTRICTIONS = ("languages", "globs", "kinds", "names", "expressions")
"""Parameters of `codesearch query` that restrict what is searched."""


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
        return f"nothing in the index matches {restricted}", ""
    return "nothing found", ""


def _not_indexed(workspace: Workspace) -> Sequence[str]:
    """The paths to search in which nothing is indexed, if that is so of all."""
    paths = [(member.index, path) for member in workspace.members for path in member.within]
    unknown = [path for index, path in paths if not index.snapshot().files_in(path)]
    return unknown if len(unknown) == len(paths) else ()
