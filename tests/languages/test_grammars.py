"""Every grammar loads with its query, and without a word to the user."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys

import pytest

from codesearch.languages import grammars
from codesearch.languages.registry import LANGUAGES
from tests.support.places import ROOT

GRAMMARS = sorted({(language.grammar, language.query) for language in LANGUAGES if language.grammar})
LOAD = """
import sys
from codesearch.languages import grammars
for pair in sys.argv[1:]:
    grammars.load(*pair.split("="))
"""


def is_installed(grammar: str) -> bool:
    return importlib.util.find_spec(grammar.partition(":")[0]) is not None


def test_no_grammar_warns() -> None:
    """Even where warnings are shown or are errors, as in a process of the user's own."""
    pairs = [f"{grammar}={query}" for grammar, query in GRAMMARS if is_installed(grammar)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", LOAD, *pairs], env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(pairs) > 20


def test_a_grammar_is_loaded_once() -> None:
    grammar, query = GRAMMARS[0]
    assert grammars.load(grammar, query) is grammars.load(grammar, query)


def test_a_grammar_that_is_not_installed_is_named() -> None:
    with pytest.raises(ModuleNotFoundError, match="tree_sitter_nowhere"):
        grammars.load("tree_sitter_nowhere:language", "python")
