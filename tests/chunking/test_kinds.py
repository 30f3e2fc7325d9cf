"""`--kind` knows every kind that queries and scanners make."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from codesearch.chunking import kinds
from codesearch.chunking.chunker import chunk_text
from codesearch.chunking.hooks import overloads
from codesearch.chunking.kinds import KINDS, resolve_kinds
from codesearch.cli.remedies import hint_of
from codesearch.errors import CodesearchError
from codesearch.languages.detect import detect
from tests.support.places import ROOT

SAMPLES = sorted((ROOT / "tests" / "data" / "languages").iterdir())


def test_every_kind_of_the_queries_is_known() -> None:
    found = set()
    for query in (ROOT / "codesearch" / "languages" / "queries").glob("*.scm"):
        found |= set(re.findall(r"@definition\.(\w+)", query.read_text(encoding="utf-8")))
    assert found - {"value", overloads.KIND} <= KINDS  # these two are other kinds in the end


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_every_kind_of_the_samples_is_known(sample: Path) -> None:
    text = sample.read_text(encoding="utf-8", errors="replace")
    chunks = chunk_text(sample.name, text, detect(sample.name, text)).chunks
    assert {chunk.kind for chunk in chunks} <= KINDS


def test_kinds_in_any_case_and_the_nearest_of_unknown_ones() -> None:
    assert resolve_kinds(["Function", "CLASS"]) == ("function", "class")
    with pytest.raises(CodesearchError) as raised:
        resolve_kinds(["methd"])
    assert hint_of(raised.value).startswith("did you mean method")
    assert resolve_kinds(["Sonnet"], indexed={"sonnet"}) == ("sonnet",)
    with pytest.raises(CodesearchError) as raised:
        resolve_kinds(["qqq"])
    assert "function" in hint_of(raised.value)


def test_every_kind_of_a_sense_is_known() -> None:
    senses = [
        kinds.METHOD_OWNERS,
        kinds.CONTAINER_KINDS,
        kinds.TYPE_KINDS,
        kinds.ROUTINE_KINDS,
        kinds.DATA_KINDS,
        kinds.STANDALONE_KINDS,
        kinds.TESTED_KINDS,
    ]
    assert frozenset().union(*senses) <= KINDS
    assert not kinds.TYPE_KINDS & kinds.ROUTINE_KINDS and not kinds.ROUTINE_KINDS & kinds.DATA_KINDS
