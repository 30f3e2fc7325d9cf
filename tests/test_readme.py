"""What the README shows runs."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import CommandLine

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.partition("  #")[0].rstrip()
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line.strip()
]
OF_TRANSFORMERS = [line for line in COMMANDS if "jina-code" in line or "--rerank small" in line]
TRANSFORMER = [line for line in OF_TRANSFORMERS if not line.startswith("codesearch models")]
"""Run with a small model in the place of jina-code. `models get` and `verify` have tests of their own."""
PROGRESS = re.compile(rb"^(?:training|indexing): .*\n", re.MULTILINE)
"""Said every few seconds: never on an idle machine, where these commands take less."""
PLAIN = [line for line in COMMANDS if line not in OF_TRANSFORMERS]
TRANSFORMER_PYTHON, PLAIN_PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


@pytest.fixture
def hub(tmp_path: Path) -> dict[str, str]:
    """The variables of a hub's cache that holds a small model as jina-code, and of the package of `small`."""
    pytest.importorskip("torch")
    import jina_goldens

    jina_goldens.put_in_cache(
        tmp_path / "hub", jina_goldens.write_folder(jina_goldens.load("code_h8"), tmp_path / "model")
    )
    variables = {"HF_HUB_CACHE": str(tmp_path / "hub"), "HF_HUB_OFFLINE": "1", "CODESEARCH_DEVICE": "cpu"}
    return variables | {"PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "packages/small")))}


@pytest.mark.skipif(sys.platform == "win32", reason="written for a POSIX shell")
@pytest.mark.parametrize("line", PLAIN)
def test_commands(line: str, codesearch: CommandLine, shop: Path, tmp_path: Path) -> None:
    done = run(line, codesearch, shop, tmp_path, {})
    assert (done.returncode, PROGRESS.sub(b"", done.stderr)) == (0, b"")
    assert done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="written for a POSIX shell")
@pytest.mark.parametrize("line", TRANSFORMER)
def test_commands_of_transformers(
    line: str, codesearch: CommandLine, shop: Path, tmp_path: Path, hub: dict[str, str]
) -> None:
    done = run(line, codesearch, shop, tmp_path, hub)
    assert done.returncode == 0, done.stderr
    assert (b"jina-code runs on cpu" in done.stderr) == line.startswith("codesearch index")
    assert done.stdout


def run(
    line: str, codesearch: CommandLine, shop: Path, tmp_path: Path, variables: dict[str, str]
) -> subprocess.CompletedProcess[bytes]:
    """What a line of the README does in an indexed folder."""
    codesearch("index", "-q", cwd=shop)
    own = tmp_path / "bin" / "codesearch"
    own.parent.mkdir()
    own.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m codesearch "$@"\n')
    own.chmod(0o755)
    environment = codesearch.environment(PATH=f"{own.parent}{os.pathsep}{os.environ['PATH']}", **variables)
    return subprocess.run(
        line, shell=True, cwd=shop, env=environment, capture_output=True, stdin=subprocess.DEVNULL, timeout=120
    )


def test_the_python_example_of_a_transformer(codesearch: CommandLine, hub: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"{TRANSFORMER_PYTHON}\nprint(vectors.shape, (vectors**2).sum(axis=1).round(3))"],
        env=codesearch.environment(**hub),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stdout) == (0, "(2, 64) [1. 1.]\n"), done.stderr


def test_the_python_example(codesearch: CommandLine, shop: Path) -> None:
    assert len(PLAIN_PYTHON.splitlines()) <= 10
    done = subprocess.run(
        [sys.executable, "-c", PLAIN_PYTHON],
        cwd=shop,
        env=codesearch.environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "hash_password" in done.stdout


def test_paths_and_commands_that_it_names_exist() -> None:
    for link in re.findall(r"\]\(([^)]+)\)", README):
        assert (ROOT / link).exists(), link
    for room in re.findall(r"^\| `([\w./]+)` \|", README, re.MULTILINE):
        assert (ROOT / "codesearch" / room).exists() or room.isupper(), room
    assert (ROOT / ".ci" / "run").exists()
