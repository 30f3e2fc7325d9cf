"""Names to encoders, and folders that are refused with the reason."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from codesearch.cli.remedies import hint_of
from codesearch.errors import CodesearchError, ModelUnavailable
from codesearch.models import hub
from codesearch.models.loading import ModelName, load_encoder

torch = pytest.importorskip("torch")

from safetensors.torch import load_file, save_file  # noqa: E402

from tests.support import jina_goldens  # noqa: E402
from tests.support.jina_goldens import COMMIT, put_in_cache  # noqa: E402

pytestmark = pytest.mark.torch

REPOSITORY = "jinaai/jina-embeddings-v2-base-code"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the hub, and no network."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("CODESEARCH_DEVICE", "cpu")
    return tmp_path / "hub"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return jina_goldens.write_folder(jina_goldens.load("code_h8"), tmp_path / "model")


@pytest.mark.parametrize(
    ("text", "model", "revision", "length"),
    [
        ("jina-code", "jina-code", "", None),
        (f"jina-code@{COMMIT}", "jina-code", COMMIT, None),
        ("owner/name@v1.5#512", "owner/name", "v1.5", 512),
        ("jina-code#8192", "jina-code", "", 8192),
    ],
)
def test_names(text: str, model: str, revision: str, length: int | None) -> None:
    parsed = ModelName.parse(text)
    assert (parsed.model, parsed.revision, parsed.max_length) == (model, revision, length)
    assert str(parsed) == text


def test_a_folder_is_taken_as_it_is_spelled(tmp_path: Path) -> None:
    odd = tmp_path / "a@b"
    odd.mkdir()
    assert ModelName.parse(str(odd)) == ModelName(str(odd.resolve()))
    assert ModelName.parse(f"{odd}#512") == ModelName(str(odd.resolve()), "", 512)


@pytest.mark.parametrize(
    "name",
    ["", " ", "#", "a#b", "a#٣", "~nosuchuser", "~nosuchuser/x", "/dev/null", "a\0b", "a\nb", "x" * 5000, "\udcff"],
)
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ModelUnavailable, match=r"unknown model|name is empty"):
        load_encoder(name)


@pytest.mark.parametrize("length", ["0", "1000001", "9" * 5000])
def test_lengths_beyond_any_encoder_are_refused(length: str) -> None:
    with pytest.raises(ModelUnavailable, match="not in the range 1 to 1,000,000"):
        ModelName.parse(f"jina-code#{length}")


def test_without_a_home_nothing_is_found_and_nothing_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    pwd = pytest.importorskip("pwd")

    def nobody(_uid: int) -> None:
        raise KeyError

    monkeypatch.setattr(pwd, "getpwuid", nobody)
    for variable in ("HOME", "HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(RuntimeError):
        Path.home()
    assert hub.cache_folder() == Path("~/.cache/huggingface/hub")
    with pytest.raises(ModelUnavailable, match="not on this machine"):
        load_encoder(REPOSITORY)
    with pytest.raises(ModelUnavailable, match="unknown model"):
        load_encoder("~/model")


def test_the_default_needs_no_torch() -> None:
    encoder = load_encoder()
    assert encoder.name == "default" and not encoder.capabilities.costly


def test_a_folder(folder: Path) -> None:
    encoder = load_encoder(str(folder))
    assert encoder.capabilities.costly and encoder.dimensions == 64
    assert load_encoder(encoder.name).revision == encoder.revision
    assert load_encoder(f"{folder}#100").name == f"{encoder.name}#100"


def test_the_revision_follows_the_weights(folder: Path) -> None:
    before = load_encoder(str(folder)).revision
    weights = load_file(folder / "model.safetensors")
    save_file({name: -w for name, w in weights.items()}, folder / "model.safetensors")
    assert load_encoder(str(folder)).revision != before


def test_known_names_and_ids_are_found_in_the_cache(folder: Path, cache: Path) -> None:
    put_in_cache(cache, folder)
    for name in ("jina-code", REPOSITORY, f"jina-code@{COMMIT}", f"jina-code@{COMMIT[:8]}", "jina-code@main"):
        encoder = load_encoder(name)
        assert (encoder.name, encoder.revision) == (name, COMMIT)


def test_a_prefix_of_some_exports(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    save_file({f"bert.{name}": w for name, w in weights.items() if "pooler" not in name}, folder / "model.safetensors")
    assert load_encoder(str(folder)).dimensions == 64


def test_what_is_not_here_is_not_fetched(cache: Path) -> None:
    with pytest.raises(ModelUnavailable, match="not on this machine") as caught:
        load_encoder("jina-code")
    assert "codesearch models get jina-code" in hint_of(caught.value)
    with pytest.raises(ModelUnavailable, match=r"revision|not on this machine"):
        load_encoder(f"{REPOSITORY}@0123456789")
    with pytest.raises(ModelUnavailable, match="unknown model 'nonsense'"):
        load_encoder("nonsense")


def _truncate(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1000])


def _truncate_header(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:500])


def _append(folder: Path) -> None:
    with (folder / "model.safetensors").open("ab") as file:
        file.write(b"more")


def _pointer(folder: Path) -> None:
    text = "version https://git-lfs.example/spec/v1\noid sha256:00\nsize 324000000\n"
    (folder / "model.safetensors").write_text(text)


def _pickle(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def _unfinished(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "model.safetensors.incomplete")


def _reweigh(change: Callable[[dict[str, torch.Tensor]], None]) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        weights = load_file(folder / "model.safetensors")
        change(weights)
        save_file(weights, folder / "model.safetensors")

    return damage


def _overlap(folder: Path) -> None:
    path = folder / "model.safetensors"
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + length])
    names = [name for name in header if name != "__metadata__"]
    header[names[0]]["data_offsets"] = header[names[1]]["data_offsets"]
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data[8 + length :])


def _configure(**changes: object) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        path = folder / "config.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))

    return damage


def _head(header: bytes, data: bytes = b"") -> Callable[[Path], object]:
    weights = struct.pack("<Q", len(header)) + header + data
    return lambda folder: (folder / "model.safetensors").write_bytes(weights)


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "cut short": (_truncate, "truncated"),
    "header cut short": (_truncate_header, "first 500 bytes"),
    "too long": (_append, "too long"),
    "a pointer": (_pointer, "git-lfs pointer"),
    "a pickle": (_pickle, "pickle"),
    "half downloaded": (_unfinished, "not finished"),
    "overlapping tensors": (_overlap, "damaged|can't be read"),
    "no configuration": (lambda folder: (folder / "config.json").unlink(), "no config.json"),
    "damaged configuration": (lambda folder: (folder / "config.json").write_text("{"), "can't be read"),
    "not a tokenizer": (lambda folder: (folder / "tokenizer.json").unlink(), "no tokenizer.json"),
    "damaged tokenizer": (lambda folder: (folder / "tokenizer.json").write_text("{}"), "not a tokenizer"),
    "a missing tensor": (_reweigh(lambda w: w.__delitem__("encoder.layer.1.attention.self.query.bias")), "lack"),
    "an unexpected tensor": (_reweigh(lambda w: w.update({"extra.weight": torch.zeros(3)})), "extra.weight"),
    "a wrong shape": (_reweigh(lambda w: w.update({"embeddings.LayerNorm.bias": torch.zeros(3)})), "not floats"),
    "integers": (
        _reweigh(lambda w: w.update({"embeddings.LayerNorm.bias": torch.zeros(64, dtype=torch.int32)})),
        "I32",
    ),
    "another number of layers": (_configure(num_hidden_layers=2), "have, unlike config.json"),
    "more layers": (_configure(num_hidden_layers=4), "lack"),
    "heads that don't divide": (_configure(num_attention_heads=7), "7 heads"),
    "another pooling": (_configure(emb_pooler="cls"), "pooling"),
    "deep configuration": (lambda f: (f / "config.json").write_text("[" * 100_000), "can't be read"),
    "a number without end": (lambda f: (f / "config.json").write_text('{"a": ' + "9" * 5000 + "}"), "can't be read"),
    "configuration in no UTF-8": (lambda f: (f / "config.json").write_bytes(b"\xff\xfe{}"), "can't be read"),
    "an infinite width": (_configure(hidden_size=float("inf")), "not a JinaBERT v2 configuration"),
    "a width in words": (_configure(hidden_size="wide"), "not a JinaBERT v2 configuration"),
    "endless layers": (_configure(num_hidden_layers=10**12), "more than the weights have"),
    "no width": (_configure(hidden_size=0), "don't divide"),
    "a deep header": (_head(b"[" * 100_000), "damaged"),
    "a header of numbers": (_head(b"[1, 2]"), "damaged"),
    "negative shapes": (
        _head(b'{"a": {"dtype": "F32", "shape": [-1, -1], "data_offsets": [0, 4]}}', b"\0" * 4),
        "no list of whole numbers",
    ),
    "shapes that are no numbers": (
        _head(b'{"a": {"dtype": "F32", "shape": [1e400], "data_offsets": [0, 4]}}', b"\0" * 4),
        "no list of whole numbers",
    ),
    "an unknown type": (_head(b'{"a": {"dtype": [], "shape": [1], "data_offsets": [0, 4]}}', b"\0" * 4), "damaged"),
    "places of text": (_head(b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": "ab"}}', b"\0" * 4), "damaged"),
    "remote code": (_configure(position_embedding_type="absolute", auto_map={"AutoModel": "x--y.Z"}), "running code"),
    "another architecture": (_configure(position_embedding_type="absolute"), "modules.json"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_refused_with_the_reason(damage: str, folder: Path) -> None:
    act, reason = DAMAGES[damage]
    act(folder)
    with pytest.raises(ModelUnavailable, match=reason) as caught:
        load_encoder(str(folder))
    assert "\n" not in caught.value.message


def test_official_files_name_remote_code_and_need_none(folder: Path) -> None:
    _configure(auto_map={"AutoModel": "jinaai/jina-bert-v2-qk-post-norm--modeling_bert.JinaBertModel"})(folder)
    assert load_encoder(str(folder)).dimensions == 64


def test_a_device_that_is_not_here(folder: Path) -> None:
    if torch.cuda.is_available():
        pytest.skip("a GPU is here")
    with pytest.raises(CodesearchError, match="cuda"):
        load_encoder(str(folder), device="cuda")


def test_what_is_no_device_is_refused_whatever_the_model() -> None:
    with pytest.raises(CodesearchError, match="unknown device 'tpu'") as refused:
        load_encoder(device="tpu")
    assert "cuda" in hint_of(refused.value)


def test_no_hub_names_the_ways_on(monkeypatch: pytest.MonkeyPatch) -> None:
    huggingface_hub = pytest.importorskip("huggingface_hub")

    def unreachable(*_given: object, **_options: object) -> str:
        raise OSError("Name or service not known")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", unreachable)
    with pytest.raises(ModelUnavailable, match="Name or service not known") as caught:
        hub.fetch(REPOSITORY)
    for way in ("--model FOLDER", "HF_ENDPOINT", "HTTPS_PROXY", "default model"):
        assert way in hint_of(caught.value)


def test_fetching_takes_no_code_and_no_pickles(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    huggingface_hub = pytest.importorskip("huggingface_hub")
    asked: dict[str, object] = {}
    monkeypatch.setattr(
        huggingface_hub, "snapshot_download", lambda *_given, **options: asked.update(options) or str(tmp_path)
    )
    assert hub.fetch(REPOSITORY, "v2") == tmp_path
    assert asked["revision"] == "v2"
    patterns = asked["allow_patterns"]
    assert isinstance(patterns, list)
    assert not any(pattern.endswith((".py", ".bin", "*")) for pattern in patterns)
