"""How well the questions of every development set are answered, beside a saved run.

    python benchmarks/anchors.py --anchors FOLDER --bench FOLDER --repos-dir FOLDER --indexes FOLDER \
        [--sets history web] [--rerank small] [--save RUN.json] [--base RUN.json]

See question_sets.py for the folders. Prints MRR@10, the same of hits that are little more than the answer
("tight"), success@1, success@10 and NDCG@10 of each set, and with --base the
difference to a saved run, question by question, with its 95 % interval. The figures of semble's benchmark are means of
repositories. `encoder` is CoSQA with the encoder alone, by the published protocol.
"""

from __future__ import annotations

import argparse
import json
import math
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from question_sets import FILE_SETS, Corpus, Sources, corpora

from codesearch.evaluation.intervals import estimate
from codesearch.models.loading import DEFAULT_MODEL, load_encoder
from codesearch.search.asked_language import read_question

LIMIT = 10
UNNAMED = "no word of a name"
MEASURES = ("mrr", "tight", "first", "success", "ndcg")
Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Answer:
    """How well one question was answered."""

    set: str
    repo: str
    category: str
    query: str
    ranks: tuple[int, ...]
    """The rank of the first hit in each answer; 0 if none of the first ten is."""
    tight_ranks: tuple[int, ...]
    """The same for hits that are little more than the answer, where answers are lines."""

    @property
    def mrr(self) -> float:
        return reciprocal(self.ranks)

    @property
    def tight(self) -> float:
        return reciprocal(self.tight_ranks)

    @property
    def first(self) -> float:
        return float(1 in self.ranks)

    @property
    def success(self) -> float:
        return float(self.mrr >= 1 / LIMIT)

    @property
    def ndcg(self) -> float:
        gains = [1 / math.log2(rank + 1) for rank in {rank for rank in self.ranks if 0 < rank <= LIMIT}]
        return sum(gains) / sum(1 / math.log2(rank + 1) for rank in range(1, min(LIMIT, len(self.ranks)) + 1))


def reciprocal(ranks: tuple[int, ...]) -> float:
    """1 / the first rank, 0 if there is none."""
    first = min(filter(None, ranks), default=0)
    return 1 / first if first else 0.0


def ask(corpus: Corpus, rerank: str) -> Iterator[Answer]:
    """The answer to each question of a corpus."""
    with corpus.index() as index:
        for question in corpus.questions:
            hits = index.search(question.query, LIMIT, rerank=rerank).hits
            places = [(hit.path, hit.start_line, hit.end_line) for hit in hits]
            found = [[corpus.is_found_by(item, *place) for place in places] for item in question.relevant]
            tight = [[corpus.is_found_by(item, *place, tight=True) for place in places] for item in question.relevant]
            ranks = (tuple(row.index(True) + 1 if any(row) else 0 for row in rows) for rows in (found, tight))
            yield Answer(corpus.set, corpus.name, question.category, question.query, *ranks)


def ask_encoder(corpus: Corpus, model: str) -> Iterator[Answer]:
    """The answer to each question by cosine alone, of one document for each file."""
    encoder = load_encoder(model)
    files = sorted(corpus.root.iterdir())
    vectors = encoder.encode_documents([file.read_text(encoding="utf-8") for file in files])
    place = {file.name: i for i, file in enumerate(files)}
    for question in corpus.questions:
        similarity = vectors @ encoder.encode_query(read_question(question.query, lambda: {"Python": 1}).text)
        ranks = tuple(1 + int((similarity > similarity[place[item.path]]).sum()) for item in question.relevant)
        yield Answer("encoder", corpus.name, question.category, question.query, ranks, ranks)


def groups(answers: list[Answer]) -> dict[str, list[int]]:
    """The rows of the table: the numbers of the answers of each set, and of the part without any name."""
    found: dict[str, list[int]] = {}
    for i, answer in enumerate(answers):
        found.setdefault(answer.set, []).append(i)
        if answer.category == UNNAMED:
            found.setdefault(f"  {UNNAMED}", []).append(i)
    return found


def values(answers: list[Answer], measure: str) -> Values:
    """A measure of each question, weighted so that their mean is the set's figure."""
    own = np.asarray([getattr(answer, measure) for answer in answers])
    if answers[0].set not in FILE_SETS:
        return own
    repos = [answer.repo for answer in answers]
    counts = np.asarray([repos.count(repo) for repo in repos])
    return np.asarray(own * len(answers) / counts / len(set(repos)))


def table(answers: list[Answer], base: list[Answer]) -> None:
    """Print the figures of each set, and the difference to the base."""
    heading = f"{'':<21}{'n':>4}  MRR@10   tight    s@1   s@10  NDCG@10"
    print(heading + ("   difference in MRR@10, tight, NDCG@10" if base else ""))
    before = {(answer.set, answer.repo, answer.query): answer for answer in base}
    for name, rows in groups(answers).items():
        own = [answers[i] for i in rows]
        print(f"{name:<21}{len(own):>4}", *(f"  {values(own, measure).mean():.3f}" for measure in MEASURES), end="")
        pairs = [(before[key], a) for a in own if (key := (a.set, a.repo, a.query)) in before]
        for measure in ("mrr", "tight", "ndcg") if pairs else ():
            old, new = (values(list(side), measure) for side in zip(*pairs, strict=True))
            found = estimate(new - old)
            low, high = found.interval or (math.nan, math.nan)
            print(f"   {found.mean:+.4f} [{low:+.4f} {high:+.4f}]", end="")
        print(flush=True)


def load(path: Path | None) -> list[Answer]:
    """A saved run."""
    rows = json.loads(path.read_text(encoding="utf-8")) if path else []
    return [
        Answer(row["set"], row["repo"], row["category"], row["query"], tuple(row["ranks"]), tuple(row["tight_ranks"]))
        for row in rows
    ]


def arguments(about: str | None) -> argparse.ArgumentParser:
    """The options that name the sources."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("anchors", "bench", "repos-dir", "indexes"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--model", default=DEFAULT_MODEL, help="encoder; kept indexes of another are made anew")
    return parser


def main() -> None:
    """Run the program."""
    parser = arguments(__doc__)
    parser.add_argument("--sets", nargs="*", default=[])
    parser.add_argument("--rerank", default="")
    parser.add_argument("--save", type=Path)
    parser.add_argument("--base", type=Path)
    options = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sources = Sources(options.anchors, options.bench, options.repos_dir, options.indexes, options.model)
    answers: list[Answer] = []
    for corpus in corpora(sources, tuple(options.sets)):
        answers += ask(corpus, options.rerank)
        if corpus.set == "cosqa":
            answers += ask_encoder(corpus, options.model)
    if options.save:
        options.save.write_text(json.dumps([asdict(answer) for answer in answers]), encoding="utf-8")
    table(answers, load(options.base))


if __name__ == "__main__":
    main()
