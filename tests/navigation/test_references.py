"""References to symbols in an index: which definitions they may mean, and what the command prints."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from codesearch.api import Index
from codesearch.errors import CodesearchError
from codesearch.navigation.references import Reference, References
from codesearch.render.budget import tokens
from codesearch.render.references import first_lines, grouped_lines
from codesearch.search.hit import Filters
from tests.support.command_line import CommandLine, Run
from tests.support.repositories import write

SHOP = """import json


class Store:
    def open(self):
        return self.load_all()

    def load_all(self):
        return json.load


def total(cart):
    return sum(cart)
"""
APP = """from shop import Store, total as add
import shop

store = Store()
store.open()
store.load_all()
print(shop.total([1]), add([2]))
"""
OTHER = """from lib import total

total([3])
items.total()


def open(total):
    return total
"""

Asker = Callable[..., References]


@pytest.fixture
def ask(tmp_path: Path) -> Asker:
    """Asks an index of files for references."""

    def asked(symbol: str, files: dict[str, str], filters: Filters | None = None) -> References:
        write(tmp_path / "repository", files)
        with Index.create(tmp_path / "repository") as index:
            index.update()
            return index.references(symbol, filters)

    return asked


def places(references: References) -> list[str]:
    """`path:line kind`, with a question mark for those that may mean something else."""
    return [_place(one) for one in references.references]


def _place(one: Reference) -> str:
    return f"{one.path}:{one.line} {one.kind}{'' if one.is_certain else '?'}"


FILES = {"shop.py": SHOP, "app.py": APP, "other.py": OTHER}


def test_definitions_come_first_then_other_references_by_place(ask: Asker) -> None:
    assert places(ask("Store", FILES)) == ["shop.py:4 definition", "app.py:1 import", "app.py:4 call"]


def test_a_function_that_is_imported_from_elsewhere_may_be_another(ask: Asker) -> None:
    assert places(ask("total", FILES)) == [
        "shop.py:12 definition",
        "app.py:1 import",
        "app.py:7 call",
        "other.py:1 import?",
        "other.py:3 call?",
        "other.py:4 call?",
    ]


def test_a_method_of_several_words_is_known_by_its_name_and_one_of_a_word_is_not(ask: Asker) -> None:
    assert places(ask("load_all", FILES)) == ["shop.py:8 definition", "app.py:6 call", "shop.py:6 call"]
    assert places(ask("Store.open", FILES)) == ["shop.py:5 definition", "app.py:5 call?"]


def test_several_definitions_are_listed_and_none_is_chosen(ask: Asker) -> None:
    files = {
        "a.py": "class A:\n    def run_it(self):\n        self.run_it()\n",
        "b.py": "class B:\n    def run_it(self):\n        pass\n",
        "c.py": "def go(x):\n    x.run_it()\n",
    }
    found = ask("run_it", files)
    assert [target.qualified_name for target in found.definitions] == ["A.run_it", "B.run_it"]
    own, other = (one for one in found.references if one.kind == "call")
    assert own.is_certain
    assert [target.qualified_name for target in own.targets] == ["A.run_it"]
    assert not other.is_certain
    assert other.is_ambiguous
    assert [target.qualified_name for target in other.targets] == ["A.run_it", "B.run_it"]


@pytest.mark.parametrize("symbol", ["A.run_it", "A::run_it", "A#run_it"])
def test_an_owner_narrows_the_definitions(ask: Asker, symbol: str) -> None:
    files = {
        "a.py": "class A:\n    def run_it(self):\n        self.run_it()\n",
        "b.py": "class B:\n    def run_it(self):\n        self.run_it()\n",
    }
    assert places(ask(symbol, files)) == ["a.py:2 definition", "a.py:3 call"]


@pytest.mark.parametrize("symbol", ["store.load_all", "self.store.load_all", "Shelf.load_all"])
def test_an_owner_that_nothing_has_is_no_type(ask: Asker, symbol: str) -> None:
    found = ask(symbol, FILES)
    assert places(found) == places(ask("load_all", FILES)) != []
    owner = symbol.removesuffix(".load_all").removeprefix("self.")
    assert found.remark == f"nothing called {owner} defines load_all; these are all references to load_all"
    assert not ask("Store.load_all", FILES).remark


def test_an_owner_may_be_a_module(ask: Asker) -> None:
    files = {
        "src/task/spawn.rs": "pub fn spawn() {}\n",
        "src/runtime.rs": "impl Runtime {\n    pub fn spawn(&self) {}\n}\n",
        "src/thread.rs": "pub fn spawn() {}\n",
    }
    found = ask("task::spawn", files)
    assert (places(found), found.remark) == (["src/task/spawn.rs:1 definition"], "")


def test_of_an_owner_elsewhere_nothing_is_listed(ask: Asker) -> None:
    found = ask("Store.open", FILES, Filters(within=("other.py",)))
    assert (places(found), found.remark) == ([], "")


def test_locals_are_other_things(ask: Asker) -> None:
    files = {"a.py": "def limit():\n    pass\n\n\ndef f(limit):\n    return limit\n\n\ndef g():\n    return limit()\n"}
    assert places(ask("limit", files)) == ["a.py:1 definition", "a.py:10 call"]


def test_a_nested_function_is_known_around_it_only(ask: Asker) -> None:
    files = {"a.py": "def f():\n    def inner():\n        pass\n    inner()\n\n\ndef g():\n    inner()\n"}
    assert places(ask("inner", files)) == ["a.py:2 definition", "a.py:4 call"]


ASSIGNED = {
    "a.js": "app.open = function () {\n  this.shut();\n};\napp.shut = function () {};\n",
    "b.js": "res.send = function () {\n  this.shut();\n};\nfunction other() {\n  this.send_now();\n}\n",
    "c.js": "function send_now() {}\nfunction Shop() {\n  this.count = () => 1;\n}\nnew Shop().count();\n",
    "d.lua": "function M.new()\n  self.steps = map(function() end)\nend\nfunction M:run()\n  return self.steps\nend\n",
    "e.kt": "fun String.twice() = this + this\nfun String.often() = this.twice()\n",
}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("shut", ["a.js:4 definition", "a.js:2 call", "b.js:2 call?"]),
        ("send_now", ["c.js:1 definition"]),
        ("count", ["c.js:3 definition", "c.js:5 call?"]),
        ("steps", ["d.lua:2 definition", "d.lua:5 mention?"]),
        ("twice", ["e.kt:1 definition", "e.kt:2 call?"]),
    ],
)
def test_what_is_assigned_to_an_object_is_a_member_of_this(ask: Asker, name: str, expected: list[str]) -> None:
    assert places(ask(name, ASSIGNED)) == expected


SET = {
    "Route.java": "@interface Route {\n  String path();\n  int level() default 1;\n}\n",
    "Use.java": '@Route(path = "a", level = 2)\nclass Use {}\n',
    "a.ts": "class A {\n  get isOpen(): boolean {\n    return true\n  }\n  isShut() {}\n}\n"
    "const a = { isOpen: true, isShut: 2 }\n",
    "a.rb": "module A\n  TYPE = 1\n  B = { TYPE => 1 }\n  C = { TYPE: 1 }\nend\n",
    "a_spec.rb": "describe 'a' do\n  OPTIONS = 1\n  it 'b' do\n    f(OPTIONS)\n  end\nend\n",
    "m.go": 'package a\n\nconst First Key = "a"\n\nvar t = Table{First: 1}\n',
    "b/m.go": "package b\n\nvar t = Table{First: 1}\n",
}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("path", ["Route.java:2 definition", "Use.java:1 mention?"]),
        ("level", ["Route.java:3 definition", "Use.java:1 mention?"]),
        ("isOpen", ["a.ts:2 definition", "a.ts:7 mention"]),
        ("isShut", ["a.ts:5 definition"]),
        ("TYPE", ["a.rb:2 definition", "a.rb:3 mention"]),
        ("OPTIONS", ["a_spec.rb:2 definition", "a_spec.rb:4 mention"]),
        ("First", ["m.go:3 definition", "m.go:5 mention?"]),
    ],
)
def test_keys(ask: Asker, name: str, expected: list[str]) -> None:
    assert places(ask(name, SET)) == expected


OPEN = {
    "Shape.hs": "module Shape where\nclass Shape a where\n  area :: a -> Int\ndata Box = Box { width :: Int }\n"
    "instance Shape Box where\n  area b = width b\ninstance Show Box where\n  show b = text b\n",
    "Use.hs": "module Use where\nimport Shape\nf b = area b + width b\ng area = area 1\nh = show 1\n",
    "m.f90": "module m\n  enum, bind(c)\n    enumerator :: red = 1\n  end enum\n  type t\n    integer :: count\n"
    "  contains\n    procedure :: total => t_total\n  end type\nend module\n",
    "use.f90": "subroutine f(x)\n  use m, only: red, t\n  type(t) :: x\n  integer :: total\n"
    "  if (x%total() == red) x % count = x%b(1)%count\nend subroutine\n",
    "e.jl": "@enum Fruit apple=1 pear=2\nf() = apple\n",
    "e.rs": "pub enum Size { Small, Large }\n",
    "f.rs": "use crate::e::Size::{self, Small};\nfn f() -> Size { if a { Small } else { Large } }\n",
    "h.rs": "use crate::shelf::Small;\nfn f() -> Small { Small::new() }\n",
    "g.rs": "use crate::e::Size::*;\nfn f() -> Size { Large }\n",
}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("area", ["Shape.hs:3 definition", "Shape.hs:6 definition", "Use.hs:3 call"]),
        ("width", ["Shape.hs:4 definition", "Shape.hs:6 call", "Use.hs:3 call"]),
        ("show", ["Shape.hs:8 definition", "Use.hs:5 call?"]),
        ("red", ["m.f90:3 definition", "use.f90:2 import", "use.f90:5 mention"]),
        ("count", ["m.f90:6 definition", "use.f90:5 mention?", "use.f90:5 mention?"]),
        ("total", ["m.f90:8 definition", "use.f90:5 call?"]),
        ("apple", ["e.jl:1 definition", "e.jl:2 mention"]),
        ("Small", ["e.rs:1 definition", "f.rs:1 import", "f.rs:2 mention", "h.rs:1 import"]),
        ("Large", ["e.rs:1 definition", "g.rs:2 mention"]),
    ],
)
def test_members_that_are_used_without_their_type(ask: Asker, name: str, expected: list[str]) -> None:
    assert places(ask(name, OPEN)) == expected


BODY = {
    "a.py": "class Shop:\n    size = 3\n    double = size * 2\n\n    def add(self, item=size):\n        return size\n\n"
    "    @property\n    def all(self):\n        return 1\n\n    @all.setter\n    def all(self, value):\n        pass\n"
    "\nsize = 1\n",
    "e.ts": "enum Mode {\n  Read = 1,\n  Both = Read | 2,\n}\nconst a = Read\n",
}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("size", ["a.py:2 definition", "a.py:16 definition", "a.py:3 mention", "a.py:5 mention", "a.py:6 mention"]),
        ("all", ["a.py:9 definition", "a.py:13 definition", "a.py:12 mention"]),
        ("Read", ["e.ts:2 definition", "e.ts:3 mention"]),
    ],
)
def test_a_member_is_used_without_an_object_in_the_body_of_its_type(ask: Asker, name: str, expected: list[str]) -> None:
    assert places(ask(name, BODY)) == expected


def test_a_module_of_rust_names_its_own_functions(ask: Asker) -> None:
    files = {"a.rs": "fn total() {}\nfn f(self) {\n    self::total();\n    self.total();\n}\n"}
    assert places(ask("total", files)) == ["a.rs:1 definition", "a.rs:3 call"]


def test_modules_by_another_name(ask: Asker) -> None:
    files = {
        "pack/types.py": "Callback = object\n",
        "pack/use.py": "from . import types as t\n\nx: t.Callback = 1\ny: z.Callback = 1\n",
    }
    assert places(ask("Callback", files)) == [
        "pack/types.py:1 definition",
        "pack/use.py:3 mention",
        "pack/use.py:4 mention?",
    ]


def test_a_package_of_go_sees_its_names_and_others_need_its_name(ask: Asker) -> None:
    files = {
        "shop/a.go": "package shop\n\nfunc Total() int { return 1 }\n",
        "shop/b.go": "package shop\n\nvar x = Total()\n",
        "main.go": 'package main\n\nimport "m/shop"\n\nvar x = shop.Total() + Total()\n',
    }
    assert places(ask("Total", files)) == ["shop/a.go:3 definition", "main.go:5 call", "shop/b.go:3 call"]


def test_prototypes_and_their_function_are_one_thing(ask: Asker) -> None:
    files = {
        "a.h": "int store_total(int a);\n",
        "a.c": '#include "a.h"\n\nint store_total(int a) { return a; }\n',
        "b.c": '#include "a.h"\n#define T store_total(1)\n\nint main(void) { return store_total(1); }\n',
    }
    assert places(ask("store_total", files)) == [
        "a.c:3 definition",
        "a.h:1 definition",
        "b.c:2 mention?",
        "b.c:4 call",
    ]


def test_another_language_is_no_reference(ask: Asker) -> None:
    files = {"a.py": "def total():\n    pass\n", "b.rb": "total(1)\n"}
    assert places(ask("total", files)) == ["a.py:1 definition"]


def test_what_is_defined_nowhere_is_listed_without_a_target(ask: Asker) -> None:
    found = ask("loads", {"a.py": "import json\n\njson.loads('1')\n"})
    assert places(found) == ["a.py:3 call?"]
    assert not found.definitions


def test_filters_leave_definitions_elsewhere_known(ask: Asker) -> None:
    found = ask("Store", FILES, Filters(within=("app.py",)))
    assert places(found) == ["app.py:1 import", "app.py:4 call"]
    assert found.references[0].targets[0].path == "shop.py"


def test_a_question_is_not_a_symbol(ask: Asker) -> None:
    with pytest.raises(CodesearchError, match="not a symbol"):
        ask("where is it", FILES)


def test_files_are_read_as_they_are_now_and_links_are_not_followed(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"in/a.py": "def total():\n    pass\n\n\ntotal()\n", "in/b.py": "import a\na.total()\n", "out.py": "total()\n"},
    )
    with Index.create(tmp_path / "in") as index:
        index.update()
        (tmp_path / "in" / "a.py").write_text("# new\n\ndef total():\n    pass\n", encoding="utf-8")
        (tmp_path / "in" / "b.py").unlink()
        (tmp_path / "in" / "b.py").symlink_to(tmp_path / "out.py")
        assert places(index.references("total")) == ["a.py:3 definition"]


def test_hostile_files_cost_their_own_references_only(ask: Asker) -> None:
    files = FILES | {"deep.py": "Store(" * 20_000, "wide.py": "x = [" + "Store, " * 30_000 + "]\n"}
    found = ask("Store", files)
    assert {"shop.py:4 definition", "app.py:4 call"} <= set(places(found))


# the command


@pytest.mark.slow
def test_the_command(codesearch: CommandLine, tmp_path: Path) -> None:
    write(tmp_path, FILES)

    def run(*arguments: str) -> Run:
        return codesearch("references", *arguments, cwd=tmp_path)

    run("Store")  # creates the index
    lines = ["shop.py:4:class Store:", "app.py:1:from shop import Store, total as add", "app.py:4:store = Store()"]
    assert run("Store").out.splitlines() == lines
    assert run("Store", "app.py", "-n", "1").out.splitlines() == lines[1:2]
    assert run("Store", "--kind", "definition,call").out.splitlines() == [lines[0], lines[2]]
    assert run("Store", "--lang", "go").code == 1
    assert run("Store", "--path", "!app.py").out.splitlines() == lines[:1]
    assert run("Store", "-l").out.splitlines() == ["shop.py", "app.py"]
    assert run("Store", "-l", "-0").out == "shop.py\0app.py\0"


@pytest.mark.slow
def test_the_command_says_what_is_uncertain(codesearch: CommandLine, tmp_path: Path) -> None:
    write(tmp_path, FILES)
    codesearch("index", cwd=tmp_path)
    run = codesearch("references", "total", cwd=tmp_path)
    assert len(run.out.splitlines()) == 6
    assert "3 of 6 references may mean something else; --certain omits them" in run.err
    certain = codesearch("references", "total", "--certain", cwd=tmp_path)
    assert (len(certain.out.splitlines()), certain.err) == (3, "")


def test_the_owner_that_nothing_has_is_told(codesearch: CommandLine, tmp_path: Path) -> None:
    write(tmp_path, FILES)
    codesearch("index", cwd=tmp_path)
    run = codesearch("references", "ctx.load_all", cwd=tmp_path)
    assert (run.code, len(run.out.splitlines())) == (0, 3)
    assert run.err == "codesearch: nothing called ctx defines load_all; these are all references to load_all\n"


@pytest.mark.slow
def test_json(codesearch: CommandLine, tmp_path: Path) -> None:
    write(tmp_path, FILES)
    codesearch("index", cwd=tmp_path)
    (tmp_path / "below").mkdir()
    records = json.loads(codesearch("references", "load_all", "--json", cwd=tmp_path / "below").out)
    target = {
        "path": "../shop.py",
        "line": 8,
        "kind": "method",
        "qualified_name": "Store.load_all",
        "signature": "def load_all(self)",
    }
    assert records[2] == {
        "path": "../shop.py",
        "line": 6,
        "column": 21,
        "kind": "call",
        "text": "        return self.load_all()",
        "scope": "Store.open",
        "certain": True,
        "targets": [target],
    }
    lines = codesearch("references", "load_all", "--jsonl", cwd=tmp_path / "below").out.splitlines()
    assert [json.loads(line) for line in lines] == records


@pytest.mark.slow
def test_a_budget_of_tokens(codesearch: CommandLine, tmp_path: Path) -> None:
    write(tmp_path, FILES)
    codesearch("index", cwd=tmp_path)
    for most in (1, 5, 30, 40, 1000):
        out = codesearch("references", "Store", "--max-tokens", str(most), cwd=tmp_path).out
        assert sum(map(tokens, out.splitlines(keepends=True))) <= most
    assert "… 2 lines more" in codesearch("references", "Store", "--max-tokens", "24", cwd=tmp_path).out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("Sotre",), 1, "Sotre is neither defined nor used here\n  did you mean Store"),
        (("Zebra",), 1, "Zebra is neither defined nor used here\n"),
        (("Store", "--lang", "markdown"), 1, "Store is not used here\n  it is defined elsewhere in the index\n"),
        (("Store", "--kind", "import", "shop.py"), 1, "no such reference to Store\n  there is"),
        (("where is it",), 2, "'where is it' is not a symbol"),
        (("Store", "--kind", "calls"), 2, "'calls' is not one of definition, call, import, mention"),
        (("Store", "nowhere"), 2, "nowhere does not exist"),
        (("Store", "--json", "-l"), 2, "--json and --files-with-matches cannot be used together"),
        (("Store", "-0"), 2, "--null needs --files-with-matches"),
    ],
)
def test_what_goes_wrong_is_said(
    codesearch: CommandLine, tmp_path: Path, arguments: tuple[str, ...], code: int, message: str
) -> None:
    write(tmp_path, FILES)
    codesearch("index", cwd=tmp_path)
    run = codesearch("references", *arguments, cwd=tmp_path)
    assert (run.code, run.out) == (code, "")
    assert message in run.err


def test_the_list_at_a_terminal(ask: Asker) -> None:
    assert list(grouped_lines(ask("total", FILES).references)) == [
        "Definitions (1)",
        "  shop.py:12  function total",
        "",
        "Calls (1)",
        "  app.py:7  print(shop.total([1]), add([2]))",
        "",
        "Imports (1)",
        "  app.py:1  from shop import Store, total as add",
        "",
        "Perhaps something else (3)",
        "  other.py:1  from lib import total",
        "  other.py:3  total([3])",
        "  other.py:4  items.total()",
    ]


def test_headings_count_what_is_not_listed_too(ask: Asker) -> None:
    found = ask("total", FILES).references
    first = [
        "Definitions (1)",
        "  shop.py:12  function total",
        "",
        "Calls (1)",
        "  app.py:7  print(shop.total([1]), add([2]))",
        "",
        "Imports (1)",
        "",
        "Perhaps something else (3)",
        "… 4 more; narrow with path",
    ]
    assert list(first_lines(found, 2, 1000)) == first
    assert list(first_lines(found, len(found), 1000)) == list(grouped_lines(found))
    for most in (2, len(found)):
        assert list(first_lines(found, most, 30)) == [*first[:4], "… 5 more; narrow with path"]


def test_the_name_of_a_specialization_of_a_template_may_mean_the_template(ask: Asker) -> None:
    special = "template <typename R, typename... A>\nstruct Function<R(A...)> {\n  using Result = R;\n};\n"
    use = '#include "function.h"\n\ntypename Function<F>::Result result;\n'
    files = {"function.h": "template <typename F>\nstruct Function;\n\n" + special, "use.cc": use}
    found = ask("Function", files).references
    assert [(one.path, one.is_certain) for one in found if one.path == "use.cc"] == [("use.cc", False)]
    primary = "template <typename F>\nstruct Function {\n  using Result = F;\n};\n\n"
    found = ask("Function", files | {"function.h": primary + special}).references
    (used,) = (one for one in found if one.path == "use.cc")
    assert used.is_certain
    assert [target.line for target in used.targets] == [2]
