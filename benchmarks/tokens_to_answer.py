"""Measure how many tokens of output a reader needs until the answer is on the screen.

    python benchmarks/tokens_to_answer.py --bench FOLDER --repos REPOSITORIES [--semble]

FOLDER holds a benchmark's `repos.json` and `annotations/NAME.json` (questions with the files, or lines of files, that
answer); of its repositories those of the development split are used. A target is on the screen as soon as one line of
its code is. Printed is the share of targets on the screen within so many tokens (characters / 4) of the output of

- codesearch: `query --compact --max-tokens N`, and grep lines (`query`, first N tokens);
- semble (`pip install semble==0.7.0`, with codesearch's default encoder in the place of its own, which is on a hub):
  its JSON with ten lines per result, as its MCP server prints it, and its plain text with whole chunks;
- grep: the files with most of the question's words, read from the top, after the list of their names.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from codesearch.api import Index
from codesearch.models.loading import load_encoder
from codesearch.render.budget import CHARACTERS_PER_TOKEN
from codesearch.render.compact import compact
from codesearch.render.lines import best_line_of
from codesearch.render.paths import LocatedHit

BUDGETS = (500, 1000, 2000, 4000)
TOKENS_PER_HIT = 60
"""The limit of hits that is asked for, by budget: enough to fill it."""
_COMPACT_HEADING = re.compile(r"^(.+):\d+-\d+ ")
_NUMBERED = re.compile(r"^(\d+) ")
_STOP_WORDS = frozenset(
    "a an and are as at be by can do does for from how i in into is it its of on or that the this to what when where"
    " which who why with".split()
)


@dataclass(frozen=True, slots=True)
class Target:
    """A file, or lines of it."""

    path: str
    start_line: int = 1
    end_line: int = 1 << 30

    def is_shown_by(self, line: ScreenLine) -> bool:
        """Whether a line of output shows code of the target."""
        return bool(line.path) and _is_same(line.path, self.path) and self.start_line <= line.line <= self.end_line


@dataclass(frozen=True, slots=True)
class ScreenLine:
    """A line of output, and the line of code that it shows ("" and 0 for none)."""

    text: str
    path: str = ""
    line: int = 0


class System(Protocol):
    """Something that is asked."""

    def output(self, question: str, budget: int) -> list[ScreenLine]:
        """What it prints."""
        ...


class CompactHits:
    """`codesearch query --compact --max-tokens N`."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def output(self, question: str, budget: int) -> list[ScreenLine]:
        hits = self._index.search(question, budget // TOKENS_PER_HIT).hits
        text = compact((), [LocatedHit(hit, hit.path, Path(hit.path)) for hit in hits], budget) if hits else ""
        lines, path = [], ""
        for line in text.split("\n"):
            if numbered := _NUMBERED.match(line):
                lines.append(ScreenLine(line, path, int(numbered[1])))
            else:
                heading = _COMPACT_HEADING.match(line)
                path = heading[1] if heading else path
                lines.append(ScreenLine(line))
        return lines


class GrepLines:
    """`codesearch query`, in a pipe."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def output(self, question: str, budget: int) -> list[ScreenLine]:
        hits = self._index.search(question, budget // 20).hits
        return [ScreenLine(best_line_of(hit, hit.path), hit.path, hit.best_line) for hit in hits]


class Semble:
    """semble's own output."""

    def __init__(self, index: Any, *, max_lines: int | None, as_json: bool) -> None:
        self._index, self._max_lines, self._as_json = index, max_lines, as_json

    def output(self, question: str, budget: int) -> list[ScreenLine]:
        lines = []
        for result in self._index.search(question, top_k=budget // TOKENS_PER_HIT):
            chunk = result.chunk
            code = chunk.content.splitlines()[: self._max_lines]
            head = f"{chunk.file_path}:{chunk.start_line}-{chunk.end_line}\n"
            if self._as_json:
                entry = {"file_path": chunk.file_path, "start_line": chunk.start_line, "end_line": chunk.end_line}
                head = json.dumps(entry | {"score": result.score, "content": ""})
            lines.append(ScreenLine(head))
            shown = (json.dumps(line)[1:-1] + "\\n" if self._as_json else line for line in code)
            lines += [ScreenLine(text, chunk.file_path, chunk.start_line + i) for i, text in enumerate(shown)]
        return lines


class WordsThenFiles:
    """Grep for the question's words, then read the files with most of them."""

    def __init__(self, root: Path, paths: Sequence[str]) -> None:
        self._texts = {path: (root / path).read_text(encoding="utf-8", errors="replace") for path in paths}
        self._words = {path: Counter(re.findall(r"\w+", text.lower())) for path, text in self._texts.items()}

    def output(self, question: str, budget: int) -> list[ScreenLine]:
        wanted = set(re.findall(r"\w+", question.lower())) - _STOP_WORDS
        scores = {
            path: (sum(word in words for word in wanted), sum(words[word] for word in wanted))
            for path, words in self._words.items()
        }
        best = sorted(
            (path for path in scores if scores[path][0]), key=lambda path: (*(-n for n in scores[path]), path)
        )
        lines = [ScreenLine(f"{path}:{scores[path][1]}") for path in best[:10]]
        for path in best[:10]:
            numbered = enumerate(self._texts[path].split("\n"), 1)
            lines += [ScreenLine(f"{number}\t{text}", path, number) for number, text in numbered]
        return lines


def shown_share(lines: Sequence[ScreenLine], targets: Sequence[Target], budget: int) -> float:
    """The share of targets of which a line is among the first `budget` tokens of the output."""
    left = budget * CHARACTERS_PER_TOKEN
    shown: set[Target] = set()
    for line in lines:
        left -= len(line.text) + 1
        if left < 0:
            break
        shown.update(target for target in targets if target.is_shown_by(line))
    return len(shown) / len(targets)


def questions_of(bench: Path, name: str) -> Iterator[tuple[str, list[Target]]]:
    """Each question with its targets."""
    for entry in json.loads((bench / "annotations" / f"{name}.json").read_text(encoding="utf-8")):
        yield entry["query"], [_target(value) for value in (*entry["relevant"], *entry["secondary"])]


def _target(value: Any) -> Target:
    if isinstance(value, str):
        return Target(value)
    return Target(value["path"], value.get("start_line", 1), value.get("end_line", 1 << 30))


def _is_same(one: str, other: str) -> bool:
    """The benchmark's rule: one path ends with the other."""
    return one == other or one.endswith("/" + other) or other.endswith("/" + one)


def systems_of(root: Path, place: Path, *, with_semble: bool) -> Mapping[str, System]:
    """The systems, which have read the repository."""
    index = Index.create(root, index_dir=place / "index")
    index.update()
    paths = [file.path for file in index.snapshot().files]
    systems: dict[str, System] = {
        "codesearch --compact": CompactHits(index),
        "codesearch, grep lines": GrepLines(index),
        "grep, then read": WordsThenFiles(root, paths),
    }
    if with_semble:
        built = _semble_index(root)
        systems["semble, 10 lines, JSON"] = Semble(built, max_lines=10, as_json=True)
        systems["semble, chunks, text"] = Semble(built, max_lines=None, as_json=False)
    return systems


def _semble_index(root: Path) -> Any:
    import semble.index.index as semble_index
    from semble import SembleIndex
    from semble.index.create import create_index_from_path
    from semble.types import ContentType

    semble_index.save_search_stats = lambda *_, **__: None  # keep no statistics on disk
    encoder = _SembleEncoder()
    content = (ContentType.CODE,)
    bm25, dense, chunks, manifest = create_index_from_path(root, model=encoder, content=content, display_root=root)
    return SembleIndex(encoder, bm25, dense, chunks, "local", content=content, manifest=manifest)


class _SembleEncoder:
    """codesearch's default encoder, as semble calls its own."""

    def __init__(self) -> None:
        self._encoder = load_encoder("default", "")
        self.dim = self._encoder.dimensions

    def encode(self, texts: list[str], **_: Any) -> Any:
        return self._encoder.encode_documents(texts)


def main() -> None:
    """Run the program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, required=True)
    parser.add_argument("--repos", type=Path, required=True)
    parser.add_argument("--semble", action="store_true", help="ask semble too")
    options = parser.parse_args()
    specs = json.loads((options.bench / "repos.json").read_text(encoding="utf-8"))
    shares: dict[str, dict[int, list[float]]] = {}
    for spec in specs:
        root = options.repos / spec["name"] / (spec.get("benchmark_root") or "")
        if spec.get("split") != "development" or not root.is_dir():
            continue
        with tempfile.TemporaryDirectory() as place:
            systems = systems_of(root, Path(place), with_semble=options.semble)
            for question, targets in questions_of(options.bench, spec["name"]):
                for name, system in systems.items():
                    for budget in BUDGETS:
                        share = shown_share(system.output(question, budget), targets, budget)
                        shares.setdefault(name, {}).setdefault(budget, []).append(share)
    print(f"{'tokens':<28}" + "".join(f"{budget:>8,}" for budget in BUDGETS))
    for name, by_budget in shares.items():
        print(f"{name:<28}" + "".join(f"{sum(by_budget[b]) / len(by_budget[b]):>8.3f}" for b in BUDGETS))
    print(f"{len(next(iter(shares.values()))[BUDGETS[0]])} questions")


if __name__ == "__main__":
    main()
