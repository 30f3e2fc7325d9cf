"""Centres for inverted lists, and how many lists a question has to search, measured against exact search."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from codesearch.arrays import save_arrays
from codesearch.cluster.holding import held_once
from codesearch.cluster.lists import CENTRES_ARRAY
from codesearch.cluster.manifest import LISTS, Lists, Shard
from codesearch.cluster.place import Place, open_place
from codesearch.index.segment import NO_IDS
from codesearch.index.terms import words
from codesearch.index.vectors import Codes, Vectors
from codesearch.models.encoder import Embeddings
from codesearch.models.loading import load_encoder
from codesearch.models.side import normalise
from codesearch.search.candidates import RETRIEVED

CENTRES = 4096
"""With a quarter of them, the same recall takes twice as many rows; a chunk takes 18 µs to find its centre."""
SAMPLED_CHUNKS = 1_000_000
"""Of the 50 nearest of all chunks, a sample has a share like its own: so many of its nearest are looked for, as its 50
nearest are others, which are farther from the question."""
TRAINED_PER_CENTRE = 50
"""More make centres little better."""
ROUNDS = 10
"""Of k-means. With 200,000 vectors of 256 dimensions it takes 36 s of processor time."""
WANTED_RECALL = 0.985
QUESTIONS = 1000
"""Names of definitions, as words with those of their classes. Real questions find more: those of semble's benchmark
.997 of the 50 nearest where these find .985, among a million chunks (benchmarks/vectors_at_scale.py)."""


@dataclass(frozen=True, slots=True)
class Trained:
    """Centres, the number of lists to search, and the share of the nearest chunks that are in them."""

    centres: Embeddings
    probed: int
    recall: float


def train_lists(place: str, shards: Sequence[Shard]) -> Lists | None:
    """Train lists on a sample of shards, and put their centres into the place; None if there is nothing to ask.

    Raises CodesearchError or OSError.
    """
    opened = open_place(place)
    total = sum(shard.chunks for shard in shards)
    samples = [*_samples(opened, shards, min(QUESTIONS / min(total, SAMPLED_CHUNKS), 1.0))]
    encoder = load_encoder(shards[0].model)
    asked = [vector for sample in samples for name in sample.names if (vector := encoder.encode_query(name)).any()]
    if not asked:
        return None
    codes = np.concatenate([sample.codes for sample in samples])
    nearest = max(round(RETRIEVED * len(codes) / total), 1)
    trained = train(codes, np.stack(asked).astype(np.float32), nearest)
    file = f"{hashlib.blake2b(trained.centres.tobytes(), digest_size=16).hexdigest()}.safetensors"
    with opened.writing(f"{LISTS}/{file}") as target:
        save_arrays(target, {CENTRES_ARRAY: trained.centres})
    return Lists(
        file=file,
        model=shards[0].model,
        revision=shards[0].revision,
        centres=len(trained.centres),
        probed=trained.probed,
        recall=trained.recall,
        questions=len(asked),
        sampled=len(codes),
        chunks=total,
    )


@dataclass(frozen=True, slots=True)
class _Sample:
    """The vectors of a shard, and questions about some of its definitions."""

    codes: Codes
    names: Sequence[str]


def _samples(place: Place, shards: Sequence[Shard], asked: float) -> Iterator[_Sample]:
    """Shards at random until they have SAMPLED_CHUNKS; of each chunk, a question with the probability `asked`."""
    chance = random.Random(0)
    taken = 0
    for shard in chance.sample(shards, len(shards)):
        if taken >= SAMPLED_CHUNKS:
            return
        taken += shard.chunks
        with held_once(place, shard, 0) as held:
            parts = [(one.vectors.codes[one.live], one.ids[one.live]) for one in held.snapshot.segments]
            ids = np.concatenate([NO_IDS, *(ids for _, ids in parts)])
            chosen = ids[[chance.random() < asked for _ in ids]]
            defined = [chunk.definitions[0] for chunk in held.snapshot.chunks(chosen) if chunk.definitions]
            if parts:
                names = [" ".join(words(definition.qualified_name)) for definition in defined]
                yield _Sample(np.concatenate([codes for codes, _ in parts]), names)


def train(codes: Codes, asked: Embeddings, nearest: int) -> Trained:
    """Centres of the vectors that codes stand for; recall is that of so many nearest of each question."""
    import faiss

    faiss.omp_set_num_threads(1)
    vectors = Vectors(codes)
    count = min(CENTRES, len(codes) // TRAINED_PER_CENTRE)
    rows = np.random.default_rng(0).permutation(len(codes))[: count * TRAINED_PER_CENTRE]
    means = faiss.Kmeans(
        vectors.dimensions, count, niter=ROUNDS, spherical=True, seed=0, min_points_per_centroid=1
    )  # FAISS warns below 39 points
    means.train(normalise(vectors.reconstruct(np.sort(rows))))
    centres = np.asarray(means.centroids, np.float32)
    ranks = np.sort(np.concatenate([_ranks(vectors, centres, vector, nearest) for vector in asked]))
    probed = int(ranks[int(np.ceil(WANTED_RECALL * len(ranks))) - 1]) + 1
    return Trained(centres, probed, float(np.mean(ranks < probed)))


def _ranks(vectors: Vectors, centres: Embeddings, asked: Embeddings, count: int) -> npt.NDArray[np.int64]:
    """At which place among a question's centres, nearest first, are those of its `count` nearest rows."""
    nearest, _ = vectors.nearest(asked, count, None, np.arange(len(vectors), dtype=np.uint64))
    place = np.empty(len(centres), np.int64)
    place[np.argsort(-(centres @ asked), kind="stable")] = np.arange(len(centres))
    return np.asarray(place[np.argmax(vectors.reconstruct(nearest) @ centres.T, axis=1)])
