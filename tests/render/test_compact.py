"""Hits for language models fit what they may take."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesearch.render.budget import clipped, tokens
from codesearch.render.compact import compact
from codesearch.render.paths import LocatedHit
from codesearch.search.hit import Hit, Neighbour, Place


def hit(lines: list[str], name: str = "Store.open", **more: object) -> LocatedHit:
    start = 12
    made = Hit(
        path="a/store.py",
        start_line=start,
        end_line=start + len(lines) - 1,
        language="Python",
        kind="method",
        name=name,
        qualified_name=name,
        signature=lines[0],
        score=0.9,
        snippet="\n".join(lines),
        best_line=start + len(lines) // 2,
        **more,  # type: ignore[arg-type]
    )
    return LocatedHit(made, made.path, Path("/x") / made.path, made.copies)


LONG = hit(["def open(self, path):", *(f"    line_{i}(path)" for i in range(30))])


def test_a_token_is_four_characters_begun() -> None:
    assert [tokens("x" * n) for n in (0, 1, 4, 5, 8)] == [0, 1, 1, 2, 2]
    assert clipped("x" * 9, 2) == "x" * 7 + "…"
    assert clipped("x" * 8, 2) == "x" * 8
    assert clipped("x", 0) == ""


def test_a_hit_has_its_signature_and_the_lines_around_the_best() -> None:
    lines = compact(["fresh: 1 chunk"], [LONG], 500).splitlines()
    assert lines[:3] == ["fresh: 1 chunk", "a/store.py:12-42 method Store.open", "12 def open(self, path):"]
    assert "27     line_14(path)" in lines


@pytest.mark.parametrize("budget", [220, 160, 110, 75])
def test_all_hits_stay_with_fewer_lines_where_there_is_less_room(budget: int) -> None:
    text = compact(["fresh"], [LONG] * 4, budget)
    assert text.count("method Store.open") == 4
    assert "more, narrow" not in text


def test_hits_without_room_are_counted() -> None:
    text = compact(["fresh"], [LONG] * 8, 50)
    assert text.endswith("… 4 more, narrow with paths")
    assert text.count("method Store.open") == 4


def test_other_places_and_copies_follow() -> None:
    located = hit(
        ["def a():"],
        also=(Neighbour(40, 52, "Store.close"), Neighbour(60, 71, ""), Neighbour(80, 81, "x")),
        copies=tuple(Place(f"copy{i}.py", 1, 2) for i in range(4)),
        is_stale=True,
    )
    assert compact([], [located], 500).splitlines() == [
        "a/store.py:12-12 method Store.open (changed since it was indexed)",
        "12 def a():",
        "also 40-52 Store.close, 60-71, 80-81 x",
        "same in copy0.py:1-2, copy1.py:1-2, 2 more",
    ]


def test_long_lines_and_control_characters_are_tamed() -> None:
    text = compact([], [hit(["x" * 5000, "\x1b[2Jy"])], 5000)
    assert len(text) < 400
    assert "\x1b" not in text


@given(
    st.lists(st.lists(st.text(max_size=300).map(lambda t: t.replace("\n", " ")), min_size=1, max_size=30), max_size=12),
    st.lists(st.text(max_size=80), max_size=3),
    st.integers(0, 2000),
)
def test_no_text_takes_more_tokens_than_allowed(hits: list[list[str]], head: list[str], most: int) -> None:
    assert tokens(compact(head, [hit(lines) for lines in hits], most)) <= most
