"""Speed of the JinaBERT encoder with random weights of base-code's size, and what each optimisation contributes.

    python benchmarks/encoder_speed.py REPOSITORY MODEL_FOLDER [--texts 96] [--threads 2] [--skip-lengths]

Encodes the chunks of REPOSITORY; an empty MODEL_FOLDER is filled with random weights. The baseline is the same network
as on its model card: float32, eager attention with a length x length bias, and batches of a fixed number of texts in
the given order, padded to the longest. Rates are per second of CPU time of all threads, so that other work on the
machine does not count.
"""

from __future__ import annotations

import argparse
import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from unittest.mock import patch

import numpy as np
import torch
from random_jina import write_random_model
from torch import Tensor
from torch.nn.functional import normalize

from codesearch.chunking.chunker import chunk_text
from codesearch.discovery.discover import discover
from codesearch.index.fields import encoder_text
from codesearch.languages.detect import detect
from codesearch.models import devices
from codesearch.models.checkpoint import open_checkpoint
from codesearch.models.encoder import Embeddings
from codesearch.models.jina import attention, model
from codesearch.models.jina.encoder import JinaEncoder

LENGTHS = (128, 256, 512, 2048)
PADDING = -1e9


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--texts", type=int, default=96)
    parser.add_argument("--max-length", type=int, default=512)
    parser.add_argument("--batch", type=int, default=32, help="texts per batch of the baseline")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--skip-lengths", action="store_true")
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    texts = repository_texts(asked.repository)
    if not (asked.model / "config.json").exists():
        write_random_model(asked.model, texts)
    texts = random.Random(0).sample(texts, min(asked.texts, len(texts)))
    exact = load(asked.model, asked.device, "float32")
    ids = exact.tokenize(texts, asked.max_length)
    lengths = sorted(len(row) for row in ids)
    print(f"{exact.note}; {len(ids)} chunks of {lengths[0]} to {lengths[-1]} tokens, median {lengths[len(ids) // 2]}")
    compare_parts(asked.model, asked.device, exact, ids, asked.batch)
    if not asked.skip_lengths:
        by_length(load(asked.model, asked.device, "auto"), exact)


def compare_parts(folder: Path, device: str, exact: JinaEncoder, ids: list[list[int]], batch: int) -> None:
    """The same chunks, one part added after the other."""
    reduced, quantized = load(folder, device, "auto"), load(folder, device, "int8")
    order = sorted(range(len(ids)), key=lambda place: len(ids[place]))
    by_size = [ids[place] for place in order]
    ways: dict[str, Callable[[], Embeddings]] = {
        "eager, padded, given order": lambda: padded(exact, ids, eager, batch),
        "+ SDPA with a float bias": lambda: padded(exact, ids, fused, batch),
        "+ order by length": lambda: padded(exact, by_size, fused, batch),
        "+ packed, token budget, bias as a view": lambda: encode(exact, ids),
        "+ bfloat16 linear layers, scores in caches": lambda: encode(reduced, ids),
        "+ int8 linear layers": lambda: encode(quantized, ids),
    }
    tokens = sum(len(row) for row in ids)
    first, reference = 0.0, np.zeros(0, np.float32)
    for name, way in ways.items():
        vectors, seconds = timed(way)
        if not first:
            first, reference = seconds, vectors
        given = reference[order] if "order by" in name else reference
        cosine = float((vectors * given).sum(1).min())
        print(
            f"{name:40} {seconds:7.2f} s {tokens / seconds:6.0f} tokens/s {len(ids) / seconds:6.2f} chunks/s "
            f"{first / seconds:5.2f} x  least cosine {cosine:.6f}",
            flush=True,
        )


def by_length(encoder: JinaEncoder, exact: JinaEncoder) -> None:
    """Tokens and chunks a second at fixed lengths."""
    generator = random.Random(1)
    for length in LENGTHS:
        count = max(1, encoder._budget // length)
        rows = [[generator.randrange(5, 60_000) for _ in range(length)] for _ in range(count)]
        got, seconds = timed(partial(encode, encoder, rows))
        cosine = float((got[:1] * encode(exact, rows[:1])).sum(1).min())
        print(
            f"{length:5} tokens: {count * length / seconds:7.0f} tokens/s {count / seconds:7.2f} chunks/s "
            f"cosine to float32 {cosine:.6f}",
            flush=True,
        )


def repository_texts(root: Path) -> list[str]:
    """What the index would encode."""
    return [text for _, text in repository_paths_and_texts(root)]


def repository_paths_and_texts(root: Path) -> Iterator[tuple[str, str]]:
    """The path of each chunk, and what the index would encode."""
    for found in discover(root).files:
        path = found.path
        text = (root / path).read_text(encoding="utf-8", errors="replace")
        language = detect(path, text)
        if language:
            yield from ((path, encoder_text(chunk)) for chunk in chunk_text(path, text, language).chunks)


def load(folder: Path, device: str, precision: str) -> JinaEncoder:
    """The encoder, and how long it took to load."""
    started = time.perf_counter()
    encoder = JinaEncoder(open_checkpoint(folder), "random", devices.choose(device, precision))
    print(f"loaded in {time.perf_counter() - started:.2f} s: {encoder.note}")
    return encoder


def timed(work: Callable[[], Embeddings]) -> tuple[Embeddings, float]:
    """What it returns, and the seconds of CPU time it takes."""
    started = time.process_time()
    result = work()
    return result, time.process_time() - started


def encode(encoder: JinaEncoder, ids: list[list[int]]) -> Embeddings:
    """The encoder's own way, from tokens."""
    with patch.object(encoder, "tokenize", lambda texts, max_length: ids):
        return encoder.encode([""] * len(ids))


@torch.inference_mode()
def padded(encoder: JinaEncoder, ids: list[list[int]], attend: Callable[..., Tensor], batch_size: int) -> Embeddings:
    """Batches of a fixed number of texts, padded to the longest, as sentence-transformers has them."""
    vectors = []
    for i in range(0, len(ids), batch_size):
        batch = ids[i : i + batch_size]
        counts = torch.tensor([len(row) for row in batch])
        width = int(counts.max())
        rows = torch.tensor([row + [1] * (width - len(row)) for row in batch])
        mask = torch.arange(width) < counts[:, None]
        bias = _padded_bias(width, mask, encoder.model.config.heads)
        with patch.object(model, "attention_over", lambda *_given, bias=bias, mask=mask: _Padded(attend, bias, mask)):
            hidden = encoder.model(rows.flatten(), [width] * len(batch)).view(len(batch), width, -1)
        mean = (hidden * mask[:, :, None]).sum(1) / counts[:, None]
        vectors.append(normalize(mean).numpy())
    return np.concatenate(vectors)


class _Padded:
    """Attention over a padded batch."""

    def __init__(self, attend: Callable[..., Tensor], bias: Tensor, mask: Tensor) -> None:
        self._attend, self._bias, self._shape = attend, bias, mask.shape

    def __call__(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        heads: Sequence[Tensor] = [x.view(*self._shape, *x.shape[1:]).transpose(1, 2) for x in (q, k, v)]
        return self._attend(*heads, self._bias).transpose(1, 2).reshape(q.shape)


def eager(q: Tensor, k: Tensor, v: Tensor, bias: Tensor) -> Tensor:
    """Scores, softmax and sum as separate steps."""
    return (q @ k.transpose(2, 3) / math.sqrt(q.shape[3]) + bias).softmax(-1) @ v


def fused(q: Tensor, k: Tensor, v: Tensor, bias: Tensor) -> Tensor:
    """One kernel."""
    return torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=bias)


def _padded_bias(width: int, mask: Tensor, heads: int) -> Tensor:
    """ALiBi and the key mask, float32 [texts, heads, width, width]."""
    slopes = torch.tensor(attention.alibi_slopes(heads))
    places = torch.arange(width)
    alibi = -slopes[:, None, None] * (places[:, None] - places).abs()
    return alibi + torch.where(mask, 0.0, PADDING)[:, None, None, :]


if __name__ == "__main__":
    main()
