"""Questions whose words are in the code, one after the other: messages as they are pasted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesearch.api import Index
from codesearch.index.signatures import Signatures, signature_of, trigrams
from codesearch.search.snippets import Snippets
from codesearch.search.verbatim import MOST_WORDS, Wording
from tests.support.repositories import write

READER = '''"""Reads tables."""


def read_table(path):
    header = first_line(path)
    if not header:
        raise ValueError(f"the Table {path} can not be read: its first line is empty")
    return header
'''
OTHERS = '''"""Tables: the first line, empty tables, how a table is read."""


def is_empty_table(table, line):
    """Whether a table can be read, or its first line, or the table, is empty."""
    return not table or not line


def read_empty_line(line):
    """Read the first line of a table that is empty."""
    return line.empty
'''


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    write(tmp_path, {"reader.py": READER, "others.py": OTHERS})
    with Index.create(tmp_path) as made:
        made.update()
        yield made


def shares(index: Index, question: str) -> dict[str, float]:
    """The share of each chunk that has one, by name."""
    snapshot = index.snapshot()
    ids = np.concatenate([np.arange(file.chunks) + file.first_chunk for file in snapshot.files])
    chunks = snapshot.chunks(ids)
    found = Wording(question).shares(
        chunks, np.ones((1, len(chunks)), np.bool_), snapshot.may_contain, Snippets(index.root).texts
    )
    return {chunk.name: round(float(share), 2) for chunk, share in zip(chunks, found, strict=True) if share}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("the Table a/b.csv can not be read: its first line is empty", 10 / 12),
        ("THE TABLE x CAN NOT BE READ: ITS FIRST LINE IS EMPTY", 9 / 12),
        ("can not be read: its first line is empty", 1.0),
        ("its first line is", 1.0),
        ("its\u00a0first\u3000line\u2028is", 1.0),
        ("can not be written because its first line is long and somebody wants it to be short", 0),
        ("first line empty", 0),
        ("is empty first line", 0),
        ("read " * MOST_WORDS + "can not be read: its first line is empty", 0),
    ],
)
def test_runs_of_words_count_from_half_of_the_question_on(index: Index, question: str, expected: float) -> None:
    found = shares(index, question)
    assert found.get("read_table", 0) == pytest.approx(expected, abs=0.1)
    assert found.keys() <= {"read_table"}


def test_a_pasted_message_brings_the_code_that_raises_it(index: Index) -> None:
    hit, *others = index.search("the table data.csv can not be read: its first line is empty", explain=True).hits
    assert hit.name == "read_table"
    assert "has the question word for word" in {signal.reason for signal in hit.signals}
    assert others, "the words alone are elsewhere too"


def test_text_that_has_changed_is_not_compared(index: Index, tmp_path: Path) -> None:
    (tmp_path / "reader.py").write_text(READER.replace("Table", "File"), encoding="utf-8")
    assert not shares(index, "can not be read: its first line is empty")


TYPE = '''class Reader:
    """Reads tables and their first line."""

    first_line_is_empty = "a table whose first line is empty"

{methods}
    def read(self, path):
        """The table: its first line is not empty."""
        table = open(path)
        first = table.first_line()
        if not first:
            raise ValueError("table can not be read")
        return table
'''


def test_the_line_with_the_message_is_shown_and_the_method_it_is_in(tmp_path: Path) -> None:
    """A class has the words of its methods, too, and other lines of the method have more of the words."""
    methods = "\n".join(f"    def method{i}(self):\n        return self.table[{i}]\n" for i in range(200))
    write(tmp_path, {"reader.py": TYPE.format(methods=methods)})
    with Index.create(tmp_path) as made:
        made.update()
        hit = made.search("first table: table can not be read").hits[0]
        assert hit.qualified_name == "Reader.read"
        assert "can not be read" in hit.snippet.split("\n")[hit.best_line - hit.start_line]
        assert shares(made, "table can not be read") == {"read": 1}


TABLE = {
    "table.py": """class Table:
    def reset(self):
        self.rows = []
        self.size = 0

    def first(self, fallback="none"):
        return self.rows[0] if self.rows else fallback


def size(table):
    return table.size
""",
    "test_table.py": """from table import Table


def test_first():
    table = Table()
    assert table.first("empty")   == "empty"
    table.rows.append("a")
    table.close()


def test_reset():
    table = Table()
    table.reset()
    assert not table.rows
    assert table.size == 0
""",
}


@pytest.fixture
def tables(tmp_path: Path) -> Iterator[Index]:
    write(tmp_path, TABLE)
    with Index.create(tmp_path) as made:
        made.update()
        yield made


@pytest.mark.parametrize(
    ("pasted", "name", "line"),
    [
        ("self.size = 0", "Table", 4),
        ("        self.rows = []\n        self.size = 0\n", "Table", 3),
        ('assert table.first("empty") == "empty"', "test_first", 6),
        ('TABLE.ROWS.append("a")', "test_first", 7),
        ("    assert not table.rows\n    assert table.size == 0", "test_reset", 14),
        ("+        self.rows = []\n+        self.size = 0\n", "Table", 3),
        ('7:    table.rows.append("a")', "test_first", 7),
        ("  13      assert not table.rows\n  14      assert table.size == 0", "test_reset", 14),
        ("table.close();", "test_reset", 0),
        ("table.close()", "test_first", 8),
        ('def first(self, fallback="none"):', "first", 6),
    ],
)
def test_pasted_code_brings_the_place_that_has_it(tables: Index, pasted: str, name: str, line: int) -> None:
    hit = tables.search(pasted).hits[0]
    if line:
        assert (hit.name, hit.best_line) == (name, line)
    else:
        assert "close();" not in hit.snippet, "no place has it, so any may come"


SENTENCE = "Rows that are empty keep their table open"


def test_a_sentence_brings_the_comment_or_test_title_that_it_is(tables: Index, tmp_path: Path) -> None:
    titled = f'def test_rows():\n    """{SENTENCE}."""\n    assert Table().rows\n'
    write(tmp_path, {"test_rows.py": titled})
    tables.update()
    assert tables.search(SENTENCE).hits[0].path == "test_rows.py"


def test_the_program_with_most_of_a_message_precedes_tests_that_have_all_of_it(tables: Index, tmp_path: Path) -> None:
    message = 'def check(row):\n    raise ValueError(f"Rows that are empty keep their {row.owner} open")\n'
    write(tmp_path, {"test_rows.py": f'def test_rows():\n    assert error == "{SENTENCE}"\n', "rows.py": message})
    tables.update()
    assert tables.search(SENTENCE).hits[0].path == "rows.py"


@pytest.mark.parametrize("path", [".github/workflows/try.yml", "docs/faq.md"])
def test_where_a_question_is_asked_is_no_answer(tables: Index, tmp_path: Path, path: str) -> None:
    question = "what is the first row of a table"
    write(tmp_path, {path: f"run: search '{question}'\n"})
    tables.update()
    assert tables.search(question).hits[0].path == "table.py"


@pytest.mark.parametrize("question", ["table.size", "table.reset()", "first(self)", "Table.first"])
def test_a_definition_comes_before_code_that_uses_it(tables: Index, question: str) -> None:
    name = question.partition("(")[0].rpartition(".")[2]
    hit = tables.search(question).hits[0]
    assert hit.path == "table.py"
    assert hit.name == name


def test_the_line_where_pasted_code_begins_is_found_across_lines() -> None:
    lines = ["", "  If (A)", "", "    b( c );", "  if (a) b( d );"]
    assert Wording("if (a) b( d );", "if (a) b( d );").best_line(lines) == 4
    assert Wording("if (a) b( c );", "if (a) b( c );").best_line(lines) == 1
    assert Wording("b (", "b (").best_line(lines) is None


@given(
    st.lists(st.text("abä \n", min_size=1, max_size=30), min_size=1, max_size=5), st.text("abä", min_size=3, max_size=5)
)
def test_signatures_rule_out_only_trigrams_that_a_file_lacks(texts: list[str], word: str) -> None:
    signatures = Signatures.of([(i, signature_of(text)) for i, text in enumerate(texts, 1)])
    found = signatures.may_contain(np.arange(len(texts)), trigrams(word.encode()))
    for text, row in zip(texts, found, strict=True):
        assert word not in text or row.all()
