"""All questions that the ranking is developed on, with the folders that answer them.

- `history`, `web` and `cosqa`: people's questions about functions, as built by the scripts in the folder of anchors
  (`history/`, `csn/` and `cosqa/` in it);
- `functions` and `languages`: our own (questions/), with a checkout of each source in `own/`;
- `folders` and `checkouts`: semble's benchmark, of the folder that it indexes and of the whole repository;
- `commits`, only if it is named: more of the kind of `history`, in other repositories, to learn from (`commits/`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from codesearch.api import Index
from codesearch.discovery.options import DiscoveryOptions
from codesearch.evaluation.questions import LabelledQuestion, RelevantItem, read_questions

OWN = Path(__file__).parent / "questions"
EVALUATED = ("history", "web", "cosqa", "functions", "languages", "folders", "checkouts")
FILE_SETS = ("folders", "checkouts")
"""Sets whose answers are files; those of all others are lines."""

TIGHT_LINES, TIGHT_FACTOR = 60, 3
"""A tight hit has at most so many lines, or so many times the lines of the answer: a whole file that holds the function
is no answer to a reader."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the questions and the code are."""

    anchors: Path
    bench: Path
    repos: Path
    indexes: Path
    """Indexes are kept here between runs."""
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Corpus:
    """A folder, and the questions about it."""

    set: str
    name: str
    """The repository: the same in two sets, or for two snapshots, if the code is."""
    root: Path
    questions: tuple[LabelledQuestion, ...]
    index_dir: Path
    model: str | None = None
    folder: str = ""
    """The only folder to index, if any."""

    def index(self) -> Index:
        """The folder's index, brought up to date."""
        options = DiscoveryOptions(include=(f"{self.folder}/**",)) if self.folder else None
        index = Index.create(self.root, index_dir=self.index_dir, model=self.model)
        index.update(options, jobs=int(os.environ.get("CODESEARCH_JOBS", "0")))
        return index

    def is_found_by(self, item: RelevantItem, path: str, start_line: int, end_line: int, tight: bool = False) -> bool:
        """Whether a hit is within an answer: one common line is enough, unless it has to be `tight`.

        In semble's benchmark either path may be the end of the other.
        """
        is_end = self.set in FILE_SETS and (path.endswith("/" + item.path) or item.path.endswith("/" + path))
        if path != item.path and not is_end:
            return False
        common = min(end_line, item.end_line) - max(start_line, item.start_line) + 1
        if not item.start_line or not tight:
            return not item.start_line or common > 0
        shown, wanted = end_line - start_line + 1, item.end_line - item.start_line + 1
        return 2 * common >= min(shown, wanted) and shown <= max(TIGHT_LINES, TIGHT_FACTOR * wanted)


def corpora(sources: Sources, sets: tuple[str, ...] = ()) -> Iterator[Corpus]:
    """The corpora of the named sets, or of all but those to learn from."""
    found = (*_anchors(sources), *_own(sources), *_benchmark(sources))
    return (corpus for corpus in found if corpus.set in (sets or EVALUATED))


def _anchors(sources: Sources) -> Iterator[Corpus]:
    for name, folder, file in (
        ("history", "history", "questions"),
        ("web", "csn", "questions"),
        ("cosqa", "", "dev"),
        ("commits", "commits", "questions"),
    ):
        for path in sorted((sources.anchors / (folder or name)).glob(f"*/{file}.jsonl" if folder else f"{file}.jsonl")):
            yield _corpus(sources, name, path.parent.name.split("@")[0], path, path.parent / "files")


def _own(sources: Sources) -> Iterator[Corpus]:
    for name, source in sorted(json.loads((OWN / "sources.json").read_text(encoding="utf-8")).items()):
        repository = source["repository"].rsplit("/", 1)[-1].removesuffix(".git")
        root = sources.anchors / "own" / repository
        yield _corpus(sources, name.split("/")[0], repository, OWN / name, root, source.get("folder", ""))


def _benchmark(sources: Sources) -> Iterator[Corpus]:
    for spec in json.loads((sources.bench / "repos.json").read_text(encoding="utf-8")):
        path, root = sources.bench / "annotations" / f"{spec['name']}.json", sources.repos / spec["name"]
        if spec["split"] == "development" and path.is_file() and root.is_dir():
            yield _corpus(sources, "folders", spec["name"], path, root / (spec.get("benchmark_root") or ""))
            yield _corpus(sources, "checkouts", spec["name"], path, root)


def _corpus(sources: Sources, of: str, name: str, questions: Path, root: Path, folder: str = "") -> Corpus:
    place = sources.indexes / of / (questions.parent.name if of in ("history", "web", "commits") else name)
    asked = tuple(read_questions(questions.read_text(encoding="utf-8")))
    return Corpus(of, name, root, asked, place, sources.model, folder)
