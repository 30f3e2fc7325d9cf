"""Compare codesearch with another tool, as whole processes on the same repositories, in turn.

    python benchmarks/side_by_side.py FOLDER… --peer 'peer search {question} {repo}' [--runs 5]

On a copy of each repository, both tools answer the same questions: first without an index (which builds it), then again
(a cold query), and after a change to one file (an update). Prints medians of wall-clock and processor seconds, the
peak memory of the largest process, and disk usage: in the repository's `.codesearch` or below XDG_CACHE_HOME. At the
end, the median of the ratios and the ratio of the totals.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from codesearch.languages.registry import LANGUAGES

QUESTIONS = (
    "how are errors reported to the user",
    "where is the configuration loaded",
    "parse the command line",
    "open a connection",
    "write the result to a file",
)
OURS = [sys.executable, "-m", "codesearch", "query", "{question}", "{repo}"]


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process and its children took."""

    seconds: float
    processor_seconds: float
    peak_megabytes: float


def run(command: Sequence[str], repo: Path, question: str, environment: dict[str, str]) -> Cost:
    """Ask a question with one of the tools."""
    words = [word.format(question=question, repo=repo) for word in command]
    started = time.perf_counter()
    process = subprocess.Popen(words, cwd=repo, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"{shlex.join(words)} failed: {said.decode()[-2000:]}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def size(folder: Path) -> float:
    """Megabytes below a folder."""
    return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) / 1e6 if folder.exists() else 0.0


def change_one_file(repo: Path) -> None:
    """Append an empty line to the largest source file."""
    suffixes = {extension for language in LANGUAGES for extension in language.extensions if language.grammar}
    files = [file for file in repo.rglob("*") if file.suffix in suffixes and file.is_file()]
    file = max((file for file in files if file.stat().st_size < 500_000), key=lambda file: file.stat().st_size)
    with file.open("a", encoding="utf-8") as out:
        out.write("\n")


def measure(folder: Path, tools: dict[str, list[str]], runs: int, place: Path) -> dict[str, dict[str, float]]:
    """Every figure of both tools on one repository, the tools in turn."""
    seen: dict[str, dict[str, list[float]]] = {tool: defaultdict(list) for tool in tools}
    repos = {tool: place / tool / folder.name for tool in tools}
    caches = {tool: place / tool / "cache" for tool in tools}
    common = {**os.environ, "PYTHONSAFEPATH": "1"}  # a repository may have modules named like Python's own
    common.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode
    environments = {
        # without the state, where the indexes of other clones are listed, whose files would be taken
        tool: {**common, "XDG_CACHE_HOME": str(caches[tool]), "XDG_STATE_HOME": str(caches[tool] / "state")}
        for tool in tools
    }
    for tool in tools:
        shutil.copytree(folder, repos[tool], symlinks=True, ignore=shutil.ignore_patterns(".codesearch"))
    for number in range(runs):
        for tool, command in tools.items():
            shutil.rmtree(caches[tool], ignore_errors=True)
            shutil.rmtree(repos[tool] / ".codesearch", ignore_errors=True)
            caches[tool].mkdir(parents=True)
            for title, change in (("from nothing", False), ("cold query", False), ("after a change", True)):
                if change:
                    change_one_file(repos[tool])
                question = QUESTIONS[number % len(QUESTIONS)]
                cost = run(command, repos[tool], question, environments[tool])
                seen[tool][f"{title} s"].append(cost.seconds)
                seen[tool][f"{title} CPU s"].append(cost.processor_seconds)
                seen[tool][f"{title} MB"].append(cost.peak_megabytes)
            seen[tool]["disk MB"].append(size(caches[tool]) + size(repos[tool] / ".codesearch"))
    return {tool: {name: statistics.median(values) for name, values in found.items()} for tool, found in seen.items()}


def main() -> None:
    """Run the program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--peer", required=True, help="the peer's command, with placeholders {question} and {repo}")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    tools = {"codesearch": OURS, "peer": shlex.split(options.peer)}
    pairs: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for folder in options.folders:
        with tempfile.TemporaryDirectory() as place:
            found = measure(folder, tools, options.runs, Path(place))
        print(f"\n{folder.name:<24}{'codesearch':>12}{'peer':>12}{'ratio':>8}")
        for name, ours in found["codesearch"].items():
            theirs = found["peer"][name]
            pairs[name].append((ours, theirs))
            print(f"  {name:<22}{ours:>12.3f}{theirs:>12.3f}{ours / theirs:>8.2f}", flush=True)
    print(f"\n{'ratio':<24}{'median':>12}{'of totals':>12}")
    for name, values in pairs.items():
        ours, theirs = map(sum, zip(*values, strict=True))
        median = statistics.median(one / other for one, other in values)
        print(f"  {name:<22}{median:>12.2f}{ours / theirs:>12.2f}")


if __name__ == "__main__":
    main()
