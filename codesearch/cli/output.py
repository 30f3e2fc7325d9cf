"""Standard output: encoding, colours and closed pipes."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import typer

from codesearch.caller import caller
from codesearch.cli.exits import CLOSED_PIPE

if TYPE_CHECKING:
    from rich.console import Console

_WIDTH_WITHOUT_TERMINAL = 100
_SIZE = re.compile("[1-9][0-9]{0,3}")


class Color(StrEnum):
    """`--color`."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


def open_missing_streams() -> None:
    """Open /dev/null for standard streams that were closed (`>&-`)."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - open until exit


def ignore_invalid_terminal_size() -> None:
    """Unset COLUMNS and LINES if they are not sensible numbers: rich would fail or fill memory."""
    for variable in ("COLUMNS", "LINES"):
        if not _SIZE.fullmatch(os.environ.get(variable, "1")):
            del os.environ[variable]


def discard_unwritable_output() -> None:
    """Discard buffered output that can't be written; otherwise Python prints a traceback when it flushes at exit."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            _discard(stream)


@contextmanager
def results() -> Iterator[None]:
    """Context in which results are printed. Exits quietly if the reader closes the pipe (`| head`)."""
    stdout = caller().stdout
    _prepare(stdout)
    try:
        yield
        stdout.flush()
    except BrokenPipeError:
        if stdout is sys.stdout:
            _discard(stdout)
        raise typer.Exit(CLOSED_PIPE) from None


def has_color(color: Color) -> bool:
    """Whether to use colour: `--color` overrides NO_COLOR, which overrides FORCE_COLOR."""
    if color is not Color.AUTO:
        return color is Color.ALWAYS
    environment = caller().environment
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR", "") not in ("", "0"):
        return True
    return caller().stdout.isatty() and environment.get("TERM") != "dumb"


def console(stream: TextIO, *, colors: bool) -> Console:
    """A console on stdout; without colours, it prints no escape sequences at all."""
    from rich.console import Console

    class _Console(Console):
        def on_broken_pipe(self) -> None:
            raise  # rich would end the process, and redirect its stdout; results() deals with it

    stdout, environment = caller().stdout, caller().environment
    return _Console(
        file=stream,
        force_terminal=colors,
        color_system="standard" if colors else None,  # the theme uses the terminal's sixteen colours
        no_color=not colors,  # or rich would obey NO_COLOR, which --color overrides
        width=None if stdout.isatty() or "COLUMNS" in environment else _WIDTH_WITHOUT_TERMINAL,
        _environ=environment,
        highlight=False,
        markup=False,
        emoji=False,
    )


def _discard(stream: TextIO) -> None:
    """Redirect a stream, with its buffered output, to /dev/null."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _prepare(stdout: TextIO) -> None:
    """For a pipe: UTF-8, plain newlines and undecodable file names as bytes. For a terminal: escape what it lacks."""
    if not isinstance(stdout, TextIOWrapper):
        return
    if stdout.isatty():
        stdout.reconfigure(errors="backslashreplace")
    else:
        stdout.reconfigure(encoding="utf-8", errors="surrogateescape", newline="\n")
