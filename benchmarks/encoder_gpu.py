"""Speed of the JinaBERT encoder on a CUDA GPU with random weights of base-code's size, beside sentence-transformers.

    python benchmarks/encoder_gpu.py TEXTS MODEL_FOLDER [--texts 20000] [--baseline-texts 2000]

TEXTS is a repository, or a JSON list of texts (`--write-texts FILE` writes a repository's, for a machine without the
grammars). An empty MODEL_FOLDER is filled with random weights.

Prints the first answer's time, the network's rate at fixed lengths as a share of the card's peak, and whole calls from
texts to vectors. Operations are those of a text's own tokens: 2 for each weight of the linear layers, and
4 · length · hidden of attention in each layer; neither padding, nor norms, nor activations count.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
from random_jina import write_random_model
from sentence_transformers import SentenceTransformer
from torch import Tensor, nn
from torch.nn.functional import layer_norm, scaled_dot_product_attention
from transformers.modeling_outputs import BaseModelOutput

from codesearch.models import devices
from codesearch.models.checkpoint import open_checkpoint
from codesearch.models.encoder import Embeddings
from codesearch.models.jina import model
from codesearch.models.jina.attention import alibi_slopes
from codesearch.models.jina.config import JinaConfig
from codesearch.models.jina.encoder import JinaEncoder
from codesearch.models.jina.load import load_model
from codesearch.models.jina.model import JinaModel
from codesearch.models.jina.sentence_module import sentence_transformer

PEAKS = {
    "H100 PCIe": 756, "H100 NVL": 835, "H100": 989, "H200": 989, "A100": 312, "L40S": 362, "L4": 121, "A10": 125,
}  # fmt: skip
"""TFLOP/s in bfloat16 without sparsity, by NVIDIA's data sheets; the first name that is part of the card's counts."""
LENGTHS = (32, 128, 256, 512, 1024, 2048, 8192)
TOKENS = (4096, 32_768, 131_072)
REPEATS = 10
ALIGNED = 8
"""Numbers: SDPA copies a bias in each layer unless its rows begin at 16 bytes."""


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--texts", type=int, default=20_000)
    parser.add_argument("--baseline-texts", type=int, default=2000)
    parser.add_argument("--write-texts", type=Path)
    asked = parser.parse_args()
    texts = read_texts(asked.source)
    if asked.write_texts:
        asked.write_texts.write_text(json.dumps(texts), encoding="utf-8")
        return
    if not (asked.model / "config.json").exists():
        write_random_model(asked.model, texts)
    peak = peak_rate()
    encoder = JinaEncoder(open_checkpoint(asked.model), "random", devices.choose("cuda"))
    for which in ("first", "second"):
        started = time.perf_counter()
        encoder.encode_query("where is a date parsed")
        print(f"{which} question: {time.perf_counter() - started:.3f} s", flush=True)
    by_length(encoder, peak)
    from_texts(encoder, asked.model, random.Random(0).sample(texts, min(asked.texts, len(texts))), asked, peak)


def read_texts(source: Path) -> list[str]:
    """The texts in a JSON file, or what the index of a repository would encode."""
    if source.is_file():
        return list(json.loads(source.read_text(encoding="utf-8")))
    from encoder_speed import repository_texts  # needs the grammars

    return repository_texts(source)


def peak_rate() -> float:
    """The card's peak in operations per second; also prints what a large product reaches."""
    card = torch.cuda.get_device_name()
    peak = next((rate for name, rate in PEAKS.items() if name in card), 0) * 1e12
    a = torch.randn(8192, 8192, device="cuda", dtype=torch.bfloat16)
    rate = 2 * 8192**3 / median_time(lambda: a @ a)
    print(f"{card}, torch {torch.__version__}; bfloat16 peak {peak / 1e12:.0f} TFLOP/s, of which a product of")
    print(f"two 8192 x 8192 matrices reaches {rate / 1e12:.0f}", flush=True)
    return peak or rate


def operations(config: JinaConfig, length: int) -> float:
    """Per token of a text of this length."""
    wide, inner = config.hidden, config.intermediate
    return config.layers * (2 * (4 * wide * wide + 3 * wide * inner) + 4 * length * wide)


def by_length(encoder: JinaEncoder, peak: float) -> None:
    """The network and pooling, from token ids in memory to vectors on the card."""
    generator = random.Random(1)
    print("\n| tokens of a text | texts | ms | texts/s | tokens/s | TFLOP/s | of peak |\n|---|---|---|---|---|---|---|")
    for length in LENGTHS:
        for total in (length, *TOKENS):
            count = total // length
            if not count or (total == length and length < 512):
                continue
            rows = [[generator.randrange(5, 60_000) for _ in range(length)] for _ in range(count)]
            seconds = median_time(network(encoder, rows))
            rate = count * length * operations(encoder.model.config, length) / seconds
            print(
                f"| {length} | {count} | {seconds * 1e3:.2f} | {count / seconds:,.0f} "
                f"| {count * length / seconds:,.0f} | {rate / 1e12:.0f} | {rate / peak:.1%} |",
                flush=True,
            )


def network(encoder: JinaEncoder, rows: list[list[int]]) -> Callable[[], Tensor]:
    """Runs it on rows that are on the card."""
    if encoder._fused:
        from codesearch.models.jina import kernels

        fused, packed = encoder._fused, encoder._fused.layout(rows)
        return lambda: kernels.mean_pool(fused(packed), packed.starts)
    return lambda: encoder.pool(rows)


@torch.inference_mode()
def median_time(work: Callable[[], Any]) -> float:
    """Seconds by the card's clock."""
    for _ in range(3):
        work()
    times: list[float] = []
    for _ in range(REPEATS):
        start: Any = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
        end: Any = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
        start.record()
        work()
        end.record()
        end.synchronize()
        times.append(start.elapsed_time(end) / 1e3)
    return statistics.median(times)


def from_texts(encoder: JinaEncoder, folder: Path, texts: list[str], asked: argparse.Namespace, peak: float) -> None:
    """Whole calls: tokenizing, padding, copying and the network."""
    few = texts[: asked.baseline_texts]
    exact = JinaEncoder(open_checkpoint(folder), "random", devices.choose("cuda", "float32"))
    reference = exact.encode_documents(few)
    lengths = [len(row) for row in encoder.tokenize(texts)]
    work = {
        id(some): sum(n * operations(encoder.model.config, n) for n in lengths[: len(some)]) for some in (texts, few)
    }
    print(
        f"\n{len(texts)} chunks of {min(lengths)} to {max(lengths)} tokens, {statistics.mean(lengths):.0f} on average"
    )
    print("| texts → vectors | texts | texts/s | tokens/s | of peak | least cosine |\n|---|---|---|---|---|---|")

    def row(name: str, some: list[str], encode: Callable[[list[str]], Embeddings]) -> None:
        encode(some[: max(256, len(some) // 8)])
        torch.cuda.synchronize()
        started = time.perf_counter()
        vectors = encode(some)
        seconds = time.perf_counter() - started
        cosine = float((np.asarray(vectors[: len(few)], np.float32) * reference).sum(1).min())
        print(
            f"| {name} | {len(some)} | {len(some) / seconds:,.0f} | {sum(lengths[: len(some)]) / seconds:,.0f} "
            f"| {work[id(some)] / seconds / peak:.1%} | {cosine:.5f} |",
            flush=True,
        )

    row("ours, bfloat16", texts, encoder.encode_documents)
    row("ours, bfloat16", few, encoder.encode_documents)
    row("ours, float32", few, exact.encode_documents)
    started = time.perf_counter()
    ids = encoder.tokenize(texts)
    seconds = time.perf_counter() - started
    print(
        f"| (ours, tokenizing alone) | {len(texts)} | {len(ids) / seconds:,.0f} | {sum(lengths) / seconds:,.0f} | | |"
    )
    torch.backends.cuda.enable_cudnn_sdp(
        False
    )  # it compiles a plan for each new width, which takes longer than it saves
    for precision, batch in (("float32", 32), ("bfloat16", 32), ("bfloat16", 256)):
        other = padded_transformer(folder, precision)
        row(f"sentence-transformers, {precision}, {batch} texts a batch", few, partial(other.encode, batch_size=batch))
    ours = sentence_transformer(str(folder)).to("cuda")
    for module in ours.modules():
        if isinstance(module, nn.Linear):
            module.bfloat16()
    row("our module in sentence-transformers, bfloat16, 256 a batch", few, partial(ours.encode, batch_size=256))


class PaddedNetwork(nn.Module):
    """The same network as its card's code runs it: padded batches, SDPA with a bias, one precision throughout."""

    def __init__(self, network: JinaModel) -> None:
        super().__init__()
        self.network = network
        self.precision: torch.dtype = next(network.parameters()).dtype

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> BaseModelOutput:
        """Hidden states [texts, width, hidden]."""
        count, width = input_ids.shape
        places = torch.arange(width, device=input_ids.device)
        slopes = torch.tensor(alibi_slopes(self.network.config.heads), device=input_ids.device)
        alibi = -slopes[:, None, None] * (places[:, None] - places).abs()
        shape = (count, len(slopes), width, math.ceil(width / ALIGNED) * ALIGNED)
        bias = torch.empty(shape, dtype=self.precision, device=input_ids.device)[..., :width]
        bias.copy_(alibi + torch.where(attention_mask.bool(), 0.0, -1e4)[:, None, None, :])

        def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
            q, k, v = (x.view(count, width, *x.shape[1:]).transpose(1, 2) for x in (q, k, v))
            attended = scaled_dot_product_attention(q, k, v, attn_mask=bias).transpose(1, 2)
            return attended.reshape(len(input_ids) * width, *attended.shape[2:])

        def norm(self: nn.LayerNorm, x: Tensor) -> Tensor:
            return layer_norm(x.to(self.weight.dtype), self.normalized_shape, self.weight, self.bias, self.eps)

        with patch.object(model, "attention_over", lambda *_given: attend), patch.object(model.Norm, "forward", norm):
            hidden = self.network(input_ids.flatten(), [width] * count)
        return BaseModelOutput(last_hidden_state=hidden.view(count, width, -1))


def padded_transformer(folder: Path, precision: str) -> SentenceTransformer:
    """A SentenceTransformer with a PaddedNetwork."""
    other = sentence_transformer(str(folder))
    network = load_model(open_checkpoint(folder), getattr(torch, precision), torch.device("cpu"))
    other[0].auto_model = PaddedNetwork(network.to(getattr(torch, precision)))
    return other.to("cuda")


if __name__ == "__main__":
    main()
