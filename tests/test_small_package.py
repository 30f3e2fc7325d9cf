"""The model `small` as its package carries it, with torch and with ONNX Runtime."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from codesearch.models.catalog import BY_NAME
from codesearch.models.joined import JoinedEncoder, alone
from codesearch.models.loading import load_encoder
from codesearch.models.onnx_encoder import OnnxEncoder
from tests.support.places import ROOT

pytestmark = pytest.mark.torch

PACKAGE = ROOT / "packages/small"
ANSWERS = {
    "how are passwords hashed": "def digest(secret, salt):\n    return scrypt(secret.encode(), salt=salt, n=1 << 14)",
    "retry with backoff": "func again(n int) {\n\tfor i := 0; i < n; i++ { time.Sleep(wait << i); call() }\n}",
    "remove old sessions": "DELETE FROM login WHERE last_seen < now() - interval '30 days';",
    "draw a circle": "void ring(int r) {\n  for (a = 0; a < 360; a++) plot(r * cos(a), r * sin(a));\n}",
}


def test_questions_find_their_code() -> None:
    encoder = load_encoder(str(PACKAGE / "codesearch_small/model"), "cpu", "float32")
    assert encoder.dimensions + load_encoder("default").dimensions == BY_NAME["small"].dimensions
    codes = encoder.encode_documents(list(ANSWERS.values()))
    questions = np.stack([encoder.encode_query(question) for question in ANSWERS])
    np.testing.assert_allclose(np.linalg.norm(codes, axis=1), 1, atol=1e-5)
    assert (questions @ codes.T).argmax(1).tolist() == list(range(len(ANSWERS)))


def test_the_catalogue_says_what_the_package_is() -> None:
    known = BY_NAME["small"]
    assert (PACKAGE / known.package / "model/model.safetensors").stat().st_size == pytest.approx(known.size, rel=0.05)
    described = tomllib.loads((PACKAGE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert described["license"] == known.licence
    assert (PACKAGE / described["readme"]).is_file()


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package can be imported, as if it were installed."""
    pytest.importorskip("onnxruntime")
    monkeypatch.syspath_prepend(str(PACKAGE))


@pytest.mark.usefixtures("installed")
def test_onnx_runtime_gives_the_vectors_of_torch() -> None:
    light, heavy = alone(load_encoder("small", "cpu")), alone(load_encoder("small", "cpu", "float32"))
    assert isinstance(light, OnnxEncoder)
    assert not isinstance(heavy, OnnxEncoder)
    assert (light.revision, light.dimensions) == (heavy.revision, heavy.dimensions)
    modules = sorted((ROOT / "codesearch").rglob("*.py"))[::7]
    texts = [*ANSWERS.values(), *(module.read_text(encoding="utf-8")[:1500] for module in modules), "", "日本語 naïve"]
    cosines = (light.encode_documents(texts) * heavy.encode_documents(texts)).sum(1)
    assert cosines.min() > 0.999
    for question in ANSWERS:
        assert light.encode_query(question) @ heavy.encode_query(question) > 0.999


@pytest.mark.usefixtures("installed")
def test_a_vector_does_not_depend_on_its_batch() -> None:
    encoder = load_encoder("small", "cpu")
    assert isinstance(encoder, JoinedEncoder)
    assert encoder.dimensions == BY_NAME["small"].dimensions
    texts = [*ANSWERS.values(), "x " * 300]
    alone = np.concatenate([encoder.encode_documents([text]) for text in texts])
    np.testing.assert_allclose(encoder.encode_documents(texts), alone, atol=1e-5)


@pytest.mark.usefixtures("installed")
def test_a_graph_outside_the_package_is_not_read(tmp_path: Path) -> None:
    copy = tmp_path / "model"
    shutil.copytree(PACKAGE / "codesearch_small/model", copy)
    assert not isinstance(load_encoder(str(copy), "cpu"), OnnxEncoder)


@pytest.mark.slow
@pytest.mark.usefixtures("installed")
def test_torch_is_not_imported() -> None:
    script = (
        "import sys; from codesearch.models.loading import load_encoder\n"
        "load_encoder('small', 'cpu').encode_query('x')\n"
        "print({'torch', 'transformers', 'tokenizers'} & sys.modules.keys())"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (ROOT, PACKAGE)))}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
