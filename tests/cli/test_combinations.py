"""Options of `codesearch query` together: each combination works, or is refused with one sentence."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import pytest

from codesearch.api import Index
from codesearch.render.budget import tokens
from tests.support.command_line import run_here
from tests.support.repositories import git, needs_git

pytestmark = [needs_git, pytest.mark.slow]

PLACES: Sequence[tuple[str, ...]] = (
    ("-e", "article"),
    ("article",),
    ("article", "-e", "cart"),
    ("--commits", "article"),
)
OPTIONS: Sequence[tuple[str, ...]] = (
    *(("--json",), ("--jsonl",), ("--format", "{path}"), ("--vimgrep",), ("--compact",), ("-l",), ("-c",)),
    *(("--heading",), ("--no-heading",), ("-0",), ("-C", "1"), ("--full",), ("-M", "60"), ("-n", "3")),
    *(("--max-tokens", "400"), ("--sort", "path"), ("--since", "HEAD"), ("--changed",), ("--explain",)),
    *(("--kind", "function"), ("--path", "server/"), ("-w",), ("-i",), ("--color", "always"), ("--last", "2")),
)
FORMATS = (*OPTIONS[:7], ("--heading",))


@pytest.fixture(scope="module")
def changed_shop(tmp_path_factory: pytest.TempPathFactory, indexed_shop: Path) -> Path:
    """A shop with a commit and a change that is not committed."""
    shop = tmp_path_factory.mktemp("changed") / "shop"
    shutil.copytree(indexed_shop, shop)
    git(shop, "add", ".")
    git(shop, "commit", "-qm", "Open the shop: every article has a price")
    prices = shop / "server" / "passwords.py"
    prices.write_text(prices.read_text() + "\n\ndef article_of_cart(cart):\n    return cart.article\n")
    assert run_here("query", "article", cwd=shop).code == 0
    return shop


@pytest.mark.parametrize("place", PLACES, ids=" ".join)
def test_every_pair_works_or_is_refused_with_a_sentence(changed_shop: Path, place: tuple[str, ...]) -> None:
    for one, other in combinations(OPTIONS, 2):
        run = run_here("query", *place, *one, *other, cwd=changed_shop)
        told = run.err.splitlines()
        said = f"{place} {one} {other}: {run.err}"
        assert run.code in (0, 1, 2), said
        assert all("Traceback" not in line for line in told), said
        if run.code == 2:
            assert run.out == "" and 1 <= len(told) <= 2, said
        elif "-c" not in one + other and "-l" not in one + other:
            assert bool(run.out.strip("[]\n")) == (run.code == 0), said
        if "--max-tokens" in one + other:
            assert tokens(run.out) <= 400, said


@pytest.mark.parametrize("one", FORMATS, ids=" ".join)
def test_two_formats_are_refused(changed_shop: Path, one: tuple[str, ...]) -> None:
    for other in FORMATS:
        if one != other:
            run = run_here("query", "-e", "article", *one, *other, cwd=changed_shop)
            assert (run.code, run.out) == (2, "")
            assert "cannot be used together" in run.err


def test_a_pattern_alone_finds_only_lines_that_changed(changed_shop: Path) -> None:
    run = run_here("query", "-e", "article", "--changed", cwd=changed_shop)
    lines = [line.split(":", 2)[2] for line in run.out.splitlines()]
    assert lines == ["def article_of_cart(cart):", "    return cart.article"]
    assert run_here("query", "-e", "article", "--since", "HEAD", "-c", cwd=changed_shop).out.endswith(":2\n")
    assert run_here("query", "-e", "ROUNDS", "--changed", cwd=changed_shop).code == 1
    assert run_here("query", "-e", "article", "--since", "nowhere", cwd=changed_shop).code == 2
    hits = json.loads(run_here("query", "-e", "article", "--changed", "--json", cwd=changed_shop).out)
    assert {hit["name"] for hit in hits} == {"article_of_cart"}


def test_before_the_first_commit_everything_has_changed(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    git(tmp_path, "init", "-q")
    for since in (("--changed",), ("--since", "HEAD"), ("--since", "2024-05-01")):
        assert run_here("query", "-e", "x", *since, cwd=tmp_path).out == "a.py:1:x = 1\n"
    assert run_here("query", "-e", "x", "--since", "main~1", cwd=tmp_path).code == 2


def test_a_line_behind_deleted_ones_has_not_changed(tmp_path: Path) -> None:
    (tmp_path / "list.md").write_text("one\ntwo\nthree\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "Count")
    (tmp_path / "list.md").write_text("one\nthree\nfour\n")
    assert run_here("query", "-e", ".", "--changed", cwd=tmp_path).out == "list.md:3:four\n"


def test_limits_count_what_is_printed(changed_shop: Path) -> None:
    for option in ("-l", "-c"):
        every = run_here("query", "-e", "article", option, cwd=changed_shop).out.splitlines()
        first = run_here("query", "-e", "article", option, "-n", "2", cwd=changed_shop).out.splitlines()
        assert first == every[:2]
        assert len(every) > 2


def test_a_budget_ends_at_a_whole_line_and_a_note_says_so(changed_shop: Path) -> None:
    every = run_here("query", "-e", "article", "--vimgrep", cwd=changed_shop).out
    run = run_here("query", "-e", "article", "--vimgrep", "--max-tokens", "60", cwd=changed_shop)
    assert every.startswith(run.out) and run.out.endswith("\n")
    assert 30 < tokens(run.out) <= 60
    assert run.err.startswith("codesearch: more matches than fit into 60 tokens")
    short = run_here("query", "-e", "article", "--max-tokens", "3", cwd=changed_shop)
    assert (short.code, short.out) == (2, "")
    assert short.err.startswith("codesearch: a line takes ")


def test_the_best_hits_fit_in_whatever_order_they_are_printed(changed_shop: Path) -> None:
    def hits(*options: str) -> list[str]:
        return run_here("query", "article", "--max-tokens", "60", *options, cwd=changed_shop).out.splitlines()

    assert sorted(hits()) == sorted(hits("--sort", "path")) != []


def test_without_re2_only_patterns_are_refused(changed_shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [name for name in sys.modules if name.startswith("codesearch.exact.")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "re2", None)
    run = run_here("query", "-e", "article", cwd=changed_shop)
    assert (run.code, run.err) == (2, "codesearch: -e needs re2\n  install the package google-re2\n")
    assert run_here("query", "article", cwd=changed_shop).code == 0


def test_compact_lines(changed_shop: Path) -> None:
    run = run_here("query", "-e", "cart.article", "--compact", cwd=changed_shop)
    path, line = run.out.splitlines()
    assert path == "server/passwords.py"
    assert line.split(" ", 1)[1] == "    return cart.article"
    assert tokens(run_here("query", "-e", ".", "--compact", cwd=changed_shop).out) <= 850


def test_commits_in_each_format(changed_shop: Path) -> None:
    def out(*options: str) -> str:
        return run_here("query", "--commits", "price of an article", *options, cwd=changed_shop).out

    (plain,) = out().splitlines()
    assert plain.endswith(" Open the shop: every article has a price")
    (record,) = json.loads(out("--json"))
    assert json.loads(out("--jsonl")) == record
    assert record["commit"].startswith(plain.split()[0])
    assert out("--no-heading") == out()
    compact = out("--compact").splitlines()
    assert compact[0] == plain
    assert [line.strip() for line in compact[1:]] == record["lines"]
    assert out("--heading").splitlines() == compact
    run = run_here("query", "--commits", "article", "--vimgrep", cwd=changed_shop)
    assert (run.code, run.err.splitlines()[0]) == (2, "codesearch: --vimgrep cannot be used with --commits")
    assert run_here("query", "--commits", "article", "web/../server", cwd=changed_shop).code == 0


RIPGREP = shutil.which("rg")
ASCII = """\
article of an article
\tarticle and more
none

a long article %s of article
""" % ("x" * 100)
OTHER = "an article\n\t\u00fcarticle and more\nnothing\n\u00e9article article\u00e9 article\n"
PATTERNS = (
    *("-e article", r"-e \barticle\b", "-e $", r"-e \w+", "-e ^", r"-e .\b", "-w -e article", "-i -e ARTICLE"),
    *("-w -e a|article", "-F -e of", "-e long -e of"),
    *(r"-e a* a.md", "-e (?:) a.md", "-e e| a.md", r"-e \b a.md"),  # ripgrep 13 finds nothing within letters
)


@pytest.mark.skipif(not RIPGREP, reason="needs ripgrep")
@pytest.mark.parametrize(
    "options",
    [
        *("--vimgrep", "--vimgrep -M 60", "--vimgrep -C 1", "--no-heading -M 60", "-c", "-l"),
        *("--heading", "--heading -C 1 -M 60", "--heading -C 2"),
    ],
)
def test_formats_are_those_of_ripgrep(tmp_path: Path, options: str) -> None:
    (tmp_path / "a.md").write_text(ASCII)
    (tmp_path / "b.md").write_text(OTHER)
    with Index.create(tmp_path) as index:
        index.update()
    for pattern in PATTERNS:
        files = [] if pattern.endswith(".md") else ["a.md", "b.md"]
        command = [*options.split(), *pattern.split()]
        ripgrep = [str(RIPGREP), "--no-config", "-H", *(["-n"] if "-c" not in command else []), *command]
        theirs = subprocess.run([*ripgrep, "--sort", "path", *files], cwd=tmp_path, capture_output=True, text=True)
        ours = run_here("query", *command, cwd=tmp_path)
        assert ours.out == theirs.stdout, pattern
        assert ours.code == theirs.returncode
