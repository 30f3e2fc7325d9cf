"""`codesearch query -e REGEX` as a process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.command_line import CommandLine

pytestmark = pytest.mark.slow

CALL = r"os\.urandom"
LINE = "    salt = os.urandom(16)"


def test_a_pattern_alone_prints_all_matching_lines(codesearch: CommandLine, indexed_shop: Path) -> None:
    run = codesearch("query", "-e", r"\bsalt\b", cwd=indexed_shop)
    assert (run.code, run.err) == (0, "")
    rows = [line.split(":", 2) for line in run.out.splitlines()]
    assert len(rows) > 3
    assert [(path.split("/"), int(line)) for path, line, _ in rows] == sorted(
        (path.split("/"), int(line)) for path, line, _ in rows
    )
    for path, line, text in rows:
        assert (indexed_shop / path).read_text().split("\n")[int(line) - 1] == text


def test_paths_filters_and_limits(codesearch: CommandLine, indexed_shop: Path) -> None:
    whole = codesearch("query", "-e", "ARTICLE", "-i", cwd=indexed_shop).out.splitlines()
    inside = codesearch("query", "-e", "ARTICLE", "-i", "server", cwd=indexed_shop).out.splitlines()
    assert inside == [line for line in whole if line.startswith("server/")] != whole
    assert (
        codesearch("query", "server", "-e", "article", "-i", "-n", "2", cwd=indexed_shop).out.splitlines() == inside[:2]
    )
    rust = codesearch("query", "-e", "article", "-i", "--lang", "rust", cwd=indexed_shop).out.splitlines()
    assert rust == [line for line in whole if line.split(":")[0].endswith(".rs")]
    named = codesearch("query", "-e", "salt", "--name", "check_password", cwd=indexed_shop).out.splitlines()
    assert {line.split(":")[0] for line in named} == {"server/passwords.py"}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("-F", "-e", "urandom("), 0),
        (("-e", "URANDOM", "-i"), 0),
        (("-e", "urandom", "-S"), 0),
        (("-e", "URANDOM", "-S"), 1),
        (("-e", "urand", "-w"), 1),
        (("-e", "nowhere_at_all", "-e", "urandom"), 0),
    ],
)
def test_modifiers(codesearch: CommandLine, indexed_shop: Path, arguments: tuple[str, ...], code: int) -> None:
    run = codesearch("query", *arguments, cwd=indexed_shop)
    assert run.code == code
    assert bool(run.out) == (code == 0)


def test_output_formats(codesearch: CommandLine, indexed_shop: Path) -> None:
    def out(*options: str) -> str:
        return codesearch("query", "-e", CALL, *options, cwd=indexed_shop).out

    (path, number, text) = out().splitlines()[0].split(":", 2)
    assert (path, text) == ("server/passwords.py", LINE)
    assert out("-l") == f"{path}\n"
    assert out("-l", "-0") == f"{path}\0"
    assert out("-c") == f"{path}:1\n"
    assert out("-0") == f"{path}\0{number}:{text}\n"
    assert out("-M", "10") == f"{path}:{number}:[Omitted long matching line]\n"
    (hit,) = json.loads(out("--json"))
    assert (hit["start_line"], hit["end_line"], hit["snippet"]) == (int(number), int(number), text)
    assert (hit["kind"], hit["name"]) == ("function", "hash_password")
    assert json.loads(out("--jsonl")) == hit
    assert out("--format", "{best_line}-{name}") == f"{number}-hash_password\n"
    around = out("-C", "1").splitlines()
    assert [line[: len(path) + 1] for line in around] == [f"{path}-", f"{path}:", f"{path}-"]
    assert "\x1b[1;31m" in out("--color", "always")


def test_separators_between_groups_of_context(codesearch: CommandLine, indexed_shop: Path) -> None:
    run = codesearch("query", "-e", "^def ", "-C", "0", "server/passwords.py", cwd=indexed_shop)
    assert "--" not in run.out.splitlines()
    run = codesearch("query", "-e", "^def ", "-C", "1", "server/passwords.py", cwd=indexed_shop)
    lines = run.out.splitlines()
    assert lines.count("--") == sum(line.startswith("server/passwords.py:") for line in lines) - 1
    assert len(set(lines)) == len(lines) - lines.count("--") + bool(lines.count("--"))


def test_a_question_ranks_what_matches(codesearch: CommandLine, indexed_shop: Path) -> None:
    run = codesearch("query", "hash a password", "-e", "sha256", cwd=indexed_shop)
    assert run.code == 0
    assert all("sha256" in line for line in run.out.splitlines())
    by_path = codesearch("query", "hash a password", "-e", "sha256", "--sort", "path", cwd=indexed_shop)
    assert sorted(by_path.out.splitlines()) == sorted(run.out.splitlines())
    assert codesearch("query", "hash a password", "-e", "nowhere_at_all", cwd=indexed_shop).code == 1


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (("-e", "foo(bar"), "the pattern 'foo(bar' is wrong at character 4: the group is not closed", "-F"),
        (("-e", ""), "the value is empty", ""),
        (("-F", "text"), "-F needs a pattern", "-e TEXT"),
        (("-c", "a question"), "--count", ""),
        (("-c", "--json", "-e", "a"), "--count", ""),
        (("-e", "a", "server/nowhere.py"), "server/nowhere.py does not exist", ""),
        (("-e", "a", "--sort", "size"), "size", ""),
    ],
)
def test_bad_input(
    codesearch: CommandLine, indexed_shop: Path, arguments: tuple[str, ...], message: str, hint: str
) -> None:
    run = codesearch("query", *arguments, cwd=indexed_shop)
    assert (run.code, run.out) == (2, "")
    assert message in run.err
    assert hint in run.err
    assert len(run.err.splitlines()) <= 2
