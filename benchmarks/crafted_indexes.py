"""Craft malicious indexes, and check that no command touches anything outside of them or fails badly.

    python benchmarks/crafted_indexes.py [--runs 2000] [--seed 0] [--only RUN]

Each run copies a small repository with an index, and a secret beside it, to a fresh folder; makes one to three changes
to the index (values, settings and schema of the database, bytes, headers, file types, links, modes); recomputes the
checksums in half of the runs; and commits and clones some of them. Then it runs one command, and a plain query.

Failures: something outside the index is read, created, changed, deleted or shown in a hit (escape); a traceback; more
than 10 s; a signal or an unknown exit code (crash); more than 1 GB (memory); control characters in the output; more
than a screen of stderr (flood); a model named by the index is loaded; the plain query does not find what it should and
does not say why with exit code 2 (not recovered). An index with recomputed checksums can lie about the contents of
files: wrong answers are then counted as `misled`, which is no failure. `refused` counts plain queries that said why.

A run counts for each kind of change that it made. Exits with 1 if a check failed. Needs a POSIX system and no
privileges; reads are only detected if the file system records access times.
"""

from __future__ import annotations

import argparse
import functools
import random
import re
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from hostile.checks import faults, hits
from hostile.database import DATABASE
from hostile.folder import CONTENT, NODES, SPARSE
from hostile.places import QUESTIONS, Place, Watch, commit, git, keeps_times_of_access, make_place
from hostile.processes import Outcome, codesearch_command, forked, preload
from hostile.reseal import reseal

PROCESSES = 2
CRAFTING_SECONDS = 5.0
KINDS = {**DATABASE, **CONTENT, **NODES}
OFTEN = ("rows", "rows", "settings", "settings", "schema", "schema", "links", "links", "paths", "heads", "journals")
"""Kinds with more ways than others are drawn more often."""
FAULTS = ("escape", "traceback", "hang", "crash", "memory", "control", "flood", "model", "not recovered")
SHOWN_FAILURES = 8
"""Of each fault, those of the fewest changes first."""
LARGEST_CLONED = 10**8
COMMANDS = (
    "query Q",
    "query Q --json",
    "query Q --json --no-refresh",
    "query Q --full",
    "query Q --explain",
    "query Q --color always",
    "query Q --color always --explain --full --no-refresh",
    "query Q --json --kind function,method --lang python,go",
    "query Q --json --name h* --path server/**",
    "query Q server lib/Slug.java --jsonl",
    "query Q --json --index-dir .codesearch",
    "query Q -l --no-refresh",
    "query -e return --json",
    "query -e def|fn -i -C 1 --no-refresh",
    "query Q -e return --kind function",
    "query Q --no-refresh --format {path}:{kind}:{language}:{qualified_name}:{signature}",
    "status",
    "status --json",
    "status --index-dir .codesearch",
    "index",
    "index -j 2",
    "index --force",
    "clean -y",
    "chunks server/passwords.py",
)


@dataclass(slots=True)
class Result:
    """What came of one run."""

    number: int
    changes: list[tuple[str, str]]
    """The kinds of changes and what they did."""
    is_sealed: bool = False
    is_misled: bool = False
    command: str = ""
    faults: list[tuple[str, str]] = field(default_factory=list)
    refusal: str = ""

    def line(self) -> str:
        """One line about it."""
        what = "; ".join(f"{kind} ({change})" for kind, change in self.changes)
        return f"run {self.number}{', sealed' if self.is_sealed else ''}: {what}\n      {self.command}"


def make_template(folder: Path) -> Place:
    """A place whose index has several segments and deleted chunks."""
    place = make_place(folder)
    _checked(codesearch_command(["index"], place.repo, place.environment))
    for name in ("server/retry.go", "lib/ring.c"):
        with (place.repo / name).open("a", encoding="utf-8") as file:
            file.write("// changed\n")
    _checked(codesearch_command(["index"], place.repo, place.environment))
    commit(place.repo)
    git(place.repo, "repack", "-adq")
    return place


def _checked(outcome: Outcome) -> None:
    if outcome.code:
        sys.exit(f"{outcome.arguments} failed: {outcome.err}")


def check_healthy(template: Place, folder: Path) -> None:
    """All commands and questions on an index that nobody touched: what fails there says nothing of crafted ones."""
    slowest, largest = 0.0, 0
    for number, command in enumerate(COMMANDS):
        place = template.copy(folder / f"healthy{number}")
        watch = Watch(place)
        for question, file in QUESTIONS.items():
            for arguments in (_words(command, question), ["query", question, "--json"]):
                outcome = codesearch_command(arguments, place.repo, place.environment)
                slowest, largest = max(slowest, outcome.seconds), max(largest, outcome.memory)
                if found := list(faults(outcome, place.repo)):
                    sys.exit(f"a healthy index fails: {arguments}: {found}\n{outcome.err}")
            if _first_path(outcome) != file:
                sys.exit(f"a healthy index finds {_first_path(outcome)} for {question!r}, not {file}")
        if findings := watch.findings():
            sys.exit(f"a healthy index escapes: {command}: {findings}")
        place.remove()
    print(f"healthy: all right, slowest {slowest:.2f} s, {largest / 1e6:.0f} MB")


def craft(place: Place, rng: random.Random, is_sealed: bool, is_cloned: bool) -> None:
    """Change the index; prints what was done, a line a change. Runs in a child, since it may hang as well."""
    drawn = rng.choices([*KINDS, *OFTEN], k=rng.choices((1, 2, 3), (6, 3, 1))[0])
    kinds = sorted(drawn, key=list(KINDS).index)  # files come after what they hold, links last
    for kind in (kind for kind in kinds if kind not in NODES):
        print(f"{kind}\t{KINDS[kind](place, rng)}", flush=True)
    if is_sealed and reseal(place.index):
        print("sealed\t", flush=True)
    for kind in (kind for kind in kinds if kind in NODES):
        print(f"{kind}\t{NODES[kind](place, rng)}", flush=True)
    if is_cloned and all(file.lstat().st_size < LARGEST_CLONED for file in place.repo.rglob("*")):
        clone(place)
        print("cloned\t", flush=True)


def clone(place: Place) -> None:
    """Commit the index, and put a clone in the repository's place."""
    commit(place.repo, ".codesearch")
    git(place.folder, "clone", "-q", "repo", "clone")
    shutil.rmtree(place.repo)
    (place.folder / "clone").rename(place.repo)


def run(number: int, template: Place, folder: Path, seed: int, is_shown: bool = False) -> Result:
    """One run."""
    rng = random.Random(f"{seed} {number}")
    place = template.copy(folder / f"run{number}")
    is_sealed, is_cloned = rng.random() < 0.5, rng.random() < 0.2
    change = functools.partial(craft, place, rng, is_sealed, is_cloned)
    crafted = forked(change, place.repo, place.environment, CRAFTING_SECONDS, largest_file=2 * SPARSE)
    lines = [line.partition("\t") for line in crafted.out.splitlines()]
    changes = [(kind, change) for kind, _, change in lines]
    result = Result(number, [one for one in changes if one[0] != "sealed"], ("sealed", "") in changes)
    question, file = rng.choice(list(QUESTIONS.items()))
    result.command = rng.choice(COMMANDS)
    if not result.changes:
        place.remove()
        return result
    watch = Watch(place)
    asked = codesearch_command(_words(result.command, question), place.repo, place.environment)
    after = codesearch_command(["query", question, "--json", "-n", "3"], place.repo, place.environment)
    result.faults += watch.findings()
    result.faults += faults(asked, place.repo)
    if failed := list(faults(after, place.repo)):
        result.faults += [(kind, f"{detail} (the plain query)") for kind, detail in failed]
    else:
        _judge_answer(result, after, file, place)
    if is_shown:
        show(result, crafted, asked, after)
        print(f"left in {place.folder}")
    else:
        place.remove()
    return result


def _judge_answer(result: Result, after: Outcome, file: str, place: Place) -> None:
    """Whether the plain query found the file, or said why not."""
    if _first_path(after) == file:
        return
    if after.code == 2 and after.err.startswith("codesearch: "):
        result.refusal = re.sub(r"\d+", "N", after.err.replace(str(place.folder), "…"))[:160].strip()
    elif result.is_sealed:
        result.is_misled = True
    else:
        result.faults.append(("not recovered", f"{_first_path(after) or 'nothing'} instead of {file}"))


def show(result: Result, *outcomes: Outcome) -> None:
    """All about one run."""
    print(result.line(), *(f"  {kind}: {detail}" for kind, detail in result.faults), sep="\n")
    for outcome in outcomes:
        print(f"--- {outcome.arguments} exit {outcome.code}, {outcome.seconds:.1f} s")
        print(outcome.out[:3000].encode("unicode_escape").decode().replace("\\n", "\n"))
        print(outcome.err[:3000].encode("unicode_escape").decode().replace("\\n", "\n"))


def report(results: Sequence[Result]) -> int:
    """Print the table, refusals and failures; returns the exit code."""
    columns = ("runs", *FAULTS, "misled", "refused")
    table: dict[str, Counter[str]] = defaultdict(Counter)
    failures: dict[str, list[tuple[Result, str]]] = defaultdict(list)
    for result in results:
        found = dict(reversed(result.faults))
        for fault, detail in found.items():
            failures[fault].append((result, detail))
        flags = {"runs", *found, *(("misled",) * result.is_misled), *(("refused",) * bool(result.refusal))}
        for kind in {kind for kind, _ in result.changes} | {"all"}:
            table[kind].update(flags)
    print(f"{'':<16}" + "".join(f"{name:>{max(8, len(name) + 2)}}" for name in columns))
    for kind in (*KINDS, "cloned", "all"):
        print(f"{kind:<16}" + "".join(f"{table[kind][name] or '·':>{max(8, len(name) + 2)}}" for name in columns))
    print(f"could not be changed: {sum(not result.changes for result in results)}")
    refusals = Counter(result.refusal for result in results if result.refusal)
    for sentence, count in refusals.most_common(20):
        print(f"refused {count:>4}  {sentence.encode('unicode_escape').decode()}")
    for fault in FAULTS:
        simplest = sorted(failures[fault], key=lambda failure: len(failure[0].changes))
        for result, detail in simplest[:SHOWN_FAILURES]:
            print(f"{fault}: {detail.encode('unicode_escape').decode()}\n   {result.line()}")
    return int(any(failures.values()))


def _words(command: str, question: str) -> list[str]:
    return [question if word == "Q" else word for word in command.split()]


def _first_path(outcome: Outcome) -> str:
    found = hits(outcome)
    return found[0]["path"] if found else ""


def main() -> int:
    """Run the program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int, metavar="RUN", help="repeat one run, show all output and keep its folder")
    options = parser.parse_args()
    preload()
    folder = Path(tempfile.mkdtemp(prefix="crafted-")).resolve()
    if not keeps_times_of_access(folder):
        print("this file system keeps no times of access: what is only read won't be seen")
    template = make_template(folder / "template")
    try:
        if options.only is not None:
            return int(bool(run(options.only, template, folder, options.seed, is_shown=True).faults))
        check_healthy(template, folder)
        started = time.perf_counter()
        one = functools.partial(run, template=template, folder=folder, seed=options.seed)
        with ProcessPoolExecutor(PROCESSES) as pool:
            code = report(list(pool.map(one, range(options.runs))))
        print(f"{options.runs} runs in {time.perf_counter() - started:.0f} s")
        return code
    finally:
        if options.only is None:
            Place(folder).remove()


if __name__ == "__main__":
    sys.exit(main())
