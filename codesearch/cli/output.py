"""Standard output: its encoding, its colours, and a reader that is gone."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from codesearch.cli.exits import CLOSED_PIPE

if TYPE_CHECKING:
    from rich.console import Console

_WIDTH_OF_NO_TERMINAL = 100


class Color(StrEnum):
    """`--color`."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


def open_missing_streams() -> None:
    """Give stdout and stderr somewhere to go where they were closed (`>&-`)."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - open to the end


@contextmanager
def results() -> Iterator[None]:
    """Inside, results may be printed. Ends the process quietly when their reader is gone (`| head`)."""
    _prepare()
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes stdout once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(CLOSED_PIPE) from None


def has_color(color: Color) -> bool:
    """Whether to colour: NO_COLOR wins over FORCE_COLOR, and `--color` over both."""
    if color is not Color.AUTO:
        return color is Color.ALWAYS
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") != "0":
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def console(*, colors: bool) -> Console:
    """A console on stdout, which prints no escape sequence at all without colours."""
    from rich.console import Console

    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else _WIDTH_OF_NO_TERMINAL
    return Console(
        force_terminal=colors,
        color_system="standard" if colors else None,  # the theme has the terminal's sixteen colours
        width=width,
        highlight=False,
        markup=False,
        emoji=False,
    )


def _prepare() -> None:
    """UTF-8, plain newlines and file names byte by byte in a pipe; at a terminal whatever it can show."""
    if not isinstance(sys.stdout, TextIOWrapper):
        return
    if sys.stdout.isatty():
        sys.stdout.reconfigure(errors="backslashreplace")
    else:
        sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape", newline="\n")
