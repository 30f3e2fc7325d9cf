"""Standard output: its encoding, its colours, and a reader that is gone."""

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

from codesearch.cli.caller import caller
from codesearch.cli.exits import CLOSED_PIPE

if TYPE_CHECKING:
    from rich.console import Console

_WIDTH_OF_NO_TERMINAL = 100
_SIZE = re.compile("[1-9][0-9]{0,3}")


class Color(StrEnum):
    """`--color`."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


def open_missing_streams() -> None:
    """Give stdout and stderr somewhere to go, and stdin nothing to read, where they were closed (`>&-`)."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - open to the end


def forget_odd_sizes() -> None:
    """Take a terminal's size that is no number, or makes no sense, as not set: rich would fail, or fill memory."""
    for variable in ("COLUMNS", "LINES"):
        if not _SIZE.fullmatch(os.environ.get(variable, "1")):
            del os.environ[variable]


def drop_unwritable() -> None:
    """Forget what can't be written: Python flushes stdout and stderr when it ends, and would end with a traceback."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            _discard(stream)


@contextmanager
def results() -> Iterator[None]:
    """Inside, results may be printed. Ends the process quietly when their reader is gone (`| head`)."""
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
    """Whether to colour: NO_COLOR wins over FORCE_COLOR, and `--color` over both."""
    if color is not Color.AUTO:
        return color is Color.ALWAYS
    environment = caller().environment
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR", "0") != "0":
        return True
    return caller().stdout.isatty() and environment.get("TERM") != "dumb"


def console(*, colors: bool) -> Console:
    """A console on stdout, which prints no escape sequence at all without colours."""
    from rich.console import Console

    stdout, environment = caller().stdout, caller().environment
    return Console(
        file=stdout,
        force_terminal=colors,
        color_system="standard" if colors else None,  # the theme has the terminal's sixteen colours
        width=None if stdout.isatty() or "COLUMNS" in environment else _WIDTH_OF_NO_TERMINAL,
        _environ=environment,
        highlight=False,
        markup=False,
        emoji=False,
    )


def _discard(stream: TextIO) -> None:
    """Let what is still to be written to a stream go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _prepare(stdout: TextIO) -> None:
    """UTF-8, plain newlines and file names byte by byte in a pipe; at a terminal whatever it can show."""
    if not isinstance(stdout, TextIOWrapper):
        return
    if stdout.isatty():
        stdout.reconfigure(errors="backslashreplace")
    else:
        stdout.reconfigure(encoding="utf-8", errors="surrogateescape", newline="\n")
