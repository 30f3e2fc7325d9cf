"""A batch of files → what the index keeps: rows, terms and vectors of the same chunks, whatever a file holds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from codesearch.index import work
from codesearch.index.job import Job, Treatment
from codesearch.index.terms import terms
from codesearch.index.work import Worker
from codesearch.models.loading import DEFAULT_MODEL, load_encoder

SOURCE = (
    "LIMIT = 3\n\n\ndef alpha(x):\n    return x\n\n\nclass Beta:\n    def gamma(self):\n        return alpha(LIMIT)\n"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "a.py").write_text(SOURCE, encoding="utf-8")
    (tmp_path / "b.go").write_text("package b\n\nfunc Delta() int {\n\treturn 4\n}\n", encoding="utf-8")
    (tmp_path / "binary.py").write_bytes(b"\0\1")
    (tmp_path / "made.py").write_text("# @generated\nx = 1\n", encoding="utf-8")
    return tmp_path


def worker(root: Path, *, with_encoder: bool = True, include: tuple[str, ...] = ()) -> Worker:
    encoder = load_encoder(DEFAULT_MODEL) if with_encoder else None
    return Worker(root, 100_000, encoder, frozenset(include))


def test_rows_terms_and_vectors_are_of_the_same_chunks(root: Path) -> None:
    result = worker(root)(Job(("a.py", "b.go")))
    chunks = [(file, chunk) for file in result.files for chunk in file.chunks]
    assert len(chunks) == len(result.terms.sizes)
    assert result.vectors is not None
    assert len(result.vectors) == len(chunks)
    np.testing.assert_allclose(
        np.linalg.norm(result.vectors.reconstruct(np.arange(len(chunks))), axis=1), 1.0, rtol=0.02
    )
    assert result.terms.sizes.sum() == len(result.terms.term_ids) == len(result.terms.impacts)
    start = 0
    for (file, chunk), size in zip(chunks, result.terms.sizes, strict=True):
        held = {result.terms.terms[i] for i in result.terms.term_ids[start : start + size]}
        start += size
        names = [definition.name for definition in file.definitions if definition.chunk == chunk.id]
        assert len(names) == chunk.definitions
        assert held.issuperset(terms(" ".join(names)))


def test_files_are_told_by_language_and_reason(root: Path) -> None:
    job = Job(("a.py", "b.go", "binary.py", "made.py", "gone.py"))
    files = {file.row.path: file for file in worker(root)(job).files}
    assert {path: (file.row.language, file.row.skipped) for path, file in files.items()} == {
        "a.py": ("Python", ""),
        "b.go": ("Go", ""),
        "binary.py": ("", "binary"),
        "made.py": ("Python", "generated"),
        "gone.py": ("", "unreadable"),
    }
    assert {"alpha", "Beta", "gamma"} <= {definition.name for definition in files["a.py"].definitions}
    assert files["a.py"].row.stamp.size == len(SOURCE)
    assert not files["made.py"].chunks


def test_generated_files_that_are_asked_for_are_kept(root: Path) -> None:
    (file,) = worker(root, include=("made.py",))(Job(("made.py",))).files
    assert (file.row.skipped, len(file.chunks) > 0) == ("", True)


def test_without_an_encoder_the_texts_come_back(root: Path) -> None:
    result = worker(root, with_encoder=False)(Job(("a.py",)))
    assert result.vectors is None
    assert len(result.texts) == len(result.terms.sizes)
    assert any("def alpha" in text for text in result.texts)


def test_treatments(root: Path) -> None:
    (windows,) = worker(root)(Job(("a.py",), treatment=Treatment.WINDOWS, reason="the grammar crashed")).files
    assert windows.row.fallback == "the grammar crashed"
    assert windows.row.language == "Python"
    assert {chunk.kind for chunk in windows.chunks} <= {"file", "block"}
    (skipped,) = worker(root)(Job(("a.py",), treatment=Treatment.SKIP)).files
    assert (skipped.row.skipped, skipped.chunks) == ("could not be cut", ())


def test_a_fault_of_the_chunker_costs_one_file_its_syntax(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = work.chunk_text

    def faulty(path: str, text: str, language: object) -> object:
        if path == "a.py" and language is not None:
            raise RecursionError
        return real(path, text, language)  # type: ignore[arg-type]

    monkeypatch.setattr(work, "chunk_text", faulty)
    first, second = worker(root)(Job(("a.py", "b.go"))).files
    assert "RecursionError" in first.row.fallback
    assert first.chunks
    assert not second.row.fallback


def test_no_chunks_at_all(root: Path) -> None:
    result = worker(root)(Job(("binary.py",)))
    assert result.vectors is not None
    assert (len(result.terms.sizes), len(result.vectors)) == (0, 0)
