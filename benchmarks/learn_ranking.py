"""Learn the weights of the ranking signals from labelled questions, and print what each signal contributes.

    python benchmarks/learn_ranking.py --bench FOLDER --repos-dir FOLDER --checkouts FOLDER [--write]

The folder of --bench has repos.json and annotations/*.json (the format of semble's benchmark), --repos-dir a checkout
of each of its repositories, --checkouts one of each repository in questions/sources.json. A linear model is trained
with LambdaRank (Burges 2010): on files if the answers are files (the score of a file is that of its best chunk), on
chunks if they are lines. It is evaluated by cross-validation over eight groups of repositories. The written weights are
trained on all, then scaled by logistic regression so that a score is the probability that a hit answers.
"""

from __future__ import annotations

import argparse
import os
from collections import defaultdict
from pathlib import Path

import numpy as np
import numpy.typing as npt
from ranking_examples import GROUPS, Array, Example, Set, benchmark_examples, function_examples

from codesearch.search.rank import decay
from codesearch.search.signals import SIGNALS

NAMES = [signal.name for signal in SIGNALS]
SIGNS = np.array([signal.sign for signal in SIGNALS])
WITHIN_FILES = np.isin(NAMES, "is_type popularity".split())
"""Signals that tell chunks of one file apart. Where labels are files, these would only learn which chunk of a file
scores highest, and then favour whole types over the method that was asked for: they learn from lines alone."""
DISCOUNT = 1 / np.log2(np.arange(2, 12))
FOLDS, STEPS, RATE, PULL = 8, 250, 0.05, 0.001
"""Groups of repositories; Adam's steps and rate; how strongly weights are pulled to where they begin."""
CHUNK_WEIGHT = 0.1
"""What a question whose answer is lines counts beside one whose answer is a file. NDCG@10 of files and of lines,
repositories left out: 0 .895 .589; 0.1 .893 .633; 0.5 .881 .634; 1 .872 .634."""
CALIBRATED_FILES = 8
_PENALTY_GUESSES = dict.fromkeys("test example benchmark documentation".split(), -2.0) | dict.fromkeys(
    "legacy generated test_code".split(), -1.5
)
_PROSE_GUESSES = {
    **{signal.name: 0.5 * signal.sign for signal in SIGNALS},
    **dict.fromkeys("is_type popularity file_size".split(), 0.0),
    **_PENALTY_GUESSES,
    **{"dense": 4.0, "dense_relative": 4.0, "lexical": 2.0, "lexical_relative": 3.0, "coherence": 1.5},
    **{"stem_recall": 3.0, "stem_precision": 1.0, "name_recall": 1.0, "file_dense": 1.0, "file_coverage": 1.0},
    **{"defines_symbol": 4.0, "location": 8.0, "declaration": -0.7, "reexport": -0.7, "configuration": -1.0},
}
BEGIN = {"prose": _PROSE_GUESSES, "identifier": {"dense_relative": 2.0, "lexical_relative": 4.0, "defines_symbol": 8.0}}
"""Where training begins: guesses by hand, which rare signals (a file named in the question) keep."""


def ndcg(one: Example, scores: Array) -> float:
    """NDCG@10 as semble's benchmark has it: every target is credited once, at the rank of its first hit."""
    probability = 1 / (1 + np.exp(-scores))
    top = np.argsort(-probability * decay(probability, one.file), kind="stable")[:10]
    ranks = {int(np.flatnonzero(column)[0]) for column in one.hits[top].T if column.any()}
    return float(sum(DISCOUNT[r] for r in ranks) / DISCOUNT[: min(10, one.hits.shape[1])].sum())


def train(examples: list[Example], start: Array) -> Array:
    """LambdaRank on the best chunk of each file, with Adam; weights keep the sign that their signal means."""
    usable = [e for e in examples if e.relevant.any() and not e.relevant.all()]
    total = sum(CHUNK_WEIGHT if one.set is Set.LINES else 1.0 for one in usable)
    weights, mean, square = start.copy(), np.zeros_like(start), np.zeros_like(start)
    for step in range(1, STEPS + 1):
        gradient = sum((_lambdas(one, weights) for one in usable), np.zeros_like(start)) / total
        gradient += PULL * (weights - start)
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.99 * square + 0.01 * gradient**2
        rate = RATE * (1 - 0.9 * step / STEPS)
        weights -= rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
        weights = np.where(SIGNS > 0, np.maximum(weights, 0), np.where(SIGNS < 0, np.minimum(weights, 0), weights))
    return weights


def best_chunks(one: Example, scores: Array) -> npt.NDArray[np.int64]:
    """The best candidate of each unit, in the units' order."""
    order = np.lexsort((-scores, one.unit))
    return order[np.r_[0, np.flatnonzero(np.diff(one.unit[order])) + 1]]


def _lambdas(one: Example, weights: Array) -> Array:
    """Gradient of the pairwise loss, each pair weighted by the NDCG that swapping it would change."""
    scores = one.features @ weights
    best = best_chunks(one, scores)
    features, scores = one.features[best], scores[best]
    rank = np.empty(len(best), int)
    rank[np.argsort(-scores)] = np.arange(len(best))
    discount = np.where(rank < 30, 1 / np.log2(rank + 2), 0.0)
    ideal = DISCOUNT[: min(10, int(one.relevant.sum()))].sum()
    gradient = np.zeros_like(weights)
    for j in np.flatnonzero(one.relevant):
        change = np.abs(discount[j] - discount) * ~one.relevant / ideal
        force = change / (1 + np.exp(np.clip(scores[j] - scores, -30, 30)))
        gradient -= force.sum() * features[j] - force @ features
    return CHUNK_WEIGHT * gradient if one.set is Set.LINES else np.where(WITHIN_FILES, 0, gradient)


def calibrate(examples: list[Example], weights: Array) -> tuple[Array, float]:
    """Scaled weights and an intercept, so that a score is the log-odds that the chunk's file answers."""
    scores: list[float] = []
    answers: list[bool] = []
    for example in examples:
        chunk_scores = example.features @ weights
        best = best_chunks(example, chunk_scores)
        top = np.argsort(-chunk_scores[best])[:CALIBRATED_FILES]
        scores.extend(chunk_scores[best][top])
        answers.extend(example.relevant[top])
    x, y = np.array(scores), np.array(answers, np.float64)
    scale, intercept = 1.0, -float(x.mean())
    for _ in range(5000):
        error = 1 / (1 + np.exp(-(scale * x + intercept))) - y
        scale -= 0.01 * float((error * x).mean())
        intercept -= 0.05 * float(error.mean())
    return weights * scale, intercept


def mean_by_repo(examples: list[Example], values: Array) -> float:
    """Mean over repositories of the means over their questions."""
    by_repo: dict[str, list[float]] = defaultdict(list)
    for one, value in zip(examples, values, strict=True):
        by_repo[one.repo].append(float(value))
    return float(np.mean([np.mean(some) for some in by_repo.values()]))


def starting_weights(group: str) -> Array:
    return np.array([BEGIN[group].get(name, BEGIN["prose"][name]) for name in NAMES])


def fit(examples: list[Example]) -> dict[str, tuple[Array, float]]:
    """Calibrated weights and intercept for each kind of question."""
    fitted = {}
    for group in ("prose", "identifier"):
        own = [one for one in examples if one.group == group]
        fitted[group] = calibrate(own, train(own, starting_weights(group)))
    return fitted


def scored(examples: list[Example], fitted: dict[str, tuple[Array, float]]) -> Array:
    return np.array([ndcg(one, one.features @ fitted[one.group][0] + fitted[one.group][1]) for one in examples])


def validate(examples: list[Example]) -> Array:
    """NDCG@10 of every question by a model that never saw its repository."""
    repos = sorted({one.repo for one in examples})
    np.random.default_rng(0).shuffle(repos)
    values = np.zeros(len(examples))
    for fold in range(FOLDS):
        held = set(repos[fold::FOLDS])
        fitted = fit([one for one in examples if one.repo not in held])
        test = [i for i, one in enumerate(examples) if one.repo in held]
        values[test] = scored([examples[i] for i in test], fitted)
    return values


def table(examples: list[Example], fitted: dict[str, tuple[Array, float]]) -> None:
    """What each signal gives alone, and what its removal from the trained model costs."""
    whole = mean_by_repo(examples, scored(examples, fitted))
    print(f"\n{'signal':<18}{'alone':>8}{'removed':>9}")
    for i, name in enumerate(NAMES):
        alone = np.array([ndcg(one, one.features[:, i] * np.sign(SIGNS[i] or 1)) for one in examples])
        without = {group: (np.where(np.arange(len(NAMES)) == i, 0, w), b) for group, (w, b) in fitted.items()}
        loss = mean_by_repo(examples, scored(examples, without)) - whole
        print(f"{name:<18}{mean_by_repo(examples, alone):>8.3f}{loss:>+9.4f}")


def write(fitted: dict[str, tuple[Array, float]]) -> Path:
    """Write codesearch/search/weights.py."""
    lines = [
        '"""The weights of the signals, by kind of question: log-odds that a chunk answers, per unit of signal.\n',
        'Learned from questions with answers in many repositories; written by benchmarks/learn_ranking.py.\n"""\n',
        "from __future__ import annotations\n\nfrom collections.abc import Mapping\n",
        "from codesearch.search.question import QuestionKind\n",
    ]
    for group in ("prose", "identifier"):
        lines.append(f"_{group.upper()}: Mapping[str, float] = {{")
        lines += [f'    "{name}": {value:.2f},' for name, value in zip(NAMES, fitted[group][0], strict=True)]
        lines.append("}\n")
    for title, value in (
        ("WEIGHTS: Mapping[QuestionKind, Mapping[str, float]]", "_{}"),
        ("INTERCEPT: Mapping[QuestionKind, float]", ""),
    ):
        lines.append(f"{title} = {{")
        for kind, group in GROUPS.items():
            lines.append(f"    QuestionKind.{kind.name}: {value.format(group.upper()) or f'{fitted[group][1]:.2f}'},")
        lines.append("}\n")
    path = Path(__file__).parent.parent / "codesearch" / "search" / "weights.py"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def report(title: str, examples: list[Example], values: Array) -> None:
    """NDCG@10 of each set, by category."""
    print(title)
    for which in Set:
        own = [i for i, one in enumerate(examples) if one.set is which]
        if not own:
            continue
        categories = sorted({examples[i].category for i in own})
        parts = []
        for category in categories:
            some = [i for i in own if examples[i].category == category]
            parts.append(f"{category} {mean_by_repo([examples[i] for i in some], values[some]):.3f}")
        print(f"  {which.value}: {mean_by_repo([examples[i] for i in own], values[own]):.4f}  ({', '.join(parts)})")


def main() -> None:
    """Run the program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, required=True)
    parser.add_argument("--repos-dir", type=Path, required=True)
    parser.add_argument("--checkouts", type=Path, required=True)
    parser.add_argument("--split", default="development")
    parser.add_argument("--model", help="an encoder other than the default")
    parser.add_argument("--write", action="store_true", help="write the weights into the package")
    options = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    questions = Path(__file__).parent / "questions"
    examples = list(benchmark_examples(options.bench, options.repos_dir, options.split, options.model))
    examples += function_examples(questions, options.checkouts, options.model)
    print(f"{len(examples)} questions, {len({one.repo for one in examples})} repositories")
    report("NDCG@10, repositories left out", examples, validate(examples))
    fitted = fit(examples)
    report("NDCG@10, trained on all", examples, scored(examples, fitted))
    table([one for one in examples if one.set is not Set.LINES], fitted)
    if options.write:
        print(f"wrote {write(fitted)}")


if __name__ == "__main__":
    main()
