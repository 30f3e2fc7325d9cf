"""Who runs a command: the streams, environment and working directory of a process, or of a server's client."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO


@dataclass(frozen=True, slots=True)
class Caller:
    """What commands print to and depend on."""

    stdout: TextIO
    stderr: TextIO
    environment: Mapping[str, str]
    directory: Path
    """The working directory, without symbolic links."""

    @classmethod
    def of_process(cls) -> Caller:
        """This process."""
        return cls(sys.stdout, sys.stderr, os.environ, Path(os.path.realpath(os.curdir)))


_CURRENT: ContextVar[Caller | None] = ContextVar("caller", default=None)


def caller() -> Caller:
    """The one who runs the command that asks: this process, unless a server answers for another."""
    return _CURRENT.get() or Caller.of_process()


@contextmanager
def called_by(caller: Caller) -> Iterator[None]:
    """Inside, in this thread, commands run for a caller."""
    token = _CURRENT.set(caller)
    try:
        yield
    finally:
        _CURRENT.reset(token)
