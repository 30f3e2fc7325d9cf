"""Small random transformers in the folders that sentence-transformers writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
import transformers

from tests.support.jina_goldens import write_tokenizer


def small_bert() -> Any:
    """A small BERT with fixed random weights."""
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=200, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64,
        max_position_embeddings=128, initializer_range=0.3,
    )  # fmt: skip
    return transformers.BertModel(config).eval()


def write(network: Any, folder: Path, pooling: dict[str, Any] | None = None, prompts: object = None) -> Path:
    """Write a model's folder as sentence-transformers 2 to 5 do."""
    network.save_pretrained(folder)
    write_tokenizer(folder)
    write_modules(folder, "Transformer", "Pooling", "Normalize")
    (folder / "1_Pooling").mkdir()
    flags = pooling or {"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"word_embedding_dimension": 32} | flags))
    if prompts:
        (folder / "config_sentence_transformers.json").write_text(json.dumps(prompts))
    return folder


def write_modules(folder: Path, *kinds: str) -> None:
    modules = [
        {"idx": i, "name": str(i), "path": f"{i}_{kind}" if i else "", "type": f"sentence_transformers.models.{kind}"}
        for i, kind in enumerate(kinds)
    ]
    (folder / "modules.json").write_text(json.dumps(modules))
