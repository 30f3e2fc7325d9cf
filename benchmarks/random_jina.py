"""Write a model folder with random weights in base-code's exact configuration, for timing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

from codesearch.models.jina.config import UNUSED, read_config

BASE_CODE: dict[str, Any] = {
    "_name_or_path": "jinaai/jina-bert-v2-qk-post-norm",
    "model_type": "bert",
    "position_embedding_type": "alibi",
    "feed_forward_type": "geglu",
    "emb_pooler": "mean",
    "hidden_size": 768,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "intermediate_size": 3072,
    "vocab_size": 61056,
    "type_vocab_size": 2,
    "max_position_embeddings": 8192,
    "layer_norm_eps": 1e-12,
    "initializer_range": 0.02,
    "pad_token_id": 0,
}


def write_random_model(folder: Path, texts: Iterable[str]) -> None:
    """Weights of a fixed seed, 322 MB, and a byte-level BPE tokenizer trained on `texts`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(BASE_CODE))
    generator = torch.Generator().manual_seed(0)
    shapes = read_config(BASE_CODE, ["mlp.up_gated_layer."]).tensors()
    shapes |= dict(zip(UNUSED, [(768, 768), (768,)], strict=True))
    weights = {}
    for name, shape in shapes.items():
        offset = 1.0 if "norm" in name.lower() and name.endswith("weight") else 0.0
        weights[name] = (torch.randn(shape, generator=generator) * BASE_CODE["initializer_range"] + offset).half()
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    _train_tokenizer(texts).save(str(folder / "tokenizer.json"))


def _train_tokenizer(texts: Iterable[str]) -> Tokenizer:
    """As base-code's: byte-level, `<s> A </s>`."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=BASE_CODE["vocab_size"],
        special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.TemplateProcessing("<s> $A </s>", None, [("<s>", 0), ("</s>", 2)])
    return tokenizer
