"""What the README and the pages under docs/ show is true: commands run, output is as printed, links lead somewhere."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from codesearch import cli
from docs import render_chart, render_example
from tests.support.command_line import CommandLine
from tests.support.pages import PAGES, README, Block, blocks
from tests.support.places import ROOT
from tests.support.repositories import git

MOST_WORDS = 700
SET_UP = (
    "    python3 -m venv .venv && .venv/bin/pip install -q . && "
    '.venv/bin/codesearch query "how is a file cut into chunks"',
    "    .ci/run",
)
FIRST_SCREEN = 20
"""Lines."""
PROGRESS = re.compile(rb"^(?:training|indexing): .*\n", re.MULTILINE)
"""Said every few seconds: never on an idle machine, where these commands take less."""
ELISION = "…"
"""A line that stands for any lines."""

_posix = pytest.mark.skipif(sys.platform == "win32", reason="written for a POSIX shell")
pytestmark = pytest.mark.slow


TRANSCRIPTS = [block for block in blocks("console") if block.text.startswith("$ ")]
COMMANDS = [
    line.partition("  #")[0].rstrip()
    for block in blocks("console")
    if block not in TRANSCRIPTS
    for line in block.text.splitlines()
]
OF_TRANSFORMERS = [line for line in COMMANDS if "jina-code" in line or "--rerank small" in line]
TRANSFORMER = [line for line in OF_TRANSFORMERS if not line.startswith("codesearch models")]
"""Run with a small model in the place of jina-code. `models get` and `verify` have tests of their own."""
PLAIN = [line for line in COMMANDS if line not in OF_TRANSFORMERS]
PYTHON = list(blocks("python"))


@pytest.fixture
def hub(tmp_path: Path) -> dict[str, str]:
    """The variables of a hub's cache that holds a small model as jina-code, and of the package of `small`."""
    pytest.importorskip("torch")
    from tests.support import jina_goldens

    jina_goldens.put_in_cache(
        tmp_path / "hub", jina_goldens.write_folder(jina_goldens.load("code_h8"), tmp_path / "model")
    )
    variables = {"HF_HUB_CACHE": str(tmp_path / "hub"), "HF_HUB_OFFLINE": "1", "CODESEARCH_DEVICE": "cpu"}
    return variables | {"PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "packages/small")))}


@_posix
@pytest.mark.parametrize("line", PLAIN)
def test_commands(line: str, codesearch: CommandLine, shop: Path, tmp_path: Path) -> None:
    git(shop, "add", ".")
    git(shop, "commit", "-qm", "Add a retry with backoff")
    passwords = shop / "server" / "passwords.py"
    passwords.write_text(passwords.read_text(encoding="utf-8").replace("200_000", "300_000"), encoding="utf-8")
    codesearch("index", "-q", cwd=shop)
    done = run(line, codesearch, shop, tmp_path, {})
    assert (done.returncode, PROGRESS.sub(b"", done.stderr)) == (0, b"")
    assert done.stdout


@_posix
@pytest.mark.torch
@pytest.mark.parametrize("line", TRANSFORMER)
def test_commands_of_transformers(
    line: str, codesearch: CommandLine, shop: Path, tmp_path: Path, hub: dict[str, str]
) -> None:
    codesearch("index", "-q", cwd=shop)
    done = run(line, codesearch, shop, tmp_path, hub)
    assert done.returncode == 0, done.stderr
    assert (b"jina-code runs on cpu" in done.stderr) == line.startswith("codesearch index")
    assert done.stdout


@_posix
@pytest.mark.parametrize("block", TRANSCRIPTS, ids=str)
def test_transcripts(block: Block, codesearch: CommandLine, shop: Path, tmp_path: Path) -> None:
    codesearch("index", "-q", cwd=shop)
    for step in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, wanted = step.partition("\n")
        printed = run(command, codesearch, shop, tmp_path, {}).stdout.decode()
        assert _is_shown(printed, wanted), f"{command}\n{printed}"


def _is_shown(printed: str, wanted: str) -> bool:
    parts = re.split(rf"^{ELISION}\n", wanted, flags=re.MULTILINE)
    return bool(re.fullmatch("(?:.*\n)*".join(map(re.escape, parts)), printed))


def run(
    line: str, codesearch: CommandLine, folder: Path, tmp_path: Path, variables: dict[str, str]
) -> subprocess.CompletedProcess[bytes]:
    """What a shell's line does in a folder."""
    environment = codesearch.shell_environment(tmp_path / "bin", **variables)
    return subprocess.run(
        line, shell=True, cwd=folder, env=environment, capture_output=True, stdin=subprocess.DEVNULL, timeout=120
    )


@pytest.mark.parametrize("block", [block for block in PYTHON if "jina-code" not in block.text], ids=str)
def test_python(block: Block, codesearch: CommandLine, shop: Path) -> None:
    done = run_python(block, codesearch, shop, {})
    assert (done.returncode, done.stderr) == (0, "")
    assert "hash_password" in done.stdout


@pytest.mark.torch
@pytest.mark.parametrize("block", [block for block in PYTHON if "jina-code" in block.text], ids=str)
def test_python_of_transformers(block: Block, codesearch: CommandLine, shop: Path, hub: dict[str, str]) -> None:
    done = run_python(block, codesearch, shop, hub)
    assert (done.returncode, done.stdout) == (0, "(2, 64)\n"), done.stderr


def run_python(
    block: Block, codesearch: CommandLine, folder: Path, variables: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """What a program does in a folder."""
    codesearch("index", "-q", cwd=folder)
    return subprocess.run(
        [sys.executable, "-c", block.text],
        cwd=folder,
        env=codesearch.environment(**variables),
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("block", list(blocks("jsonl")), ids=str)
def test_labelled_questions_are_evaluated(block: Block, codesearch: CommandLine, shop: Path) -> None:
    codesearch("index", "-q", cwd=shop)
    measured = codesearch("eval", "-", "--json", cwd=shop, stdin=block.text)
    assert measured.code == 0, measured.err
    assert json.loads(measured.out)["measures"]["recall"]["mean"] == 1


@pytest.mark.parametrize("block", [*blocks("python excerpt"), *blocks("scm excerpt")], ids=str)
def test_excerpts_are_in_the_code(block: Block) -> None:
    places = [*(ROOT / "codesearch/languages").glob("*.py"), *(ROOT / "codesearch/languages/queries").glob("*.scm")]
    assert any("".join(block.text.split()) in "".join(place.read_text(encoding="utf-8").split()) for place in places)


def test_every_block_is_tested() -> None:
    every = sum(page.read_text(encoding="utf-8").count("\n```") for page in PAGES) // 2
    of_recipes = ("sh", "vim", "lua", "elisp", "json")  # tests/test_recipes.py
    tested = ("console", "python", "jsonl", "python excerpt", "scm excerpt", "", *of_recipes)
    assert sum(len(list(blocks(language))) for language in tested) == every


def test_the_readme_is_short_and_begins_with_the_set_up() -> None:
    text = README.read_text(encoding="utf-8")
    assert len(text.split()) <= MOST_WORDS
    assert set(SET_UP) <= set(text.splitlines()[:FIRST_SCREEN])
    assert os.access(ROOT / ".ci" / "run", os.X_OK) or sys.platform == "win32"


def test_the_picture_shows_what_the_command_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    shown = render_example.render(render_example.run(tmp_path))
    committed = render_example.PICTURE.read_text(encoding="utf-8")
    assert render_example.text_of(committed) == render_example.text_of(shown)


def test_links_lead_somewhere_and_every_page_is_reachable() -> None:
    reached, waiting = set(), [README]
    while waiting:
        page = waiting.pop()
        if page in reached:
            continue
        reached.add(page)
        for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
            if link.startswith("https://"):
                continue
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            assert target.exists(), f"{page.name}: {link}"
            if anchor:
                assert anchor in _anchors(target), f"{page.name}: {link}"
            if target.parent == ROOT / "docs" and target.suffix == ".md":
                waiting.append(target)
    assert reached == set(PAGES)


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def test_options_that_are_named_exist(codesearch: CommandLine, tmp_path: Path) -> None:
    commands = cli.COMMANDS
    known = {option for command in commands for option in _options(codesearch(command, "--help", cwd=tmp_path).out)}
    for page in PAGES:
        for code in re.findall(r"`(?:codesearch [^`\n]*)?(--[a-z-]+)[^`\n]*`", page.read_text(encoding="utf-8")):
            assert code in known | {"--scope"}, f"{page.name}: {code}"


def _options(text: str) -> list[str]:
    return re.findall(r"--[a-z-]+", text)


def test_the_chart_shows_the_table() -> None:
    assert render_chart.PICTURE.read_text(encoding="utf-8") == render_chart.render(README.read_text(encoding="utf-8"))
