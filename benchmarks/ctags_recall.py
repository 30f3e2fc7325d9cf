"""How many of the definitions that Universal Ctags finds are in a chunk of that name, by language.

    python benchmarks/ctags_recall.py FOLDER... [--misses N] [--languages NAME...]

A definition counts as found if a chunk that contains its line has its name, or lists it in `definitions`. Only
functions, methods, classes and the like (`KINDS`) are compared, not prototypes, variables and object-like C macros.
Files whose language codesearch and ctags disagree on are skipped. Needs `ctags` built with JSON output.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tree_sitter import Parser

from codesearch.chunking.chunker import chunk_text
from codesearch.languages import grammars
from codesearch.languages.registry import LANGUAGES, Language, by_name

KINDS = frozenset(
    "function method class struct union interface enum trait macro target subroutine procedure module "
    "singletonMethod generator annotation type".split()
)
# Here a `type` is a variable or a section.
NOT_ASKED = {("SQL", "type"), ("Asm", "type")}
CTAGS_NAMES = {"Sh": "Shell", "Make": "Makefile", "Fortran": "FORTRAN", "Tex": "TeX", "DosBatch": "Batchfile"}
CTAGS_NAMES |= {"Asm": "Assembly", "Basic": "Visual Basic", "CPreProcessor": "C"}
LARGEST_FILE = 1_000_000
"""Bytes; discovery leaves larger files out too."""


def main() -> None:
    arguments = _arguments()
    asked: Counter[str] = Counter()
    found: Counter[str] = Counter()
    misnamed: Counter[str] = Counter()
    misses: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for folder in arguments.folders:
        for path, tags in _tags_by_file(folder):
            language = _language(path, tags)
            if language is None or (arguments.languages and language.name not in arguments.languages):
                continue
            text = path.read_text("utf-8", errors="replace")
            places = _places(path, text, language)
            lines = text.split("\n")
            for tag in tags:
                if is_misnamed(tag, lines):
                    misnamed[language.name] += 1
                    continue
                asked[language.name] += 1
                if _is_found(tag, places):
                    found[language.name] += 1
                else:
                    example = f"{path}:{tag['line']} {tag['kind']} {tag['name']}"
                    misses[language.name].append((_cause(path, text, language, tag), example))
    _report(asked, found, misses, arguments.misses)
    for name, count in misnamed.items():
        print(f"\n{name}: {count} more are no definitions of that name (see is_misnamed); not counted")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--misses", type=int, default=3, help="examples to print per cause")
    parser.add_argument("--languages", nargs="+", default=[], help="restrict to these languages")
    return parser.parse_args()


def _tags_by_file(folder: Path) -> Iterator[tuple[Path, list[dict[str, Any]]]]:
    command = ["ctags", "--output-format=json", "--fields=+KnlS", "-R", "--sort=no", "-f", "-", str(folder)]
    run = subprocess.run(command, capture_output=True, check=True)
    by_file: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in run.stdout.splitlines():
        tag = json.loads(line.decode("utf-8", "replace"))
        if tag.get("_type") == "tag" and _is_asked(tag):
            by_file[tag["path"]].append(tag)
    for name, tags in sorted(by_file.items()):
        path = Path(name)
        if path.is_file() and path.stat().st_size <= LARGEST_FILE and not _is_minified(path):
            yield path, tags


def _is_minified(path: Path) -> bool:
    """As discovery has it: such files are not indexed."""
    data = path.read_bytes()
    return path.suffix in (".js", ".css") and len(data) > 200 * (data.count(b"\n") + 1)


def _is_asked(tag: dict[str, Any]) -> bool:
    if tag.get("kind") not in KINDS or (tag["language"], tag["kind"]) in NOT_ASKED:
        return False
    if tag["kind"] == "macro" and tag["language"] in ("C", "C++") and "signature" not in tag:
        return False  # object-like
    return not tag["name"].lower().startswith(("__anon", "anonymousfunction", "anon", "<"))


def is_misnamed(tag: dict[str, Any], lines: list[str]) -> bool:
    """Whether ctags took a macro (`TEST(name) {`), an array (`name=()`) or an object for a function or class."""
    name, kind = str(tag["name"]), str(tag["kind"])
    line = lines[tag["line"] - 1].strip() if tag["line"] <= len(lines) else ""
    if tag["language"] in ("C", "C++"):
        is_call = line.startswith(name) and line[len(name) :].lstrip().startswith("(")
        return kind == "function" and name.isupper() and is_call
    if tag["language"] == "Kotlin":  # a lambda's parameters
        return kind == "method" and not re.search(r"\b(fun|get|set)\b", line)
    if tag["language"] == "Haskell":  # it cuts modules at a dot, and takes keywords and types for functions
        return kind == "module" or name[0].isupper() or name in ("pattern", "return", "class", "deriving", "infixr")
    if tag["language"] == "Sh":
        return name.endswith("=")
    is_javascript = bool(tag["language"] == "JavaScript")
    return is_javascript and kind == "class" and not re.search(r"\b(class|function)\b", line)


def _language(path: Path, tags: list[dict[str, Any]]) -> Language | None:
    """The language, where codesearch (by extension or file name) and ctags agree on it."""
    ctags_name = tags[0]["language"]
    language = by_name(CTAGS_NAMES.get(ctags_name, ctags_name))
    ours = [one for one in LANGUAGES if path.suffix in one.extensions or path.name in one.filenames]
    return language if language in ours else None


def _places(path: Path, text: str, language: Language) -> dict[str, list[tuple[int, int]]]:
    places: dict[str, list[tuple[int, int]]] = defaultdict(list)
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    for chunk in chunk_text(path.name, text, language).chunks:
        for name in {chunk.name, *chunk.defines}:
            places[_plain(name)].append((chunk.start_line, chunk.end_line))
    return places


def _is_found(tag: dict[str, Any], places: dict[str, list[tuple[int, int]]]) -> bool:
    return any(first <= tag["line"] <= last for first, last in places.get(_plain(tag["name"]), ()))


def _plain(name: str) -> str:
    """Without whitespace, parameters of types and owners, in lower case: `Foo{T}` is `foo`, `List:push` is `push`."""
    name = re.sub(r"\{.*\}", "", "".join(name.split())).lower()
    return re.split(r"::|[.:](?=\w)", name)[-1] or name


def _cause(path: Path, text: str, language: Language, tag: dict[str, Any]) -> str:
    chunked = chunk_text(path.name, text, language)
    if chunked.fallback:
        return f"cut into line windows: {chunked.fallback}"
    if language.grammar and _in_error(path, text, language, tag["line"]):
        return f"{tag['kind']}: on lines that the grammar can't parse"
    names = [c.name for c in chunked.chunks if c.kind != "file" and c.start_line <= tag["line"] <= c.end_line]
    return f"{tag['kind']}: in a unit of another name" if names else f"{tag['kind']}: in no unit"


def _in_error(path: Path, text: str, language: Language, line: int) -> bool:
    parser = Parser(grammars.load(language.grammar_for(path.name), language.query).language)
    row = line - 1
    root = parser.parse(text.encode()).root_node
    node = root.descendant_for_point_range((row, 0), (row, max(len(text.split("\n")[row]), 1)))
    while node is not None:
        if node.is_error or (node.has_error and node.start_point.row >= row - 1 and node.parent is not None):
            return True
        node = node.parent
    return False


def _report(asked: Counter[str], found: Counter[str], misses: dict[str, list[tuple[str, str]]], examples: int) -> None:
    print("| language | definitions | found | share |\n|---|--:|--:|--:|")
    for language, count in sorted(asked.items()):
        print(f"| {language} | {count} | {found[language]} | {found[language] / count:.4f} |")
    for language, missed in sorted(misses.items()):
        print(f"\n{language}: {len(missed)} missed")
        by_cause: dict[str, list[str]] = defaultdict(list)
        for cause, example in missed:
            by_cause[cause].append(example)
        for cause, found_here in sorted(by_cause.items(), key=lambda item: -len(item[1])):
            print(f"  {len(found_here):5} {cause}")
            for example in found_here[:: max(1, len(found_here) // max(1, examples))][:examples]:
                print(f"          {example}")


if __name__ == "__main__":
    main()
