"""Grammars with their queries, loaded on first use and cached."""

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
    """Load the grammar "module:function" and compile the query files that `query` names.

    Raises ModuleNotFoundError if the grammar's wheel is not installed.
    """
    from tree_sitter import Query

    language = load_language(grammar)
    queries = resources.files("codesearch.languages").joinpath("queries")
    source = "\n".join(queries.joinpath(f"{stem}.scm").read_text("utf-8") for stem in query.split())
    return Grammar(language, Query(language, source))


@cache
def load_language(grammar: str) -> Language:
    """Load the grammar "module:function" without a query, which takes most of the time.

    Raises ModuleNotFoundError if the grammar's wheel is not installed.
    """
    from tree_sitter import Language

    module, _, function = grammar.partition(":")
    pointer = getattr(importlib.import_module(module), function)()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Perl's wheel still returns a pointer as an int
        return Language(pointer)
