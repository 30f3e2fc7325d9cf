"""Filters of kinds and names."""

from __future__ import annotations

import unicodedata

import pytest

from codesearch.index.rows import DefinitionRow
from codesearch.search.filters import definition_rule
from codesearch.search.hit import Filters, LineRange


def definition(kind: str, name: str, qualified_name: str, start: int = 1, end: int = 1) -> DefinitionRow:
    return DefinitionRow(1, 0, kind, name, qualified_name, "", "", start, end)


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
    assert accepts("a.py", definition("function", name, f"Shop.{name}")) is is_accepted


def test_kind_and_name_have_to_fit_both() -> None:
    accepts = definition_rule(Filters(kinds=("method",), names=("run",)))
    assert accepts is not None
    assert accepts("a.py", definition("method", "run", "Job.run"))
    assert not accepts("a.py", definition("function", "run", "run"))
    assert not accepts("a.py", definition("method", "stop", "Job.stop"))


def test_definitions_have_one_of_the_lines() -> None:
    accepts = definition_rule(Filters(lines={"a.py": (LineRange(3, 4), LineRange(9, 9)), "b.py": ()}))
    assert accepts is not None
    lines = {(1, 2): False, (1, 3): True, (4, 8): True, (5, 8): False, (1, 20): True, (10, 20): False}
    for (start, end), is_accepted in lines.items():
        assert accepts("a.py", definition("function", "f", "f", start, end)) is is_accepted
        assert not accepts("b.py", definition("function", "f", "f", start, end))
        assert not accepts("c.py", definition("function", "f", "f", start, end))


@pytest.mark.parametrize("field", ["languages", "kinds", "paths", "within", "names"])
def test_a_string_is_no_tuple_of_strings(field: str) -> None:
    with pytest.raises(TypeError, match=f"{field} must be a tuple"):
        Filters(**{field: "python"})  # type: ignore[arg-type]
