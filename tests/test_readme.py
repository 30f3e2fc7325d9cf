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

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.partition("  #")[0].rstrip()
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line.strip()
]


@pytest.mark.skipif(sys.platform == "win32", reason="written for a POSIX shell")
@pytest.mark.parametrize("line", COMMANDS)
def test_commands(line: str, codesearch: CommandLine, shop: Path, tmp_path: Path) -> None:
    codesearch("index", "-q", cwd=shop)
    own = tmp_path / "bin" / "codesearch"
    own.parent.mkdir()
    own.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m codesearch "$@"\n')
    own.chmod(0o755)
    environment = codesearch.environment(PATH=f"{own.parent}{os.pathsep}{os.environ['PATH']}")
    done = subprocess.run(
        line, shell=True, cwd=shop, env=environment, capture_output=True, stdin=subprocess.DEVNULL, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout


def test_the_python_example(codesearch: CommandLine, shop: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(code.splitlines()) <= 10
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=shop,
        env=codesearch.environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "hash_password" in done.stdout


def test_paths_and_commands_that_it_names_exist() -> None:
    root = Path(__file__).parent.parent
    for link in re.findall(r"\]\(([^)]+)\)", README):
        assert (root / link).exists(), link
    for room in re.findall(r"^\| `([\w./]+)` \|", README, re.MULTILINE):
        assert (root / "codesearch" / room).exists() or room.isupper(), room
    assert (root / ".ci" / "run").exists()
