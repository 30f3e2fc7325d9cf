"""Check that answers depend on the contents of files, not on the history of the index.

    python benchmarks/state_property.py [FOLDER] [--edits 1000] [--seed 0] [--server]

Works on a copy of FOLDER (by default this repository's package), reduced to 80 files. Each step edits, renames, moves,
deletes or creates files (sometimes with their old size and time), checks out another branch, stashes, kills an update
or a query at a random moment, or lets another process update. After each step one question is asked: by `codesearch
query`, by `codesearch index` and a query without a refresh, of an `Index` that stays open in a separate process, or in
a new worktree with the same files, whose index begins with what the first one has. The answer (paths, lines, names,
scores, order) must be that of a fresh index of the same files.

With --server all questions go to a resident server, which is now and then killed or upgraded, has no room to write, or
loses a client in mid-question.

Before that the folder, copied until it is large enough for several processes, is indexed three times; the answers must
be identical. Prints counts and differences; exits with 1 if there are any.
"""

from __future__ import annotations

import argparse
import functools
import json
import multiprocessing
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from hostile.checks import faults
from hostile.edits import Tree
from hostile.places import Place, git
from hostile.processes import Outcome, codesearch_command, forked, preload
from hostile.questions import Question, questions

import codesearch.cli

DEFAULT_FOLDER = Path(__file__).resolve().parents[1] / "codesearch"
NOT_COPIED = (".git", ".codesearch", "__pycache__", "*.safetensors", "vocab.txt")
LARGE = 3_000_000
"""Bytes from which an update takes several processes, with room to spare."""
KILLED_WITHIN = 0.15
SHOWN_DIFFERENCES = 30
Answer = list[list[object]]
"""Path, lines, name and score of each hit."""


def api_answer(index: object, question: Question) -> Answer:
    """The answer of an Index."""
    from codesearch.search.hit import Filters

    filters = Filters(kinds=question.kinds, languages=question.languages, names=question.names)
    hits = index.search(question.text, filters=filters).hits  # type: ignore[attr-defined]
    return [[hit.path, hit.start_line, hit.end_line, hit.qualified_name, hit.score] for hit in hits]


def serve(connection: Connection, root: Path) -> None:
    """The life of the process with the open Index: says when it has one; then questions in, answers out."""
    from codesearch.api import Index
    from codesearch.errors import IndexDamaged

    with Index.create(root) as index:
        index.update()
        connection.send(True)
        while question := connection.recv():
            try:
                try:
                    is_stale = bool(index.refresh())
                except IndexDamaged:
                    is_stale = True
                if is_stale:
                    index.update()
                connection.send(api_answer(index, question))
            except Exception as error:
                connection.send([[f"{type(error).__name__}: {error}"]])


def print_fresh_answers(root: Path, asked: list[Question]) -> None:
    """What a fresh index, made elsewhere, answers; for a child process."""
    from codesearch.api import Index

    with tempfile.TemporaryDirectory() as folder, Index.create(root, index_dir=Path(folder) / "fresh") as index:
        index.update(force=True)
        print(json.dumps([api_answer(index, question) for question in asked]))


class Server:
    """A resident server of one place."""

    def __init__(self, place: Place) -> None:
        self._place = place
        runtime = tempfile.mkdtemp(prefix="cs-")  # a socket's path has to be short
        self.environment = {**place.environment, "XDG_RUNTIME_DIR": runtime, "CODESEARCH_SERVER": ""}
        self._runtime = Path(runtime)
        self._process: subprocess.Popen[bytes] | None = None
        self.served = self.asked = 0

    def start(self, largest_file: int = 0) -> None:
        """Start it unless it runs; it may not write files of more than so many bytes."""
        if self.status():
            return
        limit = functools.partial(resource.setrlimit, resource.RLIMIT_FSIZE, (largest_file, largest_file))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "codesearch", "serve", "--foreground"],
            env=os.environ | self.environment,
            stderr=subprocess.DEVNULL,
            preexec_fn=limit if largest_file else None,
        )
        while not self.status():
            if self._process.poll() is not None:
                sys.exit("the server did not start")
            time.sleep(0.02)

    def status(self) -> dict[str, object]:
        """What it says of itself; nothing if none runs."""
        outcome = served_command(("serve", "--status", "--json"), self._place.repo, self.environment)
        status: dict[str, object] = {} if outcome.code else json.loads(outcome.out)
        return status

    def kill(self) -> None:
        """End it without warning."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def query(self, arguments: Sequence[str], seconds: float = 60) -> Outcome:
        """Ask it, as a process of its own does."""
        before = self.status().get("questions")
        outcome = served_command(arguments, self._place.repo, self.environment, seconds)
        self.asked += 1
        self.served += self.status().get("questions", before) != before
        return outcome

    def close(self) -> None:
        """End it and remove its folder."""
        self.kill()
        shutil.rmtree(self._runtime)


def served_command(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str], seconds: float = 60
) -> Outcome:
    """Run a command line that may ask a server."""
    import codesearch.__main__

    def work() -> None:
        sys.argv = ["codesearch", *arguments]
        codesearch.__main__.main()

    return forked(work, folder, environment, seconds, tuple(arguments))


class Life:
    """A repository's life, with an index that lives along."""

    def __init__(self, place: Place, rng: random.Random, server: Server | None) -> None:
        self._place, self._rng = place, rng
        self.tree = Tree(place.repo, rng)
        self.tree.start()
        self.questions = self._questions()
        context = multiprocessing.get_context("fork")
        self._open_index, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, place.repo), daemon=True)
        self._process.start()
        self._open_index.recv()
        self.ways: dict[str, Callable[[Question], Answer]] = {
            "query": self._by_query,
            "index, then query": self._by_index,
            "open Index": self._by_open_index,
            "new worktree": self._by_worktree,
        }
        self.taken = 0
        self.steps = {**self.tree.steps, "killed": self._killed, "updated by another process": self._updated}
        if server:
            self.server = server
            self.ways = {"server": self._by_server}
            self.steps |= {
                "server killed": self._server_killed,
                "client killed": self._client_killed,
                "no room": self._no_room,
                "upgraded": self._upgraded,
            }

    def close(self) -> None:
        """End the process with the open Index."""
        self._open_index.send(None)
        self._process.join()

    def fresh(self, asked: list[Question]) -> list[Answer]:
        """The answers of a fresh index."""
        outcome = forked(
            functools.partial(print_fresh_answers, self._place.repo, asked),
            self._place.repo,
            self._place.environment,
            seconds=60,
        )
        if outcome.code:
            sys.exit(f"a fresh index failed: {outcome.err}")
        answers: list[Answer] = json.loads(outcome.out)
        return answers

    def _questions(self) -> list[Question]:
        prose = self.fresh(questions(["read", "write"]))
        return questions(str(name).rpartition(".")[2] for answer in prose for _, _, _, name, _ in answer)

    def _run(self, *arguments: str, seconds: float = 60) -> Outcome:
        return codesearch_command(arguments, self._place.repo, self._place.environment, seconds)

    def _killed(self) -> str:
        """Something is edited and an update of it killed."""
        edited = self.tree.append(), self.tree.insert()
        arguments = self._rng.choice((("index",), ("query", "read a file"), ("index", "--force")))
        outcome = self._run(*arguments, seconds=self._rng.uniform(0.0, KILLED_WITHIN))
        return f"{' '.join(arguments)} {'killed' if outcome.is_late else 'finished'} after {', '.join(edited)}"

    def _updated(self) -> str:
        edited = self.tree.append(), self.tree.rename_file()
        self._run("index")
        return ", ".join(edited)

    def _server_killed(self) -> str:
        self.server.kill()
        return self.tree.append()

    def _client_killed(self) -> str:
        edited = self.tree.append(), self.tree.rename_file()
        self.server.query(("query", "read a file"), seconds=self._rng.uniform(0.0, KILLED_WITHIN / 5))
        return ", ".join(edited)

    def _no_room(self) -> str:
        """The server can't write what it has to, and is asked; then there is room again."""
        self.server.kill()
        edited = self.tree.append(), self.tree.insert()
        self.server.start(largest_file=1)
        self.server.query(("query", "read a file"))
        self.server.kill()
        return ", ".join(edited)

    def _upgraded(self) -> str:
        """The program changes under the server, which ends by itself."""
        edited = self.tree.insert()
        module = Path(codesearch.cli.__file__).with_name("zz_upgrade.py")
        try:
            module.write_text("")
            time.sleep(2.5)
        finally:
            module.unlink()
        return edited

    def _by_server(self, question: Question) -> Answer:
        self.server.start()
        outcome = self.server.query(question.arguments())
        while "results may be stale" in outcome.err or "is updating" in outcome.err:  # it works on many changes
            time.sleep(0.2)
            outcome = self.server.query(question.arguments())
        return self._answer(outcome)

    def _by_query(self, question: Question) -> Answer:
        outcome = self._run(*question.arguments())
        if "results may be stale" in outcome.err:
            return self._by_index(question)
        return self._answer(outcome)

    def _by_index(self, question: Question) -> Answer:
        if (outcome := self._run("index")).code:
            return self._answer(outcome)
        return self._answer(self._run(*question.arguments(), "--no-refresh"))

    def _by_open_index(self, question: Question) -> Answer:
        self._open_index.send(question)
        answer: Answer = self._open_index.recv()
        return answer

    def _by_worktree(self, question: Question) -> Answer:
        repo, worktree = self._place.repo, self._place.folder / "worktree"
        git(repo, "worktree", "add", "-q", "--detach", "--no-checkout", str(worktree))
        try:
            shutil.copytree(repo, worktree, ignore=shutil.ignore_patterns(*NOT_COPIED), dirs_exist_ok=True)
            indexed = codesearch_command(["index"], worktree, self._place.environment, seconds=60)
            self.taken += "Copied from the index" in indexed.out
            return self._answer(codesearch_command(question.arguments(), worktree, self._place.environment, 60))
        finally:
            git(repo, "worktree", "remove", "--force", str(worktree))

    def _answer(self, outcome: Outcome) -> Answer:
        found = list(faults(outcome, self._place.repo))
        if found or outcome.code not in (0, 1):
            return [[f"exit code {outcome.code}", *map(str, found), outcome.err[-300:]]]
        hits = json.loads(outcome.out)
        return [[h["path"], h["start_line"], h["end_line"], h["qualified_name"], h["score"]] for h in hits]


def live(place: Place, edits: int, rng: random.Random, server: Server | None) -> int:
    """Live for some steps; returns how many answers differed."""
    life = Life(place, rng, server)
    counts: Counter[str] = Counter()
    differing: Counter[str] = Counter()
    only_scores: Counter[str] = Counter()
    for number in range(edits):
        kind = rng.choice(list(life.steps))
        what = life.steps[kind]()
        question = life.questions[number % len(life.questions)]
        way = rng.choice(list(life.ways))
        found, (expected,) = life.ways[way](question), life.fresh([question])
        counts.update((kind, way, "all"))
        if found != expected:
            differing.update((kind, way, "all"))
            if without_scores(found) == without_scores(expected):
                only_scores.update((kind, way, "all"))
            if differing["all"] <= SHOWN_DIFFERENCES:
                print(f"step {number}, {kind} ({what}), {way}, {question}:\n   {first_difference(found, expected)}")
    life.close()
    print(f"{'':<42}{'steps':>7}{'differing':>11}{'in scores only':>16}")
    for name in (*life.steps, *life.ways, "all"):
        print(f"{name:<42}{counts[name]:>7}{differing[name]:>11}{only_scores[name]:>16}")
    print(f"{life.taken} of {counts['new worktree']} new worktrees took files of the index")
    if server:
        print(f"{server.served} of {server.asked} questions were answered by the server")
        server.close()
    return differing["all"]


def without_scores(answer: Answer) -> Answer:
    """The hits and their order."""
    return [hit[:4] for hit in answer]


def first_difference(found: Answer, expected: Answer) -> str:
    """Where two answers part."""
    for rank, (one, other) in enumerate(zip(found, expected, strict=False), 1):
        if one != other:
            return f"hit {rank}: {one} instead of {other}"
    return f"{len(found)} hits instead of {len(expected)}"


def differing_builds(folder: Path, place: Place) -> int:
    """Index a large folder several times; returns how many answers differ from the first build's."""
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    for copy in range(1 + LARGE // max(1, size)):
        shutil.copytree(folder, place.repo / f"copy{copy}", ignore=shutil.ignore_patterns(*NOT_COPIED))
    asked = questions(["read", "write", "open", "parse"])
    builds = []
    for number, jobs in enumerate("221"):
        where = ("--index-dir", str(place.folder / f"index{number}"))
        outcome = codesearch_command(["index", "-j", jobs, *where], place.repo, place.environment, 300)
        if outcome.code:
            sys.exit(f"indexing failed: {outcome.err}")
        queries = ([*question.arguments(), "-n", "30", *where] for question in asked)
        builds.append([codesearch_command(one, place.repo, place.environment, 60).out for one in queries])
    differing = 0
    for number, build in enumerate(builds[1:], 2):
        for question, one, other in zip(asked, builds[0], build, strict=True):
            if one != other:
                differing += 1
                print(f"build {number}: another answer to {question}")
    print(f"{len(builds)} builds, {len(asked)} questions, {differing} answers differ")
    return differing


def new_place(folder: Path) -> Place:
    """A place with an empty home."""
    (folder / "home").mkdir(parents=True)
    return Place(folder)


def main() -> int:
    """Run the program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=DEFAULT_FOLDER)
    parser.add_argument("--edits", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--server", action="store_true", help="ask a resident server")
    options = parser.parse_args()
    preload()
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="state-") as name:
        folder = Path(name).resolve()
        built = differing_builds(options.folder, new_place(folder / "builds"))
        place = new_place(folder / "life")
        shutil.copytree(options.folder, place.repo, ignore=shutil.ignore_patterns(*NOT_COPIED))
        server = Server(place) if options.server else None
        lived = live(place, options.edits, random.Random(options.seed), server)
    print(f"{options.edits} steps, {lived} answers differ; {time.perf_counter() - started:.0f} s")
    return int(bool(built or lived))


if __name__ == "__main__":
    sys.exit(main())
