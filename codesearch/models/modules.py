"""The configuration files of a sentence-transformers folder: its network, pooling, prompts and length. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from codesearch.errors import ModelUnavailable
from codesearch.models.checkpoint import FETCH_AGAIN, Checkpoint, read_json, read_json_value
from codesearch.models.text_form import TextForm

MODULES_FILE = "modules.json"

Pooling = Literal["mean", "cls", "lasttoken"]

_FLAGS: dict[str, Pooling] = {
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_cls_token": "cls",
    "pooling_mode_lasttoken": "lasttoken",
}
_FORM, _WORDS = "codesearch_form", "words"
"""Our own entry of config_sentence_transformers.json, for models that read words (TextForm)."""
_DEFAULT_LENGTH = 512
"""Tokens, if a model's files state no limit."""
_MAX_LENGTH = 1_000_000
"""Tokens. Tokenizers without a limit state a larger number, 1e30."""
_DOCUMENT_PROMPTS = ("document", "passage", "corpus")
"""Names of the document prompt, in the order in which sentence-transformers tries them."""


@dataclass(frozen=True, slots=True)
class EncodingConfig:
    """How a model computes embeddings, by its configuration files."""

    pooling: Pooling
    max_length: int
    form: TextForm


@dataclass(frozen=True, slots=True)
class _Module:
    """One module of a model: its type and its folder."""

    kind: str
    folder: Path


def transformer_folder(folder: Path) -> Path:
    """The folder of a sentence-transformers model's network: `folder` itself or a subfolder, such as `0_Transformer`.

    Raises ModelUnavailable.
    """
    first = next(iter(_modules(folder)), None)
    return first.folder if first else folder


def read_encoding_config(folder: Path, checkpoint: Checkpoint) -> EncodingConfig:
    """Read how the model in `folder` computes embeddings. Raises ModelUnavailable if that is not supported."""
    modules = _modules(folder)
    if not modules:
        raise ModelUnavailable(
            f"{folder} has no {MODULES_FILE}, so its pooling is unknown",
            "pass the folder of a sentence-transformers model",
        )
    kinds = [module.kind for module in modules]
    if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        raise ModelUnavailable(
            f"{folder} has the modules {', '.join(kinds)}; only a transformer with pooling is supported"
        )
    pooling = _json(modules[1].folder / "config.json")
    prompts = _json(folder / "config_sentence_transformers.json")
    query, document = _prompts(prompts)
    if (query or document) and not pooling.get("include_prompt", True):
        raise ModelUnavailable(f"{folder} pools without its prompt, which is not supported")
    if prompts.get(_FORM) not in (None, _WORDS):
        raise ModelUnavailable(f"{folder} reads texts in a form that is not supported: {prompts[_FORM]!r}")
    form = TextForm(query, document, is_words=prompts.get(_FORM) == _WORDS)
    return EncodingConfig(_pooling(pooling, folder), _max_length(checkpoint), form)


def _modules(folder: Path) -> list[_Module]:
    path = folder / MODULES_FILE
    if not path.is_file():
        return []
    listed = read_json_value(path)
    try:
        modules = [_Module(str(entry["type"]).rpartition(".")[2], folder / entry["path"]) for entry in listed]
        is_inside = all(module.folder.resolve().is_relative_to(folder.resolve()) for module in modules)
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise ModelUnavailable(f"{path} is not a list of modules", FETCH_AGAIN) from error
    if not is_inside:
        raise ModelUnavailable(f"{path} points outside of its folder")
    return modules


def _pooling(config: Mapping[str, Any], folder: Path) -> Pooling:
    """The pooling mode; sentence-transformers 6 stores its name, older versions a flag per mode."""
    modes = [config["pooling_mode"]] if "pooling_mode" in config else _flagged_modes(config)
    for mode in _FLAGS.values():
        if modes == [mode]:
            return mode
    raise ModelUnavailable(
        f"{folder} asks for {' and '.join(map(str, modes)) or 'no'} pooling; mean, cls or lasttoken are supported"
    )


def _flagged_modes(config: Mapping[str, Any]) -> list[str]:
    flags = [flag for flag, is_set in config.items() if flag.startswith("pooling_mode_") and is_set]
    return [_FLAGS.get(flag, flag.removeprefix("pooling_mode_")) for flag in flags]


def _prompts(config: Mapping[str, Any]) -> tuple[str, str]:
    """The texts put before a question and before a document. Raises ModelUnavailable."""
    prompts = config.get("prompts") or {}
    if not isinstance(prompts, dict) or not all(isinstance(prompt, str | None) for prompt in prompts.values()):
        raise ModelUnavailable("config_sentence_transformers.json: prompts must map names to strings", FETCH_AGAIN)
    name = config.get("default_prompt_name")
    default = prompts.get(name if isinstance(name, str) else "") or ""
    document = next((prompts[name] for name in _DOCUMENT_PROMPTS if prompts.get(name)), default)
    return prompts.get("query") or default, document


def _max_length(checkpoint: Checkpoint) -> int:
    limits = (
        checkpoint.json("sentence_bert_config.json").get("max_seq_length"),
        checkpoint.json("tokenizer_config.json").get("model_max_length"),
        checkpoint.config.get("max_position_embeddings"),
    )
    known = [int(limit) for limit in limits if isinstance(limit, int | float) and 1 <= limit <= _MAX_LENGTH]
    return min(known) if known else _DEFAULT_LENGTH


def _json(path: Path) -> dict[str, Any]:
    return read_json(path) if path.is_file() else {}
