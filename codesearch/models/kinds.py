"""The kinds of encoders: how each is recognised by its files and loaded. To add one, extend `ENCODER_KINDS`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from codesearch.errors import CodesearchError, ModelUnavailable
from codesearch.models.capabilities import TRANSFORMER, Capabilities

if TYPE_CHECKING:
    from codesearch.models.checkpoint import Checkpoint
    from codesearch.models.encoder import Encoder


@dataclass(frozen=True)
class ModelFiles:
    """A model's folder, and the options to load it with."""

    folder: Path
    name: str
    """The name by which `--model` selects it."""
    max_length: int | None = None
    """Tokens of a text that are read; None for the model's default."""

    @cached_property
    def checkpoint(self) -> Checkpoint:
        """The checkpoint of a transformer. Raises ModelUnavailable if it is missing, incomplete or unsafe."""
        from codesearch.models.checkpoint import open_checkpoint
        from codesearch.models.modules import transformer_folder

        return open_checkpoint(transformer_folder(self.folder))


class EncoderKind(NamedTuple):
    """How to recognise and load one kind of encoder."""

    matches: Callable[[ModelFiles], bool]
    """Whether files are of this kind. Raises ModelUnavailable if they are damaged."""
    load: Callable[[ModelFiles, str, str], Encoder]
    """Files, device and precision → the encoder. Raises ModelUnavailable or CodesearchError."""
    capabilities: Capabilities


def kind_of(files: ModelFiles) -> EncoderKind:
    """The first kind that the files match. Raises ModelUnavailable."""
    return next(kind for kind in ENCODER_KINDS if kind.matches(files))


def _is_static(files: ModelFiles) -> bool:
    from codesearch.models.static import WEIGHTS_FILE

    return (files.folder / WEIGHTS_FILE).is_file()


def _load_static(files: ModelFiles, _device: str, _precision: str) -> Encoder:
    from codesearch.models.static import StaticEncoder

    return StaticEncoder(files.folder, files.name)


def _is_jina(files: ModelFiles) -> bool:
    from codesearch.models.jina.config import is_jina

    return is_jina(files.checkpoint.config)


def _load_jina(files: ModelFiles, device: str, precision: str) -> Encoder:
    from codesearch.models.devices import choose

    runtime = choose(device, precision)  # raises if torch is missing
    from codesearch.models.jina.encoder import JinaEncoder

    return JinaEncoder(files.checkpoint, files.name, runtime, files.max_length)


def _has_graph(files: ModelFiles) -> bool:
    """Only a package's graph is read: a folder of the user may come from anywhere."""
    from codesearch.models.catalog import is_packaged
    from codesearch.models.onnx_encoder import GRAPH_FILE

    return is_packaged(files.folder) and (files.folder / GRAPH_FILE).is_file()


def _load_graph(files: ModelFiles, device: str, precision: str) -> Encoder:
    """With ONNX Runtime, or with torch where that is asked for, faster, or all there is."""
    if _needs_torch(device, precision):
        return _load_sentence_transformer(files, device, precision)
    from codesearch.models.modules import read_encoding_config
    from codesearch.models.onnx_encoder import OnnxEncoder

    config = read_encoding_config(files.folder, files.checkpoint)
    return OnnxEncoder(files.checkpoint, config, files.name, files.max_length)


def _needs_torch(device: str, precision: str) -> bool:
    from codesearch.models.devices import may_have_gpu

    if device not in ("auto", "cpu") or precision != "auto":
        return True
    if not find_spec("torch"):
        return False
    return not find_spec("onnxruntime") or (device == "auto" and may_have_gpu())


def _load_sentence_transformer(files: ModelFiles, device: str, precision: str) -> Encoder:
    from codesearch.models.devices import choose

    checkpoint = files.checkpoint  # before torch is imported, which takes seconds
    runtime = choose(device, precision)
    if not runtime.precision.is_floating_point:
        raise CodesearchError(f"{precision} is for JINA's models only", "use another precision, or auto")
    if "auto_map" in checkpoint.config:
        raise ModelUnavailable(
            f"{files.name} requires running code from its repository, which codesearch never does",
            "choose a model whose architecture is built into transformers",
        )
    from codesearch.models.modules import read_encoding_config
    from codesearch.models.sentence_transformer import SentenceTransformerEncoder

    config = read_encoding_config(files.folder, checkpoint)
    return SentenceTransformerEncoder(checkpoint, config, files.name, runtime, files.max_length)


ENCODER_KINDS = (
    EncoderKind(_is_static, _load_static, Capabilities()),
    EncoderKind(_is_jina, _load_jina, TRANSFORMER),
    EncoderKind(_has_graph, _load_graph, TRANSFORMER),
    EncoderKind(lambda _: True, _load_sentence_transformer, TRANSFORMER),
)
