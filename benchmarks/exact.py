"""Compare exact search with ripgrep: the same lines for random patterns, and the time that they take.

    python benchmarks/exact.py REPOSITORY… [--patterns 1000] [--processes 100] [--seed 0]

Each repository is indexed first. The patterns, shared out over the repositories, are drawn from their text: literals,
words, lines with a gap, classes, repetitions, alternatives and anchors, a third of them with -i, -S, -w or -F.

Compared are the lines that `rg --crlf` prints for the files that are indexed. Left out are files that are not the same
text for both: notebooks (we search the cells), encodings other than UTF-8, invalid UTF-8, NULs and lone carriage
returns. Control characters are shown as symbols in both. Exits with 1 if any line differs.

Prints, per repository, p50 and p95 in milliseconds of the API, of ripgrep, and of `codesearch query` as a process, for
the first --processes patterns.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from codesearch.api import Index
from codesearch.exact.pattern import Pattern
from codesearch.exact.request import Case
from codesearch.render.safe import printable

SHOWN_DIFFERENCES = 10
MAX_LINE = 200
_START = "from codesearch.__main__ import main; main()"
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Question:
    """A pattern and the options that it is used with."""

    expression: str
    options: tuple[str, ...] = ()

    def compiled(self) -> Pattern:
        """The pattern as the API takes it."""
        case = Case.IGNORED if "-i" in self.options else Case.SMART if "-S" in self.options else Case.SENSITIVE
        return Pattern(self.expression, case=case, is_literal="-F" in self.options, whole_words="-w" in self.options)


@dataclass(slots=True)
class Times:
    """Seconds that patterns took."""

    api: list[float] = field(default_factory=list)
    ripgrep: list[float] = field(default_factory=list)
    process: list[float] = field(default_factory=list)


class Patterns:
    """Draws patterns from the lines of some texts."""

    def __init__(self, texts: Sequence[str], seed: int) -> None:
        self._random = random.Random(seed)
        self._texts = list(texts)
        self._makers: Sequence[Callable[[str], str]] = (
            self._part,
            self._word,
            self._gap,
            self._classes,
            self._repetition,
            self._alternatives,
            self._anchored,
            self._boundary,
            self._optional,
        )

    def draw(self) -> Question:
        """A pattern that matches a line of the texts, or nearly."""
        draw = self._random
        maker = draw.choice(self._makers)
        expression = maker(self._line())
        options: tuple[str, ...] = ()
        if draw.random() < 0.33:
            option = draw.choice(("-i", "-S", "-w", "-F", "-i -w"))
            options = tuple(option.split())
            if option == "-F":
                expression = self._raw_part(self._line())
            elif draw.random() < 0.5:
                expression = expression.swapcase() if "\\" not in expression else expression
        question = Question(expression, options)
        # between a word's end and "\\r\\n", ripgrep finds an empty word
        return self.draw() if "-w" in options and Pattern(expression).matches("") else question

    def _line(self) -> str:
        while True:
            line = self._random.choice(self._random.choice(self._texts).split("\n")).strip()
            if len(_WORD.findall(line)) > 1:
                return line[:MAX_LINE]

    def _raw_part(self, line: str) -> str:
        begin = self._random.randrange(len(line))
        return line[begin : begin + self._random.randint(1, 20)]

    def _part(self, line: str) -> str:
        return escaped(self._raw_part(line))

    def _word(self, line: str) -> str:
        return str(self._random.choice(_WORD.findall(line)))

    def _gap(self, line: str) -> str:
        one, other = self._two_words(line)
        return one + self._random.choice((".*", ".+", ".*?", r"\W+", r"[^;]*", ".{1,12}", r"\s*\S+\s*")) + other

    def _classes(self, line: str) -> str:
        word = self._random.choice(_WORD.findall(line))
        return "".join(self._class_of(letter) if self._random.random() < 0.4 else letter for letter in word)

    def _class_of(self, letter: str) -> str:
        if letter.isdigit():
            return self._random.choice((r"\d", "[0-9]", r"[[:digit:]]", r"\p{Nd}"))
        if letter.isupper():
            return self._random.choice(("[A-Z]", r"\p{Lu}", "[^a-z]", f"[{letter}x]", r"[[:upper:]]"))
        return self._random.choice((r"\w", "[a-z_]", r"[^\W\d]", ".", f"[a{letter}]", r"\p{L}", r"[\w&&[^xyz]]"))

    def _repetition(self, line: str) -> str:
        word = self._random.choice(_WORD.findall(line))
        at = self._random.randrange(len(word))
        sign = self._random.choice(("+", "*", "{1,3}", "{2}", "?"))
        return f"{word[:at]}{word[at]}{sign}{word[at + 1 :]}"

    def _alternatives(self, line: str) -> str:
        one, other = self._two_words(line)
        third = self._word(self._line())
        return self._random.choice((f"{one}|{third}", f"({one}|{third}) ?{other}", f"{one}(?:s|{third[:2]})?\\b"))

    def _anchored(self, line: str) -> str:
        words = _WORD.findall(line)
        begin, end = escaped(line[:12]), escaped(line[-12:])
        return self._random.choice(
            (rf"^\s*{begin}", rf"{end}$", rf"^.*{words[0]}", rf"^\S+ {words[-1]}", rf"^{begin}$")
        )

    def _boundary(self, line: str) -> str:
        word = self._random.choice(_WORD.findall(line))
        return self._random.choice((rf"\b{word}\b", rf"\b{word}", rf"{word[:4]}\w*\b", rf"\B{word[1:]}", rf"{word}\B"))

    def _optional(self, line: str) -> str:
        one, other = self._two_words(line)
        return f"(?i:{one})" + self._random.choice((rf"\b.*{other}", rf"(_{other})?\(", rf"[^\w]{other}"))

    def _two_words(self, line: str) -> tuple[str, str]:
        words = _WORD.findall(line)
        at = self._random.randrange(len(words) - 1)
        return words[at], words[at + 1]


def escaped(text: str) -> str:
    """The text as a pattern; re.escape would also escape spaces."""
    return re.sub(r"[\\.+*?()|\[\]{}^$#&~-]", r"\\\g<0>", text)


def comparable_files(index: Index) -> dict[str, str]:
    """The indexed files that are the same text for ripgrep, in the order of its output."""
    texts = {}
    for file in sorted(index.snapshot().files, key=lambda file: file.path.split("/")):
        data = (index.root / file.path).read_bytes()
        try:
            text = data.decode()
        except UnicodeDecodeError:
            continue
        if not (file.path.endswith(".ipynb") or "\0" in text or "\r" in text.replace("\r\n", "\n")):
            texts[file.path] = text
    return texts


def our_lines(index: Index, pattern: Pattern, files: dict[str, str]) -> list[str]:
    """`path:line:text` of each match in the files."""
    return [
        f"{found.file.path}:{line.number}:{printable(found.text_of(line))}"
        for found in index.grep(pattern)
        if found.file.path in files
        for line in found.lines
    ]


def ripgrep_lines(root: Path, question: Question, files: Sequence[str]) -> list[str]:
    """The same from ripgrep."""
    command = ["rg", "--no-config", "--crlf", "--no-heading", "-n", "-H", *question.options, "-e", question.expression]
    done = subprocess.run(
        [*command, "--sort", "path", "--", *files], cwd=root, stdin=subprocess.DEVNULL, capture_output=True
    )
    if done.returncode > 1:
        sys.exit(f"ripgrep: {question}: {done.stderr.decode()}")
    return [printable(line.removesuffix("\r")) for line in done.stdout.decode().split("\n")[:-1]]


def compare(root: Path, count: int, processes: int, seed: int) -> int:
    """Print the differences and times of a repository. Returns the number of differences."""
    differences, times = 0, Times()
    with Index.create(root) as index:
        index.update()
        files = comparable_files(index)
        patterns = Patterns(list(files.values()), seed)
        matched = 0
        for number in range(count):
            question = patterns.draw()
            begin = time.perf_counter()
            ours = our_lines(index, question.compiled(), files)
            times.api.append(time.perf_counter() - begin)
            begin = time.perf_counter()
            theirs = ripgrep_lines(root, question, list(files))
            times.ripgrep.append(time.perf_counter() - begin)
            matched += bool(theirs)
            if number < processes:
                times.process.append(process_time(root, question))
            if ours != theirs:
                differences += 1
                show_difference(question, ours, theirs)
        left_out = len(index.snapshot().files) - len(files)
    print(f"{root.name}: {count} patterns, {matched} with matches, {differences} differ; {left_out} files left out")
    for name in ("api", "ripgrep", "process"):
        seconds = getattr(times, name)
        if seconds:
            p95 = sorted(seconds)[int(len(seconds) * 0.95)]
            print(f"  {name:8} p50 {statistics.median(seconds) * 1000:7.1f}  p95 {p95 * 1000:7.1f}")
    return differences


def process_time(root: Path, question: Question) -> float:
    """Seconds of `codesearch query` with the pattern, as a process without a server."""
    command = [sys.executable, "-c", _START, "query", "--no-server", *question.options, "-e", question.expression]
    begin = time.perf_counter()
    subprocess.run(command, cwd=root, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def show_difference(question: Question, ours: Sequence[str], theirs: Sequence[str]) -> None:
    """Print a pattern and the lines that only one finds."""
    print(f"differs: {question.expression!r} {' '.join(question.options)}")
    for sign, lines, others in (("+", ours, set(theirs)), ("-", theirs, set(ours))):
        for line in [line for line in lines if line not in others][:SHOWN_DIFFERENCES]:
            print(f"  {sign} {line[:200]}")


def main() -> None:
    """Run the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--patterns", type=int, default=1000, help="of all repositories together")
    parser.add_argument(
        "--processes", type=int, default=20, help="patterns per repository that a process is timed with"
    )
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    count = options.patterns // len(options.repositories)
    roots = [root.resolve() for root in options.repositories]
    differences = [compare(root, count, options.processes, options.seed + number) for number, root in enumerate(roots)]
    print(f"{sum(differences)} of {count * len(roots)} patterns differ")
    sys.exit(any(differences))


if __name__ == "__main__":
    main()
