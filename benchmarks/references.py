"""The references that codesearch claims, compared with those of language servers.

    python benchmarks/references.py FOLDER --language NAME [--symbols N] [--seed N] [--misses N]

The folder is copied and indexed. The symbols are names that the index defines exactly once, in a file of the language,
chosen with a fixed seed. For each, the server is asked for the references of that definition; and for those of our
certain references that it does not give, what they mean. Precision: the share of our certain references that mean the
definition to the server, of those that mean anything to it (it knows no types where tests get untyped arguments), and
in brackets of all. Recall: the share of the server's references, in indexed files of the
language, that are certain, and in brackets that are listed at all. "claimed": the share of what we list in files of the
language that is certain. Symbols that the server does not know at their definition are left out and counted.

Servers, found on PATH: basedpyright-langserver (Python), typescript-language-server (TypeScript, JavaScript), clangd
(C, C++; it gets a compile command for each file, with --include folders), gopls (Go).
"""

from __future__ import annotations

import argparse
import json
import random
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from codesearch.api import Index
from codesearch.navigation.occurrence import Kind
from codesearch.navigation.references import Reference
from codesearch.search.hit import Filters

SERVERS = {
    "Python": ["basedpyright-langserver", "--stdio"],
    "TypeScript": ["typescript-language-server", "--stdio"],
    "JavaScript": ["typescript-language-server", "--stdio"],
    "C": ["clangd", "--background-index", "--limit-references=0", "--log=error", "-j=2"],
    "C++": ["clangd", "--background-index", "--limit-references=0", "--log=error", "-j=2"],
    "Go": ["gopls", "serve"],
}
IDENTIFIERS = {
    "Python": "python",
    "TypeScript": "typescript",
    "JavaScript": "javascript",
    "C": "c",
    "C++": "cpp",
    "Go": "go",
}
SOURCES = {"C": ("*.c",), "C++": ("*.cc", "*.cpp", "*.cxx")}
KINDS = frozenset(
    "function method class struct interface enum type macro constant variable field enumerator trait union".split()
)
ANSWER_SECONDS = 120.0
QUIET_SECONDS = 8.0
"""After so long without a message, a server is taken to have read the folder."""
SHORTEST_NAME = 3


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a name is. Line and column count from 1."""

    path: str
    line: int
    column: int


class Server:
    """A language server on its standard input and output."""

    def __init__(self, command: Sequence[str], root: Path, language: str) -> None:
        self._root = root
        self._language = language
        self._process = subprocess.Popen(
            command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
        )
        self._number = 0
        self._open: set[str] = set()
        capabilities = {
            "textDocument": {"references": {}, "synchronization": {}},
            "window": {"workDoneProgress": True},
            "workspace": {"configuration": True, "workspaceFolders": True},
        }
        folder = {"uri": root.as_uri(), "name": root.name}
        self.request(
            "initialize",
            {"processId": None, "rootUri": root.as_uri(), "workspaceFolders": [folder], "capabilities": capabilities},
        )
        self._send({"method": "initialized", "params": {}})

    def references(self, place: Place) -> set[Place]:
        """What the server gives as references to the definition at a place, that included."""
        self.open(place.path)
        found = self.request(
            "textDocument/references",
            {
                "textDocument": {"uri": (self._root / place.path).as_uri()},
                "position": {"line": place.line - 1, "character": place.column - 1},
                "context": {"includeDeclaration": True},
            },
        )
        return {one for location in found or () if (one := self._place(location))}

    def definitions(self, place: Place) -> set[Place]:
        """What the server says that the name at a place means."""
        self.open(place.path)
        found = self.request(
            "textDocument/definition",
            {
                "textDocument": {"uri": (self._root / place.path).as_uri()},
                "position": {"line": place.line - 1, "character": place.column - 1},
            },
        )
        locations = [found] if isinstance(found, dict) else found or []
        elsewhere = Place("", 0, 0)
        return {self._place(location) or elsewhere for location in locations}

    def open(self, path: str) -> None:
        """Tell the server about a file."""
        if path in self._open:
            return
        self._open.add(path)
        text = (self._root / path).read_text("utf-8", "replace")
        document = {
            "uri": (self._root / path).as_uri(),
            "languageId": IDENTIFIERS[self._language],
            "version": 1,
            "text": text,
        }
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})

    def wait_until_quiet(self, most: float) -> None:
        """Answer what the server asks until it has finished what it reports as progress."""
        assert self._process.stdout
        active: set[object] = set()
        deadline, last = time.monotonic() + most, time.monotonic()
        while time.monotonic() < deadline and (active or time.monotonic() - last < QUIET_SECONDS):
            if select.select([self._process.stdout], [], [], 1.0)[0]:
                message = self._receive()
                self._answer(message)
                if message.get("method") == "$/progress":
                    last = time.monotonic()
                    kind = message["params"]["value"].get("kind")
                    if kind == "begin":
                        active.add(message["params"]["token"])
                    elif kind == "end":
                        active.discard(message["params"]["token"])

    def request(self, method: str, parameters: object) -> Any:
        """The server's answer. Raises TimeoutError."""
        self._number += 1
        self._send({"id": self._number, "method": method, "params": parameters})
        deadline = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < deadline:
            message = self._receive()
            if message.get("id") == self._number and "method" not in message:
                return message.get("result")
            self._answer(message)
        raise TimeoutError(method)

    def close(self) -> None:
        """End the server."""
        self._process.kill()
        self._process.wait()

    def _answer(self, message: dict[str, Any]) -> None:
        """Answer a request of the server's with nothing."""
        if "id" in message and "method" in message:
            items = (
                message.get("params", {}).get("items", []) if message["method"] == "workspace/configuration" else None
            )
            self._send({"id": message["id"], "result": None if items is None else [None for _ in items]})

    def _place(self, location: dict[str, Any]) -> Place | None:
        path = Path(unquote(urlparse(location["uri"]).path))
        if not path.is_relative_to(self._root):
            return None
        start = location["range"]["start"]
        return Place(path.relative_to(self._root).as_posix(), start["line"] + 1, start["character"] + 1)

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._process.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        assert self._process.stdout
        length = 0
        while line := self._process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        if not length:
            raise EOFError("the language server has ended")
        body = b""
        while len(body) < length:
            body += self._process.stdout.read(length - len(body))
        message: dict[str, Any] = json.loads(body)
        return message


@dataclass(slots=True)
class Tally:
    """What was counted over all symbols."""

    symbols: int = 0
    unknown: int = 0
    claimed: int = 0
    right: int = 0
    undecided: int = 0
    listed: int = 0
    theirs: int = 0
    recalled: int = 0
    recalled_listed: int = 0
    by_kind: Counter[tuple[str, bool]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    unknown_meaning: list[str] = field(default_factory=list)
    uncertain: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    def add(self, name: str, ours: Sequence[Reference], theirs: set[Place], files: set[str], server: Server) -> None:
        """Count one symbol."""
        ours = [one for one in ours if one.path in files]
        theirs = {place for place in theirs if place.path in files}
        claimed = {_place(one): one for one in ours if one.is_certain}
        self.symbols += 1
        self.listed += len(ours)
        self.claimed += len(claimed)
        self.theirs += len(theirs)
        self.recalled += len(claimed.keys() & theirs)
        listed = {_place(one) for one in ours}
        self.recalled_listed += len(listed & theirs)
        imports = {_place(one) for one in ours if one.kind is Kind.IMPORT}
        for place, one in claimed.items():
            meant = theirs if place in theirs else server.definitions(place)
            if meant <= imports:  # of a package that is not installed, the import is all that the server knows
                meant = set()
            is_right = not meant.isdisjoint(theirs)
            self.right += is_right
            if meant:
                self.by_kind[one.kind.value, is_right] += 1
            else:
                self.undecided += 1
            if not is_right:
                sort = self.wrong if meant else self.unknown_meaning
                sort.append(f"{name}  {place.path}:{place.line}  {one.kind}  {one.text.strip()[:100]}")
        self.missed += [
            f"{name}  {place.path}:{place.line}:{place.column}" for place in sorted(theirs - claimed.keys())
        ]

    def print(self, language: str, misses: int) -> None:
        """Print the figures, and some of what differs."""
        print(
            f"{language:<12} {self.symbols:>4} symbols ({self.unknown} unknown to the server)  "
            f"precision {_share(self.right, self.claimed - self.undecided)} ({_share(self.right, self.claimed)})  "
            f"recall {_share(self.recalled, self.theirs)} ({_share(self.recalled_listed, self.theirs)})  "
            f"claimed {_share(self.claimed, self.listed)} of {self.listed}"
        )
        for kind in Kind:
            right, wrong = self.by_kind[kind.value, True], self.by_kind[kind.value, False]
            print(f"    {kind.value:<10} {_share(right, right + wrong)} of {right + wrong}")
        for title, lines in (
            ("wrong", self.wrong),
            ("undecided", self.unknown_meaning),
            ("uncertain", self.uncertain),
            ("missed", self.missed),
        ):
            for line in random.Random(1).sample(lines, min(misses, len(lines))):
                print(f"    {title}: {line}")


def main() -> None:
    """Compare and print."""
    arguments = _arguments()
    command = SERVERS[arguments.language]
    if not shutil.which(command[0]):
        sys.exit(f"{command[0]} is not on PATH")
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary).resolve() / arguments.folder.resolve().name
        shutil.copytree(
            arguments.folder, root, symlinks=True, ignore=shutil.ignore_patterns(".codesearch", "node_modules")
        )
        with Index.create(root) as index:
            index.update()
            _configure(root, arguments.language, arguments.include)
            tally = _compare(index, root, arguments)
    tally.print(f"{arguments.language} {root.name}", arguments.misses)


def _compare(index: Index, root: Path, arguments: argparse.Namespace) -> Tally:
    language, tally = arguments.language, Tally()
    files = {
        file.path for file in index.snapshot().files if file.language == language or _is_header(file.path, language)
    }
    server = Server(SERVERS[language], root, language)
    try:
        first = min(files)
        server.open(first)
        server.wait_until_quiet(arguments.wait)
        for path in sorted(files) if language in ("TypeScript", "JavaScript") else ():
            server.open(path)
        for name, place in _symbols(index, files, arguments.symbols, arguments.seed):
            theirs = {one for one in server.references(place) if _is_at(root, one, name)}
            if place not in theirs:
                tally.unknown += 1
                continue
            tally.add(name, index.references(name).references, theirs, files, server)
    finally:
        server.close()
    return tally


def _symbols(index: Index, files: set[str], most: int, seed: int) -> Iterator[tuple[str, Place]]:
    """Names that are defined once, and where."""
    snapshot = index.snapshot()
    names: Counter[str] = Counter()
    inside: set[str] = set()
    for file in snapshot.files:
        for chunk in snapshot.chunks_of(file):
            for row in chunk.definitions:
                names[row.name] += 1
                if file.path in files and row.kind in KINDS and row.name.isidentifier():
                    inside.add(row.name)
    once = sorted(name for name in inside if names[name] == 1 and len(name) >= SHORTEST_NAME)
    random.Random(seed).shuffle(once)
    found = 0
    for name in once:
        definitions = index.references(name, Filters()).definitions
        if len(definitions) == 1:
            yield name, Place(definitions[0].path, definitions[0].line, definitions[0].column)
            found += 1
            if found == most:
                return


def _configure(root: Path, language: str, include: Sequence[str]) -> None:
    """Write what the server needs to see all files as one project."""
    if language in ("TypeScript", "JavaScript"):
        for config in root.rglob("tsconfig*.json"):
            config.unlink()
        options = {"allowJs": True, "checkJs": False, "jsx": "preserve", "target": "esnext", "module": "esnext"}
        options |= {"moduleResolution": "bundler", "strict": True, "baseUrl": "."}
        options["paths"] = dict(_packages(root))
        (root / "tsconfig.json").write_text(json.dumps({"compilerOptions": options, "include": ["**/*"]}))
    elif language == "Python":
        (root / "pyrightconfig.json").write_text(json.dumps({"extraPaths": [*include], "ignore": ["**"]}))
    elif language == "Go":
        for module in root.rglob("go.mod"):  # without what it requires, which is not here
            name = module.read_text().partition("\n")[0]
            module.write_text(f"{name}\n\ngo 1.19\n")
    elif language in SOURCES:
        flags = [f"-I{root / folder}" for folder in include]
        commands = [
            {"directory": str(root), "file": str(path), "arguments": ["clang", *flags, "-c", str(path)]}
            for pattern in SOURCES[language]
            for path in sorted(root.rglob(pattern))
        ]
        (root / "compile_commands.json").write_text(json.dumps(commands))


def _packages(root: Path) -> Iterator[tuple[str, list[str]]]:
    """Where the packages of a repository are that import each other by name, as they are not installed."""
    for manifest in root.rglob("package.json"):
        name = json.loads(manifest.read_text("utf-8")).get("name")
        if name and manifest.parent != root:
            folder = manifest.parent.relative_to(root).as_posix()
            yield name, [f"{folder}/src/index.ts", folder]
            yield f"{name}/*", [f"{folder}/src/*", f"{folder}/*"]


def _is_at(root: Path, place: Place, name: str) -> bool:
    """Whether a place has the name itself, and not an alias or what a server takes for a reference without it."""
    lines = (root / place.path).read_text("utf-8", "replace").split("\n")
    return place.line <= len(lines) and lines[place.line - 1].startswith(name, place.column - 1)


def _is_header(path: str, language: str) -> bool:
    return language in SOURCES and path.endswith((".h", ".hpp"))


def _place(one: Reference) -> Place:
    return Place(one.path, one.line, one.column)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "-"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--language", choices=sorted(SERVERS), required=True)
    parser.add_argument("--symbols", type=int, default=150, metavar="N")
    parser.add_argument("--seed", type=int, default=0, metavar="N")
    parser.add_argument("--misses", type=int, default=0, metavar="N", help="print up to N differences of each sort")
    parser.add_argument(
        "--include", nargs="*", default=["include", "src", "."], help="folders of C headers and Python packages"
    )
    parser.add_argument("--wait", type=float, default=120.0, help="seconds that a server gets to read the folder")
    return parser.parse_args()


if __name__ == "__main__":
    main()
