"""Learn the weights of the ranking signals from all development sets, and print what each signal contributes.

    python benchmarks/learn_ranking.py --anchors FOLDER --bench FOLDER --repos-dir FOLDER --indexes FOLDER [--write]

See question_sets.py for the folders. The weights for prose are improved from those in the package by coordinate ascent
on NDCG@10 itself (Metzler and Croft 2007, "Linear feature-based models for information retrieval"): one weight after
the other is changed a little, and the change kept if the questions are answered better. Unlike losses over pairs this
knows the decay of further chunks of a file, which moves with the scale of the scores. The weights within a file are
then those under which its right chunk is most probable among the file's (conditional logit; McFadden 1974). Both are
evaluated by cross-validation over groups of repositories. The order of a question that is a symbol is mostly decided
by codesearch.search.precedence; its weights stay as they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
from anchors import arguments
from question_sets import Sources
from ranking_examples import GROUPS, Array, Example, examples
from scipy.optimize import minimize

from codesearch.search.question import QuestionKind
from codesearch.search.rank import decay, log_odds, order_within_files
from codesearch.search.signals import SIGNALS
from codesearch.search.weights import INTERCEPT, WEIGHTS, WITHIN_FILE

NAMES = [signal.name for signal in SIGNALS]
SIGNS = [signal.sign for signal in SIGNALS]
BY_HAND = frozenset(("converts", "converts_back"))
"""Signals whose weights are not learned, since labels often have them the wrong way; see docs/ranking.md."""
DISCOUNT = 1 / np.log2(np.arange(2, 12))
SET_WEIGHTS = {"history": 1.2, "web": 1, "cosqa": 1, "functions": 1, "languages": 1, "folders": 2, "checkouts": 2}
"""What the mean NDCG@10 of each set counts."""
WORSE = 10.0
"""How much more a set counts for what it loses to the weights where training began."""
PULL = 0.004
"""Cost of a weight's squared distance from where training began: rare signals have too few questions to learn from."""
STEPS = (0.25, 0.1, 0.1, 0.1)
"""How far a weight is changed in each round, as a share of it, or of LEAST if that is more."""
LEAST = 0.6
FOLDS = 4
WITHIN = [name in WITHIN_FILE[QuestionKind.PROSE] for name in NAMES]
"""The signals that order the chunks of a file."""
HOLDS = 0.1
"""What a chunk that holds the answer within much else is worth, where one that is little more is worth 1."""
RIDGE = 3.0
MEANINGS = {
    "WEIGHTS": "For all candidates of a question.",
    "WITHIN_FILE": "Added to order the chunks of one file; see codesearch.search.rank.order_within_files.",
}
"""The docstrings of what is written."""


def package_weights(kind: QuestionKind) -> Array:
    """[2, signals]: the weights in the package, those of all candidates and those within a file."""
    return np.array([[of[kind].get(name, 0.0) for name in NAMES] for of in (WEIGHTS, WITHIN_FILE)])


def scores(one: Example, weights: Array) -> Array:
    """The probability of each candidate, before the order within files."""
    return np.asarray(1 / (1 + np.exp(-(one.features @ weights + INTERCEPT[QuestionKind.PROSE]))))


def ndcg(one: Example, weights: Array, within: Array) -> float:
    """NDCG@10 with these weights."""
    return ndcg_of(one, scores(one, weights), within)


def ndcg_of(one: Example, probability: Array, within: Array) -> float:
    """NDCG@10 as semble's benchmark has it: every target is credited once, at the rank of its first hit."""
    probability = order_within_files(probability, one.features @ within, one.file)
    top = np.argsort(-probability * decay(probability, one.file), kind="stable")[:10]
    ranks = {int(np.flatnonzero(column)[0]) for column in one.credited[top].T if column.any()}
    return float(sum(DISCOUNT[r] for r in ranks) / DISCOUNT[: min(10, one.credited.shape[1])].sum())


class Objective:
    """What training maximises, over some questions."""

    def __init__(self, questions: list[Example], begin: Array, within: Array) -> None:
        self.questions = questions
        self.within = within
        self.begin = begin
        self.sets = list(dict.fromkeys(one.set for one in questions))
        self.set = np.array([self.sets.index(one.set) for one in questions])
        in_repo = Counter((one.set, one.repo) for one in questions)
        repos = Counter(name for name, _ in in_repo)
        self.share = np.array([1 / in_repo[one.set, one.repo] / repos[one.set] for one in questions])
        """Of each question in its set's mean, which is the mean of repositories."""
        self.weights = np.array([SET_WEIGHTS.get(name, 0) for name in self.sets])
        self.before = self.means(begin)

    def means(self, weights: Array) -> Array:
        """The mean NDCG@10 of each set."""
        values = np.array([ndcg(one, weights, self.within) for one in self.questions])
        return np.bincount(self.set, self.share * values, len(self.sets)).astype(np.float64)

    def __call__(self, weights: Array) -> float:
        means = self.means(weights)
        lost = np.maximum(0, self.before - means).sum()
        return float(self.weights @ means - WORSE * lost - PULL * ((weights - self.begin) ** 2).sum())


def train(questions: list[Example], begin: Array) -> Array:
    """The weights of all candidates, with those within a file as they are, then those within a file."""
    weights = ascend(Objective(questions, *begin))
    return np.stack([weights, train_within(questions, weights)])


def train_only_within(questions: list[Example], begin: Array) -> Array:
    """As `train`, with the weights of all candidates as they are."""
    return np.stack([begin[0], train_within(questions, begin[0])])


def ascend(objective: Objective) -> Array:
    """Coordinate ascent; weights keep the sign that their signal means."""
    weights, best = objective.begin.copy(), objective(objective.begin)
    random = np.random.default_rng(0)
    for size in STEPS:
        for i in random.permutation(len(weights)):
            if NAMES[i] in BY_HAND:
                continue
            for step in (size, -size):
                changed = weights.copy()
                changed[i] += step * max(abs(weights[i]), LEAST)
                if SIGNS[i] * changed[i] < 0:
                    changed[i] = 0.0
                if changed[i] != weights[i] and (value := objective(changed)) > best:
                    weights, best = changed, value
                    break
    return weights


def train_within(questions: list[Example], weights: Array) -> Array:
    """The weights within a file, for which a chunk's log-odds count 1; each set counts the same."""
    features, worth, sizes, sets = [], [], [], []
    for one in questions:
        value = np.maximum(one.relevant[one.unit], HOLDS * one.hits.any(axis=1)) * (not one.has_files)
        odds = log_odds(scores(one, weights))
        for file in np.unique(one.file[value > 0]):
            places = np.flatnonzero(one.file == file)
            if value[places].min() < value[places].max():
                features.append(np.column_stack([one.features[places][:, WITHIN], odds[places]]))
                worth.append(value[places] / value[places].sum())
                sizes.append(len(places))
                sets.append(one.set)
    files = Counter(sets)
    share = np.repeat([len(sets) / len(files) / files[name] for name in sets], sizes)
    table, wanted = np.concatenate(features), np.concatenate(worth)
    starts = np.cumsum([0, *sizes[:-1]])

    def loss(guess: Array) -> tuple[float, Array]:
        raw = table @ guess
        raised = np.exp(raw - np.repeat(np.maximum.reduceat(raw, starts), sizes))
        chance = raised / np.repeat(np.add.reduceat(raised, starts), sizes)
        value = -(share * wanted * np.log(chance + 1e-12)).sum() + RIDGE * (guess @ guess) / 2
        return float(value), table.T @ (share * (chance - wanted)) + RIDGE * guess

    found = minimize(loss, np.zeros(table.shape[1]), jac=True, method="L-BFGS-B").x
    within = np.zeros(len(NAMES))
    within[WITHIN] = found[:-1] / found[-1]
    return within


def validate(questions: list[Example], begin: Array, learn: Callable[[list[Example], Array], Array]) -> Array:
    """NDCG@10 of every question by weights that never saw its repository."""
    repos = sorted({one.repo for one in questions})
    np.random.default_rng(0).shuffle(repos)
    values = np.zeros(len(questions))
    for fold in range(FOLDS):
        held = set(repos[fold::FOLDS])
        weights = learn([one for one in questions if one.repo not in held], begin)
        for i, one in enumerate(questions):
            if one.repo in held:
                values[i] = ndcg(one, *weights)
    return values


def table(questions: list[Example], weights: Array) -> None:
    """What the removal of each signal costs, as the mean of the sets."""
    objective = Objective(questions, *weights)
    print(f"\n{'signal':<18}{'weight':>8}{'within':>8}{'removed':>9}")
    for i, name in enumerate(NAMES):
        without = np.where(np.arange(len(NAMES)) == i, 0, weights[0])
        cost = (objective.means(without) - objective.before).mean()
        print(f"{name:<18}{weights[0][i]:>8.2f}{weights[1][i]:>8.2f}{cost:>+9.4f}")


def report(title: str, questions: list[Example], values: Array) -> None:
    """NDCG@10 of each set."""
    objective = Objective(questions, *np.zeros((2, len(NAMES))))
    means = np.bincount(objective.set, objective.share * values, len(objective.sets))
    print(f"{title:<32}", *(f"{name} {mean:.4f}" for name, mean in zip(objective.sets, means, strict=True)), flush=True)


def write(weights: Array) -> Path:
    """Write codesearch/search/weights.py."""
    lines = [
        '"""The weights of the signals, by kind of question: log-odds that a chunk answers, per unit of signal.\n',
        'Learned from questions with answers in many repositories; written by benchmarks/learn_ranking.py.\n"""\n',
        "from __future__ import annotations\n\nfrom collections.abc import Mapping\n",
        "from codesearch.search.question import QuestionKind\n",
    ]
    prose, within = weights
    within_names = [name for name in NAMES if within[NAMES.index(name)]]
    for title, names, values in (
        ("prose", NAMES, prose),
        ("prose_within_file", within_names, within[within != 0]),
        ("identifier", NAMES, package_weights(QuestionKind.IDENTIFIER)[0]),
    ):
        lines.append(f"_{title.upper()}: Mapping[str, float] = {{")
        lines += [f'    "{name}": {value:.2f},' for name, value in zip(names, values, strict=True)]
        lines.append("}\n")
    for title, mapping in (("WEIGHTS", "_{}"), ("WITHIN_FILE", "_{}_WITHIN_FILE")):
        lines.append(f"{title}: Mapping[QuestionKind, Mapping[str, float]] = {{")
        for kind, group in GROUPS.items():
            name = mapping.format(group.upper())
            lines.append(
                f"    QuestionKind.{kind.name}: {name if f'{name}: Mapping[str, float] = {{' in lines else '{}'},"
            )
        lines.append("}")
        lines.append('"""' + MEANINGS[title] + '"""\n')
    lines.append("INTERCEPT: Mapping[QuestionKind, float] = {")
    lines += [f"    QuestionKind.{kind.name}: {INTERCEPT[kind]:.2f}," for kind in GROUPS]
    lines.append("}\n")
    path = Path(__file__).parent.parent / "codesearch" / "search" / "weights.py"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def main() -> None:
    """Run the program."""
    parser = arguments(__doc__)
    parser.add_argument("--write", action="store_true", help="write the weights into the package")
    parser.add_argument("--only-within-files", action="store_true", help="keep the package's weights of all candidates")
    options = parser.parse_args()
    sources = Sources(options.anchors, options.bench, options.repos_dir, options.indexes, options.model)
    questions = [one for one in examples(sources) if one.group == "prose"]
    print(f"{len(questions)} questions in prose, {len({one.repo for one in questions})} repositories; NDCG@10:")
    begin = package_weights(QuestionKind.PROSE)
    report("the package's weights", questions, np.array([ndcg(one, *begin) for one in questions]))
    learn = train_only_within if options.only_within_files else train
    report("repositories left out", questions, validate(questions, begin, learn))
    weights = learn(questions, begin)
    report("trained on all", questions, np.array([ndcg(one, *weights) for one in questions]))
    table(questions, weights)
    if options.write:
        print(f"wrote {write(weights)}")


if __name__ == "__main__":
    main()
