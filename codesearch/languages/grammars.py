"""Language and query of a grammar, loaded when first wanted and then kept."""

from __future__ import annotations

import importlib
import warnings
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tree_sitter import Language, Query


class Grammar(NamedTuple):
    language: Language
    query: Query


@cache
def load(grammar: str, query: str) -> Grammar:
    """The language of "module:function" and the compiled query of the files in `queries/` that `query` names.

    Raises ModuleNotFoundError where the grammar's wheel is not installed.
    """
    from tree_sitter import Language, Query

    module, _, function = grammar.partition(":")
    pointer = getattr(importlib.import_module(module), function)()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Perl's wheel gives a number, as all once did
        language = Language(pointer)
    queries = resources.files("codesearch.languages").joinpath("queries")
    source = "\n".join(queries.joinpath(f"{stem}.scm").read_text("utf-8") for stem in query.split())
    return Grammar(language, Query(language, source))
