"""Learn the trees that correct the weighted sum of the signals, and print how well questions are answered with them.

    pip install lightgbm
    python benchmarks/learn_interactions.py --anchors FOLDER --bench FOLDER --repos-dir FOLDER --indexes FOLDER \
        [--write]

See question_sets.py for the folders, which should include `commits/`. LambdaMART (Burges 2010, "From RankNet to
LambdaRank to LambdaMART") begins from the weighted sum that the package has, and learns what is added to it. Evaluated
by cross-validation over groups of repositories, and over questions for CoSQA, which is one repository.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt
from anchors import arguments
from learn_ranking import FOLDS, NAMES, SET_WEIGHTS, ndcg_of, package_weights, report
from question_sets import Sources
from ranking_examples import Array, Example, examples

from codesearch.arrays import save_arrays
from codesearch.search.interactions import CASES, FILE, SPLITS, Interactions, value_table
from codesearch.search.question import QuestionKind
from codesearch.search.weights import INTERCEPT

Numbers = npt.NDArray[np.int64]
WEIGHTS = SET_WEIGHTS | {"commits": 3}
"""What the questions of each set count together."""
ROUNDS = 160
SHARE = 0.3
"""Of the corrections that is kept: more gains where answers are functions, and loses where they are files."""
PARAMETERS = {
    "objective": "lambdarank",
    "lambdarank_truncation_level": 12,
    "num_leaves": 8,
    "max_depth": 3,
    "learning_rate": 0.06,
    "min_data_in_leaf": 150,
    "lambda_l2": 5,
    "feature_fraction": 0.5,
    "max_bin": 127,
    "seed": 1,
    "num_threads": 1,
    "verbose": -1,
}


class Questions:
    """Labelled questions, with what the trees learn from."""

    def __init__(self, questions: list[Example], weights: Array) -> None:
        self.questions = questions
        self.odds = [one.features @ weights + INTERCEPT[QuestionKind.PROSE] for one in questions]
        self.values = [
            value_table(one.features.T, odds, one.file).T for one, odds in zip(questions, self.odds, strict=True)
        ]
        self.labels = [label(one) for one in questions]
        counts = Counter(one.set for one in questions)
        self.shares = [WEIGHTS[one.set] / counts[one.set] * len(questions) / len(counts) for one in questions]

    def train(self, kept: npt.NDArray[np.bool_]) -> Interactions:
        """Trees learned from some of the questions [questions, bool]."""
        import lightgbm

        rows = [i for i in np.flatnonzero(kept) if self.labels[i].min() < self.labels[i].max()]
        data = lightgbm.Dataset(
            np.concatenate([self.values[i] for i in rows]),
            np.concatenate([self.labels[i] for i in rows]),
            group=[len(self.labels[i]) for i in rows],
            weight=np.concatenate([np.full(len(self.labels[i]), self.shares[i]) for i in rows]),
            init_score=np.concatenate([self.odds[i] for i in rows]),
            params={"verbose": -1},
        )
        return as_arrays(lightgbm.train(PARAMETERS, data, ROUNDS).dump_model()["tree_info"])

    def measure(self, interactions: Interactions | None, which: Numbers, within: Array) -> Array:
        """NDCG@10 of some of the questions."""
        found = []
        for i in which:
            one, odds = self.questions[i], self.odds[i]
            corrected = interactions.correct(one.features.T, odds, one.file) if interactions else odds
            found.append(ndcg_of(one, 1 / (1 + np.exp(-corrected)), within))
        return np.array(found)


def label(one: Example) -> Array:
    """1 for the candidates that answer [candidates]; if none does tightly, those that hold the answer."""
    tight = one.credited.any(axis=1)
    return np.asarray(tight if tight.any() else one.hits.any(axis=1), np.float64)


def as_arrays(trees: list[dict[str, Any]]) -> Interactions:
    """LightGBM's trees, with SHARE of their values."""
    value, threshold = np.zeros((SPLITS, len(trees)), np.uint8), np.full((SPLITS, len(trees)), np.inf, np.float32)
    corrections = np.zeros((len(trees), CASES), np.float32)

    def fill(tree: int, node: dict[str, Any], split: int) -> None:
        if split >= SPLITS:
            corrections[tree, split - SPLITS] = SHARE * node["leaf_value"]
        elif "leaf_value" in node:  # never above: both sides are this leaf
            fill(tree, node, 2 * split + 1)
        else:
            value[split, tree], threshold[split, tree] = node["split_feature"], node["threshold"]
            fill(tree, node["left_child"], 2 * split + 1)
            fill(tree, node["right_child"], 2 * split + 2)

    for number, tree in enumerate(trees):
        fill(number, tree["tree_structure"], 0)
    return Interactions(value, threshold, corrections)


def folds(questions: list[Example]) -> Numbers:
    """The group of each question: its repository's, or for CoSQA one by chance."""
    random = np.random.default_rng(0)
    repos = sorted({one.repo for one in questions})
    random.shuffle(repos)
    group = {repo: i % FOLDS for i, repo in enumerate(repos)}
    return np.array([int(random.integers(FOLDS)) if one.set == "cosqa" else group[one.repo] for one in questions])


def main() -> None:
    """Run the program."""
    parser = arguments(__doc__)
    parser.add_argument("--write", action="store_true", help="write the trees into the package")
    options = parser.parse_args()
    sources = Sources(options.anchors, options.bench, options.repos_dir, options.indexes, options.model)
    found = [one for one in examples(sources, tuple(WEIGHTS)) if one.group == "prose" and len(one.file)]
    weights, within = package_weights(QuestionKind.PROSE)
    questions, fold = Questions(found, weights), folds(found)
    every = np.arange(len(found))
    print(f"{len(found)} questions in prose, {len({one.repo for one in found})} repositories; NDCG@10:")
    report("the weighted sum", found, questions.measure(None, every, within))
    left_out = np.zeros(len(found))
    for group in range(FOLDS):
        held = np.flatnonzero(fold == group)
        left_out[held] = questions.measure(questions.train(fold != group), held, within)
    report("with trees, left out", found, left_out)
    trees = questions.train(np.ones(len(found), np.bool_))
    report("with trees, trained on all", found, questions.measure(trees, every, within))
    if options.write:
        save_arrays(FILE, trees._asdict(), {"signals": " ".join(NAMES)})
        print(f"wrote {FILE}")


if __name__ == "__main__":
    main()
