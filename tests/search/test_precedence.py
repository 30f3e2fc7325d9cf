"""Definitions that the question is the name of come first, and of several those of the kind that it says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from codesearch.api import Index
from tests.support.repositories import write

FILES = {
    "src/lib.rs": """pub mod spawn;
pub mod copy;
pub mod select;

/// Writes some of the bytes.
pub fn write(bytes: &[u8]) -> usize {
    bytes.len()
}

/// Writes every byte, trying again until none is left.
pub fn write_all(bytes: &[u8]) -> usize {
    let mut done = 0;
    while done < bytes.len() {
        done += write(&bytes[done..]);
    }
    done
}
""",
    "src/spawn.rs": """/// Starts a task in the background.
pub fn spawn(task: Task) -> Handle {
    start(task)
}
""",
    "src/copy.rs": """/// Copies everything from a reader to a writer.
pub async fn copy<'a, R, W>(reader: &'a mut R, writer: &'a mut W) -> u64 {
    reader.read_to(writer).await
}
""",
    "src/select.rs": """/// Waits for the first of several futures.
macro_rules! select {
    ($($future:expr),*) => { wait_for_first([$($future),*]) };
}

/// The future of a selection.
pub fn select(futures: Vec<Future>) -> Future {
    first(futures)
}
""",
    "src/Adapters.java": """/** Reads and writes values of one type as JSON. */
abstract class TypeAdapter {
    abstract Object read(String json);

    abstract String write(Object value);
}

class Collections {
    /** Adapts lists. */
    static class Adapter {
        Object read(String json) {
            return json.split(",");
        }
    }
}
""",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    root: Path = tmp_path_factory.mktemp("precedence")
    write(root, FILES)
    with Index.create(root) as made:
        made.update()
        yield made


@pytest.mark.parametrize(
    ("question", "kind", "name"),
    [
        ("spawn", "function", "spawn"),
        ("spawn::spawn", "function", "spawn"),
        ("pub async fn copy<'a, R, W>(reader: &'a mut R, writer: &'a mut W)", "function", "copy"),
        ("mod copy", "module", "copy"),
        ("select!", "macro", "select"),
        ("macro select", "macro", "select"),
        ("fn select", "function", "select"),
        ("write all", "function", "write_all"),
        ("write_all", "function", "write_all"),
        ("type adapter", "class", "TypeAdapter"),
        ("class adapter", "class", "Adapter"),
        ("class TypeAdapter", "class", "TypeAdapter"),
    ],
)
def test_what_is_meant_comes_first(index: Index, question: str, kind: str, name: str) -> None:
    hit = index.search(question).hits[0]
    assert (hit.kind, hit.name) == (kind, name)


@pytest.mark.parametrize(
    ("question", "line"),
    [("mine_remove", 7), ("mine remove", 7), ("reset_table", 5), ("Mine", 3)],
)
def test_a_definition_is_shown_at_its_name(tmp_path: Path, question: str, line: int) -> None:
    """Not at a decorator or comment with its words, or the type that it returns."""
    python = '"""Mines."""\n\n# mine_remove\n@mine.command(\n    "mine remove"\n)\ndef mine_remove(x):\n    pass\n'
    c = "/* reset_table(table)\n * resets the table */\n\nstatic void\nreset_table(struct table *table)\n{\n}\n"
    java = "/** A Mine. */\n@Mined(Mine)\nclass Mine {\n    Mine() {\n    }\n}\n"
    write(tmp_path, {"mines.py": python, "table.c": c, "Mine.java": java})
    with Index.create(tmp_path) as made:
        made.update()
        assert made.search(question).hits[0].best_line == line


MEMBERS = """class Cart:
    def total(self):
        return sum(self.items)

    def __truediv__(self, other):
        return other


class Order:
    def total(self):
        return self.cart.total()
"""
OPERATORS = """package shop

object Ops {
  def =?(other: String): Boolean = same(other)

  def +?(other: String): Boolean = added(other)

  def ?(name: String): Option[String] = found(name)

  def +:(item: Int): Items = prepended(item)

  def \\\\(key: String): List[Int] = all(key)

  def ☠(message: String): Nothing = fail(message)

  def ⊕=(item: Int): Items = added(item)
}
"""


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    root: Path = tmp_path_factory.mktemp("members")
    use = "def test_cart():\n    # Cart.total and Order.total\n    assert Cart.total\n    assert Order.total\n"
    strings = 'inline auto operator""_s(const char* text) -> name {\n  return name(text);\n}\n'
    write(root, {"cart.py": MEMBERS, "test_cart.py": use, "Ops.scala": OPERATORS, "strings.cpp": strings})
    with Index.create(root) as made:
        made.update()
        yield made


@pytest.mark.parametrize("form", ["{}", '"{}"', "“{}”", "{}:", "new {}()", "{}()"])
@pytest.mark.parametrize("name", ["Cart.total", "Order.total"])
def test_a_member_in_quotes_or_before_a_colon_or_of_a_new_object_is_that_member(
    members: Index, form: str, name: str
) -> None:
    question = form.format(name.replace(".", "().") if "new" in form else name)
    assert members.search(question).hits[0].qualified_name == name


def test_what_is_quoted_and_no_member_has_to_be_in_the_text(members: Index) -> None:
    assert members.search('"assert Cart.total"').hits[0].path == "test_cart.py"
    assert members.search('"Cart.items"').hits[0].is_beyond


@pytest.mark.parametrize(
    ("question", "name"),
    [
        *((name, name) for name in ("=?", "+?", "?", "+:", "\\\\", "☠", "⊕=")),
        ("(=?)", "=?"),
        ("Ops.+:", "+:"),
        ("Ops.☠", "☠"),
        ("(⊕=)", "⊕="),
        ('operator""_s', 'operator""_s'),
    ],
)
def test_an_operator_is_found_by_its_signs(members: Index, question: str, name: str) -> None:
    assert members.search(question).hits[0].name == name


FIELDS = {
    "method.ts": 'export class Method {\n  static GET = "GET";\n  args = [];\n}\n',
    "client.ts": "export class Client {\n  get(path) {\n    return fetch(path);\n  }\n}\n"
    "export class Args {\n  constructor(all) {\n    this.all = all;\n  }\n}\n",
    "db.cc": "class Env {\n public:\n  virtual void Schedule(int delay);\n};\n\n"
    "class DB {\n public:\n  void Open() { env_->Schedule(1); }\n\n private:\n  Env* const env_;\n};\n",
    "Reader.cs": "class Identity {\n    string Sql() { return sql; }\n}\n\n"
    "class Reader {\n    private readonly Identity _identity;\n\n    Identity Current() { return _identity; }\n}\n",
}


@pytest.fixture(scope="module")
def fields(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    root: Path = tmp_path_factory.mktemp("fields")
    write(root, FIELDS)
    with Index.create(root) as made:
        made.update()
        yield made


@pytest.mark.parametrize(
    ("question", "line"),
    [
        ("GET", '  static GET = "GET";'),
        ("get", "  get(path) {"),
        ("args", "export class Args {"),
        ("env_", "  Env* const env_;"),
        ("Env", "class Env {"),
        ("env", "class Env {"),
        ("_identity", "    private readonly Identity _identity;"),
        ("identity", "class Identity {"),
    ],
)
def test_a_field_whose_name_is_no_word_of_prose_comes_first(fields: Index, question: str, line: str) -> None:
    hit = fields.search(question).hits[0]
    assert hit.snippet.split("\n")[hit.best_line - hit.start_line] == line
