"""Run the command line in a forked child with limits: a tenth of the time of a process of its own."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import pkgutil
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NoReturn

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before numpy is imported: threads don't survive a fork

import codesearch.cli

SECONDS = 10.0
ADDRESS_SPACE = 4 << 30
LARGEST_FILE = 1 << 30
"""A child may not write more, so that a fault can't fill the disk."""
_PRELOADED = ("cli", "index", "search", "discovery", "chunking", "render")
_MOST_OUTPUT = 4 << 20
_UNSET = ("NO_COLOR", "FORCE_COLOR", "CODESEARCH_INDEX_DIR", "CODESEARCH_DEVICE", "GIT_DIR", "XDG_CONFIG_HOME")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended."""

    arguments: tuple[str, ...]
    code: int
    """The exit code; the signal's number, negative, where one ended it."""
    out: str
    err: str
    seconds: float
    memory: int
    """The most bytes that were resident."""
    is_late: bool
    """It was stopped at the limit of time."""


def preload() -> None:
    """Import what the commands need, once for all children."""
    for package in _PRELOADED:
        for module in pkgutil.walk_packages([str(Path(codesearch.cli.__file__).parents[1] / package)]):
            importlib.import_module(f"codesearch.{package}.{module.name}")
    for library in ("faiss", "safetensors.numpy", "pathspec", "ignore"):
        importlib.import_module(library)


def codesearch_command(
    arguments: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    seconds: float = SECONDS,
    stdin: str = "",
) -> Outcome:
    """Run a command line in a folder."""

    def work() -> None:
        sys.argv = ["codesearch", *arguments]
        codesearch.cli.main()

    return forked(work, folder, environment, seconds, tuple(arguments), stdin=stdin)


def forked(
    work: Callable[[], None],
    folder: Path,
    environment: Mapping[str, str],
    seconds: float = SECONDS,
    arguments: tuple[str, ...] = (),
    largest_file: int = LARGEST_FILE,
    stdin: str = "",
) -> Outcome:
    """Do something in a child process, and see how it ends."""
    sys.stdout.flush()
    sys.stderr.flush()
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write(stdin.encode())
        given.seek(0)
        started = time.perf_counter()
        child = os.fork()
        if not child:
            limits = {resource.RLIMIT_AS: ADDRESS_SPACE, resource.RLIMIT_FSIZE: largest_file, resource.RLIMIT_CORE: 0}
            _live(work, folder, environment, limits, (given.fileno(), out.fileno(), err.fileno()))
        with contextlib.suppress(OSError):  # it may have done so itself, and be gone
            os.setpgid(child, child)
        ended, memory, is_late = _wait(child, started + seconds)
        return Outcome(
            arguments,
            os.waitstatus_to_exitcode(ended),
            _text(out),
            _text(err),
            time.perf_counter() - started,
            memory,
            is_late,
        )


def _live(
    work: Callable[[], None],
    folder: Path,
    environment: Mapping[str, str],
    limits: Mapping[int, int],
    streams: Sequence[int],
) -> NoReturn:
    """The child's life."""
    code = 70  # what no command returns
    try:
        os.setpgid(0, 0)
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        sys.stdin = io.TextIOWrapper(io.FileIO(0, closefd=False), encoding="utf-8")  # a worker's is another
        os.chdir(folder)
        for name in _UNSET:
            os.environ.pop(name, None)
        os.environ.update(environment)
        for limit, value in limits.items():
            resource.setrlimit(limit, (value, value))
        work()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(bool(end.code))
    except BaseException:
        traceback.print_exc()
    finally:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)


def _wait(child: int, deadline: float) -> tuple[int, int, bool]:
    """Status and memory of a child, and whether it had to be stopped."""
    while True:
        found, ended, usage = os.wait4(child, os.WNOHANG)
        if found:
            return ended, usage.ru_maxrss * 1024, False
        if time.perf_counter() > deadline:
            os.killpg(child, signal.SIGKILL)
            _, ended, usage = os.wait4(child, 0)
            return ended, usage.ru_maxrss * 1024, True
        time.sleep(0.002)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read(_MOST_OUTPUT).decode("utf-8", "surrogateescape")
