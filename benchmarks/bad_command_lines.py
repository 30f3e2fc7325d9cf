"""Run every option of every command with invalid values: each must fail fast with a one-line error and exit code 2.

    python benchmarks/bad_command_lines.py [KIND...]

Runs over a thousand command lines, each in a separate process and copy of a small repository, with bounded time and
memory. Prints by kind how many failed: a wrong exit code, a traceback or a warning, more output than an error and a
hint, or a timeout. Exits with 1 if any did. KINDS restrict it. For POSIX systems.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import os
import resource
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SECONDS = 10
MEMORY = 8 << 30
"""Bytes of address space; torch alone maps 3 GB."""
LARGEST_FILE = 1 << 28
WORKERS = 2
LONGEST_SENTENCE = 1100
FAILED = (2,)
ANSWERED = (0, 1)
EITHER = (0, 1, 2)

PROGRESS = "has no index yet; creating one"
"""Ends a line that may stand before the sentence."""
SIGNS = ("Traceback", "Warning", "Exception ignored", "panicked", "Segmentation", "core dumped")

WITHOUT_HOME = """
import os, pwd
def nobody(_): raise KeyError("no such user")
pwd.getpwuid = pwd.getpwnam = nobody
from codesearch.cli import main
main()
"""

HUGE = "9" * 5000
WHOLE = [
    "-1",
    "1_000",
    "3 ",
    " 3",
    "３",
    "٣",
    "1.5",
    "1e3",
    "0x10",
    "nan",
    "inf",
    "abc",
    "+",
    "²",
    "3\n",
    "1,000",
    HUGE,
]
WHOLE += [str(2**63), str(2**64), str(-(2**63))]
DECIMAL = ["nan", "inf", "-inf", "1_0", "0.5 ", " 0.5", "٠.٥", "1e999", "-1", "abc", "0x1", "0,5", ".", "1e", HUGE]
SIZE = ["0", "-1", "nan", "inf", "1_0k", "2 M", "2M ", "٢M", "2X", "k", "1e3", "99999999999G", HUGE, "0.0001k", "2MM"]
TIME = ["0", "0s", "-5m", "nan", "inf", "1_0m", "5 m", "5m ", "٥m", "5x", "soon", "99999999h", HUGE, "m", "5mm"]
GLOB = ["!", "/", "\\", "a\\", "!\\", "[z-a]", "[", "a[b", "[[:letter:]]", "[[:alpha:]", "[\\", "!/", "a" * 5000]
ODD_GLOB = [
    "!!",
    "*" * 3000,
    "a*" * 1500,
    "**/" * 1000 + "a",
    "[[:alpha:]]*",
    "[id]/**",
    "#",
    "\\!",
    "[a--b]",
    "[a&&b]",
]
ODD_NAME = ["[z-a]", "[[:alpha:]]", "[", "\\", "*" * 3000, "*a" * 1500, "(?i", "operator[]", "\udcff", "x" * 5000]
LANGUAGE = ["klingon", ",", "py thon", "\udcff", "x" * 100_000, "python,klingon", "٣", "-", "\x1b[2J", "c+++"]
KIND = ["functoin", ",", "fun ction", "\udcff", "x" * 100_000, "function,klass", "-", "\x1b[2J"]
MODEL = ["~nouser", "~nouser/m", "#", "a#b", "@", "@v1", "x@", "/dev/null", "/dev/zero", "nowhere", "./nowhere", "a.py"]
MODEL += ["x" * 5000, "x" * 100_000, "\udcff", "a\nb", "default#5", "default#0", "small#" + HUGE, "../..", "empty", "/"]
MODEL += ["owner/name", "owner/name@" + "x" * 5000, "owner/name#٣", "owner/name@../../x", "https://example.org/m"]
FORMAT = [
    "{",
    "}",
    "{}",
    "{0}",
    "{x}",
    "{path",
    "{path!r}",
    "{path!z}",
    "{path.x}",
    "{path[0]}",
    "{path:{path}}",
    "{:{}}",
]
FORMAT += ["{score:{rank.__class__.__init__.__globals__}}", "{path.__class__}", "{path:>100000000000}", "{path:>1001}"]
FORMAT += [
    "{score:.99999999999}",
    "{score:d}",
    "{rank:c}",
    "{name:.2f}",
    "{path:٣}",
    "{rank:>" + HUGE + "}",
    "{" * 10_001,
]
PLACE = ["nowhere", "no/where", "x" * 300, "x" * 5000, "\udcff", "a\nb", "\x1b[2J", " ", "~nouser", "a.py/b", "-"]
PATTERN = [
    "(",
    "a)",
    "[z-a]",
    "[",
    "a{2",
    "*",
    "(?=a)",
    r"\1",
    "\\",
    r"\p{Nope}",
    "a\nb",
    "x{1001}",
    "(?P<1>a)",
    "(?z)",
]
PATTERN += ["(" * 50_000, "a" * 200_000, "((a{1000}){1000}){1000}", "[[" * 500, "*" * 300, r"\x{ffffffff}"]
ODD_PATTERN = [
    "(a+)+$",
    "(a|aa)*c",
    "a**",
    "\udcff",
    "\x1b[2J",
    r"\b{start}",
    ".*" * 400,
    "a?" * 500,
    "(?i)" + "é" * 900,
]
ODD_PATTERN += ["|".join("abc" * 9 for _ in range(3000)), r"[\W\D\S]" * 50, "[^" + "a" * 5000 + "]", "x" * 99_999]
DEVICE = ["gpu", "cuda:99", "٣", "\udcff", "x" * 100_000, "CPU "]
COLOR = ["sometimes", "\udcff", "x" * 100_000, "always ", "1"]
COMPARE = ["frob=1", "model", "model=", "index-dir=", "rerank=nowhere", "=", "lexical=1", "model=~nouser", "x" * 5000]
COMPARE += ["index-dir=/dev/null", "model=nowhere", "rerank=", "\udcff"]


@dataclass(frozen=True, slots=True)
class Line:
    """A command line, and how it may end."""

    kind: str
    arguments: tuple[str, ...]
    codes: tuple[int, ...] = FAILED
    stdin: bytes = b""
    environment: Mapping[str, str] = field(default_factory=dict)
    redirect: str = ""
    """As a shell takes it; the standard streams that it names are not looked at."""
    has_home: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a line did that it should not."""

    line: Line
    faults: tuple[str, ...]
    said: str


@dataclass(frozen=True, slots=True)
class Command:
    """A command, arguments that make it valid, and its options by what they take."""

    name: str
    arguments: tuple[str, ...]
    values: Mapping[str, str]
    flags: tuple[str, ...] = ()


KINDS_OF_VALUES: Mapping[str, tuple[list[str], tuple[int, ...]]] = {
    "whole number": (WHOLE, FAILED),
    "number": (DECIMAL, FAILED),
    "size": (SIZE, FAILED),
    "time": (TIME, FAILED),
    "glob": (GLOB, FAILED),
    "odd glob": (ODD_GLOB, EITHER),
    "odd name": (ODD_NAME, EITHER),
    "language": (LANGUAGE, FAILED),
    "pattern": (PATTERN, FAILED),
    "odd pattern": (ODD_PATTERN, EITHER),
    "kind": (KIND, FAILED),
    "model": (MODEL, FAILED),
    "format": (FORMAT, FAILED),
    "folder": (["/dev/null", "a.py", "x" * 300, "x" * 5000, "/proc/nowhere", "a.py/b"], FAILED),
    "model folder": (["nowhere", "/dev/null", "empty", "a.py", "x" * 5000, "~nouser"], FAILED),
    "device": (DEVICE, FAILED),
    "color": (COLOR, FAILED),
    "change": (COMPARE, FAILED),
    "source": ([*PLACE, "/dev/null", "/dev/zero", "fifo", "a.py", "../broken.zip", "empty"], FAILED),
    "output": (["/dev/null", "a.py", "a.py/b", "x" * 300, "/proc/nowhere"], FAILED),
}
ALSO = {"glob": "odd glob", "pattern": "odd pattern"}
"""Values that need not be refused, for the same options."""

ASK = {"--lang": "language", "--path": "glob", "--kind": "kind", "--index-dir": "folder", "--device": "device"}
ASK |= {"--model": "model", "--rerank": "model"}
COMMANDS = (
    Command(
        "query",
        ("a",),
        ASK
        | {"-n": "whole number", "--limit": "whole number", "-C": "whole number", "--context": "whole number"}
        | {"--min-score": "number", "--name": "odd name", "--format": "format", "--color": "color"}
        | {"-e": "pattern", "--regexp": "pattern", "-M": "whole number"},
        ("--json", "--jsonl", "-l", "-0", "--full", "--explain", "--refresh", "--no-refresh", "--batch"),
    ),
    Command(
        "index",
        (),
        {"-j": "whole number", "--jobs": "whole number", "--max-length": "whole number", "--max-file-size": "size"}
        | {"--include": "glob", "--exclude": "glob", "--index-dir": "folder", "--model": "model", "--device": "device"},
        ("--force", "--quiet", "-q"),
    ),
    Command("status", (), {"--index-dir": "folder"}, ("--json",)),
    Command("clean", (), {"--index-dir": "folder"}, ("--yes", "-y", "--json")),
    Command("languages", (), {}, ("--json",)),
    Command("chunks", ("a.py",), {"--lang": "language"}, ("--json", "--jsonl")),
    Command("models", ("verify", "jina-code"), {"--folder": "model folder"}),
    Command(
        "eval",
        ("questions.jsonl",),
        ASK | {"-n": "whole number", "--limit": "whole number", "--worst": "whole number", "--compare": "change"},
        ("--json", "--refresh", "--no-refresh"),
    ),
    Command(
        "train",
        ("empty", "--out", "out"),
        {"--vocabulary": "whole number", "--most-pairs": "whole number", "--seed": "whole number", "-j": "whole number"}
        | {"--jobs": "whole number", "--epochs": "number", "--rate": "number", "--time": "time", "--from": "model"}
        | {"--held-out": "source", "--out": "output"},
        ("--resume", "--json", "--quiet"),
    ),
)
PLACES = {
    "query": ("a",),
    "index": (),
    "status": (),
    "clean": ("-y",),
    "chunks": (),
    "eval": ("questions.jsonl",),
}
"""Commands that take paths, with what stands before."""

DEEP = "[" * 100_000
ANNOTATIONS = ["", " ", "\n\n", "{", "3", "null", "[]", "[3]", '"a"', DEEP, '{"query": ' + DEEP, "[" + HUGE + "]"]
ANNOTATIONS += [
    "\0",
    "\x1b[2J",
    "{}",
    '{"query": "q"}',
    '{"query": 3, "relevant": ["a.py"]}',
    "[NaN]",
    "[1,\n2",
    "nonsense",
]
_RELEVANT: tuple[Any, ...] = (
    [],
    {},
    "a.py",
    [3],
    [[]],
    [{"path": ""}],
    [{"path": "a.py", "start_line": 0}],
    [{"path": "a.py", "start_line": 2**70}],
    [{"path": "a.py", "start_line": float("nan")}],
    [{"path": "a.py", "start_line": "1"}],
    [{"path": "a.py", "start_line": 3, "end_line": 1}],
    ["nowhere.py"],
    ["x" * 5000],
)
ANNOTATIONS += [
    json.dumps({"query": query, "relevant": relevant})
    for query in ("q", " ", None, ["q"], "q" * 100_000)
    for relevant in _RELEVANT
]
QUESTIONS = ["a" * 10**6, "aA/" * 300_000, '"' * 10**6, "a+" * 500_000, "x " * 500_000, "(" * 10**6, "a::" * 300_000]
QUESTIONS += [
    "\0a\0",
    "\x1b[2Ja",
    "a\ufffdb",
    "-" * 10**5,
    "`a" * 10**5,
    "_" * 10**5,
    "a_" * 10**5,
    "é" * 10**6,
    "\\a" * 10**5,
]
EMPTY_QUESTIONS = ["", " ", "\n", "\0", "\x1b", "\t\0\n", "\x9f"]


def main() -> None:
    """Run the lines, print a row for each kind and the failures, and exit with 1 if there are any."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="*", metavar="KIND", help="run only these kinds of command lines")
    kinds = parser.parse_args().kinds
    started = time.monotonic()
    lines = [line for line in all_lines() if not kinds or line.kind in kinds]
    with tempfile.TemporaryDirectory(prefix="bad-command-lines-") as scratch:
        place = Path(scratch)
        make_repository(place / "repository")
        with ThreadPoolExecutor(WORKERS) as pool:
            outcomes = list(pool.map(lambda numbered: run(place, *numbered), enumerate(lines)))
    report(outcomes, time.monotonic() - started)
    sys.exit(any(outcome.faults for outcome in outcomes))


def report(outcomes: Iterable[Outcome], seconds: float) -> None:
    """Print a row for each kind, and the lines that fell short."""
    tried: Counter[str] = Counter()
    faults: defaultdict[str, Counter[str]] = defaultdict(Counter)
    columns = ("wrong exit code", "traceback or warning", "over time", "more than a sentence")
    failing = []
    for outcome in outcomes:
        tried[outcome.line.kind] += 1
        faults[outcome.line.kind].update(outcome.faults)
        if outcome.faults:
            failing.append(outcome)
    print(f"{'kind':28} {'tried':>6}  " + "  ".join(columns))
    for kind in tried:
        print(f"{kind:28} {tried[kind]:6}  " + "  ".join(f"{faults[kind][c]:{len(c)}}" for c in columns))
    print(
        f"{'all':28} {tried.total():6}  " + "  ".join(f"{sum(f[c] for f in faults.values()):{len(c)}}" for c in columns)
    )
    print(f"{len(failing)} fell short, {seconds:.0f} s")
    for outcome in failing:
        given = shlex.join(argument[:60] for argument in outcome.line.arguments) + " " + outcome.line.redirect
        print(f"\n{', '.join(outcome.faults)}: codesearch {given} {dict(outcome.line.environment) or ''}".rstrip())
        print(f"    {outcome.said[-600:].strip()!r}")


def run(place: Path, number: int, line: Line) -> Outcome:
    """Run a line in a copy of the repository."""
    folder = place / str(number)
    shutil.copytree(place / "repository", folder)
    os.mkfifo(folder / "fifo")
    program = ["-m", "codesearch"] if line.has_home else ["-c", WITHOUT_HOME]
    command = [sys.executable, *program, *line.arguments]
    if line.redirect:
        command = ["sh", "-c", f'exec "$0" "$@" {line.redirect}', *command]
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "PYTHONPATH", "LANG")}
    home = {"HOME": str(place)} if line.has_home else {}
    try:
        done = subprocess.run(
            [argument.encode("utf-8", "surrogateescape") for argument in command],
            cwd=folder,
            env=kept | home | {"HF_HUB_OFFLINE": "1"} | dict(line.environment),
            input=line.stdin,
            capture_output=True,
            timeout=SECONDS,
            preexec_fn=_bound,
        )
    except subprocess.TimeoutExpired:
        return Outcome(line, ("over time",), "")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Outcome(line, tuple(_faults(line, done)), done.stderr.decode("utf-8", "replace"))


def _faults(line: Line, done: subprocess.CompletedProcess[bytes]) -> Iterator[str]:
    said = done.stderr.decode("utf-8", "replace")
    if done.returncode not in line.codes:
        yield "wrong exit code"
    if any(sign in said for sign in SIGNS):
        yield "traceback or warning"
    elif done.returncode == 2 and "2>" not in line.redirect and not _is_a_sentence(said):
        yield "more than a sentence"


def _is_a_sentence(said: str) -> bool:
    """`codesearch: …` and at most a hint below, without anything that acts on a terminal."""
    lines = said.removesuffix("\n").split("\n")
    first, *others = [line for line in lines if not line.endswith(PROGRESS)] or [""]
    is_short = all(len(one) <= LONGEST_SENTENCE for one in (first, *others))
    is_plain = all(one.isprintable() for one in (first, *others))
    return first.startswith("codesearch: ") and is_short and is_plain and len(others) <= 1


def _bound() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def all_lines() -> Iterator[Line]:
    """The table."""
    for command in COMMANDS:
        yield from _values(command)
        yield from _shapes(command)
    yield from _places()
    yield from _files()
    yield from _questions()
    yield from _archives()
    yield from _models()
    yield from _surroundings()


def _values(command: Command) -> Iterator[Line]:
    """Every option that takes a value, with every bad one."""
    before = (command.name, *command.arguments)
    for option, kind in command.values.items():
        values, codes = KINDS_OF_VALUES[kind]
        # -h is an option, so a value that begins with a dash is joined to its option
        for value in values:
            given = (f"{option}={value}",) if option.startswith("--") else (option, value)
            yield Line(kind, (*before, *_length_of(option), *given), codes)
        for value in KINDS_OF_VALUES[ALSO[kind]][0] if kind in ALSO else ():
            yield Line(ALSO[kind], (*before, f"{option}={value}"), EITHER)
        yield Line("empty value", (*before, option, ""))
        yield Line("empty value", (*before, option, "\t "), FAILED if option != "--format" else ANSWERED)
        yield Line("missing value", (*before, option))


def _length_of(option: str) -> tuple[str, ...]:
    return ("--model", "minilm") if option == "--max-length" else ()


def _shapes(command: Command) -> Iterator[Line]:
    """Options that there are not, flags with values, arguments that are missing or too many."""
    before = (command.name, *command.arguments)
    for unknown in (
        "--frobnicate",
        "--frobnicate=1",
        "-Z",
        "--\udcff",
        "--" + "x" * 100_000,
        "--\x1b[2J",
        "---",
        "-９",
    ):
        yield Line("unknown option", (*before, unknown))
    for flag in command.flags:
        if flag.startswith("--"):
            yield Line("flag with a value", (*before, f"{flag}=1"))
    if command.name not in ("query", "chunks", "train"):
        yield Line("too many arguments", (*before, "a", "b", "c", "d"))
    if command.name in ("chunks", "eval", "train"):
        yield Line("missing argument", (command.name,))


def _places() -> Iterator[Line]:
    for command, before in PLACES.items():
        for place in (*PLACE, ""):
            yield Line("path", (command, *before, "--", place))
    for place in ("/dev/null", "/dev/zero", "fifo", ".", "/"):
        yield Line("path", ("chunks", place))
    for place in ("/dev/null", "fifo", ".", "/dev/zero", *PLACE[:-1], ""):
        yield Line("annotations", ("eval", place))
    for source in KINDS_OF_VALUES["source"][0]:
        yield Line("path", ("train", "--out", "out", "--", source))
    for arguments in (("list", "x"), ("frob",), ("get",), ("verify",), ("get", "default"), ("get", ""), ("", "")):
        yield Line("unknown command", ("models", *arguments))
    for arguments in (
        ("frob",),
        ("",),
        ("qeury", "x"),
        ("how is it done",),
        ("x" * 100_000,),
        ("\udcff",),
        ("\x1b[2J",),
    ):
        yield Line("unknown command", arguments)
    for pair in (("--json", "--jsonl"), ("--json", "-l"), ("--json", "-0"), ("--full", "-C1"), ("--batch", "-l")):
        yield Line("excluding options", ("query", "a", *pair))
    yield Line("excluding options", ("query", "a", "--format", "{path}", "--json"))
    yield Line("excluding options", ("chunks", "a.py", "--json", "--jsonl"))
    yield Line("excluding options", ("models", "get", "minilm", "--folder", "x"))
    yield Line("given twice", ("query", "a", "-n", "1", "-n", "x"))
    yield Line("given twice", ("query", "a", "-n", "1", "-n", "2"), ANSWERED)


def _files() -> Iterator[Line]:
    for text in ANNOTATIONS:
        data = text.encode("utf-8", "surrogateescape")
        is_good = text.startswith('{"query": "q') and any(name in text for name in ('"relevant": []', '"a.py"]'))
        yield Line("annotations", ("eval", "-"), EITHER if is_good else FAILED, data)
    for data in (b"\xff\xfe", b'{"query": "q", "relevant": ["a.py"]}\n\xff', bytes(1000), os.urandom(1000)):
        yield Line("annotations", ("eval", "-"), FAILED, data)


def _questions() -> Iterator[Line]:
    for text in QUESTIONS:
        data = text.encode()
        yield Line("question", ("query", "-"), ANSWERED, data)
        yield Line("question", ("query", "--batch"), ANSWERED, data + b"\n\n" + data[:100_000])
        if "\0" not in text:
            yield Line("question", ("query", "--", text[:60_000]), ANSWERED)
    for text in EMPTY_QUESTIONS:
        yield Line("question", ("query", "-"), FAILED, text.encode())
    yield Line("question", ("query", "\udcff\udcfe a"), ANSWERED)
    yield Line("question", ("query", "--batch"), ANSWERED, b"\xff\xfe\n\0\n" + bytes(100_000))


def _archives() -> Iterator[Line]:
    for name in BROKEN_ARCHIVES:
        yield Line("archive", ("train", f"../{name}", "--out", "out"))


def _models() -> Iterator[Line]:
    for folder in HOSTILE_MODELS:
        yield Line("hostile model", ("query", "a", "--no-refresh", "--model", f"../models/{folder}"))
        yield Line("hostile model", ("query", "a", "--no-refresh", "--rerank", f"../models/{folder}"))


def _surroundings() -> Iterator[Line]:
    """What surrounds a command line: completion variables, streams that are closed or full, no home."""
    for value in ("nonsense", "complete_", "complete_tcsh", "_", "source", "bash_complete", "complete_bash", "\x1b[2J"):
        yield Line("completion", (), environment={"_CODESEARCH_COMPLETE": value})
    for many in ("", "x", "-1", "٣", HUGE):
        asked = {"_CODESEARCH_COMPLETE": "complete_bash", "COMP_WORDS": "codesearch q", "COMP_CWORD": many}
        yield Line("completion", (), environment=asked)
    for shell in ("zsh", "fish", "powershell"):
        yield Line("completion", (), EITHER, environment={"_CODESEARCH_COMPLETE": f"complete_{shell}"})
    yield Line("completion", ("--install-completion", "x"), EITHER)
    yield Line("completion", ("--show-completion=x",))
    yield Line("completion", ("--install-completion",), has_home=False)
    for arguments in (("query", "a"), ("query", "-"), ("query", "--batch"), ("languages",), ("--help",), ("eval", "-")):
        for redirect in ("<&-", ">&-", "2>&-", ">/dev/full", "2>/dev/full", "<&- >&- 2>&-", "</"):
            yield Line("streams", arguments, EITHER, b"a\n", redirect=redirect)
    for command in COMMANDS:
        codes = ANSWERED if command.name not in ("models", "train") else FAILED
        yield Line("no home", (command.name, *command.arguments), codes, has_home=False)
    for size in ("0", "²", "٣", "abc", "-5", "", "99999999999", HUGE):
        sizes = {"COLUMNS": size, "LINES": size}
        yield Line("environment", ("query", "a", "--color", "always"), ANSWERED, environment=sizes)
    for variable in ("HOME", "HF_HOME", "HF_HUB_CACHE", "XDG_CACHE_HOME", "CODESEARCH_INDEX_DIR", "CODESEARCH_DEVICE"):
        for value in ("", "~nouser", "/dev/null", "x" * 5000):
            yield Line(
                "environment", ("query", "a", "--model", "minilm", "--no-refresh"), environment={variable: value}
            )


def make_repository(folder: Path) -> None:
    """A small repository with its index, and beside it the archives and models that the lines name."""
    (folder / "src").mkdir(parents=True)
    (folder / "empty").mkdir()
    (folder / "a.py").write_text('def hash_password(text):\n    """Hash a password."""\n    return digest(text)\n')
    (folder / "src" / "b.go").write_text("package b\n\n// Retry repeats a request.\nfunc Retry() int { return 1 }\n")
    (folder / "questions.jsonl").write_text('{"query": "hash a password", "relevant": ["a.py"]}\n')
    subprocess.run([sys.executable, "-m", "codesearch", "index", "-q"], cwd=folder, check=True)
    for name, data in BROKEN_ARCHIVES.items():
        (folder.parent / name).write_bytes(data)
    for name, files in HOSTILE_MODELS.items():
        (folder.parent / "models" / name).mkdir(parents=True)
        for file, data in files.items():
            (folder.parent / "models" / name / file).write_bytes(data)


def _tar(mode: str) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as tar:  # type: ignore[call-overload]
        member = tarfile.TarInfo("a.py")
        member.size = 50_000
        tar.addfile(member, io.BytesIO(os.urandom(50_000)))
    return file.getvalue()


def _zip(flags: int = 0, method: int = 0) -> bytes:
    """A zip of one member, whose headers state these flags and this method."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.py", b"x = 1\n")
    data = bytearray(file.getvalue())
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature) + place
        data[at : at + 2] = flags.to_bytes(2, "little")
        data[at + 2 : at + 4] = method.to_bytes(2, "little")
    return bytes(data)


def _tar_header(kind: bytes, size: int) -> bytes:
    header = tarfile.TarInfo("a.py")
    header.type, header.size = kind, size
    return header.tobuf(tarfile.GNU_FORMAT) + bytes(10_000)


BROKEN_ARCHIVES: Mapping[str, bytes] = {
    "broken.zip": b"PK\x03\x04 and no more",
    "empty.zip": b"",
    "encrypted.zip": _zip(flags=1),
    "unknown.zip": _zip(method=98),
    "wrong.zip": _zip().replace(b"x = 1\n", b"y = 2\n", 1),
    "broken.tar": os.urandom(5000),
    "empty.tar": b"",
    "bomb.tar": _tar_header(tarfile.REGTYPE, 1 << 60),
    "header.tar": _tar_header(tarfile.XHDTYPE, 1 << 40),
    "name.tar": _tar_header(tarfile.GNUTYPE_LONGNAME, 1 << 40),
    "cut.tar": _tar("w")[:20_000],
    "cut.tar.gz": _tar("w:gz")[:20_000],
    "cut.tar.bz2": _tar("w:bz2")[:20_000],
    "cut.tar.xz": _tar("w:xz")[:20_000],
    "no.tar.gz": b"\x1f\x8b" + os.urandom(1000),
    "no.tar.xz": b"\xfd7zXZ\0" + os.urandom(1000),
    "no.tar.bz2": b"BZh9" + os.urandom(1000),
    "bomb.tar.gz": gzip.compress(_tar_header(tarfile.REGTYPE, 1 << 60)),
    "header.tar.gz": gzip.compress(_tar_header(tarfile.XHDTYPE, 1 << 40) + bytes(50_000_000)),
}


def _weights(header: str, data: bytes = b"") -> bytes:
    return len(header).to_bytes(8, "little") + header.encode() + data


def _static(**entries: object) -> dict[str, bytes]:
    return {"weights.safetensors": _weights(json.dumps(entries), bytes(64)), "vocab.txt": b"a\n"}


def _transformer(
    config: object, header: str = '{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}'
) -> dict[str, bytes]:
    modules = [{"type": "x.Transformer", "path": ""}, {"type": "x.Pooling", "path": "1_Pooling"}]
    text = config if isinstance(config, str) else json.dumps(config)
    return {
        "config.json": text.encode(),
        "model.safetensors": _weights(header, bytes(4)),
        "modules.json": json.dumps(modules).encode(),
        "tokenizer.json": b"{}",
    }


BERT = {"model_type": "bert", "hidden_size": 4, "num_hidden_layers": 1, "num_attention_heads": 1, "vocab_size": 4}
JINA = BERT | {"position_embedding_type": "alibi", "feed_forward_type": "geglu", "intermediate_size": 4}
I8 = {"dtype": "I8", "shape": [1, 4], "data_offsets": [0, 4]}
HOSTILE_MODELS: Mapping[str, dict[str, bytes]] = {
    "empty": {},
    "deep header": {"weights.safetensors": _weights(DEEP), "vocab.txt": b"a\n"},
    "header of a list": {"weights.safetensors": _weights("[1]"), "vocab.txt": b"a\n"},
    "huge header": {"weights.safetensors": b"\xff" * 8, "vocab.txt": b"a\n"},
    "no weights": {"weights.safetensors": b"", "vocab.txt": b"a\n"},
    "no vocabulary": {name: data for name, data in _static(embeddings=I8, scales=I8).items() if name != "vocab.txt"},
    "flat embeddings": _static(embeddings=I8 | {"shape": [4]}, scales=I8 | {"shape": [4]}),
    "scales that don't fit": _static(embeddings=I8, scales=I8),
    "shapes of text": _static(embeddings=I8 | {"shape": ["a"]}, scales=I8),
    "infinite shapes": _static(embeddings=I8 | {"shape": [float("inf")]}, scales=I8),
    "huge shapes": _static(embeddings=I8 | {"shape": [2**70]}, scales=I8),
    "odd metadata": _static(__metadata__=[1], embeddings=I8, scales=I8),
    "vocabulary of bytes": _static(embeddings=I8, scales=I8 | {"shape": [1], "data_offsets": [4, 5]})
    | {"vocab.txt": b"\xff\n"},
    "deep config": _transformer(DEEP),
    "long number": _transformer('{"hidden_size": ' + HUGE + "}"),
    "config of a list": _transformer([1]),
    "config of nothing": _transformer({}),
    "infinite width": _transformer(BERT | {"hidden_size": float("inf")}),
    "width of text": _transformer(BERT | {"hidden_size": "wide"}),
    "endless layers": _transformer(BERT | {"num_hidden_layers": 10**12}),
    "odd type": _transformer(BERT | {"model_type": ["bert"]}),
    "jina of text": _transformer(JINA | {"hidden_size": "wide"}),
    "jina without end": _transformer(JINA | {"num_hidden_layers": 10**12}),
    "jina of a list": _transformer(JINA | {"feed_forward_type": ["geglu"]}),
    "modules of numbers": _transformer(BERT) | {"modules.json": b"[1, 2]"},
    "modules outside": _transformer(BERT) | {"modules.json": b'[{"type": "Transformer", "path": "/etc"}]'},
    "deep modules": _transformer(BERT) | {"modules.json": DEEP.encode()},
    "deep transformer header": _transformer(BERT, DEEP),
    "negative shape": _transformer(BERT, '{"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}'),
    "deep tokenizer": _transformer(BERT) | {"tokenizer.json": DEEP.encode()},
}


if __name__ == "__main__":
    main()
