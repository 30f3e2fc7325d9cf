"""The model `small` with ONNX Runtime and with torch: seconds to load, chunks and questions per second, and cosines.

    PYTHONPATH=packages/small ./dev bench small_speed REPOSITORY [--texts 128]

Encodes chunks of the repository, drawn at random. Rates are per second of CPU time of all threads, so that other work
on the machine does not count; cosines are with torch's vectors in float32. Also the time of a question to an index of
the default model, and with its best hits reranked by `small`, whose embeddings are kept from question to question.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from pathlib import Path

import numpy as np

from codesearch.api import Index
from codesearch.chunking.chunker import chunk_text
from codesearch.discovery.discover import discover
from codesearch.index.fields import encoder_text
from codesearch.languages.detect import detect
from codesearch.models.encoder import Encoder
from codesearch.models.loading import load_encoder

QUESTIONS = [f"how does the {word} work" for word in "parser server cache router template session logger queue".split()]


def texts_of(root: Path, count: int) -> list[str]:
    """What the encoder is given of chunks of a repository, drawn at random."""
    texts = []
    files = list(discover(root).files)
    random.Random(0).shuffle(files)
    for file in files:
        text = (root / file.path).read_text(encoding="utf-8", errors="replace")
        texts += [encoder_text(chunk) for chunk in chunk_text(file.path, text, detect(file.path, text)).chunks]
        if len(texts) > count * 4:
            break
    return random.Random(0).sample(texts, min(count, len(texts)))


def measure(label: str, encoder: Encoder, loaded: float, texts: list[str], reference: np.ndarray) -> None:
    """Print a row."""
    started = time.process_time()
    vectors = encoder.encode_documents(texts)
    rate = len(texts) / (time.process_time() - started)
    encoder.encode_query(QUESTIONS[0])
    started = time.process_time()
    for question in QUESTIONS:
        encoder.encode_query(question)
    question_ms = (time.process_time() - started) / len(QUESTIONS) * 1000
    cosines = (vectors * reference).sum(1)
    print(f"{label:<18}{loaded:>8.2f}{rate:>18.1f}{question_ms:>16.1f}{cosines.min():>14.5f}", flush=True)


def rerank(root: Path) -> None:
    """Print the CPU time per question without a reranker, with `small`, and with its embeddings kept."""
    with tempfile.TemporaryDirectory() as place, Index.create(root, index_dir=place) as index:
        index.update()
        index.search(QUESTIONS[0])
        index.search("load the model", rerank="small")
        for label, model in (("no reranker", ""), ("reranked", "small"), ("embeddings kept", "small")):
            started = time.process_time()
            for question in QUESTIONS:
                index.search(question, rerank=model)
            print(f"{label:<18}{(time.process_time() - started) / len(QUESTIONS) * 1000:>8.1f} ms")


def main() -> None:
    """Run the program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", type=Path)
    parser.add_argument("--texts", type=int, default=128)
    options = parser.parse_args()
    texts = texts_of(options.repository, options.texts)
    print(f"{'':<18}{'load, s':>8}{'chunks/CPU second':>18}{'question, ms':>16}{'least cosine':>14}")
    rows = []
    for label, precision in (("ONNX Runtime", ""), ("torch, bfloat16", "bfloat16"), ("torch, float32", "float32")):
        started = time.perf_counter()
        rows.append((label, load_encoder("small", "cpu", precision), time.perf_counter() - started))
    reference = rows[-1][1].encode_documents(texts)
    for label, encoder, loaded in rows:
        measure(label, encoder, loaded, texts, reference)
    rerank(options.repository)


if __name__ == "__main__":
    main()
