"""Check the questions in `questions/` against checkouts of their repositories.

Every path and range of lines must exist at the commit given in sources.json, and `file_name_words` must say whether a
word of the question is in the name of a relevant file. Prints the number of questions by language and category.

    python benchmarks/check_questions.py CHECKOUTS

CHECKOUTS has a folder for each repository, with the repository's name without its owner, at that commit.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

QUESTIONS = Path(__file__).parent / "questions"
CATEGORIES = frozenset({"behaviour", "where", "symbol", "error", "usage"})
MOST_RELEVANT = 3

# Words that say nothing about what is asked; one in a file's name is chance.
_STOP_WORDS = frozenset(
    "a all an and any are as at be been but by can could do does done down for from get gets given go goes had has "
    "have how i if in into is it its just made make makes me my no not of off on one only or other out over own per "
    "put see set sets should show so still than that the their them then there they this to too up us use used uses "
    "using via was we what when where which while who why will with without work works would you your".split()
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[a-z]+|\d+")
_SUFFIXES = ("ations", "ation", "ings", "ing", "ies", "ied", "ers", "er", "ed", "es", "s", "y", "e")
_SHORTEST_STEM = 3
_SHORTEST_PART = 4


def stem(word: str) -> str:
    """A word without its commonest endings: enough to see that `parsing`, `parser` and `parsed` are kin."""
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= _SHORTEST_STEM:
            word = word.removesuffix(suffix)
            break
    if len(word) > _SHORTEST_STEM and word[-1] == word[-2]:
        word = word[:-1]
    return word


def words(text: str) -> set[str]:
    """The stems of a text's words, identifiers split where their case changes and kept whole as well."""
    found = {part.lower() for part in _WORD.findall(text)}
    found |= {whole.lower().strip("_") for whole in re.findall(r"[A-Za-z0-9_]+", text)}
    found |= {whole.replace("_", "") for whole in found}
    return {stem(word) for word in found if word and word not in _STOP_WORDS}


def file_name_words(query: str, paths: Iterable[str]) -> bool:
    """Does a word of the question stand in the name of one of the files, as a word or as part of one?"""
    asked = words(query)
    for path in paths:
        name = PurePosixPath(path).stem
        named = words(name)
        if asked & named:
            return True
        run_together = re.sub(r"[^a-z0-9]", "", name.lower())
        if any(len(word) >= _SHORTEST_PART and word in run_together for word in asked):
            return True
        if any(len(part) >= _SHORTEST_PART and part in word for part in named for word in asked):
            return True
    return False


class Checker:
    """Reads the questions' files and gathers what is wrong with them."""

    def __init__(self, questions: Path, checkouts: Path) -> None:
        self._questions = questions
        self._checkouts = checkouts
        self._lengths: dict[Path, int | None] = {}
        self.wrong: list[str] = []
        self.by_language: Counter[tuple[str, str]] = Counter()
        self.by_category: Counter[tuple[str, str]] = Counter()
        self.without_words: Counter[str] = Counter()

    def check(self) -> None:
        sources = json.loads((self._questions / "sources.json").read_text(encoding="utf-8"))
        files = {path.relative_to(self._questions).as_posix() for path in self._questions.glob("*/*.jsonl")}
        for name in sorted(files ^ set(sources)):
            self.wrong.append(f"{name}: " + ("not in sources.json" if name in files else "there is no such file"))
        for name in sorted(files & set(sources)):
            self._check_file(name, sources[name])

    def _check_file(self, name: str, source: dict[str, Any]) -> None:
        for key in ("repository", "licence"):
            if not source.get(key):
                self.wrong.append(f"{name}: sources.json has no {key}")
        if not re.fullmatch(r"[0-9a-f]{40}", source.get("commit", "")):
            self.wrong.append(f"{name}: sources.json has no whole commit")
        root = self._checkouts / str(source.get("repository", "")).rstrip("/").rsplit("/", 1)[-1].removesuffix(".git")
        if not root.is_dir():
            self.wrong.append(f"{name}: there is no {root}")
            return
        asked: set[str] = set()
        for number, line in enumerate((self._questions / name).read_text(encoding="utf-8").splitlines(), 1):
            question = json.loads(line)
            for problem in self._problems(question, root, source.get("folder", "")):
                self.wrong.append(f"{name}:{number}: {problem}")
            if question["query"] in asked:
                self.wrong.append(f"{name}:{number}: asked twice")
            asked.add(question["query"])
            group = name.split("/", 1)[0]
            self.by_language[group, question["language"]] += 1
            self.by_category[group, question["category"]] += 1
            self.without_words[group] += not question["file_name_words"]

    def _problems(self, question: dict[str, Any], root: Path, folder: str) -> Iterable[str]:
        """What is wrong with one question."""
        relevant = question["relevant"]
        if question["category"] not in CATEGORIES:
            yield f"no such category: {question['category']}"
        if not 1 <= len(relevant) <= MOST_RELEVANT:
            yield f"{len(relevant)} relevant items"
        for item in relevant:
            path, start, end = item["path"], item["start_line"], item["end_line"]
            if folder and not path.startswith(folder.rstrip("/") + "/"):
                yield f"{path} is not in {folder}"
            length = self._length(root / path)
            if length is None:
                yield f"there is no {path}"
            elif not 1 <= start <= end <= length:
                yield f"{path} has {length} lines, no {start}-{end}"
        has_words = file_name_words(question["query"], [item["path"] for item in relevant])
        if question["file_name_words"] is not has_words:
            yield f"file_name_words is {has_words}"

    def _length(self, path: Path) -> int | None:
        if path not in self._lengths:
            self._lengths[path] = len(path.read_bytes().splitlines()) if path.is_file() else None
        return self._lengths[path]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("checkouts", type=Path, help="folder with a checkout of each repository, at its commit")
    parser.add_argument("--questions", type=Path, default=QUESTIONS)
    options = parser.parse_args()
    checker = Checker(options.questions, options.checkouts)
    checker.check()
    for title, counts in (("language", checker.by_language), ("category", checker.by_category)):
        print(f"by {title}")
        for (group, name), count in sorted(counts.items()):
            print(f"  {group:10} {name:14} {count:4}")
    totals: Counter[str] = Counter()
    for (group, _), count in checker.by_language.items():
        totals[group] += count
    for group, total in sorted(totals.items()):
        print(f"{group}: {total} questions, {checker.without_words[group]} with no word in a wanted file's name")
    print("\n".join(checker.wrong) if checker.wrong else "nothing is wrong")
    return 1 if checker.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
