"""Learn when nothing in a repository answers a question, and print how often that is said rightly and wrongly.

    python benchmarks/nothing_close.py --anchors FOLDER --bench FOLDER --repos-dir FOLDER --indexes FOLDER

See question_sets.py for the folders. Each repository is asked its own questions and as many of others of its set, in
semble's benchmark of those in another language; and so is the file that most of its questions are about, alone, as a
very small repository. A logistic regression tells them apart by the values of Closeness; it is evaluated by
cross-validation over repositories. The threshold is where OWN of the repositories' own questions are below. Some of
another repository's questions have an answer, such as those about command-line flags, so that not all can be below.
The weights, learned from all, go into codesearch/search/closeness.py.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from zlib import crc32

import numpy as np
import numpy.typing as npt
from anchors import arguments
from question_sets import Corpus, Sources, corpora
from scipy.optimize import minimize

from codesearch.search.asked_language import read_question
from codesearch.search.closeness import Closeness
from codesearch.search.hit import Retrieval
from codesearch.search.question import QuestionKind
from codesearch.search.rank import rank
from codesearch.search.searcher import collect, question_vectors

SETS = ("folders", "functions", "languages", "history")
ONE_FILE = "one file"
"""The set of repositories of one file."""
FOLDS = 5
OWN = 0.02
NAMES = list(Closeness._fields)
USED = {
    Retrieval.BOTH: tuple(NAMES),
    Retrieval.LEXICAL: tuple(name for name in NAMES if name not in ("cosine", "first", "both", "specificity")),
    Retrieval.DENSE: tuple(name for name in NAMES if name not in ("coverage", "both", "absent")),
}
"""What closeness is judged by, for each way to find candidates."""
RIDGE = 0.0001

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that a repository was asked."""

    set: str
    repo: str
    is_own: bool
    closeness: Closeness


def ask(corpus: Corpus, others: list[Corpus]) -> Iterator[Asked]:
    """A repository's own questions, and as many of others; those that are a symbol are left out."""
    pool = [question.query for other in others for question in other.questions]
    chosen = np.random.default_rng(0).permutation(len(pool))[: len(corpus.questions)]
    with corpus.index() as index:
        searched = index.searchable()
        for queries, is_own in (
            ([question.query for question in corpus.questions], True),
            ([pool[i] for i in chosen.tolist()], False),
        ):
            for query in queries:
                question = read_question(query, searched.reader.chunks_by_language)
                if question.kind is not QuestionKind.IDENTIFIER:
                    vectors = question_vectors([searched], question)
                    candidates = collect([searched], question, vectors)
                    order = rank(question, candidates).order
                    closeness = Closeness.of(candidates, order, vectors[0])
                    yield Asked(corpus.set, corpus.name, is_own, closeness)


def alone(corpus: Corpus, place: Path) -> Corpus | None:
    """The file of a corpus that most questions are about, None if the files are not named."""
    files = [{item.path for item in question.relevant} for question in corpus.questions]
    counts = Counter(file for among in files if len(among) == 1 for file in among)
    path = max(counts, key=lambda file: (counts[file], file), default="")
    if not (corpus.root / path).is_file():
        return None
    root = place / corpus.set / corpus.index_dir.name
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(corpus.root / path, root / path)
    asked = tuple(one for one, among in zip(corpus.questions, files, strict=True) if among == {path})
    return replace(corpus, set=ONE_FILE, root=root, questions=asked, index_dir=root / ".codesearch", folder="")


def everything(sources: Sources) -> list[Asked]:
    """All questions of all repositories."""
    found = list(corpora(sources, SETS))
    specs = json.loads((sources.bench / "repos.json").read_text(encoding="utf-8"))
    language = {spec["name"]: spec["language"] for spec in specs}
    asked: list[Asked] = []
    for corpus in found:
        others = [other for other in found if other.set == corpus.set and other.name != corpus.name]
        if corpus.set == "folders":
            others = [other for other in others if language[other.name] != language[corpus.name]]
        asked += ask(corpus, others)
        with tempfile.TemporaryDirectory() as place:
            if small := alone(corpus, Path(place)):
                asked += ask(small, others)
    return asked


def learn(values: Array, is_own: npt.NDArray[np.bool_]) -> Array:
    """The weights of a logistic regression, with its intercept."""
    scale = values.std(axis=0)
    table = np.column_stack([values / scale, np.ones(len(values))])

    def loss(weights: Array) -> tuple[float, Array]:
        chance = 1 / (1 + np.exp(-(table @ weights)))
        right = np.where(is_own, chance, 1 - chance)
        value = -np.log(right + 1e-12).mean() + RIDGE * (weights[:-1] @ weights[:-1])
        return float(value), table.T @ (chance - is_own) / len(table) + 2 * RIDGE * np.append(weights[:-1], 0)

    found = minimize(loss, np.zeros(table.shape[1]), jac=True, method="L-BFGS-B").x
    return np.append(found[:-1] / scale, found[-1])


def left_out(values: Array, asked: list[Asked]) -> Array:
    """The weighted closeness of every question by weights that never saw its repository."""
    is_own = np.array([one.is_own for one in asked])
    fold = np.array([crc32(one.repo.encode()) % FOLDS for one in asked])
    out = np.zeros(len(asked))
    for number in range(FOLDS):
        weights = learn(values[fold != number], is_own[fold != number])
        out[fold == number] = values[fold == number] @ weights[:-1] + weights[-1]
    return out


def below_own_share(scores: Array, is_own: npt.NDArray[np.bool_]) -> float:
    """The share of other repositories' questions below the threshold where OWN of the own are."""
    return float((scores[~is_own] < np.quantile(scores[is_own], OWN)).mean())


def main() -> None:
    """Run the program."""
    options = arguments(__doc__).parse_args()
    sources = Sources(options.anchors, options.bench, options.repos_dir, options.indexes, options.model)
    asked = everything(sources)
    is_own = np.array([one.is_own for one in asked])
    sets = np.array([one.set for one in asked])
    closeness = np.array([one.closeness for one in asked])
    is_whole = np.isin(sets, SETS)
    groups = {"repositories": is_whole, **{name: sets == name for name in (*SETS, ONE_FILE)}}
    print(f"{is_own.sum()} questions of the repository's own, {(~is_own).sum()} of another's")
    print("share below the threshold, another's (own):".ljust(48), *(f"{name:>12}" for name in groups))
    for retrieval, used in USED.items():
        values = closeness[:, [NAMES.index(name) for name in used]]
        scores = left_out(values, asked)
        below = scores < np.quantile(scores[is_own & is_whole], OWN)
        shares = [(below[group & ~is_own].mean(), below[group & is_own].mean()) for group in groups.values()]
        print(f"{retrieval.value:<48}", *(f"{other:.2f} ({own:.3f})" for other, own in shares))
        by_group = [below_own_share(scores[group], is_own[group]) for group in groups.values()]
        print(f"    the same, with {OWN:.0%} in each".ljust(48), *(f"{share:.2f}".ljust(12) for share in by_group))
        weights = learn(values, is_own)
        least = np.quantile((values @ weights[:-1])[is_own & is_whole], OWN)
        print("   ", ", ".join(f"{n}={w:.2f}" for n, w in zip(used, weights[:-1], strict=True)), f"least={least:.2f}")


if __name__ == "__main__":
    main()
