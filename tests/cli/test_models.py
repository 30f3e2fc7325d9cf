"""`codesearch models` with small models in a cache of the hub."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from codesearch.cli import build
from codesearch.cli.remedies import hint_of
from codesearch.errors import CodesearchError

runner = CliRunner()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


def run(*arguments: str) -> str:
    result = runner.invoke(build(["models", "languages"]), ["models", *arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def put_model(folder: Path) -> Path:
    """A small model of the code shape, with random weights."""
    pytest.importorskip("torch")
    from tests.support import jina_goldens

    return jina_goldens.write_folder(jina_goldens.load("code_h12"), folder)


@pytest.mark.torch
def test_the_list_tells_what_is_here(cache: Path) -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"
    repository = cache / "models--jinaai--jina-embeddings-v2-base-code"
    (repository / "snapshots" / commit).mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(commit)
    assert "yes, 01234567" not in run()
    (repository / "snapshots" / commit / "model.safetensors").touch()
    lines = {line.split()[0]: line for line in run().splitlines()}
    assert "yes, 01234567" in lines["jina-code"] and "161 M" in lines["jina-code"]
    assert " no " in lines["minilm"] and " yes " in lines["default"]


def test_json() -> None:
    records = {record["name"]: record for record in json.loads(run("list", "--json"))}
    assert records["jina-code"]["parameters"] == 160_869_120
    assert records["jina-code"]["folder"] is None


def test_sizes_of_the_catalogue_follow_from_the_configurations() -> None:
    from math import prod

    from codesearch.models.catalog import BY_NAME
    from codesearch.models.jina.config import read_config

    base = {"feed_forward_type": "geglu", "hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12}
    base |= {"intermediate_size": 3072, "vocab_size": 61056}
    small = {"hidden_size": 512, "num_hidden_layers": 4, "num_attention_heads": 8, "intermediate_size": 2048}
    plain = ["mlp.gated_layers.weight"]
    names = {"plain": plain, "qk": [*plain, "layer_norm_q.weight"], "code": ["mlp.up_gated_layer.weight"]}
    models = {
        "jina-code": ("code", base),
        "jina-base-es": ("qk", base),
        "jina-base-de": ("plain", base),
        "jina-base-zh": ("plain", base),
        "jina-base-en": ("plain", base | {"vocab_size": 30528}),
        "jina-small-en": ("plain", base | small | {"vocab_size": 30528}),
    }
    for name, (shape, config) in models.items():
        tensors = read_config(config, names[shape]).tensors()
        width = config["hidden_size"]
        assert isinstance(width, int)
        pooler = width * width + width
        assert sum(map(prod, tensors.values())) + pooler == BY_NAME[name].parameters, name
        if name == "jina-code":
            assert len(tensors) + 2 == 258


def test_getting_tells_where_and_checks_what_came(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    huggingface_hub = pytest.importorskip("huggingface_hub")
    folder = put_model(tmp_path / "model")
    monkeypatch.setattr(huggingface_hub, "snapshot_download", lambda *_given, **_options: str(folder))
    assert run("get", "jina-code").strip() == str(folder)
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    with pytest.raises(CodesearchError, match="truncated"):
        run("get", "jina-code")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["get"], "which model"),
        (["get", "default"], "nothing to fetch"),
        (["get", "nonsense"], "unknown model"),
        (["verify", "minilm"], "no published values"),
    ],
)
def test_what_cannot_be_done(arguments: list[str], reason: str) -> None:
    with pytest.raises(CodesearchError, match=reason):
        run(*arguments)


@pytest.mark.torch
def test_verifying_another_model_finds_it_wrong(tmp_path: Path) -> None:
    folder = put_model(tmp_path / "model")
    with pytest.raises(CodesearchError, match="published values of jina-base-de do not match"):
        run("verify", "jina-base-de", "--folder", str(folder))


@pytest.mark.torch
def test_verifying_meets_values_of_the_model_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from codesearch.models import verify

    folder = put_model(tmp_path / "model")
    from codesearch.models.loading import load_encoder

    texts = ["parse a date", "read a file"]
    first, second = load_encoder(str(folder), "cpu", "float32").encode_documents(texts)
    check = {"texts": texts, "tolerance": 1e-5, "source": "here"}
    checks = [
        check | {"what": "cosine", "expected": [float(first @ second)]},
        check | {"what": "first", "texts": texts[:1], "expected": first[:5].tolist()},
        check | {"what": "sum", "expected": [float(first.sum()), float(second.sum())]},
    ]
    monkeypatch.setattr(verify, "published_values", lambda name: checks)
    output = run("verify", "jina-code", "--folder", str(folder))
    assert [line.split()[0] for line in output.splitlines()] == ["ok"] * 3


def test_every_published_value_can_be_computed(tmp_path: Path) -> None:
    """Shapes fit; the values are the real weights'."""
    from codesearch.models.verify import published_values

    put_model(tmp_path / "model")
    for name in ("jina-code", "jina-small-en", "jina-base-en", "jina-base-de", "jina-base-zh", "jina-base-es"):
        for check in published_values(name):
            assert {"what", "expected", "tolerance", "source"} <= check.keys()
            count = {"cosine": 1, "first": 5, "sum": len(check.get("texts", [])), "hidden": 9, "pooled": 6}
            assert len(check["expected"]) == count[check["what"]]


def test_a_model_in_a_package_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from codesearch.models.loading import ModelName, find_folder

    monkeypatch.setattr("codesearch.models.catalog.find_spec", lambda _name: None)
    lines = {line.split()[0]: line for line in run().splitlines()}
    assert " no " in lines["small"]
    with pytest.raises(CodesearchError, match="separate package") as caught:
        run("get", "small")
    assert "pip install ./packages/small" in str(hint_of(caught.value))
    (tmp_path / "codesearch_small").mkdir()
    (tmp_path / "codesearch_small" / "__init__.py").touch()
    monkeypatch.undo()
    monkeypatch.syspath_prepend(tmp_path)
    assert find_folder(ModelName("small")) == tmp_path / "codesearch_small" / "model"
