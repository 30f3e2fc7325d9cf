"""Compare exact search of vectors with inverted lists, as the number of chunks grows.

    python benchmarks/vectors_at_scale.py REPOSITORY… [--rows 1000000] [--kinds IVF4096,RaBitQ …] [--asked FILE]

Takes the vectors of the repositories' chunks, and makes more of them: each a real one, moved by a part of the
difference of two others. Questions are the lines of a file; without one, each is the name of a definition.

Prints milliseconds of processor time for a question by exact search of 8-bit codes, as an index has them, and by the
lists that a cluster trains for as many chunks (asking for the names of definitions), with the share of the exact 50
nearest that they find. Then for each FAISS index: bytes a vector, seconds to build, and for rising numbers of lists
probed the same (its best would be scored again from the 8-bit codes).
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from codesearch.api import Index
from codesearch.cluster.list_training import QUESTIONS, SAMPLED_CHUNKS, train
from codesearch.cluster.lists import add, empty_lists
from codesearch.index.terms import words
from codesearch.index.vectors import Vectors as Codes
from codesearch.index.vectors import faiss_index
from codesearch.models.loading import load_encoder

Vectors = npt.NDArray[np.float32]
NEAREST, RESCORED = 50, 400
TRAINED = 200_000
"""Vectors that the lists' centres are trained on."""
BATCH = 50_000
ROWS_PER_NAME = 20
SHIFT = 0.5
"""Of a made vector: this share of the difference of two real ones is added to a third."""


def main() -> None:
    """Run the program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--kinds", nargs="*", default=[])
    parser.add_argument("--asked", type=Path)
    parser.add_argument("--questions", type=int, default=200)
    options = parser.parse_args()
    faiss.omp_set_num_threads(1)
    real, names = _read(options.repositories)
    rng = np.random.default_rng(0)
    encoder = load_encoder()
    texts = [f"how to {rng.choice(names)}" for _ in range(options.questions)]
    if options.asked:
        texts = options.asked.read_text().splitlines()
        texts = [texts[i] for i in rng.permutation(len(texts))[: options.questions]]
    asked = np.stack([encoder.encode_query(text) for text in texts]).astype(np.float32)
    print(f"{len(real):,} real vectors of {real.shape[1]} dimensions, {options.rows:,} rows")
    dimensions = real.shape[1]
    exact = faiss_index(dimensions)
    for batch in _batches(real, options.rows):
        exact.add_sa_codes(Codes.of(batch).codes)
    expected, milliseconds = _search(exact, asked, NEAREST)
    print(f"{'exact, 8 bits':<28}{exact.sa_code_size():>6} bytes {'':>9}{milliseconds:>8.1f} ms")
    del exact
    named = np.stack([encoder.encode_query(name) for name in names[:: max(len(names) // QUESTIONS, 1)]])
    _lists(real, options.rows, asked, named.astype(np.float32), expected)
    for kind in options.kinds:
        began = time.process_time()
        index: Any = faiss.index_factory(dimensions, kind, faiss.METRIC_INNER_PRODUCT)
        index.train(np.concatenate([*_batches(real, min(options.rows, TRAINED))]))
        for batch in _batches(real, options.rows):
            index.add(batch)
        size = index.sa_code_size() - index.coarse_code_size() + 8
        print(f"{kind:<28}{size:>6} bytes {time.process_time() - began:>7.0f} s")
        for probed in (16, 64, 256, 512, 1024, 2048):
            index.nprobe = probed
            found, milliseconds = _search(index, asked, RESCORED)
            shares = [len(np.intersect1d(a, b)) / NEAREST for a, b in zip(expected, found, strict=True)]
            print(f"  {probed:>4} lists: recall {np.mean(shares):.3f}, worst {min(shares):.2f}, {milliseconds:8.1f} ms")


def _lists(real: Vectors, rows: int, asked: Vectors, named: Vectors, expected: npt.NDArray[np.int64]) -> None:
    """Train, fill and measure the lists of a cluster."""
    began = time.process_time()
    sample = np.concatenate([Codes.of(batch).codes for batch in _batches(real, min(rows, SAMPLED_CHUNKS))])
    trained = train(sample, named, max(round(NEAREST * len(sample) / rows), 1))
    del sample
    seconds = time.process_time() - began
    print(f"trained in {seconds:.0f} s: {trained.probed} of {len(trained.centres)} lists, recall {trained.recall:.3f}")
    began, index, first = time.process_time(), empty_lists(trained.centres), 0
    for batch in _batches(real, rows):
        add(index, Codes.of(batch), np.arange(len(batch)), first)
        first += len(batch)
    seconds = time.process_time() - began
    with tempfile.TemporaryDirectory() as folder:
        faiss.write_index(index, f"{folder}/lists")
        size = Path(f"{folder}/lists").stat().st_size / rows
        del index
        mapped: Any = faiss.read_index(f"{folder}/lists", faiss.IO_FLAG_MMAP_IFC)
        for probed in (trained.probed // 4, trained.probed // 2, trained.probed):
            mapped.nprobe = probed
            found, milliseconds = _search(mapped, asked, NEAREST)
            share = np.mean([len(np.intersect1d(a, b)) / NEAREST for a, b in zip(expected, found, strict=True)])
            print(f"  {probed:>4} lists: recall {share:.3f}, {milliseconds:8.1f} ms")
        print(f"  {size:.0f} bytes a vector, filled in {seconds:.0f} s")


def _read(repositories: Sequence[Path]) -> tuple[Vectors, list[str]]:
    """The vectors of all chunks, and the names of definitions in some, as words."""
    vectors, names = [], []
    for root in repositories:
        with tempfile.TemporaryDirectory() as folder, Index.create(root, index_dir=f"{folder}/index") as index:
            index.update(jobs=1)
            snapshot = index.snapshot()
            vectors.append(
                np.concatenate([part.vectors.reconstruct(np.flatnonzero(part.live)) for part in snapshot.segments])
            )
            ids = np.concatenate([part.ids[part.live] for part in snapshot.segments])[::ROWS_PER_NAME]
            defined = [chunk.definitions[0] for chunk in snapshot.chunks(ids) if chunk.definitions]
            names += [" ".join(words(definition.qualified_name)) for definition in defined]
    return _normalised(np.concatenate(vectors)), names


def _batches(real: Vectors, rows: int) -> Iterator[Vectors]:
    """The real vectors in a random order, then as many made ones as are wanted; the same each time."""
    rng = np.random.default_rng(0)
    order = rng.permutation(len(real))
    for first in range(0, rows, BATCH):
        taken = np.arange(first, min(first + BATCH, rows))
        batch = real[order[taken % len(real)]]
        if first >= len(real):
            a, b = rng.integers(len(real), size=(2, len(taken)))
            batch = _normalised(batch + SHIFT * (real[a] - real[b]))
        yield batch


def _normalised(vectors: Vectors) -> Vectors:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9), np.float32)


def _search(index: Any, asked: Vectors, k: int) -> tuple[npt.NDArray[np.int64], float]:
    """The nearest of each question, and milliseconds of one."""
    began = time.process_time()
    found = np.concatenate([index.search(question[None, :], k)[1] for question in asked])
    return found, (time.process_time() - began) / len(asked) * 1000


if __name__ == "__main__":
    main()
