"""Code that is like other code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from codesearch.api import Index
from codesearch.errors import CodesearchError
from codesearch.search.hit import Filters
from tests.support.command_line import CommandLine
from tests.support.repositories import write

RETRY = '''def {name}({request}, attempts):
    """Send a request again and again until it succeeds."""
    for attempt in range(attempts):
        answer = {request}.send()
        if answer.ok:
            return answer
        time.sleep(2 ** attempt)
    raise ConnectionError({request}.address)
'''
OTHER = '''def draw_{number}(canvas, color):
    """Draw a circle of a color on the canvas."""
    canvas.circle(radius={number}, color=color)
    canvas.flush()
'''


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    write(
        tmp_path,
        {
            "a.py": "import time\n\n\n" + RETRY.format(name="send_again", request="request"),
            "b.py": RETRY.format(name="send_again", request="request"),
            "c.py": RETRY.format(name="fetch_until_ok", request="query"),
            "tests/test_c.py": RETRY.format(name="fetch_for_tests", request="query"),
            "draw.py": "\n\n".join(OTHER.format(number=n) for n in range(30)),
            "long.py": "def long_one(table):\n" + "".join(f"    table['key{n}'] = {n}\n" for n in range(400)),
        },
    )
    with Index.create(tmp_path) as made:
        made.update()
        yield made


def test_copies_come_first_then_variants_and_never_the_code_itself(index: Index) -> None:
    hits = index.similar("a.py", 6)
    assert [(hit.path, hit.name) for hit in hits[:2]] == [("b.py", "send_again"), ("c.py", "fetch_until_ok")]
    assert hits[0].score > 0.95 > hits[1].score > 0.5
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert "a.py" not in {hit.path for hit in hits}
    assert hits[0].snippet.startswith("def send_again")


def test_filters_and_limits(index: Index) -> None:
    assert len(index.similar("a.py", 6, 1)) == 1
    hits = index.similar("a.py", 6, filters=Filters(paths=("tests/**",)))
    assert {hit.path for hit in hits} == {"tests/test_c.py"}


def test_parts_of_a_long_definition_are_not_similar_to_each_other(index: Index) -> None:
    assert "long.py" not in {hit.path for hit in index.similar("long.py", 200)}


def test_a_blank_line_stands_for_the_code_beside_it(index: Index) -> None:
    assert index.similar("a.py", 3)[0].path == "b.py"


@pytest.mark.parametrize(
    ("path", "line", "message"),
    [
        ("a.py", 1000, r"a\.py has no line 1,000; the last is 11"),
        ("a.py", 0, "has no line 0"),
        ("x.py", 1, "not indexed"),
    ],
)
def test_what_is_not_there_is_said(index: Index, path: str, line: int, message: str) -> None:
    with pytest.raises(CodesearchError, match=message):
        index.similar(path, line)


@pytest.mark.slow
def test_the_command(codesearch: CommandLine, indexed_shop: Path) -> None:
    run = codesearch("similar", "passwords.py:12:what grep prints", "--json", "-n", "3", cwd=indexed_shop / "server")
    hits = json.loads(run.out)
    assert (run.code, len(hits)) == (0, 3)
    assert hits[0]["name"] == "check_password"
    lines = codesearch("similar", "server/passwords.py:12", "-n", "1", cwd=indexed_shop).out
    assert lines.startswith("server/passwords.py:17:def check_password")
    for place, message in (
        ("server", "'server' is not PATH:LINE"),
        ("server:1", "server is a folder"),
        ("server/passwords.py:99", "server/passwords.py has no line 99"),
        ("nowhere.py:1", "nowhere.py does not exist"),
    ):
        wrong = codesearch("similar", place, cwd=indexed_shop)
        assert (wrong.code, wrong.err.startswith(f"codesearch: {message}")) == (2, True), wrong.err
