"""Feed the chunker broken texts, as the indexer does: none may crash, hang, exhaust memory or lose a line.

    python benchmarks/fuzz_chunker.py SAMPLES... [--mutants 2000] [--languages PHP Go] [--seed 0] [--keep FOLDER]

SAMPLES are files or folders. Mutants of each (`mutants.py`; the same for the same seed) are chunked in batches by
worker processes, then encoded. Each must take at most SLOWEST_SECONDS of processor time and PEAK_MB of memory, its
chunks must be in order and within the file, and every line that is not blank must be in the text of a chunk at that
line. A worker may be killed for a mutant, which then loses its syntax. Prints a table by language, and lists failures;
--keep stores them. Linux only. Exits with 1 if anything failed.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

from mutants import Mutant, mutants

from codesearch.discovery.source import SourceText, read_source
from codesearch.index import pool
from codesearch.index.job import Job, Treatment
from codesearch.index.work import BatchResult, Worker
from codesearch.languages.detect import detect
from codesearch.models.encoder import Encoder
from codesearch.models.loading import DEFAULT_MODEL, load_encoder

BATCH = 10
SLOWEST_SECONDS = 8.0
PEAK_MB = 1_000
LONGEST_WAIT = 60.0
"""Seconds without any result: somewhat more than the tries of a batch that hangs take on a busy machine."""
MAX_FILE_SIZE = 1_000_000
HEADS = (
    *("mutants", "not read", "windows: time", "windows: crash", "windows: other", "killed"),
    *("slowest s", "peak MB", "lost lines", "failures"),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one mutant."""

    path: str
    treatment: Treatment
    skipped: str
    fallback: str
    seconds: float
    peak: float
    """MB that its process had at most."""
    lost: int
    """Lines in no chunk."""
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Examined:
    """The indexer's work on one file after the other, measured and looked through."""

    worker: Worker
    encoder: Encoder

    def __call__(self, job: Job, limited: AbstractContextManager[None] = nullcontext()) -> list[Outcome]:  # noqa: B008
        with limited:
            return [self._examine(path, job) for path in job.paths]

    def _examine(self, path: str, job: Job) -> Outcome:
        Path("/proc/self/clear_refs").write_text("5", "ascii")  # forgets the peak
        started = time.process_time()
        result = self.worker(replace(job, paths=(path,)))
        self.encoder.encode_documents(result.texts)
        seconds = time.process_time() - started
        (file,) = result.files
        source = read_source(self.worker.root, path, MAX_FILE_SIZE)
        lines = source.text.split("\n") if isinstance(source, SourceText) and not file.row.skipped else []
        lost = _lost(result, lines)
        faults = [*_misplaced(result, lines), *([f"{lost} lines lost"] if lost else [])]
        return Outcome(
            path, job.treatment, file.row.skipped, file.row.fallback, seconds, _peak_mb(), lost, tuple(faults)
        )


def _peak_mb() -> float:
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1_000


def _lost(result: BatchResult, lines: Sequence[str]) -> int:
    """How many lines that are not blank are in no chunk."""
    held = bytearray(len(lines) + 1)
    (file,) = result.files
    for chunk, text in zip(file.chunks, result.texts, strict=True):
        among = set(map(str.strip, text.split("\n")))
        for number in range(max(chunk.start_line, 1), min(chunk.end_line, len(lines)) + 1):
            held[number] |= lines[number - 1].strip() in among
    return sum(bool(line.strip()) and not held[number] for number, line in enumerate(lines, 1))


def _misplaced(result: BatchResult, lines: Sequence[str]) -> Iterator[str]:
    (file,) = result.files
    starts = [chunk.start_line for chunk in file.chunks]
    if starts != sorted(starts):
        yield "chunks out of order"
    for kind, rows in (("chunk", file.chunks), ("definition", file.definitions)):
        for row in rows:
            if not 1 <= row.start_line <= row.end_line <= len(lines):
                yield f"{kind} on lines {row.start_line} to {row.end_line} of {len(lines)}"
                break


@dataclass(slots=True)
class Tally:
    """Of one language."""

    mutants: int = 0
    skipped: int = 0
    windows: Counter[str] = field(default_factory=Counter)
    killed: int = 0
    slowest: float = 0.0
    peak: float = 0.0
    lost: int = 0
    failures: int = 0

    def add(self, outcome: Outcome) -> list[str]:
        """Count a mutant; returns what failed with it."""
        self.mutants += 1
        self.skipped += bool(outcome.skipped)
        self.killed += outcome.treatment is not Treatment.SYNTAX
        self.slowest = max(self.slowest, outcome.seconds)
        self.peak = max(self.peak, outcome.peak)
        self.lost += outcome.lost
        if outcome.fallback:
            self.windows["time" if outcome.fallback == pool.TOO_LONG else _cause(outcome.fallback)] += 1
        failed = list(outcome.faults)
        if outcome.seconds > SLOWEST_SECONDS:
            failed.append(f"took {outcome.seconds:.1f} s")
        if outcome.peak > PEAK_MB:
            failed.append(f"took {outcome.peak:.0f} MB")
        if outcome.treatment is Treatment.SKIP:
            failed.append("could not even be cut into windows")
        self.failures += bool(failed)
        return failed


def _cause(fallback: str) -> str:
    return "crash" if "crashed" in fallback or "failed" in fallback else "other"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("samples", nargs="+", type=Path)
    parser.add_argument("--mutants", type=int, default=2_000, help="number of mutants per sample")
    parser.add_argument("--languages", nargs="*", default=[])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="folder to store failed mutants in")
    arguments = parser.parse_args()
    samples = _samples(arguments.samples)
    tallies: dict[str, Tally] = defaultdict(Tally)
    started = time.monotonic()
    for sample, text in samples.items():
        found = detect(sample.name, text)
        language = found.name if found else sample.name
        if arguments.languages and language not in arguments.languages:
            continue
        others = [other for name, other in samples.items() if name != sample] or [text]
        made = mutants(f"{arguments.seed} {sample.name}", text, others, arguments.mutants)
        with tempfile.TemporaryDirectory() as folder:
            for outcome in _outcomes(Path(folder), sample.name, made, arguments.processes):
                if failed := tallies[language].add(outcome):
                    print(f"{outcome.path}: {', '.join(failed)}", flush=True)
                    if arguments.keep:
                        _keep(Path(folder) / outcome.path, arguments.keep)
    _report(tallies)
    print(f"\n{time.monotonic() - started:.0f} s")
    sys.exit(any(tally.failures for tally in tallies.values()))


def _samples(paths: Sequence[Path]) -> dict[Path, str]:
    files = [file for path in paths for file in (sorted(path.iterdir()) if path.is_dir() else [path])]
    return {file: file.read_text(encoding="utf-8") for file in files}


def _outcomes(folder: Path, name: str, made: Iterator[Mutant], processes: int) -> Iterator[Outcome]:
    paths = []
    for mutant in made:
        path = f"{mutant.number}-{mutant.kind}/{name}"
        (folder / path).parent.mkdir()
        (folder / path).write_bytes(mutant.data)
        paths.append(path)
    batches = [paths[start : start + BATCH] for start in range(0, len(paths), BATCH)]
    jobs = [Job(tuple(batch), sum((folder / path).stat().st_size for path in batch)) for batch in batches]
    work = Examined(Worker(folder, MAX_FILE_SIZE, None), load_encoder(DEFAULT_MODEL))
    asked = time.monotonic()
    for outcomes in pool.run(work, jobs, processes):
        if time.monotonic() - asked > LONGEST_WAIT:
            print(f"{name}: no result for {time.monotonic() - asked:.0f} s")
        yield from outcomes
        asked = time.monotonic()


def _keep(file: Path, folder: Path) -> None:
    kept = folder / file.parent.name / file.name
    kept.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(file, kept)


def _report(tallies: dict[str, Tally]) -> None:
    print("\n| language | " + " | ".join(HEADS) + " |\n|---|" + "--:|" * len(HEADS))
    for language, tally in sorted(tallies.items()):
        windows = [tally.windows[cause] for cause in ("time", "crash", "other")]
        figures = [tally.mutants, tally.skipped, *windows, tally.killed]
        measured = [f"{tally.slowest:.1f}", f"{tally.peak:.0f}", str(tally.lost), str(tally.failures)]
        print(f"| {language} | " + " | ".join([*map(str, figures), *measured]) + " |")


if __name__ == "__main__":
    main()
