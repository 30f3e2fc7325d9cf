"""How well the best score separates questions that a repository answers from questions that it does not.

    python benchmarks/nothing_close.py --bench FOLDER --repos-dir FOLDER [--split development]

Each repository of semble's benchmark is searched with its own questions and with those of another repository in
another language. The table shows, by threshold, the share of each that would get "nothing close". The threshold in
codesearch/search/hit.py was chosen from it.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np

from codesearch.api import Index

THRESHOLDS = (0.01, 0.02, 0.03, 0.05, 0.08, 0.1, 0.15, 0.2)


def best_scores(root: Path, questions: list[list[str]]) -> list[list[float]]:
    """The best score of each question, by list."""
    with tempfile.TemporaryDirectory() as place, Index.create(root, index_dir=place) as index:
        index.update()
        found = []
        for asked in questions:
            results = [index.search(question, 10).hits for question in asked]
            found.append([max((hit.score for hit in hits), default=0.0) for hits in results])
        return found


def main() -> None:
    """Run the program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, required=True)
    parser.add_argument("--repos-dir", type=Path, required=True)
    parser.add_argument("--split", default="development")
    options = parser.parse_args()
    specs = json.loads((options.bench / "repos.json").read_text(encoding="utf-8"))
    specs = [s for s in specs if s["split"] == options.split and (options.repos_dir / s["name"]).is_dir()]
    questions = {
        spec["name"]: [
            task["query"]
            for task in json.loads((options.bench / "annotations" / f"{spec['name']}.json").read_text(encoding="utf-8"))
            if task["category"] != "symbol"
        ]
        for spec in specs
    }
    own: list[float] = []
    foreign: list[float] = []
    for i, spec in enumerate(specs):
        others = [other for other in specs[i + 1 :] + specs[:i] if other["language"] != spec["language"]]
        root = options.repos_dir / spec["name"] / (spec.get("benchmark_root") or "")
        scores = best_scores(root, [questions[spec["name"]], questions[others[0]["name"]]])
        own += scores[0]
        foreign += scores[1]
    print(f"{len(own)} questions of the repository's own, {len(foreign)} of another's; best score, quartiles:")
    for name, values in (("own", own), ("another's", foreign)):
        print(f"  {name:<10}", *(f"{value:.3f}" for value in np.quantile(values, (0.05, 0.25, 0.5, 0.75, 0.95))))
    print("\nbelow  own  another's")
    for threshold in THRESHOLDS:
        shares = [float((np.array(scores) < threshold).mean()) for scores in (own, foreign)]
        print(f"{threshold:<5}  {shares[0]:.2f}  {shares[1]:.2f}")


if __name__ == "__main__":
    main()
