"""`codesearch query` as a process: each output format, exit code and bad input."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command_line import CommandLine

pytestmark = pytest.mark.slow

PASSWORDS = "hash a password with a salt"
CART = "put an article into the cart"
HIT_FIELDS = (
    "path start_line end_line language kind name qualified_name signature score snippet best_line copies fits".split()
)


def test_a_pipe_gets_one_grep_like_line_a_hit(codesearch: CommandLine, indexed_shop: Path) -> None:
    run = codesearch("query", PASSWORDS, "-n", "3", cwd=indexed_shop)
    assert run.code == 0
    assert run.err == ""
    rows = run.out.splitlines()
    assert len(rows) == 3
    path, line, text = rows[0].split(":", 2)
    assert path == str(Path("server", "passwords.py"))
    assert (indexed_shop / path).read_text().split("\n")[int(line) - 1] == text


def test_json_is_an_array_of_hits(codesearch: CommandLine, indexed_shop: Path) -> None:
    run = codesearch("query", PASSWORDS, "--json", "--limit", "1", cwd=indexed_shop)
    (hit,) = json.loads(run.out)
    assert list(hit) == HIT_FIELDS
    assert hit["qualified_name"] == "hash_password"
    assert hit["kind"] == "function"
    assert hit["language"] == "Python"
    assert hit["signature"].startswith("def hash_password(password: str)")
    assert 0 < hit["score"] <= 1
    lines = (indexed_shop / hit["path"]).read_text().split("\n")[hit["start_line"] - 1 : hit["end_line"]]
    assert hit["snippet"] == "\n".join(lines)
    assert hit["start_line"] <= hit["best_line"] <= hit["end_line"]


def test_json_of_no_hits_is_an_empty_array(codesearch: CommandLine, indexed_shop: Path) -> None:
    run = codesearch("query", PASSWORDS, "--json", "--lang", "haskell", cwd=indexed_shop)
    assert (run.code, json.loads(run.out)) == (1, [])


def test_json_lines_hold_the_same_hits(codesearch: CommandLine, indexed_shop: Path) -> None:
    whole = codesearch("query", PASSWORDS, "--json", cwd=indexed_shop)
    lines = codesearch("query", PASSWORDS, "--jsonl", cwd=indexed_shop)
    assert [json.loads(line) for line in lines.out.splitlines()] == json.loads(whole.out)


def test_explained_json_names_the_signals_that_make_the_score(codesearch: CommandLine, indexed_shop: Path) -> None:
    run = codesearch("query", PASSWORDS, "--jsonl", "--explain", "-n", "1", cwd=indexed_shop)
    hit = json.loads(run.out)
    assert list(hit) == [*HIT_FIELDS, "signals"]
    assert hit["signals"]
    assert all(list(signal) == ["name", "value", "contribution", "reason"] for signal in hit["signals"])


def test_explained_lines_list_the_signals_below_each_hit(codesearch: CommandLine, indexed_shop: Path) -> None:
    run = codesearch("query", PASSWORDS, "--explain", "-n", "1", cwd=indexed_shop)
    hit, *signals = run.out.splitlines()
    assert hit.startswith(str(Path("server", "passwords.py")))
    assert signals
    assert all(re.match(r"    [+-]\d\.\d+  \S", signal) for signal in signals)


def test_only_files(codesearch: CommandLine, indexed_shop: Path) -> None:
    run = codesearch("query", PASSWORDS, "-l", "-n", "8", cwd=indexed_shop)
    paths = run.out.splitlines()
    assert paths[0] == str(Path("server", "passwords.py"))
    assert len(paths) == len(set(paths))
    assert all((indexed_shop / path).is_file() for path in paths)


def test_nul_after_each_path_keeps_names_with_spaces_whole(codesearch: CommandLine, indexed_shop: Path) -> None:
    run = codesearch("query", CART, "-l", "-0", "-n", "2", cwd=indexed_shop)
    first, *_, rest = run.out.split("\0")
    assert first == str(Path("web", "shopping cart.js"))
    assert rest == ""
    lines = codesearch("query", CART, "-0", "-n", "1", cwd=indexed_shop)
    path, _, place = lines.out.partition("\0")
    assert (path, place.partition(":")[0].isdigit()) == (first, True)


def test_a_format_of_the_users_own(codesearch: CommandLine, indexed_shop: Path) -> None:
    text = r"{rank}\t{path}:{start_line} {qualified_name}"
    run = codesearch("query", PASSWORDS, "--format", text, "-n", "2", cwd=indexed_shop)
    first = run.out.splitlines()[0]
    assert re.fullmatch(r"1\t\S+passwords\.py:\d+ hash_password", first)
    nul = codesearch("query", PASSWORDS, "--format", "{name}", "-0", "-n", "1", cwd=indexed_shop)
    assert nul.out == "hash_password\0"


def test_context_in_a_pipe_is_as_grep_prints_it(codesearch: CommandLine, indexed_shop: Path) -> None:
    run = codesearch("query", "take an article off the shelf", "--lang", "rust", "-C", "30", cwd=indexed_shop)
    rows = run.out.splitlines()
    count = len((indexed_shop / "server" / "inventory.rs").read_text().splitlines())
    path = str(Path("server", "inventory.rs"))
    assert sum(row.startswith(path) for row in rows) >= count
    assert any(re.match(re.escape(path) + r":\d+:", row) for row in rows)
    assert rows[0] == f"{path}-1-use std::collections::HashMap;"
    assert not any(row.startswith(f"{path}-{count + 1}-") for row in rows)


def test_the_whole_hit_in_a_pipe(codesearch: CommandLine, indexed_shop: Path) -> None:
    (hit,) = json.loads(codesearch("query", PASSWORDS, "-n", "1", "--json", cwd=indexed_shop).out)
    run = codesearch("query", PASSWORDS, "-n", "1", "--full", cwd=indexed_shop)
    texts = [row.split(":", 2)[2] for row in run.out.splitlines()]
    assert "\n".join(texts) == hit["snippet"]


@pytest.mark.parametrize(
    ("options", "accepts"),
    [
        (("--lang", "go"), lambda hit: hit["language"] == "Go"),
        (("--lang", "go,py"), lambda hit: hit["language"] in ("Go", "Python")),
        (("--lang", "go", "--lang", "rust"), lambda hit: hit["language"] in ("Go", "Rust")),
        (("--kind", "method"), lambda hit: hit["kind"] == "method"),
        (("--kind", "METHOD,class"), lambda hit: hit["kind"] in ("method", "class")),
        (("--path", "web/**"), lambda hit: hit["path"].startswith("web")),
        (("--path", "!server/**"), lambda hit: not hit["path"].startswith("server")),
        (("--name", "*password*"), lambda hit: "password" in hit["qualified_name"].lower()),
        (("--min-score", "0.1"), lambda hit: hit["score"] >= 0.1),
        (("server",), lambda hit: hit["path"].startswith("server")),
        (("server", "docs/deploy.md"), lambda hit: hit["path"].startswith(("server", "docs"))),
        (("server", "--path", "*.go"), lambda hit: hit["path"] == str(Path("server", "retry.go"))),
        (("web/shopping cart.js",), lambda hit: hit["path"] == str(Path("web", "shopping cart.js"))),
    ],
)
def test_filters(
    options: tuple[str, ...],
    accepts: Callable[[dict[str, object]], bool],
    codesearch: CommandLine,
    indexed_shop: Path,
) -> None:
    run = codesearch("query", "password article request", *options, "--json", "-n", "50", cwd=indexed_shop)
    hits = json.loads(run.out)
    assert run.code == 0
    assert hits
    assert all(map(accepts, hits))


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((PASSWORDS, "--kind", "trait"), "nothing in the index matches --kind trait"),
        ((PASSWORDS, "--lang", "haskell", "--name", "x*"), "nothing in the index matches --lang haskell --name x*"),
        ((PASSWORDS, "-e", "no such line"), "nothing in the index matches --regexp no such line"),
        ((PASSWORDS, "empty"), "empty is not indexed\n  to see what was skipped, run: codesearch status"),
        (("::",), "the question has no words\n  to search for it as text, run: codesearch query -F -e ::"),
        (("日本語",), "nothing found"),
        (
            ("🎉", "--kind", "trait"),
            "the question has no words\n  to search for it as text, run: codesearch query -F -e '🎉'",
        ),
    ],
)
def test_no_hit_is_exit_code_1_and_the_reason(
    arguments: tuple[str, ...], why: str, codesearch: CommandLine, indexed_shop: Path
) -> None:
    (indexed_shop / "empty").mkdir(exist_ok=True)
    run = codesearch("query", *arguments, cwd=indexed_shop)
    assert (run.code, run.out, run.err) == (1, "", f"codesearch: {why}\n")


def test_a_question_that_nothing_answers_is_told_so(codesearch: CommandLine, indexed_shop: Path) -> None:
    for question in ("merge sort", "how the garbage collector marks live objects", "kerberos"):
        strange = codesearch("query", question, cwd=indexed_shop)
        assert strange.code == 0
        assert "no good match; showing the nearest" in strange.err
        assert strange.out
    for question in ("hash a password", "hash_password", "retry a request that failed"):
        assert codesearch("query", question, cwd=indexed_shop).err == ""


@pytest.mark.parametrize(
    ("question", "note"),
    [
        ('"a fresh salt" password', 'only the first hit matches "a fresh salt"; the rest are the nearest'),
        ('password "no such words"', 'no hit matches "no such words"; showing the nearest'),
        ("what's a salt -w for a \"password", ""),
    ],
)
def test_hits_beyond_the_operators_follow_and_a_note_says_so(
    question: str, note: str, codesearch: CommandLine, indexed_shop: Path
) -> None:
    run = codesearch("query", question, "-n", "4", "--json", cwd=indexed_shop)
    assert len(json.loads(run.out)) == 4
    assert run.err.removeprefix("codesearch: ").strip() == note


def test_the_nearest_score_is_a_hint_on_stderr(codesearch: CommandLine, indexed_shop: Path) -> None:
    run = codesearch("query", "revenue of last week", "--min-score", "1", cwd=indexed_shop)
    assert (run.code, run.out) == (1, "")
    assert re.search(r"no hit scores at least 1\.0; the best score is 0\.\d+", run.err)


def test_paths_are_relative_to_the_working_directory(codesearch: CommandLine, indexed_shop: Path) -> None:
    run = codesearch("query", CART, "-l", "-n", "1", cwd=indexed_shop / "docs")
    assert run.out == str(Path("..", "web", "shopping cart.js")) + "\n"
    assert (indexed_shop / "docs" / run.out.rstrip("\n")).is_file()
    here = codesearch("query", CART, "-l", "-n", "1", cwd=indexed_shop / "web")
    assert here.out == "shopping cart.js\n"


def test_an_index_elsewhere_is_asked_by_its_path(codesearch: CommandLine, indexed_shop: Path, tmp_path: Path) -> None:
    run = codesearch("query", CART, str(indexed_shop), "-l", "-n", "1", cwd=tmp_path)
    assert (tmp_path / run.out.rstrip("\n")).resolve() == (indexed_shop / "web" / "shopping cart.js").resolve()


def test_several_roots_at_once(codesearch: CommandLine, shop: Path, indexed_shop: Path) -> None:
    (shop / "extra.py").write_text('def fold_letter(sheet):\n    """Fold a letter twice."""\n    return sheet\n')
    run = codesearch("query", "fold a letter twice", str(shop), str(indexed_shop), "--json", cwd=shop)
    hits = json.loads(run.out)
    assert hits[0]["path"] == "extra.py"
    places = [place["path"] for hit in hits for place in (hit, *hit["copies"])]
    assert len({place.startswith("..") for place in places}) == 2
    assert hits[0]["score"] == max(hit["score"] for hit in hits)


def test_question_from_stdin(codesearch: CommandLine, indexed_shop: Path) -> None:
    asked = codesearch("query", PASSWORDS, "--json", cwd=indexed_shop)
    piped = codesearch("query", "-", "--json", cwd=indexed_shop, stdin="hash a password\n  with a salt\n")
    assert piped.out == asked.out


def test_a_batch_is_answered_in_order_as_json_lines(codesearch: CommandLine, indexed_shop: Path) -> None:
    questions = [PASSWORDS, CART, "ärgerliche Straße", "retry with backoff"]
    run = codesearch("query", "--batch", "-n", "2", cwd=indexed_shop, stdin="\n".join(questions))
    answers = [json.loads(line) for line in run.out.splitlines()]
    assert [answer["query"] for answer in answers] == questions
    assert run.code == 0
    assert answers[1]["hits"][0]["path"] == str(Path("web", "shopping cart.js"))
    assert all(list(hit) == HIT_FIELDS for answer in answers for hit in answer["hits"])
    single = codesearch("query", PASSWORDS, "--json", "-n", "2", cwd=indexed_shop)
    assert answers[0]["hits"] == json.loads(single.out)


def test_a_batch_may_be_restricted_to_paths(codesearch: CommandLine, indexed_shop: Path) -> None:
    run = codesearch("query", "--batch", "docs", cwd=indexed_shop, stdin="backups\n")
    assert {hit["path"] for hit in json.loads(run.out)["hits"]} == {str(Path("docs", "deploy.md"))}


def test_a_blank_line_of_a_batch_has_no_hits(codesearch: CommandLine, indexed_shop: Path) -> None:
    run = codesearch("query", "--batch", cwd=indexed_shop, stdin="\nbackups\n")
    blank, backups = map(json.loads, run.out.splitlines())
    assert blank == {"query": "", "hits": []}
    assert backups["hits"]


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("hash_pasword", "codesearch: hash_pasword is not defined here\n  did you mean hash_password?\n"),
        ("hashPassword", ""),
        ("Inventory.reserv", "codesearch: Inventory.reserv is not defined here\n  did you mean reserve?\n"),
        ("pasword", ""),
    ],
)
def test_a_name_that_is_misspelt_is_said(question: str, said: str, codesearch: CommandLine, indexed_shop: Path) -> None:
    err = codesearch("query", question, cwd=indexed_shop).err
    assert err.replace("codesearch: no good match; showing the nearest\n", "") == said


def test_a_note_in_a_batch_names_its_question(codesearch: CommandLine, indexed_shop: Path) -> None:
    run = codesearch("query", "--batch", cwd=indexed_shop, stdin="merge sort\nhash a password\n::\n")
    first, second, _ = run.err.splitlines()
    assert first == 'codesearch: "merge sort": no good match; showing the nearest'
    assert second == 'codesearch: "::": the question has no words'


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "question is empty"),
        (("",), "question is empty"),
        (("   ",), "question is empty"),
        (("x", "-n", "0"), "0 is not in the range 1 to 10,000"),
        (("x", "-n", "many"), "'many' is not a whole number"),
        (("x", "-n", "1_000"), "'1_000' is not a whole number"),
        (("x", "-n", "3 "), "'3 ' is not a whole number"),
        (("x", "-n", "３"), "'３' is not a whole number"),
        (("x", "-n", str(2**64)), "not in the range"),
        (("x", "-n", "9" * 5000), "not in the range"),
        (("x", "-C", "-1"), "-1 is not in the range 0 to 1,000,000"),
        (("x", "--min-score", "nan"), "'nan' is not a number"),
        (("x", "--min-score", "1e999"), "not in the range 0 to 1"),
        (("x", "--path", "!"), "matches nothing"),
        (("x", "--path", "[z-a]"), "the range z-a"),
        (("x", "--lang", ""), "'--lang': the value is empty"),
        (("x", "--kind", ","), "'--kind': ',' is empty"),
        (("x", "--index-dir", ""), "the value is empty"),
        (("x", "--index-dir", "\t "), "the value is empty"),
        (("x", "--device", "gpu"), "'gpu' is not one of auto, cpu, cuda, mps"),
        (("x", ""), "the value is empty"),
        (("x", "--min-score", "7"), "range"),
        (("x", "--lang", "pyhton"), "Python"),
        (("x", "--kind", "functoin"), "function"),
        (("x", "--format", "{qualified}"), "qualified_name"),
        (("x", "--color", "sometimes"), "sometimes"),
        (("x", "nowhere/to/be/found"), "does not exist"),
        (("how", "are", "passwords", "hashed"), "in quotes"),
        (("x", "--json", "-l"), "cannot be used together"),
        (("x", "--json", "--format", "{path}"), "cannot be used together"),
        (("x", "--json", "-0"), "--null"),
        (("x", "--full", "-C", "1"), "cannot be used together"),
        (("x", "--no-refresh", "--model", "no-such-model"), "no-such-model"),
        (("x", "--frobnicate"), "--frobnicate"),
    ],
)
def test_bad_input_is_exit_code_2_and_a_sentence(
    arguments: tuple[str, ...], said: str, codesearch: CommandLine, indexed_shop: Path
) -> None:
    run = codesearch("query", *arguments, cwd=indexed_shop)
    assert (run.code, run.out) == (2, "")
    assert said in run.err
    message, *hint = run.err.splitlines()
    assert message.startswith("codesearch: ")
    assert len(message) < 1100
    assert len(hint) <= 1


def test_what_changed_is_found_at_once(codesearch: CommandLine, shop: Path) -> None:
    assert codesearch("index", "-q", cwd=shop).code == 0
    (shop / "server" / "mail.py").write_text('def send_invoice(order):\n    """Send the invoice by mail."""\n')
    run = codesearch("query", "send the invoice", "-n", "1", "--format", "{name}", cwd=shop)
    assert (run.out, run.err) == ("send_invoice\n", "")
    (shop / "server" / "mail.py").unlink()
    gone = codesearch("query", "send the invoice", "--format", "{name}", cwd=shop)
    assert "send_invoice" not in gone.out


def test_without_refresh_the_index_stays_as_it_is(codesearch: CommandLine, shop: Path) -> None:
    assert codesearch("index", "-q", cwd=shop).code == 0
    (shop / "server" / "mail.py").write_text('def send_invoice(order):\n    """Send the invoice by mail."""\n')
    run = codesearch("query", "send the invoice", "--no-refresh", "--format", "{name}", cwd=shop)
    assert "send_invoice" not in run.out


def test_many_changes_are_not_worked_on_but_said(codesearch: CommandLine, shop: Path) -> None:
    assert codesearch("index", "-q", cwd=shop).code == 0
    for number in range(201):
        (shop / f"new{number}.py").write_text(f"def new{number}():\n    pass\n")
    run = codesearch("query", PASSWORDS, "-n", "1", cwd=shop)
    assert run.code == 0
    assert "may be stale: 201 files changed" in run.err
    assert "codesearch index" in run.err


def test_a_repository_without_an_index_gets_one(codesearch: CommandLine, shop: Path) -> None:
    run = codesearch("query", PASSWORDS, "-n", "1", "--format", "{path}", cwd=shop / "docs")
    assert run.code == 0
    assert run.out == str(Path("..", "server", "passwords.py")) + "\n"
    assert "has no index yet" in run.err
    assert (shop / ".codesearch").is_dir()
    assert codesearch("query", PASSWORDS, cwd=shop).err == ""
    elsewhere = shop.parent / "elsewhere"
    run = codesearch("query", PASSWORDS, "--index-dir", str(elsewhere), cwd=shop)
    assert f"{shop} has no index in {elsewhere} yet; creating one" in run.err


def test_a_large_folder_that_is_no_repository_is_not_indexed_unasked(codesearch: CommandLine, tmp_path: Path) -> None:
    for folder in range(60):
        (tmp_path / str(folder)).mkdir()
        for file in range(90):
            (tmp_path / str(folder) / f"{file}.py").touch()
    run = codesearch("query", PASSWORDS, cwd=tmp_path)
    assert (run.code, run.out) == (2, "")
    assert "codesearch index" in run.err
    assert not (tmp_path / ".codesearch").exists()


def test_an_index_in_a_folder_of_its_own(codesearch: CommandLine, shop: Path, tmp_path: Path) -> None:
    place = str(tmp_path / "index of shop")
    assert codesearch("index", "--index-dir", place, cwd=shop).code == 0
    assert not (shop / ".codesearch").exists()
    by_option = codesearch("query", PASSWORDS, "--index-dir", place, "-l", cwd=shop)
    by_environment = codesearch("query", PASSWORDS, "-l", cwd=shop, CODESEARCH_INDEX_DIR=place)
    assert by_option.code == 0
    assert by_option.out == by_environment.out
    assert not (shop / ".codesearch").exists()


def test_neither_torch_nor_rich_is_loaded_for_a_pipe(codesearch: CommandLine, indexed_shop: Path) -> None:
    run = codesearch("query", PASSWORDS, cwd=indexed_shop, PYTHONPROFILEIMPORTTIME="1")
    loaded = {line.rpartition("|")[2].strip() for line in run.err.splitlines() if line.startswith("import time:")}
    assert "codesearch.search.searcher" in loaded
    heavy = (
        "torch",
        "transformers",
        "rich",
        "pygments",
        "tree_sitter",
        "multiprocessing",
        "numpy.ma",
        "scipy",
        "pydantic",
    )
    assert loaded.isdisjoint(heavy)


def test_help_and_version_load_no_numpy(codesearch: CommandLine, tmp_path: Path) -> None:
    for arguments in (("--version",), ("--help",), ("query", "--help")):
        run = codesearch(*arguments, cwd=tmp_path, PYTHONPROFILEIMPORTTIME="1")
        assert run.code == 0
        loaded = {line.rpartition("|")[2].strip() for line in run.err.splitlines()}
        assert loaded.isdisjoint(("numpy", "faiss", "rich", "torch", "sqlite3"))


def test_colours_in_a_pipe_only_when_asked_for(codesearch: CommandLine, indexed_shop: Path) -> None:
    always = codesearch("query", PASSWORDS, "-n", "1", "--color", "always", cwd=indexed_shop)
    assert "\x1b]8;" in always.out
    headed = ("query", PASSWORDS, "-n", "1", "--heading")
    assert "\x1b[" in codesearch(*headed, cwd=indexed_shop, FORCE_COLOR="1").out
    for environment in ({}, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, {"FORCE_COLOR": "0"}, {"FORCE_COLOR": ""}):
        assert "\x1b" not in codesearch(*headed, cwd=indexed_shop, **environment).out
    plain = codesearch("query", PASSWORDS, "-n", "1", cwd=indexed_shop)
    assert codesearch("query", PASSWORDS, "-n", "1", cwd=indexed_shop, FORCE_COLOR="1").out == plain.out
    never = codesearch(*headed, "--color", "never", cwd=indexed_shop, FORCE_COLOR="1")
    assert "\x1b" not in never.out


@pytest.mark.skipif(sys.platform == "win32", reason="file names are bytes only on POSIX")
def test_control_characters_in_code_do_not_reach_the_terminal(codesearch: CommandLine, shop: Path) -> None:
    (shop / "evil.py").write_text('def clear_screen():\n    """Clear the screen \x1b[2J\x1b]0;owned\x07."""\n')
    run = codesearch("query", "clear the screen", "-n", "1", "--full", cwd=shop)
    assert "␛[2J" in run.out
    assert "\x1b" not in run.out and "\x07" not in run.out
    (hit,) = json.loads(codesearch("query", "clear the screen", "-n", "1", "--json", cwd=shop).out)
    assert "\x1b[2J" in hit["snippet"]


@pytest.mark.parametrize("size", ["0", "²", "٣", "abc", "-5", "", "99999999999"])
def test_a_size_of_the_terminal_that_makes_no_sense_is_not_taken(
    size: str, codesearch: CommandLine, indexed_shop: Path
) -> None:
    ask = ("query", PASSWORDS, "--color", "always", "-n", "1")
    odd = codesearch(*ask, cwd=indexed_shop, COLUMNS=size, LINES=size)
    assert (odd.code, odd.err) == (0, "")
    links = re.compile("id=[0-9]+")
    assert links.sub("", odd.out) == links.sub("", codesearch(*ask, cwd=indexed_shop).out)
