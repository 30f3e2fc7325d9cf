"""Simulate a large place in one process: what a question costs the groups and the router, and their memory.

    python benchmarks/cluster_at_scale.py REPOSITORY… --asked FILE [--chunks 10000000] [--groups 16] [--folder FOLDER]

Indexes the repositories, and holds each several times until there are as many chunks. Copies have their own postings,
those of the real chunks given to others of the same shard, so that the best are not one text again and again, and
their own vectors in the inverted lists of their group: real ones, moved by half the difference of two others. Rows,
texts, and the vectors that scores are computed from again are those of the repositories. Questions are the lines of the
file.

Prints the seconds that it takes to join the groups' dictionaries, the memory before and after all questions, and
milliseconds of processor time for a question, when it is asked for the first time and again: of each call, over all
groups and of the slowest, which it lasts if each group has a core; and again by words, and by vectors alone. The folder
needs 0.62 kB a chunk.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from codesearch.api import Index
from codesearch.arrays import map_arrays, save_arrays
from codesearch.cluster.access import EVERYTHING, Access, digest
from codesearch.cluster.group import ShardGroup
from codesearch.cluster.held_shard import HeldShard
from codesearch.cluster.list_training import QUESTIONS, Trained, train
from codesearch.cluster.lists import ListedVectors, build
from codesearch.cluster.relay import Member
from codesearch.cluster.router import ClusterQuestion, Router
from codesearch.discovery.stamp import Stamp
from codesearch.index.layout import Layout
from codesearch.index.rows import SegmentFile, State
from codesearch.index.segment import Segment
from codesearch.index.snapshot import Snapshot
from codesearch.index.terms import words
from codesearch.index.vectors import Vectors
from codesearch.models.encoder import Encoder
from codesearch.models.loading import load_encoder
from codesearch.search.candidates import RETRIEVED
from codesearch.search.hit import Retrieval
from codesearch.search.snippets import Snippets

TOKEN = "of the benchmark"
SHIFT = 0.5
STEP = 9973
"""A copy's postings are those of the chunk that comes so many chunks before."""
_POSTINGS = ("", "name_", "kind_")


@dataclass(frozen=True, slots=True)
class Real:
    """An indexed repository."""

    root: Path
    snapshot: Snapshot


class Copy(HeldShard):
    """A shard with the rows and texts of a real one, and its own postings."""

    def __init__(self, number: int, real: Real, segments: Sequence[Segment], copy: int, share: float) -> None:
        self.number, self.source, self.copy = number, f"{real.root.name}-{copy}", copy
        state = State(real.snapshot.meta, (), (), 0, 0, real.snapshot.chunk_count)
        self.snapshot = Snapshot(real.snapshot._store, segments, state, share)
        self.snippets = Snippets(real.root, share)


class Timed:
    """Groups in this process, and the processor time of their calls."""

    def __init__(self, groups: Sequence[ShardGroup]) -> None:
        self._groups = groups
        self.total: defaultdict[str, float] = defaultdict(float)
        self.slowest: defaultdict[str, float] = defaultdict(float)

    @property
    def members(self) -> Sequence[Member]:
        """See Groups."""
        return [Member((number,), tuple(group.shards)) for number, group in enumerate(self._groups)]

    def call(self, method: str, arguments: Mapping[int, tuple[object, ...]]) -> Mapping[int, Any]:
        """See Groups."""
        answers, times = {}, [0.0]
        for number, given in arguments.items():
            began = time.process_time()
            answers[number] = getattr(self._groups[number], method)(*given)
            times.append(time.process_time() - began)
        self.total[method] += sum(times)
        self.slowest[method] += max(times)
        return answers


def main() -> None:
    """Run the program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--asked", type=Path, required=True)
    parser.add_argument("--chunks", type=int, default=10_000_000)
    parser.add_argument("--groups", type=int, default=16)
    parser.add_argument("--questions", type=int, default=50)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    faiss.omp_set_num_threads(1)
    encoder = load_encoder()
    texts = options.asked.read_text().splitlines()
    rng = np.random.default_rng(0)
    asked = [texts[i] for i in rng.permutation(len(texts))[: options.questions]]
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        reals = [_indexed(root.resolve(), Path(folder) / f"real{i}") for i, root in enumerate(options.repositories)]
        shards = [*_shards(reals, options.chunks, options.groups, Path(folder))]
        chunks = sum(shard.snapshot.chunk_count for shard in shards)
        print(f"{chunks:,} chunks in {len(shards):,} shards and {options.groups} groups", flush=True)
        trained = _trained(reals, encoder, chunks)
        print(f"trained: {trained.probed} of {len(trained.centres)} lists, recall {trained.recall:.3f}", flush=True)
        codes = np.concatenate([one.vectors.codes for real in reals for one in real.snapshot.segments])
        groups, joining = [], 0.0
        for number in range(options.groups):
            held = shards[number :: options.groups]
            lists = _lists(held, trained, codes, Path(folder) / f"lists{number}")
            began = time.process_time()
            groups.append(ShardGroup(held, Access({digest(TOKEN): EVERYTHING}), lists))
            joining += time.process_time() - began
        del codes
        print(f"joined the dictionaries of all groups in {joining:.0f} s of processor time", flush=True)
        _print_memory("before all questions")
        timed = Timed(groups)
        router = Router(timed, encoder, [shard.source for shard in shards])
        _measure("the first time", router, timed, asked, Retrieval.BOTH)
        _print_memory("after all questions")
        for retrieval in (Retrieval.BOTH, Retrieval.LEXICAL, Retrieval.DENSE):
            _measure(retrieval, router, timed, asked, retrieval)


def _indexed(root: Path, folder: Path) -> Real:
    with Index.create(root, index_dir=folder) as index:
        index.update(jobs=1)
    return Real(root, Snapshot.open(Layout.of(root, folder)))


def _shards(reals: Sequence[Real], chunks: int, groups: int, folder: Path) -> Iterator[Copy]:
    """Copies of all repositories until there are as many chunks."""
    shards = chunks * len(reals) / sum(real.snapshot.chunk_count for real in reals)
    share = min(groups / shards, 1)
    number = copy = 0
    while chunks > 0:
        for real in reals:
            if chunks > 0:
                segments = [
                    _copied(segment, folder / f"{number}-{i}", copy) for i, segment in enumerate(real.snapshot.segments)
                ]
                yield Copy(number, real, segments, copy, share)
                number += 1
                chunks -= real.snapshot.chunk_count
        copy += 1


def _copied(segment: Segment, folder: Path, copy: int) -> Segment:
    """A segment whose postings are given to other rows."""
    folder.mkdir()
    arrays, _ = map_arrays(segment.folder / "chunks.safetensors")
    moved = dict(arrays)
    for prefix in _POSTINGS:
        starts, rows = arrays[f"{prefix}starts"], arrays[f"{prefix}rows"].astype(np.int64)
        rows = (rows + STEP * copy) % len(segment.ids)
        order = np.argsort(
            np.repeat(np.arange(len(starts) - 1), np.diff(starts)) * len(segment.ids) + rows, kind="stable"
        )
        moved[f"{prefix}rows"] = rows[order].astype(arrays[f"{prefix}rows"].dtype)
        moved[f"{prefix}impacts"] = arrays[f"{prefix}impacts"][order]
    save_arrays(folder / "chunks.safetensors", moved)
    os.link(segment.folder / "vectors.faiss", folder / "vectors.faiss")
    files = [
        SegmentFile(Stamp.of(path.stat()), zlib.crc32(path.read_bytes()))
        for path in (folder / "chunks.safetensors", folder / "vectors.faiss")
    ]
    return Segment(folder, segment.record._replace(arrays=files[0], vectors=files[1]))


def _trained(reals: Sequence[Real], encoder: Encoder, chunks: int) -> Trained:
    """Lists of the repositories' own vectors, as a sample of so many chunks."""
    rng = np.random.default_rng(0)
    total = sum(real.snapshot.chunk_count for real in reals)
    names = []
    for real in reals:
        ids = np.concatenate([segment.ids[segment.live] for segment in real.snapshot.segments])
        chosen = ids[rng.random(len(ids)) < QUESTIONS / total]
        names += [c.definitions[0].qualified_name for c in real.snapshot.chunks(chosen) if c.definitions]
    asked = np.stack([encoder.encode_query(" ".join(words(name))) for name in names]).astype(np.float32)
    codes = np.concatenate([segment.vectors.codes for real in reals for segment in real.snapshot.segments])
    return train(codes, asked[asked.any(axis=1)], max(round(RETRIEVED * total / chunks), 1))


def _lists(shards: Sequence[Copy], trained: Trained, codes: npt.NDArray[np.uint8], path: Path) -> ListedVectors:
    """The lists of a group, with moved vectors."""
    moved: list[Any] = [_with_moved_vectors(shard, codes) for shard in shards]
    faiss.write_index(build(trained.centres, moved), str(path))
    return ListedVectors(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC), shards, trained.probed)


def _with_moved_vectors(shard: Copy, codes: npt.NDArray[np.uint8]) -> Any:
    """What `build` reads of a shard; each segment's vectors are made when they are needed."""

    class Moved:
        def __init__(self, segment: Segment) -> None:
            self.ids, self.live, self._segment = segment.ids, segment.live, segment

        @property
        def vectors(self) -> Vectors:
            return _moved(self._segment.vectors, codes, shard.copy)

    segments = [Moved(segment) for segment in shard.snapshot.segments]
    return SimpleNamespace(number=shard.number, snapshot=SimpleNamespace(segments=segments))


def _moved(vectors: Vectors, codes: npt.NDArray[np.uint8], copy: int) -> Vectors:
    if not copy or not len(vectors):
        return vectors
    rng = np.random.default_rng(copy)
    every = Vectors(codes)
    a, b = (every.reconstruct(rng.integers(len(codes), size=len(vectors))) for _ in range(2))
    moved = vectors.reconstruct(np.arange(len(vectors))) + SHIFT * (a - b)
    return Vectors.of(np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True), np.float32))


def _print_memory(when: str) -> None:
    used = dict(line.split(":") for line in Path("/proc/self/status").read_text().splitlines())
    mapped, own = (int(used[name].split()[0]) / 1e6 for name in ("RssFile", "RssAnon"))
    print(f"memory {when}: {mapped:.1f} GB mapped from files, {own:.1f} GB of its own", flush=True)


def _measure(label: str, router: Router, timed: Timed, asked: Sequence[str], retrieval: Retrieval) -> None:
    timed.total.clear()
    timed.slowest.clear()
    began = time.process_time()
    for text in asked:
        router.search(TOKEN, ClusterQuestion(text, retrieval=retrieval))
    whole = (time.process_time() - began) / len(asked) * 1000
    total, slowest = (
        {method: seconds / len(asked) * 1000 for method, seconds in times.items()}
        for times in (timed.total, timed.slowest)
    )
    alone = whole - sum(total.values())
    print(f"{label}: {whole:.0f} ms, {alone + sum(slowest.values()):.0f} with a core for each group")
    print(f"  router {alone:.1f}", *(f"{name} {ms:.1f} ({slowest[name]:.1f})" for name, ms in total.items()), sep=", ")


if __name__ == "__main__":
    main()
