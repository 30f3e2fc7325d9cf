"""Questions that name files and lines: which file is meant, and what of it is shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from codesearch.api import Index
from codesearch.search.hit import Filters, Hit
from codesearch.search.places import nearness
from tests.support.repositories import write

STEPS = "\n".join(f"    step_{n} = prepare(part, {n})  # mix and knead" for n in range(60))
FILES = {
    "src/bakery/oven.py": f'''"""Bakes."""

import time

LIMIT = 250


def heat(degrees):
    """Heat the oven."""
    return min(degrees, LIMIT)


def cool():
    """Cool the oven."""
    time.sleep(60)

    return 20


class Door:
    """Of the oven."""

    def open(self):
        """Open it, unless it is hot."""
        return not self.is_hot


def bake(part):
    """Bake a part."""
{STEPS}
    return part
''',
    "tools/oven.py": "def clean():\n    return 'clean'\n",
    "src/bakery/dough.c": """/* Copyright. License: MIT. */

#include <dough.h>

int c = 1;

int knead(int c)
{
    return c;
}
""",
    "src/bakery/Loaf.java": """package bakery;

import java.util.List;

/** A crumb. */
class Crumb {
    int size() {
        return 1;
    }
}

/**
 * Bread.
 */
public class Loaf {
    List<Crumb> slices() {
        return null;
    }
}
""",
    "lib/bakery.js": "var bakery = module.exports = {};\n\nbakery.all = function all(path) {\n  return path;\n};\n",
    "test/bakery.test.js": "describe('bakery.js', function () {\n  it('serves oven.py and dough.c', function () {\n"
    "    open();\n  });\n});\n",
    "Makefile": "all: bread\n\n%.py:\n\tpython $@\n\nbread:\n\tcc -o bread dough.c\n",
    "docs/guide.md": "# Guide\n\n## Upgrading 8.3.X to 9.0\n\nText.\n\n### `config/oven.yml`\n\nOf the oven.\n",
    "tools/ack": "print 1;\n",
    "src/bakery/times.py": "def ack():\n    return 1\n",
    "src/bakery/legacy_oven.py": "def knob():\n    return 1\n",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    root = tmp_path_factory.mktemp("bakery")
    write(root, FILES)
    with Index.create(root) as made:
        made.update()
        yield made


def first(index: Index, question: str, filters: Filters = Filters()) -> Hit:  # noqa: B008
    return index.search(question, filters=filters).hits[0]


@pytest.mark.parametrize(
    "question", [*FILES, *(path.rpartition("/")[2] for path in FILES if not path.endswith(("oven.py", "ack")))]
)
def test_a_file_is_found_by_its_path_and_its_name(index: Index, question: str) -> None:
    hit = first(index, question)
    assert hit.path == question or hit.path.endswith("/" + question)
    assert hit.score > 0.5


def test_all_files_of_a_name_come_first(index: Index) -> None:
    assert {hit.path for hit in index.search("oven.py").hits[:2]} == {"src/bakery/oven.py", "tools/oven.py"}


@pytest.mark.parametrize(
    ("question", "line", "name"),
    [
        ("src/bakery/oven.py", 1, "oven.py"),
        ("Loaf.java", 15, "Loaf"),
        ("dough.c", 1, "dough.c"),
    ],
)
def test_of_a_file_its_head_or_main_type_is_shown(index: Index, question: str, line: int, name: str) -> None:
    hit = first(index, question)
    assert (hit.best_line, hit.name) == (line, name)


@pytest.mark.parametrize(
    ("question", "path", "name"),
    [
        ("bakery.js", "lib/bakery.js", ""),
        ("bakery.all", "lib/bakery.js", "all"),
        ("Door.open", "src/bakery/oven.py", "open"),
        ("ack", "src/bakery/times.py", "ack"),
        ("tools/ack", "tools/ack", ""),
    ],
)
def test_the_index_tells_whether_a_file_or_a_symbol_is_meant(index: Index, question: str, path: str, name: str) -> None:
    hit = first(index, question)
    assert hit.path == path
    assert not name or hit.name == name


def test_a_file_that_is_not_there_is_no_variable(index: Index) -> None:
    assert first(index, "missing.c").score < 0.5
    assert first(index, "dough.c").name != "c"


@pytest.mark.parametrize("title", ["0", "yml", "X"])
def test_no_definition_is_named_after_the_end_of_a_title(index: Index, title: str) -> None:
    assert first(index, title).score <= 0.5


@pytest.mark.parametrize(
    "form",
    [
        "{}:{}",
        "{}:{}:5: error: too few arguments",
        'File "{}", line {}, in f',
        "/ci/{}:{}",
        "/ci/{}\n  {}:5  error  no such name",
        "{}-{}-  foo",
        "--- a/x\n+++ b/{}\n@@ -1,3 +{},4 @@",
        "::error file={},line={},col=5::Missing semicolon",
    ],
)
@pytest.mark.parametrize(
    ("path", "line", "name"),
    [
        ("src/bakery/oven.py", 10, "heat"),
        ("src/bakery/oven.py", 15, "cool"),
        ("src/bakery/oven.py", 24, "open"),
        ("src/bakery/oven.py", 20, "Door"),
        ("src/bakery/oven.py", 70, "bake"),
        ("src/bakery/dough.c", 9, "knead"),
        ("lib/bakery.js", 4, "all"),
        ("Makefile", 7, "bread"),
    ],
)
def test_the_innermost_definition_at_a_line_comes_first(
    index: Index, form: str, path: str, line: int, name: str
) -> None:
    hit = first(index, form.format(path, line))
    assert (hit.path, hit.best_line, hit.name) == (path, line, name)
    assert hit.start_line <= line <= hit.end_line


def test_of_files_with_the_same_name_one_with_so_many_lines_is_meant(index: Index) -> None:
    assert first(index, "oven.py:50").path == "src/bakery/oven.py"
    assert first(index, "clean fails at oven.py:2").path == "tools/oven.py"
    assert first(index, "how is it heated, see oven.py:2").name in ("oven.py", "clean")


def test_of_a_line_that_no_file_has_the_head_is_shown(index: Index) -> None:
    hit = first(index, "dough.c:5000")
    assert (hit.path, hit.name) == ("src/bakery/dough.c", "dough.c")


def test_all_frames_of_a_stack_trace_come_first(index: Index) -> None:
    trace = (
        'Traceback (most recent call last):\n  File "/usr/lib/python3.11/threading.py", line 9, in run\n    run()\n'
        '  File "src/bakery/oven.py", line 24, in open\n    heat(20)\n'
        '  File "src/bakery/oven.py", line 10, in heat\n    return min(degrees, LIMIT)\nTypeError: bad degrees\n'
    )
    hits = index.search(trace).hits[:2]
    assert {(hit.name, hit.best_line) for hit in hits} == {("open", 24), ("heat", 10)}


def test_filters_apply_to_places(index: Index) -> None:
    assert first(index, "oven.py:10", Filters(paths=("tools",))).path == "tools/oven.py"
    assert first(index, "oven.py:24", Filters(kinds=("class",))).name == "Door"


def test_a_place_in_a_file_that_has_changed_is_shown_where_its_definition_is(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "def one():\n    return 1\n\n\ndef two():\n    return 2\n"})
    with Index.create(tmp_path) as index:
        index.update()
        write(tmp_path, {"a.py": "import os\n\n\ndef one():\n    return 1\n\n\ndef two():\n    return 2\n"})
        hit = first(index, "a.py:2")
    assert hit.is_stale
    assert (hit.name, hit.start_line) == ("one", 4)


@pytest.mark.parametrize(
    ("asked", "nearest_first"),
    [
        ("oven.py", ["oven.py", "a/oven.py", "Oven.py", "a/OVEN.py"]),
        ("src/oven.py", ["src/oven.py", "a/src/oven.py", "oven.py"]),
        ("/ci/build/src/oven.py", ["build/src/oven.py", "a/src/oven.py", "oven.py"]),
    ],
)
def test_how_near_paths_are(asked: str, nearest_first: list[str]) -> None:
    values = [nearness(asked, path) for path in nearest_first]
    assert values == sorted(values, reverse=True)
    assert values[0] > values[-1] > 0


@pytest.mark.parametrize("path", ["a/oven.py", "src/oven.pyi", "src/my_oven.py", "src/oven.py/part.py"])
def test_other_paths_are_not_near(path: str) -> None:
    assert nearness("src/oven.py", path) == 0
