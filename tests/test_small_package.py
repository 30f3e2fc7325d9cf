"""The model `small` as its package carries it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from codesearch.models.catalog import BY_NAME
from codesearch.models.loading import load_encoder

pytestmark = pytest.mark.torch

PACKAGE = Path(__file__).parent.parent / "packages/small"
ANSWERS = {
    "how are passwords hashed": "def digest(secret, salt):\n    return scrypt(secret.encode(), salt=salt, n=1 << 14)",
    "retry with backoff": "func again(n int) {\n\tfor i := 0; i < n; i++ { time.Sleep(wait << i); call() }\n}",
    "remove old sessions": "DELETE FROM login WHERE last_seen < now() - interval '30 days';",
    "draw a circle": "void ring(int r) {\n  for (a = 0; a < 360; a++) plot(r * cos(a), r * sin(a));\n}",
}


def test_questions_find_their_code() -> None:
    encoder = load_encoder(str(PACKAGE / "codesearch_small/model"), "cpu", "float32")
    assert encoder.dimensions == BY_NAME["small"].dimensions
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
