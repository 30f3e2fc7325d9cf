"""Little work is done in this process where its text is plain, and never at the cost of this process."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from codesearch.index import guarded, limits, pool, work
from codesearch.index.job import Job
from codesearch.index.work import Worker
from codesearch.languages.registry import resolve

PLAIN = "def f(x):\n    return g((x, [1, {2: 3}]))  # größe ⟨→⟩\n" * 100
RISKY = {
    "brackets without end": "f(" * 50,
    "an endless line": "x = 1; " * 300,
    "control characters": "x = '\x01'\n",
    "what could not be decoded": "x = '\ufffd'\n",
    "one sign again and again": "x" * 200,
    "one line again and again": "def f():\n" + "x =>\n" * 50,
    "much text": PLAIN * 20,
}

needs_fork = pytest.mark.skipif(sys.platform != "linux", reason="what is made up here can't be sent to a new process")


def test_what_people_write_is_plain() -> None:
    assert guarded.is_plain(PLAIN)
    assert guarded.is_plain("")


@pytest.mark.parametrize("text", RISKY.values(), ids=RISKY)
def test_what_nobody_writes_is_not(text: str) -> None:
    assert not guarded.is_plain(text)


def test_plain_texts_start_no_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pool, "run", None)
    assert guarded.chunk_text("a.py", PLAIN, resolve("Python")).chunks
    (tmp_path / "a.py").write_text(PLAIN, encoding="utf-8")
    (batch,) = guarded.run(Worker(tmp_path, 10_000, None), [Job(("a.py",))])
    assert batch.files[0].chunks


def test_risky_texts_are_cut_as_others_are() -> None:
    text = PLAIN + RISKY["brackets without end"]
    assert guarded.chunk_text("a.py", text, resolve("Python")) == work.chunk_text("a.py", text, resolve("Python"))


@needs_fork
def test_a_crash_costs_a_text_its_syntax(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    real, here = work.chunk_text, os.getpid()

    def crashes(path: str, text: str, language: object) -> object:
        if "f(f(f(" in text and language is not None:
            assert os.getpid() != here
            os.kill(os.getpid(), signal.SIGSEGV)
        return real(path, text, language)  # type: ignore[arg-type]

    monkeypatch.setattr(work, "chunk_text", crashes)
    chunked = guarded.chunk_text("a.py", RISKY["brackets without end"], resolve("Python"))
    assert (chunked.fallback, len(chunked.chunks)) == ("the grammar crashed", 1)
    for name, text in {"a.py": PLAIN, "b.py": RISKY["brackets without end"], "c.py": PLAIN}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    batches = guarded.run(Worker(tmp_path, 10_000, None), [Job(("a.py", "b.py", "c.py"))])
    found = {file.row.path: (file.row.fallback, len(file.chunks) > 0) for batch in batches for file in batch.files}
    assert found == {"a.py": ("", True), "b.py": ("the grammar crashed", True), "c.py": ("", True)}


@pytest.mark.skipif(sys.platform != "linux", reason="nothing else enforces a limit on memory")
def test_a_grammar_that_eats_memory_costs_a_text_its_syntax(monkeypatch: pytest.MonkeyPatch) -> None:
    """6 KB of Java, for which tree-sitter 0.26 takes 800 MB."""
    monkeypatch.setattr(limits, "MEMORY", 100_000_000)
    chunked = guarded.chunk_text("A.java", "class A {}\n" + "%q(" * 2_000, resolve("Java"))
    assert chunked.fallback == "the grammar crashed"
    assert chunked.chunks[-1].end_line == 2
