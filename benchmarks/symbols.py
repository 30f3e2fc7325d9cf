"""Whether a symbol's name alone finds its definition first and under that name, by language.

    python benchmarks/symbols.py FOLDER... [--sample N] [--misses N] [--languages NAME...] [--fields]

The symbols are names that Universal Ctags finds defined exactly once in a folder (functions, methods, types, macros,
constants, enumerators …: `KINDS`), at most `--sample` per language and repository, chosen with a fixed seed. `lines`:
the first hit contains the definition's line. `name`: it also has the name. `top 3`: one of the first three does.
Needs `ctags` built with JSON output.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ctags_recall import CTAGS_NAMES, is_misnamed

from codesearch.api import Index
from codesearch.languages.registry import by_name
from codesearch.search.hit import Hit

KINDS = frozenset(
    "function method class struct union interface enum trait macro subroutine procedure module singletonMethod"
    " generator annotation type typedef constant const define enumerator enumConstant".split()
)
FIELD_KINDS = frozenset("member field property variable var".split())
"""Asked only with --fields: ctags lists many that are no definitions to a reader, such as locals of a script."""
LARGEST_FILE = 1_000_000


@dataclass(frozen=True, slots=True)
class Tag:
    """A definition as ctags has it."""

    name: str
    path: str
    line: int
    language: str
    kind: str


def main() -> None:
    """Ask for each symbol and print the table."""
    arguments = _arguments()
    asked: Counter[str] = Counter()
    by_lines: Counter[str] = Counter()
    by_name: Counter[str] = Counter()
    near: Counter[str] = Counter()
    misses: dict[str, list[str]] = defaultdict(list)
    for folder in arguments.folders:
        kinds = KINDS | FIELD_KINDS if arguments.fields else KINDS
        with tempfile.TemporaryDirectory() as place, Index.create(folder, index_dir=Path(place) / "index") as index:
            index.update()
            known = {file.path for file in index.snapshot().files}
            for tag in _sampled(_once(folder, kinds), known, arguments):
                hits = index.search(tag.name, 3).hits
                asked[tag.language] += 1
                by_lines[tag.language] += any(_holds(hit, tag) for hit in hits[:1])
                found = any(_is(hit, tag) for hit in hits[:1])
                by_name[tag.language] += found
                near[tag.language] += any(_is(hit, tag) for hit in hits)
                if not found:
                    misses[tag.language].append(_miss(folder, tag, hits))
    _report(asked, by_lines, by_name, near, misses, arguments.misses)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--sample", type=int, default=100, help="symbols per language and repository")
    parser.add_argument("--misses", type=int, default=0, help="examples to print per language")
    parser.add_argument("--languages", nargs="+", default=[], help="restrict to these languages")
    parser.add_argument("--fields", action="store_true", help="include fields and variables")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _once(folder: Path, kinds: frozenset[str]) -> list[Tag]:
    """The symbols that are defined exactly once in a folder."""
    tags = [tag for tag in _tags(folder) if not tag["name"].lower().startswith(("__anon", "anon", "<"))]
    counts = Counter(tag["name"] for tag in tags)
    lines: dict[str, list[str]] = {}
    once = []
    for tag in tags:
        language = by_name(CTAGS_NAMES.get(tag["language"], tag["language"]))
        if counts[tag["name"]] > 1 or tag["kind"] not in kinds or language is None:
            continue
        path = tag["path"]
        if path not in lines:
            lines[path] = Path(path).read_text("utf-8", errors="replace").split("\n")
        if not is_misnamed(tag, lines[path]) and not _is_local(tag, lines[path]):
            relative = Path(path).relative_to(folder).as_posix()
            once.append(Tag(tag["name"], relative, tag["line"], language.name, tag["kind"]))
    return once


def _is_local(tag: dict[str, Any], lines: Sequence[str]) -> bool:
    """Whether it is a name inside of a function; of a nameless one, ctags does not say so."""
    if tag.get("scopeKind") in ("function", "method", "generator"):
        return True
    is_indented = lines[tag["line"] - 1 : tag["line"]][0][:1].isspace()
    return tag["kind"] == "constant" and tag["language"] in ("JavaScript", "TypeScript") and is_indented


def _tags(folder: Path) -> Iterator[dict[str, Any]]:
    command = ["ctags", "--output-format=json", "--fields=+KnlSsZ", "-R", "--sort=no", "-f", "-", str(folder)]
    run = subprocess.run(command, capture_output=True, check=True)
    for line in run.stdout.splitlines():
        tag = json.loads(line.decode("utf-8", "replace"))
        if tag.get("_type") == "tag":
            yield tag


def _sampled(tags: Sequence[Tag], known: set[str], arguments: argparse.Namespace) -> Iterator[Tag]:
    """Some of each language, of files that are indexed."""
    of_language: dict[str, list[Tag]] = defaultdict(list)
    for tag in tags:
        if tag.path in known and (not arguments.languages or tag.language in arguments.languages):
            of_language[tag.language].append(tag)
    for language in sorted(of_language):
        found = of_language[language]
        yield from random.Random(arguments.seed).sample(found, min(arguments.sample, len(found)))


def _holds(hit: Hit, tag: Tag) -> bool:
    return hit.path == tag.path and hit.start_line <= tag.line <= hit.end_line


def _is(hit: Hit, tag: Tag) -> bool:
    name = re.split(r"::|[.#](?=\w)", tag.name)[-1]
    return _holds(hit, tag) and name in (hit.name, hit.name.lstrip("$@#:"))


def _miss(folder: Path, tag: Tag, hits: Sequence[Hit]) -> str:
    shown = f"{hits[0].path}:{hits[0].start_line}-{hits[0].end_line} {hits[0].kind} {hits[0].name}" if hits else "-"
    return f"{folder.name}/{tag.path}:{tag.line} {tag.kind} {tag.name} → {shown}"


def _report(
    asked: Counter[str],
    by_lines: Counter[str],
    by_name: Counter[str],
    near: Counter[str],
    misses: dict[str, list[str]],
    examples: int,
) -> None:
    print(f"{'language':<14}{'asked':>7}{'lines':>8}{'name':>8}{'top 3':>8}")
    for language in [*sorted(asked), "all"]:
        if language == "all":
            count, values = asked.total(), [some.total() for some in (by_lines, by_name, near)]
        else:
            count, values = asked[language], [some[language] for some in (by_lines, by_name, near)]
        print(f"{language:<14}{count:>7}" + "".join(f"{value / (count or 1):>8.3f}" for value in values))
    for language in sorted(misses):
        if examples:
            print(f"\n{language}: {len(misses[language])} missed")
        for miss in misses[language][:examples]:
            print(f"  {miss}")


if __name__ == "__main__":
    main()
