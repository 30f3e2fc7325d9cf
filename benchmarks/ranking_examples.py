"""Labelled questions → the features and labels that ranking weights are learned from."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from codesearch.api import Index
from codesearch.discovery.options import DiscoveryOptions
from codesearch.search.evidence import Evidence
from codesearch.search.question import QuestionKind, parse_question
from codesearch.search.searcher import collect
from codesearch.search.signals import SIGNALS

Array = npt.NDArray[np.float64]
GROUPS = {QuestionKind.PROSE: "prose", QuestionKind.MIXED: "prose", QuestionKind.IDENTIFIER: "identifier"}
ROOMY_FACTOR, ROOMY_LINES = 3, 20
"""A chunk teaches as an answer when it has at most so many times the lines of the label, and so many more: a class or
a file that happens to hold the function is what should not be learned."""


class Set(Enum):
    """Where a question comes from."""

    ROOT = "files"
    FULL = "files of the whole checkout"
    LINES = "lines"


@dataclass(slots=True)
class Example:
    """One question: features [candidates, signals], the file of each, and which candidate hits which target.

    `unit` groups what is ranked against each other by its best: files where labels are files, else chunks.
    """

    repo: str
    category: str
    group: str
    features: Array
    file: npt.NDArray[np.int64]
    unit: npt.NDArray[np.int64]
    hits: npt.NDArray[np.bool_]
    relevant: npt.NDArray[np.bool_]
    """By unit."""
    set: Set


def benchmark_examples(bench: Path, repos: Path, split: str, model: str | None) -> Iterator[Example]:
    """The questions of semble's benchmark, whose answers are files: asked of the folder that it indexes, and again of
    the whole checkout, where tests, documentation and sister packages are in the way."""
    for spec in json.loads((bench / "repos.json").read_text(encoding="utf-8")):
        notes, checkout = bench / "annotations" / f"{spec['name']}.json", repos / spec["name"]
        if spec["split"] != split or not notes.is_file() or not checkout.is_dir():
            continue
        tasks = json.loads(notes.read_text(encoding="utf-8"))
        for scope, root in ((Set.ROOT, checkout / (spec.get("benchmark_root") or "")), (Set.FULL, checkout)):
            with tempfile.TemporaryDirectory() as place, Index.create(root, index_dir=place, model=model) as index:
                index.update()
                for task in tasks:
                    answers = [*task["relevant"], *task["secondary"]]
                    targets = [{"path": one} if isinstance(one, str) else one for one in answers]
                    yield _example(index, spec["name"], task["query"], task["category"], targets, scope)


def function_examples(questions: Path, checkouts: Path, model: str | None) -> Iterator[Example]:
    """Our own questions, whose answers are lines."""
    sources = json.loads((questions / "sources.json").read_text(encoding="utf-8"))
    for name, source in sorted(sources.items()):
        root = checkouts / source["repository"].rsplit("/", 1)[-1].removesuffix(".git")
        options = DiscoveryOptions(include=(f"{source['folder']}/**",)) if "folder" in source else None
        with tempfile.TemporaryDirectory() as place, Index.create(root, index_dir=place, model=model) as index:
            index.update(options)
            for line in (questions / name).read_text(encoding="utf-8").splitlines():
                task = json.loads(line)
                yield _example(index, name, task["query"], task["category"], task["relevant"], Set.LINES)


def _example(index: Index, repo: str, query: str, category: str, targets: list[dict[str, Any]], of: Set) -> Example:
    question = parse_question(query)
    candidates = collect([index.searchable()], question)
    evidence = Evidence(question, candidates)
    shape = (len(candidates.chunks), len(targets))
    hits = np.array([[_hits(c, t) for t in targets] for c in candidates.chunks], np.bool_).reshape(shape)
    unit = np.arange(shape[0]) if of is Set.LINES else evidence.file
    tight = np.array([[_is_tight(c, t) for t in targets] for c in candidates.chunks], np.bool_).reshape(shape)
    answers = hits & tight if (hits & tight).any() else hits
    relevant = np.zeros(int(unit.max(initial=-1)) + 1, np.bool_)
    np.logical_or.at(relevant, unit, answers.any(axis=1))
    features = np.stack([signal.compute(evidence) for signal in SIGNALS], axis=1).astype(np.float64)
    return Example(repo, category, GROUPS[question.kind], features, evidence.file, unit, hits, relevant, of)


def _hits(chunk: Any, target: dict[str, Any]) -> bool:
    a, b = chunk.path, target["path"]
    if not (a == b or a.endswith("/" + b) or b.endswith("/" + a)):
        return False
    first, last = target.get("start_line"), target.get("end_line")
    return first is None or last is None or (chunk.start_line <= last and chunk.end_line >= first)


def _is_tight(chunk: Any, target: dict[str, Any]) -> bool:
    if target.get("start_line") is None or target.get("end_line") is None:
        return True
    lines = target["end_line"] - target["start_line"] + 1
    return bool(chunk.end_line - chunk.start_line + 1 <= ROOMY_FACTOR * lines + ROOMY_LINES)
