"""The golden files of tests/data/jina: small random models with the outputs of public reference code."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from torch import Tensor

from codesearch.models.jina.config import UNUSED, JinaConfig, read_config
from codesearch.models.jina.model import JinaModel
from tests.support.places import TESTS

FOLDER = TESTS / "data" / "jina"
COMMIT = "516f4baf13dec4ddddda8631e019b5737c8bc250"
NAMES = ("code_h12", "code_h8", "plain_h8", "plain_h12", "qk_h12")


@dataclass(frozen=True)
class Golden:
    """One file. The rows of its batch have 7, 64 and 700 tokens."""

    official_config: dict[str, Any]
    official_weights: dict[str, Tensor]
    tensors: dict[str, Tensor]

    @property
    def config(self) -> JinaConfig:
        return read_config(self.official_config, self.official_weights)

    @property
    def mask(self) -> Tensor:
        return self.tensors["inputs.attention_mask"].bool()

    @property
    def lengths(self) -> list[int]:
        return [7, 64, 700]

    @property
    def ids(self) -> Tensor:
        """The tokens of all rows without padding, concatenated."""
        return self.tensors["inputs.input_ids"][self.mask]

    def hidden(self, length: int) -> Tensor:
        return self.tensors[f"expected.len{length}.last_hidden_state"]

    @property
    def packed_hidden(self) -> Tensor:
        return torch.cat([self.hidden(length) for length in self.lengths])

    def model(self) -> JinaModel:
        weights = {name: w.float() for name, w in self.official_weights.items() if name not in UNUSED}
        with torch.device("meta"):
            model = JinaModel(self.config)
        model.load_state_dict(weights, assign=True)
        return model.eval()


@cache
def load(name: str) -> Golden:
    with safe_open(FOLDER / f"{name}.safetensors", "pt") as file:
        tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 - no mapping
        config = json.loads(file.metadata()["config"])
    weights = {key.removeprefix("weights."): t for key, t in tensors.items() if key.startswith("weights.")}
    return Golden(config, weights, {key: t for key, t in tensors.items() if not key.startswith("weights.")})


def write_folder(golden: Golden, folder: Path, **changes: Any) -> Path:
    """Write a model's folder as on the hub: float16 weights with the pooler, config.json, and a character tokenizer."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(golden.official_config | changes))
    save_file(golden.official_weights, folder / "model.safetensors", {"format": "pt"})
    write_tokenizer(folder)
    return folder


def write_tokenizer(folder: Path) -> None:
    """Write a tokenizer for `[CLS] text [SEP]` with one token per character and a vocabulary of fewer than 200."""
    characters = [chr(code) for code in range(33, 127) if not chr(code).isupper()]
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *characters, *(f"##{c}" for c in characters)]
    tokenizer = Tokenizer(models.WordPiece({piece: i for i, piece in enumerate(pieces)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing("[CLS] $A [SEP]", None, [("[CLS]", 2), ("[SEP]", 3)])
    tokenizer.enable_padding(length=128)  # as in all-MiniLM-L6-v2's file: the encoder must ignore it
    tokenizer.save(str(folder / "tokenizer.json"))


def put_in_cache(cache: Path, folder: Path, commit: str = COMMIT) -> Path:
    """Copy a model's files to the path of jina-embeddings-v2-base-code in the hub's cache."""
    repository = cache / "models--jinaai--jina-embeddings-v2-base-code"
    snapshot = repository / "snapshots" / commit
    shutil.copytree(folder, snapshot)
    (repository / "refs").mkdir(exist_ok=True)
    (repository / "refs" / "main").write_text(commit)
    return snapshot
