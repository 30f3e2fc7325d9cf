"""What the tools answer, however they are reached."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codesearch.cli.remedies import hint_of
from codesearch.mcp.parameters import Parameter, read, schema
from codesearch.mcp.roots import Roots
from codesearch.mcp.session import Session
from codesearch.mcp.tools import TOOLS, Tools
from codesearch.render.budget import tokens
from codesearch.server.progress import Progress
from codesearch.server.residents import ResidentIndexes


def tools_of(directory: Path, *folders: Path) -> Tools:
    def open_indexes(cookies: Path) -> ResidentIndexes:
        return ResidentIndexes(cookies, lambda _: None)

    return Tools(Session(Roots(folders, directory), open_indexes), hint_of)


@pytest.fixture(scope="module")
def tools(indexed_shop: Path) -> Iterator[Tools]:
    tools = tools_of(indexed_shop)
    yield tools
    tools.session.close()


def ask(tools: Tools, query: str = "how are passwords hashed", **more: Any) -> str:
    answer = tools.call("search", {"query": query} | more, Progress())
    assert not answer.is_error, answer.text
    return answer.text


def test_an_answer_is_a_line_of_freshness_and_hits_with_numbered_lines(tools: Tools) -> None:
    lines = ask(tools, limit=2).splitlines()
    assert lines[0].startswith("fresh: ") and lines[0].endswith(" chunks")
    assert lines[1] == "server/passwords.py:10-14 function hash_password"
    assert lines[2] == "10 def hash_password(password: str) -> str:"


def test_filters_are_those_of_the_command_line(tools: Tools) -> None:
    assert "web/" in ask(tools, "validate an address", languages=["ts"], kinds=["function"], paths=["web/**"], limit=1)
    assert "server/" not in ask(tools, "check a password", paths=["!server/**"])


def test_operators_work_as_on_the_command_line(tools: Tools) -> None:
    text = ask(tools, '"salt" password', limit=5)
    assert "only the first" in text and '"salt"' in text


def test_a_name_that_is_misspelt_is_said(tools: Tools) -> None:
    said = "hash_pasword is not defined here; did you mean hash_password?"
    assert said in ask(tools, "hash_pasword").splitlines()
    assert "not defined" not in ask(tools, "hash_password")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"query": " "}, "the query is empty"),
        ({}, "query is missing"),
        ({"languages": ["pyton"]}, "unknown language 'pyton'; did you mean Python"),
        ({"kinds": ["functoin"]}, "unknown kind 'functoin'; did you mean function"),
        ({"paths": ["["]}, "a bracket is not closed"),
        ({"paths": ["nowhere/**"]}, 'nothing that is indexed fits paths ["nowhere/**"]'),
        (
            {"pattern": "no such line", "languages": ["python"]},
            'nothing that is indexed fits pattern "no such line" and languages ["python"]',
        ),
        ({"query": "!!!", "languages": ["python"]}, "the question has no words; to find it as text, use grep"),
        ({"root": "/"}, "root / is not one of the folders that may be searched"),
        ({"root": ".."}, "root .. is not one of the folders that may be searched"),
        ({"root": "server/gone"}, "does not exist"),
        ({"root": "Makefile"}, "Makefile is not a folder; pass a folder as root"),
        ({"limit": "many"}, "limit must be a whole number"),
        ({"limit": 2.5}, "limit must be a whole number"),
        ({"paths": [1]}, "paths must be a list of strings"),
        ({"regex": "x"}, "unknown parameter 'regex'; parameters: query, pattern,"),
    ],
)
def test_what_cannot_be_answered_is_one_sentence_and_no_error(
    tools: Tools, arguments: dict[str, Any], told: str
) -> None:
    query = {} if arguments in ({}, {"query": " "}) else {"query": "how are passwords hashed"}
    answer = tools.call("search", query | arguments, Progress())
    assert told in answer.text
    assert not answer.is_error


def test_a_root_below_is_searched_alone_and_its_paths_start_there(tools: Tools, indexed_shop: Path) -> None:
    text = ask(tools, root="server", limit=1)
    assert f"; paths are below {indexed_shop / 'server'}\npasswords.py:10-14 " in text
    assert ask(tools, root=f"file://{indexed_shop}/server", limit=1) == text


def test_several_roots_are_searched_as_one(indexed_shop: Path, tmp_path: Path) -> None:
    second = tmp_path / "second"
    shutil.copytree(indexed_shop / "web", second)
    tools = tools_of(tmp_path, indexed_shop, second)
    text = ask(tools, "validate an address", limit=8)
    assert "second/bestellung.ts" in text
    assert "passwords.py" in ask(tools)
    assert tools.call("search", {"query": "x", "root": str(tmp_path)}, Progress()).text.startswith("root ")
    tools.session.close()


@pytest.fixture(scope="module")
def two_folders(indexed_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tools]:
    """The shop, and `second/code/parcel.py`."""
    folder = tmp_path_factory.mktemp("folders")
    shutil.copytree(indexed_shop, folder / "shop")
    (folder / "second" / "code").mkdir(parents=True)
    (folder / "second" / "code" / "parcel.py").write_text("def hash_parcel(number):\n    return hash(number)\n")
    tools = tools_of(folder, folder / "shop", folder / "second")
    yield tools
    tools.session.close()


@pytest.mark.parametrize(
    ("globs", "found"),
    [
        ([], {"shop", "second"}),
        (["/second/**"], {"second"}),
        (["second/code/*.py"], {"second"}),
        (["code/*.py"], set()),
        (["**/code/*.py"], {"second"}),
        (["second"], {"second"}),
        (["*.py"], {"shop", "second"}),
        (["!second/**"], {"shop"}),
        (["*.py", "!second/"], {"shop"}),
        (["shop/server/"], {"shop"}),
        (["shop/*.py"], set()),
    ],
)
def test_globs_are_of_the_paths_that_are_shown(two_folders: Tools, globs: list[str], found: set[str]) -> None:
    text = ask(two_folders, "hash", limit=50, paths=globs)
    assert {folder for folder in ("shop", "second") if f"\n{folder}/" in text} == found


def test_globs_start_at_the_root_that_is_asked_for(tools: Tools) -> None:
    assert "\npasswords.py:" in ask(tools, root="server", paths=["/passwords.py"])
    assert "\npasswords.py:" in ask(tools, root="server", paths=["*.py"])
    assert "passwords.py:" not in ask(tools, root="server", paths=["!/passwords.py"])
    assert "passwords.py:" not in ask(tools, root="server", paths=["server/**"])


def test_a_link_out_of_the_root_is_refused(indexed_shop: Path, tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "link").symlink_to(indexed_shop)
    tools = tools_of(tmp_path / "inside")
    assert "is not one of the folders" in tools.call("search", {"query": "x", "root": "link"}, Progress()).text


def test_a_server_in_the_home_folder_asks_for_a_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert (
        "pass the folder of the project as root" in tools_of(tmp_path).call("search", {"query": "x"}, Progress()).text
    )
    assert not list(tmp_path.iterdir())


def test_a_root_that_is_gone_and_files_that_change_are_told(indexed_shop: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    shutil.copytree(indexed_shop, project)
    tools = tools_of(project)
    assert "hash_password" in ask(tools)
    (project / "server" / "passwords.py").write_text("def scramble_password(password):\n    return password[::-1]\n")
    assert "scramble_password" in ask(tools, "scramble a password")
    shutil.rmtree(project)
    text = tools.call("search", {"query": "hash"}, Progress()).text
    assert "does not exist" in text
    tools.session.close()


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    tools = tools_of(tmp_path)
    assert "nothing to search" in ask(tools)
    tools.session.close()


def test_an_index_that_cannot_be_used_is_an_error(indexed_shop: Path, tmp_path: Path) -> None:
    tools = Tools(
        Session(
            Roots([indexed_shop], tmp_path), lambda cookies: ResidentIndexes(cookies, print), model="no-such-model"
        ),
        hint_of,
    )
    answer = tools.call("search", {"query": "x"}, Progress())
    assert answer.is_error and "no-such-model" in answer.text
    tools.session.close()


@settings(max_examples=60, deadline=None)
@given(
    query=st.sampled_from(["hash", "validate an address", "the cart", '"salt" x']),
    limit=st.integers(-2, 60),
    budget=st.integers(-5, 3000),
)
def test_no_answer_takes_more_tokens_than_allowed(tools: Tools, query: str, limit: int, budget: int) -> None:
    assert tokens(ask(tools, query, limit=limit, max_tokens=budget)) <= max(budget, 50)


def test_warming_up_makes_no_index(tmp_path: Path, indexed_shop: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    for folder in (tmp_path, indexed_shop):
        session = tools_of(folder).session
        session.warm_up()
        session.warm_up()
        assert session._warming is not None
        session._warming.join()
        session.close()
    assert [path.name for path in tmp_path.iterdir()] == ["a.py"]


def test_schemas_have_no_unions_and_are_short() -> None:
    for tool in TOOLS:
        text = json.dumps(tool.schema())
        assert not any(word in text for word in ("anyOf", "oneOf", "allOf", "$defs", "title", "null"))
    told = sum(len(tool.description) + len(json.dumps(tool.schema(), separators=(",", ":"))) for tool in TOOLS)
    assert told <= 3_000
    assert [tool.schema()["required"] for tool in TOOLS] == [["query"], ["path", "line"], ["symbol"], []]


def test_values_that_can_only_mean_one_thing_are_taken_as_that() -> None:
    parameters = (Parameter("names", ()), Parameter("count", 8, maximum=50), Parameter("word", "x"))
    assert read(parameters, {}) == {"names": (), "count": 8, "word": "x"}
    assert read(parameters, {"names": "a, b", "count": "7", "word": None}) == {
        "names": ("a", "b"),
        "count": 7,
        "word": "x",
    }
    assert read(parameters, {"names": '["a,b"]', "count": 99.0})["names"] == ("a,b",)
    assert read(parameters, {"count": 10**9})["count"] == 50
    assert schema(parameters)["properties"]["names"] == {"type": "array", "items": {"type": "string"}}


def call(tools: Tools, name: str, **arguments: Any) -> str:
    answer = tools.call(name, arguments, Progress())
    assert not answer.is_error, answer.text
    return answer.text


def test_hits_have_a_line_that_matches_the_pattern(tools: Tools) -> None:
    text = call(tools, "search", query="how are passwords hashed", pattern=r"class Login\w+", limit=3)
    assert "class LoginThrottle" in text
    assert "hash_password" not in text
    assert 'fits pattern "zzz_nowhere"' in call(tools, "search", query="passwords", pattern="zzz_nowhere")
    wrong = call(tools, "search", query="passwords", pattern="(")
    assert "(" in wrong
    assert "\n" not in wrong


def test_references_are_listed_by_kind(tools: Tools) -> None:
    text = call(tools, "references", symbol="LoginThrottle")
    assert "Definitions (1)\n  server/passwords.py:24  class LoginThrottle" in text
    missing = call(tools, "references", symbol="LoginThrottle", path="web", root="")
    assert missing == "LoginThrottle is not used here; it is defined elsewhere in the index"


def test_references_beyond_the_limit_are_counted(tools: Tools) -> None:
    assert "Mentions (2)\n" in call(tools, "references", symbol="ROUNDS")
    text = call(tools, "references", symbol="ROUNDS", limit=2)
    assert "Mentions (2)\n" in text
    assert text.endswith("… 1 more; narrow with path")


def test_similar_code_is_found_by_a_line(tools: Tools) -> None:
    text = call(tools, "similar", path="server/passwords.py", line=11, limit=2)
    assert text.startswith("fresh: ")
    assert "server/passwords.py:17-21 function check_password\n" in text
    assert "10-14 function hash_password" not in text
    assert call(tools, "similar", path="passwords.py", line=11, limit=2, root="server").count("check_password")


def test_an_outline_lists_definitions_within_its_tokens(tools: Tools) -> None:
    text = call(tools, "outline", path="server/passwords.py")
    assert "server/passwords.py\n" in text and "10-14  def hash_password" in text
    assert "server/passwords.py" in call(tools, "outline")
    for budget in (50, 60, 100, 300):
        assert tokens(call(tools, "outline", max_tokens=budget)) <= budget


def test_a_file_without_definitions_is_said_to_have_none(tmp_path: Path) -> None:
    (tmp_path / "hello.py").write_text("print('hello')\n")
    tools = tools_of(tmp_path)
    assert call(tools, "outline", path="hello.py").endswith("\nno definitions in hello.py")
    assert call(tools, "outline").endswith(f"\nno definitions in {tmp_path}")
    tools.session.close()


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("similar", {"path": "", "line": 1}, "the path is empty"),
        ("references", {"symbol": " "}, "the symbol is empty"),
        ("references", {"symbol": "hash_pasword"}, "did you mean hash_password"),
        ("similar", {"path": "server", "line": 1}, "server is a folder"),
        ("similar", {"path": "server/none.py", "line": 1}, "does not exist"),
        ("similar", {"path": "../../etc/passwd", "line": 1}, "outside the folders"),
        ("similar", {"path": "server/passwords.py", "line": 9999}, "has no line 9,999"),
        ("similar", {"path": "server/passwords.py", "line": 0}, "has no line 0"),
        ("similar", {"path": "server/passwords.py"}, "line is missing"),
        ("outline", {"path": "/etc"}, "outside the folders"),
        ("outline", {"path": "none"}, "does not exist"),
        ("outline", {"path": ".git/HEAD"}, "is not indexed"),
    ],
)
def test_places_that_are_not_there_are_told(tools: Tools, name: str, arguments: dict[str, Any], told: str) -> None:
    assert told in call(tools, name, **arguments)


@pytest.mark.parametrize("path", ["a\0b", "\0", "\ud800", "file:///%00", "file:///\ud800", "file://[", "long" * 2000])
def test_what_can_be_no_path_does_not_exist(tools: Tools, indexed_shop: Path, path: str) -> None:
    for name, arguments in (
        ("search", {"query": "hash"}),
        ("similar", {"path": "server/passwords.py", "line": 11}),
        ("references", {"symbol": "hash_password"}),
        ("outline", {}),
    ):
        for parameter in ("root", *(["path"] if name != "search" else [])):
            text = call(tools, name, **arguments | {parameter: path})
            assert "does not exist" in text or "outside the folders" in text
            assert text.isprintable()


def test_an_unknown_tool_is_told_with_those_that_there_are(tools: Tools) -> None:
    answer = tools.call("grep", {}, Progress())
    assert answer.is_error
    assert answer.text == "unknown tool 'grep'; tools: search, similar, references, outline"
