"""The programs in benchmarks/ run with the current package: what they import exists, and they start."""

import ast
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.places import ROOT

FOLDER = ROOT / "benchmarks"
FILES = sorted(FOLDER.rglob("*.py"))
PROGRAMS = [path for path in FILES if '__name__ == "__main__"' in path.read_text(encoding="utf-8")]


def _imports(path: Path) -> Iterator[tuple[str, str]]:
    """Modules of the package and the names that a file imports from them, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "codesearch":
            yield from ((str(node.module), alias.name) for alias in node.names)


def _exists(module: str, name: str) -> bool:
    if hasattr(importlib.import_module(module), name):
        return True
    return importlib.util.find_spec(f"{module}.{name}") is not None


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_what_a_benchmark_imports_from_the_package_exists(path: Path) -> None:
    missing = [f"{module}.{name}" for module, name in _imports(path) if not _exists(module, name)]
    assert not missing


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="some measure with POSIX functions")
@pytest.mark.parametrize("path", PROGRAMS, ids=[path.stem for path in PROGRAMS])
def test_a_benchmark_prints_its_help(path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, path, "--help"], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("usage: ")
