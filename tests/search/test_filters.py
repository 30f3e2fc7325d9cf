"""Filters of kinds and names."""

from __future__ import annotations

import unicodedata

import pytest

from codesearch.search.filters import definition_rule
from codesearch.search.hit import Filters


@pytest.mark.parametrize(
    ("pattern", "name", "is_accepted"),
    [
        ("parse*", "parse_question", True),
        ("PARSE*", "parse_question", True),
        ("größe_*", unicodedata.normalize("NFD", "GRÖSSE_prüfen"), True),
        ("получитьцену", "ПолучитьЦену", True),
        ("Groesse*", "größe", False),
    ],
)
def test_names_are_compared_without_case_and_however_they_are_composed(
    pattern: str, name: str, is_accepted: bool
) -> None:
    accepts = definition_rule(Filters(names=(pattern,)))
    assert accepts is not None
    assert accepts("function", name, f"Shop.{name}") is is_accepted


def test_kind_and_name_have_to_fit_both() -> None:
    accepts = definition_rule(Filters(kinds=("method",), names=("run",)))
    assert accepts is not None
    assert accepts("method", "run", "Job.run")
    assert not accepts("function", "run", "run")
    assert not accepts("method", "stop", "Job.stop")
