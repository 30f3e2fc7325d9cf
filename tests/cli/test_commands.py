"""`index`, `status`, `clean`, `languages`, `chunks` as processes, and what goes wrong with an index."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import codesearch as package
from codesearch.cli import COMMANDS
from codesearch.index.store import Store
from codesearch.languages.registry import LANGUAGES
from tests.support.command_line import CommandLine
from tests.support.repositories import git, needs_git

pytestmark = pytest.mark.slow

needs_posix_permissions = pytest.mark.skipif(
    sys.platform == "win32" or (hasattr(os, "geteuid") and os.geteuid() == 0), reason="no folder is read-only here"
)


def test_a_first_index_is_summed_up_and_the_second_does_nothing(codesearch: CommandLine, shop: Path) -> None:
    first = codesearch("index", cwd=shop)
    assert first.code == 0
    assert "Indexed in" in first.out
    assert "8 files" in first.out
    assert "Python" in first.out
    assert "on disk" in first.out
    second = codesearch("index", cwd=shop)
    assert second.out.startswith("Up to date in")


def test_an_update_counts_what_changed(codesearch: CommandLine, shop: Path) -> None:
    codesearch("index", "-q", cwd=shop)
    (shop / "new.py").write_text("def new():\n    return 1\n")
    (shop / "server" / "retry.go").write_text("package server\n\nfunc Changed() int { return 1 }\n")
    (shop / "docs" / "deploy.md").unlink()
    run = codesearch("index", cwd=shop)
    assert "1 added, 1 changed, 1 removed" in run.out


def test_quiet_says_nothing(codesearch: CommandLine, shop: Path) -> None:
    run = codesearch("index", "--quiet", "--jobs", "2", cwd=shop)
    assert (run.code, run.out, run.err) == (0, "", "")


def test_force_starts_anew(codesearch: CommandLine, shop: Path) -> None:
    codesearch("index", "-q", cwd=shop)
    run = codesearch("index", "--force", cwd=shop)
    assert "Indexed in" in run.out
    assert "8 files" in run.out


@needs_git
def test_a_first_index_without_a_folder_is_that_of_the_repository(codesearch: CommandLine, shop: Path) -> None:
    git(shop, "init", "-q")
    codesearch("index", cwd=shop / "server")
    assert json.loads(codesearch("status", "--json", cwd=shop).out)["root"] == str(shop)
    codesearch("clean", "-y", cwd=shop)
    codesearch("index", ".", cwd=shop / "server")
    assert json.loads(codesearch("status", "--json", cwd=shop / "server").out)["root"] == str(shop / "server")


def test_a_subfolder_updates_the_index_above(codesearch: CommandLine, shop: Path) -> None:
    codesearch("index", "-q", cwd=shop)
    assert codesearch("index", cwd=shop / "server").out.startswith("Up to date")
    assert not (shop / "server" / ".codesearch").exists()


def test_globs_choose_files_and_are_remembered(codesearch: CommandLine, shop: Path) -> None:
    codesearch("index", "-q", "--include", "server/**", "--exclude", "*.go", cwd=shop)
    languages = json.loads(codesearch("status", "--json", cwd=shop).out)["files_by_language"]
    assert languages == {"Python": 1, "Rust": 1}
    (shop / "server" / "more.go").write_text("package server\n\nfunc More() {}\n")
    (shop / "server" / "more.py").write_text("def more():\n    pass\n")
    codesearch("query", "more", cwd=shop)
    languages = json.loads(codesearch("status", "--json", cwd=shop).out)["files_by_language"]
    assert languages == {"Python": 2, "Rust": 1}
    codesearch("index", "-q", "--exclude", "web/**", cwd=shop)
    languages = json.loads(codesearch("status", "--json", cwd=shop).out)["files_by_language"]
    assert languages["Go"] == 2
    assert "JavaScript" not in languages


def test_larger_files_are_skipped_and_said(codesearch: CommandLine, shop: Path) -> None:
    (shop / "large.py").write_text("x = 1\n" * 1000)
    run = codesearch("index", "--max-file-size", "5k", cwd=shop)
    assert "too large 1" in run.out
    assert "too large" not in codesearch("index", "--max-file-size", "1M", cwd=shop).out


def test_status(codesearch: CommandLine, indexed_shop: Path) -> None:
    run = codesearch("status", "--json", cwd=indexed_shop / "web")
    status = json.loads(run.out)
    assert (
        list(status)
        == (
            "root index_dir format complete staged_files model revision dimensions files chunks chunks_by_language"
            " files_by_language encodings skipped fallbacks segments size search"
        ).split()
    )
    assert Path(status["root"]).samefile(indexed_shop)
    assert (status["files"], status["complete"], status["staged_files"]) == (8, True, 0)
    assert sum(status["chunks_by_language"].values()) == status["chunks"]
    assert status["model"] == "default"
    assert status["size"] > 0
    text = codesearch("status", cwd=indexed_shop)
    assert text.code == 0
    assert (text.err, "8 files" in text.out) == ("", True)
    assert "default" in text.out


def test_clean_removes_the_index_and_nothing_else(codesearch: CommandLine, shop: Path) -> None:
    codesearch("index", "-q", cwd=shop)
    before = {path for path in shop.rglob("*") if ".codesearch" not in path.parts}
    run = codesearch("clean", "--json", cwd=shop)
    removed = json.loads(run.out)
    assert run.code == 0
    assert list(removed) == ["root", "index_dir", "freed"]
    assert removed["freed"] > 0
    assert not (shop / ".codesearch").exists()
    assert set(shop.rglob("*")) == before


def test_clean_leaves_what_is_not_the_index(codesearch: CommandLine, shop: Path, tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    (place / "thesis.txt").write_text("years of work")
    for command in (("clean", "-y"), ("index", "-q")):
        refused = codesearch(*command, "--index-dir", str(place), cwd=shop)
        assert (refused.code, refused.out) == (2, "")
    (place / "thesis.txt").unlink()
    codesearch("index", "-q", "--index-dir", str(place), cwd=shop)
    (place / "thesis.txt").write_text("years of work")
    assert codesearch("clean", "-y", "--index-dir", str(place), cwd=shop).code == 0
    assert [path.name for path in place.iterdir()] == ["thesis.txt"]


def test_languages(codesearch: CommandLine, tmp_path: Path) -> None:
    rows = json.loads(codesearch("languages", "--json", cwd=tmp_path).out)
    assert [row["name"] for row in rows] == [language.name for language in LANGUAGES]
    assert all(list(row) == "name aliases extensions filenames interpreters cut_by extra".split() for row in rows)
    text = codesearch("languages", cwd=tmp_path)
    assert text.code == 0
    assert all(language.name in text.out for language in LANGUAGES)


def test_chunks(codesearch: CommandLine, shop: Path) -> None:
    run = codesearch("chunks", "--json", "server/passwords.py", "web/shopping cart.js", cwd=shop)
    rows = json.loads(run.out)
    fields = (
        "path start_line end_line language kind name qualified_name signature documentation snippet definitions".split()
    )
    assert all(list(row) == fields for row in rows)
    names = {(row["kind"], row["qualified_name"]) for row in rows}
    assert ("function", "hash_password") in names
    assert {row["path"] for row in rows} == {"server/passwords.py", "web/shopping cart.js"}
    (hashed,) = (row for row in rows if row["name"] == "hash_password")
    assert "fresh salt" in hashed["documentation"]
    lines = codesearch("chunks", "--jsonl", "server/passwords.py", "web/shopping cart.js", cwd=shop)
    assert [json.loads(line) for line in lines.out.splitlines()] == rows
    text = codesearch("chunks", "server/passwords.py", cwd=shop)
    assert "server/passwords.py:10-14  function hash_password\n" in text.out


def test_chunks_take_a_language(codesearch: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "script").write_text("def f():\n    return 1\n\n\ndef g():\n    return 2\n")
    run = codesearch("chunks", "--jsonl", "--lang", "py", "script", cwd=tmp_path)
    assert {json.loads(line)["language"] for line in run.out.splitlines()} == {"Python"}


def test_chunks_of_a_file_that_is_not_there(codesearch: CommandLine, shop: Path) -> None:
    run = codesearch("chunks", "nowhere.py", "server/retry.go", cwd=shop)
    assert run.code == 2
    assert "nowhere.py does not exist" in run.err
    assert "RetryPolicy" in run.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("index", "nowhere"), "does not exist"),
        (("index", "Makefile"), "is a file"),
        (("index", "--max-file-size", "huge"), "huge"),
        (("index", "--jobs", "-3"), "-3 is not in the range 0 to 256"),
        (("index", "--model", "no-such-model"), "no-such-model"),
        (("status",), "codesearch index"),
        (("index", "Makefile"), "Makefile is a file\n  pass its folder\n"),
        (("clean", "Makefile"), "Makefile is a file\n  pass its folder\n"),
        (("completion",), "missing argument 'SHELL'. Choose from: bash, zsh, fish, powershell, pwsh\n"),
        (("status", "nowhere"), "nowhere"),
        (("clean", "-y"), "no index"),
        (("chunks",), "FILE"),
        (("chunks", "--lang", "klingon", "Makefile"), "klingon"),
        (("qeury", "x"), "codesearch query"),
        (("how are passwords hashed",), "codesearch query 'how are passwords hashed'"),
        (("--frobnicate",), "--frobnicate"),
    ],
)
def test_bad_input_is_exit_code_2_and_a_sentence(
    arguments: tuple[str, ...], said: str, codesearch: CommandLine, shop: Path
) -> None:
    run = codesearch(*arguments, cwd=shop)
    assert (run.code, run.out) == (2, "")
    assert said in run.err
    assert "Traceback" not in run.err


def test_an_empty_folder_has_an_empty_index(codesearch: CommandLine, tmp_path: Path) -> None:
    run = codesearch("index", cwd=tmp_path)
    assert run.code == 0
    assert "0 files" in run.out
    assert codesearch("query", "anything", cwd=tmp_path).code == 1
    assert codesearch("status", cwd=tmp_path).code == 0


@pytest.mark.parametrize("command", [("query", "password"), ("index",), ("status",)])
def test_an_index_of_a_newer_format_is_left_alone(
    command: tuple[str, ...], codesearch: CommandLine, shop: Path
) -> None:
    codesearch("index", "-q", cwd=shop)
    _set_format(shop, "99")
    run = codesearch(*command, cwd=shop)
    assert (run.code, run.out) == (2, "")
    assert "newer" in run.err or "format" in run.err
    assert "Traceback" not in run.err


def test_force_takes_an_index_of_a_newer_format_away(codesearch: CommandLine, shop: Path) -> None:
    codesearch("index", "-q", cwd=shop)
    _set_format(shop, "99")
    assert codesearch("index", "--force", cwd=shop).code == 0
    assert codesearch("query", "hash a password", cwd=shop).code == 0


def test_an_index_of_an_older_format_is_made_anew(codesearch: CommandLine, shop: Path) -> None:
    codesearch("index", "-q", cwd=shop)
    _set_format(shop, "0")
    run = codesearch("query", "hash a password", "-l", "-n", "1", cwd=shop)
    assert (run.code, run.out) == (0, str(Path("server", "passwords.py")) + "\n")
    assert "has format 0" in run.err
    assert codesearch("query", "hash a password", cwd=shop).err == ""


def _set_format(shop: Path, number: str) -> None:
    with sqlite3.connect(shop / ".codesearch" / "index.db") as database:
        database.execute("UPDATE meta SET value = ? WHERE key = 'format'", (number,))
    database.close()


def test_an_index_of_another_model_is_said(codesearch: CommandLine, shop: Path) -> None:
    codesearch("index", "-q", cwd=shop)
    store = Store.open(shop / ".codesearch" / "index.db", write=True)
    with store.transaction():
        store.set_meta({"model": "another/model"})
        store.seal()
    store.close()
    run = codesearch("query", "password", "--model", "default", cwd=shop)
    assert (run.code, run.out) == (2, "")
    assert "another/model" in run.err
    assert "run: codesearch index --model default" in run.err
    replaced = codesearch("index", "--model", "default", cwd=shop)
    assert replaced.code == 0
    assert "made with the model another/model; it stays in use until default's is complete" in replaced.err
    assert codesearch("query", "password", cwd=shop).code == 0


def test_a_first_index_that_was_killed_is_finished_by_a_query(codesearch: CommandLine, shop: Path) -> None:
    codesearch("index", "-q", cwd=shop)
    with sqlite3.connect(shop / ".codesearch" / "index.db") as database:
        database.executescript(
            "UPDATE files SET live = 0; UPDATE segments SET live = 0; DELETE FROM meta WHERE key != 'format'"
        )
    database.close()
    store = Store.open(shop / ".codesearch" / "index.db", write=True)
    with store.transaction():
        store.seal()
    store.close()
    run = codesearch("query", "hash a password", "-l", "-n", "1", cwd=shop)
    assert (run.code, run.out) == (0, str(Path("server", "passwords.py")) + "\n")
    assert "incomplete" in run.err


def test_a_damaged_database_is_rebuilt_and_said(codesearch: CommandLine, shop: Path) -> None:
    codesearch("index", "-q", cwd=shop)
    database = shop / ".codesearch" / "index.db"
    database.write_bytes(b"SQLite format 3\0" + b"garbage" * 5000)
    run = codesearch("query", "hash a password", "-l", "-n", "1", cwd=shop)
    assert run.code == 0
    assert run.out == str(Path("server", "passwords.py")) + "\n"
    assert "rebuil" in run.err
    assert codesearch("query", "hash a password", cwd=shop).err == ""


def test_a_damaged_index_elsewhere_can_be_rebuilt_and_removed(
    codesearch: CommandLine, shop: Path, tmp_path: Path
) -> None:
    place = tmp_path / "place"
    elsewhere = ("--index-dir", str(place))
    codesearch("index", "-q", *elsewhere, cwd=shop)
    (place / "index.db").write_bytes(b"garbage" * 5000)
    asked = codesearch("query", "password", *elsewhere, cwd=shop)
    assert (asked.code, asked.out) == (2, "")
    assert "damaged" in asked.err
    assert "Rebuilt" in codesearch("index", *elsewhere, cwd=shop).out
    assert codesearch("query", "password", *elsewhere, cwd=shop).code == 0
    (place / "index.db").write_bytes(b"garbage" * 5000)
    assert codesearch("clean", "-y", *elsewhere, cwd=shop).code == 0
    assert not place.exists()


def test_damaged_vectors_are_rebuilt_and_said(codesearch: CommandLine, shop: Path) -> None:
    codesearch("index", "-q", cwd=shop)
    for file in (shop / ".codesearch" / "segments").rglob("*"):
        if file.is_file():
            file.write_bytes(file.read_bytes()[:40])
    run = codesearch("index", cwd=shop)
    assert run.code == 0
    assert "Rebuilt" in run.out
    assert codesearch("query", "hash a password", "-n", "1", cwd=shop).code == 0


def test_a_query_of_damaged_vectors_repairs_them(codesearch: CommandLine, shop: Path) -> None:
    codesearch("index", "-q", cwd=shop)
    for file in (shop / ".codesearch" / "segments").rglob("*"):
        if file.is_file():
            file.unlink()
    run = codesearch("query", "hash a password", "-l", "-n", "1", cwd=shop)
    assert run.code == 0
    assert run.out == str(Path("server", "passwords.py")) + "\n"
    assert run.err


@needs_posix_permissions
def test_a_read_only_folder_suggests_another_place(codesearch: CommandLine, shop: Path) -> None:
    shop.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        for command in (("index",), ("query", "password")):
            run = codesearch(*command, cwd=shop)
            assert run.code == 2
            assert "--index-dir" in run.err
    finally:
        shop.chmod(stat.S_IRWXU)


def test_every_command_has_help_with_examples(codesearch: CommandLine, tmp_path: Path) -> None:
    assert "codesearch query" in codesearch("--help", cwd=tmp_path).out
    for command in COMMANDS:
        run = codesearch(command, "-h", cwd=tmp_path)
        assert run.code == 0
        assert "Examples:" in run.out
        assert f"codesearch {command}" in run.out


def test_without_a_command_there_is_help(codesearch: CommandLine, tmp_path: Path) -> None:
    run = codesearch(cwd=tmp_path)
    assert "Usage: codesearch" in run.out + run.err


def test_version(codesearch: CommandLine, tmp_path: Path) -> None:
    assert codesearch("--version", cwd=tmp_path).out == f"codesearch {package.__version__}\n"


@pytest.mark.skipif(sys.platform == "win32", reason="shells of POSIX")
@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("codesearch qu", ["query"]),
        ("codesearch query --kind meth", ["method"]),
        ("codesearch query --lang py", ["python"]),
        ("codesearch chunks --lang has", ["haskell"]),
        ("codesearch query --files", ["--files-with-matches"]),
    ],
)
def test_shell_completion(words: str, completed: list[str], codesearch: CommandLine, tmp_path: Path) -> None:
    place = str(len(words.split()) - 1)
    run = codesearch(cwd=tmp_path, _CODESEARCH_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=place)
    assert run.out.split() == completed


def test_the_package_offers_its_api() -> None:
    for name in package.__all__:
        assert getattr(package, name) is not None
    with pytest.raises(AttributeError, match="nonsense"):
        _ = package.nonsense


@pytest.mark.parametrize("victim", ["index.db", "segment"])
def test_after_damage_elsewhere_the_hint_names_the_place(
    victim: str, codesearch: CommandLine, shop: Path, tmp_path: Path
) -> None:
    place = tmp_path / "elsewhere"
    assert codesearch("index", "-q", "--index-dir", str(place), cwd=shop).code == 0
    file = place / "index.db" if victim == "index.db" else next(place.glob("segments/*/chunks.safetensors"))
    file.write_bytes(b"damaged" * 100)
    run = codesearch("query", "password", "--no-refresh", "--index-dir", str(place), cwd=shop)
    assert (run.code, run.out) == (2, "")
    assert "--index-dir" in run.err
    assert str(place) in run.err
    assert "Traceback" not in run.err
    assert codesearch("index", "-q", "--index-dir", str(place), cwd=shop).code == 0
    assert codesearch("query", "password", "--index-dir", str(place), cwd=shop).code == 0


def test_a_hint_about_another_folder_names_it(codesearch: CommandLine, shop: Path, tmp_path: Path) -> None:
    codesearch("index", "-q", cwd=shop)
    (shop / ".codesearch" / "index.db").write_bytes(b"damaged" * 100)
    outside = codesearch("query", "password", str(shop), "--no-refresh", cwd=tmp_path)
    assert (outside.code, outside.out) == (2, "")
    assert str(shop) in outside.err.splitlines()[-1]
    inside = codesearch("query", "password", "--no-refresh", cwd=shop)
    assert inside.err.splitlines()[-1] == "  run: codesearch index"


def test_a_hint_about_a_folder_without_an_index_names_it(codesearch: CommandLine, shop: Path, tmp_path: Path) -> None:
    (shop / "README.md").write_text("# Shop\n")
    hint = f"  run: codesearch index {shlex.quote(str(shop))}"
    for path in (shop, shop / "README.md"):
        run = codesearch("status", str(path), cwd=tmp_path)
        assert (run.code, run.err.splitlines()[1:]) == (2, [hint])
    assert codesearch("status", cwd=shop).err.splitlines()[1:] == ["  run: codesearch index"]


@pytest.mark.parametrize("arguments", [("query", "password"), ("status",), ("index",)])
def test_a_place_with_other_files_is_no_place_for_an_index(
    codesearch: CommandLine, shop: Path, arguments: tuple[str, ...]
) -> None:
    (shop / "README.md").write_text("# Shop\n")
    for place, said in (
        ("README.md", f"{shop / 'README.md'} is not a folder"),
        ("README.md/index", f"{shop / 'README.md'} is not a folder"),
        ("server", f"{shop / 'server'} contains files that are not part of an index"),
    ):
        run = codesearch(*arguments, "--index-dir", place, cwd=shop)
        assert (run.code, run.out) == (2, "")
        assert run.err.splitlines()[-2:] == [
            f"codesearch: {said}",
            "  choose a new or an empty folder for the index",
        ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("index", "--include", "["), "a bracket is not closed"),
        (("index", "--exclude", "!"), "matches nothing"),
        (("index", "--max-file-size", "2M "), "invalid size '2M '"),
        (("index", "--max-file-size", "2G"), "exceeds the maximum size"),
        (("index", "--max-length", "٣", "--model", "minilm"), "'٣' is not a whole number"),
        (("index", "--frobnicat"), "no such option: --frobnicat"),
        (("index", ""), "'path': the value is empty"),
        (("status", "nowhere"), "nowhere does not exist"),
        (("chunks", "--json", "--jsonl", "Makefile"), "cannot be used together"),
        (("models", "list", "x"), "list does not take a name"),
        (("models", "get", "minilm", "--folder", "x"), "--folder cannot be used with get"),
        (("clean", "--index-dir", ""), "the value is empty"),
        (("eval", "x" * 5000), "File name too long"),
        (("x" * 50_000,), "unknown command"),
    ],
)
def test_a_sentence_and_at_most_a_hint(
    arguments: tuple[str, ...], said: str, codesearch: CommandLine, indexed_shop: Path
) -> None:
    run = codesearch(*arguments, cwd=indexed_shop)
    assert (run.code, run.out) == (2, "")
    assert said in run.err
    message, *hint = run.err.splitlines()
    assert message.startswith("codesearch: ")
    assert len(message) < 1100
    assert len(hint) <= 1


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"_CODESEARCH_COMPLETE": "nonsense"}, "_CODESEARCH_COMPLETE is 'nonsense'"),
        ({"_CODESEARCH_COMPLETE": "complete_tcsh"}, "'complete_tcsh'"),
        ({"_CODESEARCH_COMPLETE": "complete_bash"}, "COMP_WORDS is not set"),
        ({"_CODESEARCH_COMPLETE": "complete_bash", "COMP_WORDS": "codesearch"}, "COMP_CWORD is not set"),
        ({"_CODESEARCH_COMPLETE": "complete_bash", "COMP_WORDS": "codesearch", "COMP_CWORD": "٣"}, "COMP_CWORD"),
    ],
)
def test_completions_asked_for_in_an_odd_way(
    environment: dict[str, str], said: str, codesearch: CommandLine, tmp_path: Path
) -> None:
    run = codesearch(cwd=tmp_path, **environment)
    assert (run.code, run.out) == (2, "")
    assert said in run.err
    assert len(run.err.splitlines()) <= 2


def test_completions_for_bash(codesearch: CommandLine, tmp_path: Path) -> None:
    asked = {"_CODESEARCH_COMPLETE": "complete_bash", "COMP_WORDS": "codesearch qu", "COMP_CWORD": "1"}
    assert codesearch(cwd=tmp_path, **asked).out == "query\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell", "pwsh"])
def test_the_completion_script_of_a_shell_is_printed(shell: str, codesearch: CommandLine, tmp_path: Path) -> None:
    run = codesearch("completion", shell, cwd=tmp_path)
    assert (run.code, run.err) == (0, "")
    assert "_CODESEARCH_COMPLETE" in run.out


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_the_completion_script_is_one_that_bash_takes(codesearch: CommandLine, tmp_path: Path) -> None:
    script = codesearch("completion", "bash", cwd=tmp_path).out
    assert subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True).stderr == ""


def test_a_shell_without_completion_is_an_error(codesearch: CommandLine, tmp_path: Path) -> None:
    run = codesearch("completion", "tcsh", cwd=tmp_path)
    assert (run.code, run.out) == (2, "")
    assert "'tcsh' is not one of 'bash'" in run.err


def test_questions_of_a_megabyte_are_cut_and_it_is_said(codesearch: CommandLine, indexed_shop: Path) -> None:
    whole = codesearch("query", "-", cwd=indexed_shop, stdin="hash a password " + "x+" * 500_000)
    assert whole.code == 0
    assert whole.err.splitlines()[0] == "codesearch: the question is longer than 32,768 characters; the rest is ignored"
    batch = codesearch("query", "--batch", "-n", "1", cwd=indexed_shop, stdin="a\n" + "b " * 500_000 + "\nc\n")
    assert [json.loads(line)["query"][:1] for line in batch.out.splitlines()] == ["a", "b", "c"]
    assert "the question in line 2 is longer" in batch.err


@pytest.mark.parametrize("question", ["\0", "\x1b", "\t\n", "\x9f"])
def test_a_question_of_control_characters_is_empty(question: str, codesearch: CommandLine, indexed_shop: Path) -> None:
    run = codesearch("query", "-", cwd=indexed_shop, stdin=question)
    assert (run.code, run.out) == (2, "")
    assert "the question is empty" in run.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device is full here")
@pytest.mark.parametrize("stream", ["1", "2"])
def test_a_full_disk_is_no_traceback(stream: str, codesearch: CommandLine, indexed_shop: Path) -> None:
    command = f"exec {shlex.quote(sys.executable)} -m codesearch query a {stream}>/dev/full"
    done = subprocess.run(
        ["sh", "-c", command], cwd=indexed_shop, env=codesearch.environment(), capture_output=True, text=True
    )
    assert done.returncode == (2 if stream == "1" else 0)
    assert done.stderr == ("codesearch: No space left on device\n" if stream == "1" else "")


def test_brackets_in_globs_are_read_literally_too(codesearch: CommandLine, shop: Path) -> None:
    for folder in ("app/[id]", "app/x"):
        (shop / folder).mkdir(parents=True)
        (shop / folder / "page.ts").write_text("export function showPage() { return 1 }\n")
    run = codesearch("query", "show page", "--path", "app/[id]/**", "-l", cwd=shop)
    assert run.out == str(Path("app", "[id]", "page.ts")) + "\n"
    assert codesearch("index", "-q", "--include", "app/[id]/**", cwd=shop).code == 0
    assert json.loads(codesearch("status", "--json", cwd=shop).out)["files"] == 1


def test_names_of_the_index_are_completed(codesearch: CommandLine, indexed_shop: Path, tmp_path: Path) -> None:
    asked = {"_CODESEARCH_COMPLETE": "complete_bash", "COMP_CWORD": "4"}
    asked["COMP_WORDS"] = "codesearch query x --name hash_"
    assert codesearch(cwd=indexed_shop, **asked).out.split() == ["hash_password"]
    nowhere = codesearch(cwd=tmp_path, **asked)
    assert (nowhere.out.strip(), nowhere.err) == ("", "")
