"""Damage an index at random places, and check that the damage is detected or harmless.

    python benchmarks/damage_index.py FOLDER [--runs 300] [--seed 0] [--only RUN]

Works on a copy of FOLDER. Each run restores a sound index, damages one of its files (a bit, 16 bytes, a block of zeros,
two blocks swapped, truncated, extended, deleted; every kind of file gets its share), and runs commands in a random
order: questions, symbols and filters by `query` with and without `--no-refresh`, `status`, `index`; finally questions.

Their answers are compared with those of the sound index. `harmless`: the same answers and no message; `repaired`: the
same answers and a message on stderr; `refused`: no answer, an error and exit code 2; `other answers`: a message, but
other answers; `not repaired`: other answers even to the last questions; `silent`: other answers and no message. Exits
with 1 for a traceback, a timeout, a crash, a silent difference, and what is not repaired.
"""

from __future__ import annotations

import argparse
import functools
import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from hostile.checks import faults
from hostile.damage import KINDS
from hostile.places import Place
from hostile.processes import Outcome, codesearch_command, preload
from hostile.questions import PROSE, questions

PROCESSES = 2
STATUS_COMPARED = ("files", "chunks", "chunks_by_language", "files_by_language", "model", "dimensions")
DELETED = "deleted"
SEVERITY = ("traceback", "hang", "crash", "silent", "not repaired", "other answers", "refused", "repaired", "harmless")
"""What a run comes to is the first of these that one of its commands came to."""
FAILURES = SEVERITY[:5]
SHOWN_FAILURES = 30


@dataclass(frozen=True, slots=True)
class Command:
    """A command line and what it reads."""

    arguments: tuple[str, ...]
    stdin: str = ""


@dataclass(slots=True)
class Result:
    """What came of one run."""

    number: int
    file: str
    damage: str
    offset: int
    verdicts: list[tuple[str, str]] = field(default_factory=list)
    """Of each command, what it came to, and more about it."""

    @property
    def worst(self) -> tuple[str, str]:
        """The verdict that counts."""
        return min(self.verdicts, key=lambda verdict: SEVERITY.index(verdict[0]))


@dataclass(frozen=True, slots=True)
class Bench:
    """A place with a sound index, and what it answers."""

    place: Place
    commands: tuple[Command, ...]
    answers: dict[Command, str]

    @property
    def sound(self) -> Path:
        """The copy of the index that runs begin with."""
        return self.place.folder / "sound"


def prepare(folder: Path, place: Place) -> Bench:
    """Copy a folder, index it, and ask everything once."""
    shutil.copytree(folder, place.repo, ignore=shutil.ignore_patterns(".codesearch", ".git"), symlinks=True)
    (place.folder / "home").mkdir()
    ask(place, Command(("index",)))
    shutil.copytree(place.index, place.folder / "sound")
    prose = ask(place, Command(("query", "--batch"), "\n".join(PROSE)))
    names = [hit["name"] for line in prose.out.splitlines() for hit in json.loads(line)["hits"]]
    commands = (*_queries(names), Command(("status", "--json")), Command(("index",)))
    return Bench(place, commands, {command: comparable(ask(place, command)) for command in commands})


def _queries(names: Sequence[str]) -> list[Command]:
    """Questions without filters in one go, with and without a refresh; those with filters one by one."""
    asked = questions(names)
    filtered = [question for question in asked if question.is_filtered]
    plain = "\n".join(question.text for question in asked if question not in filtered)
    batches = [Command(("query", "--batch", *more), plain) for more in ((), ("--no-refresh",))]
    singles = [Command((*question.arguments(), "--explain")) for question in filtered]
    return [*batches, *singles, *(Command((*one.arguments, "--no-refresh")) for one in singles[:1])]


def ask(place: Place, command: Command) -> Outcome:
    """Run a command on the copy."""
    return codesearch_command(command.arguments, place.repo, place.environment, stdin=command.stdin)


def comparable(outcome: Outcome) -> str:
    """What must be the same however the index came about."""
    if outcome.arguments[0] == "query" or outcome.code:
        return outcome.out
    if outcome.arguments[0] == "status":
        return str([json.loads(outcome.out)[key] for key in STATUS_COMPARED])
    return ""


def run(number: int, bench: Bench, folder: Path, seed: int, is_shown: bool = False) -> Result:
    """One run, in a copy of the place that its process keeps."""
    rng = random.Random(f"{seed} {number}")
    place = _own_copy(bench, folder)
    shutil.rmtree(place.index, ignore_errors=True)
    shutil.copytree(bench.sound, place.index)
    result = damage(number, place, rng)
    for command in (*rng.sample(bench.commands, len(bench.commands)), bench.commands[0]):
        outcome = ask(place, command)
        result.verdicts.append(judge(outcome, bench.answers[command], place))
        if is_shown:
            print(outcome.arguments, outcome.code, result.verdicts[-1], outcome.err[-2000:], sep="\n  ")
    verdict, detail = result.verdicts[-1]
    if verdict in ("refused", "other answers"):
        result.verdicts[-1] = "not repaired", detail
    return result


@functools.cache
def _own_place(folder: Path) -> Place:
    return Place(Path(tempfile.mkdtemp(dir=folder)) / "place")


def _own_copy(bench: Bench, folder: Path) -> Place:
    place = _own_place(folder)
    return place if place.folder.exists() else bench.place.copy(place.folder)


def damage(number: int, place: Place, rng: random.Random) -> Result:
    """Damage one file of the index."""
    kinds: dict[str, list[Path]] = defaultdict(list)
    for file in sorted(file for file in place.index.rglob("*") if file.is_file()):
        kinds[_kind(file)].append(file)
    weights = [3 if kind in ("index.db", ".safetensors", ".faiss") else 1 for kind in kinds]
    file = rng.choice(kinds[rng.choices(list(kinds), weights)[0]])
    data = file.read_bytes()
    what = rng.choice((*KINDS, DELETED)) if data else DELETED
    near_head = rng.random() < 0.2
    at = rng.randrange(min(len(data), 200) if near_head else len(data)) if data else 0
    if what == DELETED:
        file.unlink()
    else:
        file.write_bytes(KINDS[what](data, at, rng))
    return Result(number, file.relative_to(place.index).as_posix(), what, at)


def _kind(file: Path) -> str:
    return file.name if file.name.startswith(("index.db", ".", "lock")) else file.suffix or file.name


def judge(outcome: Outcome, expected: str, place: Place) -> tuple[str, str]:
    """What one command came to."""
    shown = " ".join(outcome.arguments)
    for kind, detail in faults(outcome, place.repo):
        if kind in SEVERITY:
            return kind, f"{shown}: {detail}"
        if kind == "memory":
            return "crash", f"{shown}: {detail}"
    is_said = bool(outcome.err.strip())
    if outcome.code == 2:
        return ("refused" if is_said else "silent"), f"{shown}: exit code 2: {outcome.err.strip()[:200]}"
    if comparable(outcome) == expected:
        return ("repaired" if is_said else "harmless"), ""
    return ("other answers" if is_said else "silent"), f"{shown}: {_difference(comparable(outcome), expected)}"


def _difference(found: str, expected: str) -> str:
    """The first lines that differ."""
    pairs = zip(found.splitlines(), expected.splitlines(), strict=False)
    one, other = next(((a, b) for a, b in pairs if a != b), (found[:100], expected[:100]))
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    return f"{one[max(0, at - 60) : at + 60]!r} instead of {other[max(0, at - 60) : at + 60]!r}"


def report(results: Sequence[Result]) -> int:
    """Print the table and the failures; returns the exit code."""
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for result in results:
        for row in (_kind(Path(result.file)), result.damage, "all"):
            table[row].update(("runs", result.worst[0]))
    columns = ("runs", *SEVERITY)
    print(f"{'':<18}" + "".join(f"{name:>{max(7, len(name) + 2)}}" for name in columns))
    files = sorted({_kind(Path(result.file)) for result in results})
    for row in (*files, *KINDS, DELETED, "all"):
        print(f"{row:<18}" + "".join(f"{table[row][name] or '·':>{max(7, len(name) + 2)}}" for name in columns))
    bad = [result for result in results if result.worst[0] in FAILURES]
    for result in bad[:SHOWN_FAILURES]:
        verdict, detail = result.worst
        print(f"run {result.number}: {verdict}: {result.file}, {result.damage} at {result.offset:,}; {detail}")
    return int(bool(bad))


def main() -> int:
    """Run the program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int, metavar="RUN", help="repeat one run and show the output of its commands")
    options = parser.parse_args()
    preload()
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="damage-") as name:
        folder = Path(name).resolve()
        bench = prepare(options.folder, Place(folder / "sound"))
        one = functools.partial(run, bench=bench, folder=folder, seed=options.seed)
        if options.only is not None:
            result = one(options.only, is_shown=True)
            print(result)
            return int(result.worst[0] in FAILURES)
        with ProcessPoolExecutor(PROCESSES) as pool:
            code = report(list(pool.map(one, range(options.runs))))
    print(f"{options.runs} runs in {time.perf_counter() - started:.0f} s")
    return code


if __name__ == "__main__":
    sys.exit(main())
