"""Compare our postings with SQLite FTS5, tantivy and bm25s on the chunks of a real index.

    codesearch index FOLDER --index-dir DIR
    pip install tantivy bm25s
    python benchmarks/lexical.py DIR [--chunks 1000000] [--engines ours fts5 tantivy bm25s]

All engines get the same terms (codesearch.index.terms of a chunk's lines, its path twice, its file's stem and its names
four times) as one field, the same BM25 parameters (k1 1.2, b 0.75) and the same questions (prose, and names that the
index defines), and run on one core. Each is built, queried and updated in separate processes. A cold query is a fresh
process whose files were dropped from the page cache: import, open, answer. An update deletes the chunks of one file and
adds them again, changed, until a reader sees them. Prints a table; Linux only.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from lexical_engines import ENGINES, Document

NAMES_ASKED = 100
COLD_QUESTIONS = 20
ROUNDS = 3
OPENING_LINES = 40
"""Lines used for a file's chunk, in place of its outline, which an index does not store."""
PROSE = """\
how are errors reported to the user
where is the configuration loaded
parse the command line arguments
open a network connection with a timeout
write dirty pages back to disk
allocate memory for a new object
free a list of buffers
wait until a lock is released
register an interrupt handler
read a block from the device
check whether the user has permission
convert a string to an integer
compute the checksum of a packet
schedule the next task to run
map a file into memory
retry after a temporary failure
encrypt data with a key
compress a buffer before writing it
find the entry with a given name in a directory
handle a signal sent to a process
set up the page tables at boot
probe for the hardware on the bus
suspend and resume the device
copy data between user space and the kernel
decode an audio stream
print a hexadecimal dump of memory
count references and release the last one
insert a node into a balanced tree
limit the rate of messages
what happens when the queue is full""".split("\n")


# the chunks


def spool(index_dir: Path, chunks: int, seed: int, path: Path) -> tuple[list[str], int]:
    """Write the terms of `chunks` chunks of random files, one chunk per line.

    Returns names to search for, and the total number of terms.
    """
    from codesearch.index.layout import Layout
    from codesearch.index.snapshot import Snapshot
    from codesearch.search.snippets import source_lines

    snapshot = Snapshot.open(Layout(index_dir, index_dir))
    root = Path(snapshot.meta["root"] or index_dir.parent)
    files = [file for file in snapshot.files if file.chunks]
    rng = random.Random(seed)
    rng.shuffle(files)
    names: set[str] = set()
    number = total = 0
    with path.open("w", encoding="utf-8") as out:
        for file in files:
            lines = source_lines(root / file.path)
            for chunk in snapshot.chunks_of(file):
                if number == chunks:
                    return rng.sample(sorted(names), min(NAMES_ASKED, len(names))), total
                number += 1
                chunk_names = dict.fromkeys((chunk.name, *(definition.name for definition in chunk.definitions)))
                terms = document_terms(file.path, chunk_names, chunk.kind, lines[chunk.start_line - 1 : chunk.end_line])
                total += len(terms)
                out.write(f"{number}\t{file.id}\t{' '.join(terms)}\n")
                if chunk.kind in ("function", "method", "struct", "class", "macro") and "_" in chunk.name.strip("_"):
                    names.add(chunk.name)
    raise SystemExit(f"the index has only {number:,} chunks")


def document_terms(path: str, names: Iterable[str], kind: str, lines: Sequence[str]) -> list[str]:
    """A chunk's terms, repeated according to their weights: those of codesearch.index.fields, as integers."""
    from codesearch.index.terms import terms

    folder, _, file_name = path.rpartition("/")
    if kind == "file":
        lines = lines[:OPENING_LINES]
    return [
        *terms("\n".join(lines)),
        *terms(folder) * 2,
        *terms(file_name.partition(".")[0]) * 4,
        *terms("\n".join(names)) * 4,
    ]


def read(path: Path) -> Iterator[Document]:
    """The documents of a spool."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            number, file, terms = line.rstrip("\n").split("\t")
            yield Document(int(number), int(file), terms)


def one_file(path: Path) -> list[Document]:
    """The documents of the first file that has a dozen chunks or more."""
    for _, documents in groupby(read(path), key=lambda document: document.file):
        if len(found := list(documents)) >= 12:
            return found
    raise SystemExit("no file has a dozen chunks")


# measuring


def peak_memory() -> float:
    """Megabytes of this process at most, mapped files included."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def drop_from_cache(folder: Path) -> None:
    """Let the next reader of these files read them from the disk."""
    for file in folder.rglob("*"):
        if file.is_file():
            descriptor = os.open(file, os.O_RDONLY)
            os.fsync(descriptor)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(descriptor)


def in_own_process(function: Callable[..., Any], *arguments: Any) -> Any:
    """What a function returns in a fresh process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)


def built(name: str, folder: Path, path: Path) -> tuple[float, float]:
    """Seconds and peak megabytes."""
    started = time.perf_counter()
    ENGINES[name].build(folder, read(path))
    return time.perf_counter() - started, peak_memory()


def asked_cold(name: str, folder: Path, terms: Sequence[str]) -> float:
    """Milliseconds from nothing to the answer."""
    drop_from_cache(folder)
    started = time.perf_counter()
    ENGINES[name].open(folder)(terms)
    return (time.perf_counter() - started) * 1000


def asked_warm(
    name: str, folder: Path, questions: Sequence[Sequence[str]]
) -> tuple[list[float], list[Sequence[int]], float]:
    """Milliseconds of each question in the later rounds, the answers, and peak megabytes."""
    ask = ENGINES[name].open(folder)
    answers = [ask(terms) for terms in questions]
    taken = []
    for _ in range(ROUNDS):
        for terms in questions:
            started = time.perf_counter()
            ask(terms)
            taken.append((time.perf_counter() - started) * 1000)
    return taken, answers, peak_memory()


def updated(name: str, folder: Path, path: Path) -> float | None:
    """Seconds until the changed chunks of one file can be found; None where it can't be done."""
    old = one_file(path)
    new = [Document(10**9 + i, document.file, f"{document.terms} zzchanged") for i, document in enumerate(old)]
    engine = ENGINES[name]
    started = time.perf_counter()
    try:
        engine.update(folder, old, new)
    except NotImplementedError:
        return None
    found = engine.open(folder)(["zzchanged"])
    taken = time.perf_counter() - started
    if not set(found) <= {document.id for document in new} or not found:
        raise AssertionError(f"{name} does not find what was changed")
    return taken


def percentiles(values: Sequence[float]) -> str:
    """Median and 99th percentile."""
    ordered = sorted(values)
    return f"{statistics.median(ordered):.1f} / {ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]:.1f}"


def main() -> int:
    """Run the program."""
    from codesearch.search.question import parse_question

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index_dir", type=Path)
    parser.add_argument("--chunks", type=int, default=1_000_000)
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "chunks.tsv"
        names, total = in_own_process(spool, options.index_dir, options.chunks, options.seed, path)
        print(
            f"{options.chunks:,} chunks, {total / options.chunks:.0f} terms each; {len(PROSE)} prose questions, "
            f"{len(names)} names, {ROUNDS} rounds; ms are median / 99th percentile"
        )
        questions = [parse_question(text).terms for text in (*PROSE, *names)]
        cold = random.Random(options.seed).sample(questions, COLD_QUESTIONS)
        print("engine   build s  peak MB  disk MB  update s  cold ms      prose ms     names ms     asking MB  as ours")
        ours: list[Sequence[int]] = []
        for name in options.engines:
            folder = Path(place) / name
            folder.mkdir()
            seconds, memory = in_own_process(built, name, folder, path)
            disk = ENGINES[name].size(folder) / 1e6
            times = [in_own_process(asked_cold, name, folder, terms) for terms in cold]
            taken, answers, asking = in_own_process(asked_warm, name, folder, questions)
            update = in_own_process(updated, name, folder, path)
            prose = [t for i, t in enumerate(taken) if i % len(questions) < len(PROSE)]
            by_name = [t for i, t in enumerate(taken) if i % len(questions) >= len(PROSE)]
            ours = ours or answers
            shared = [len(set(a) & set(b)) / max(len(a), 1) for a, b in zip(ours, answers, strict=True)]
            print(
                f"{name:<8} {seconds:7.0f} {memory:8.0f} {disk:8.0f} "
                f"{'-' if update is None else f'{update:.2f}':>9}  {percentiles(times):<12} {percentiles(prose):<12} "
                f"{percentiles(by_name):<12} {asking:9.0f} {statistics.mean(shared):8.2f}",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
