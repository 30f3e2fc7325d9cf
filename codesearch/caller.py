"""The caller of a command: the streams, environment and working directory of this process or of a server's client."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

if TYPE_CHECKING:
    from codesearch.workspace import Indexes


class Caller(NamedTuple):
    """The process for which a command runs."""

    stdout: TextIO
    stderr: TextIO
    environment: Mapping[str, str]
    directory: Path
    """The working directory, without symbolic links."""
    indexes: Indexes | None = None
    """A server's open indexes; None in a process that opens them itself."""

    @classmethod
    def of_process(cls) -> Caller:
        """This process. Of a working directory that was deleted, the path remains, of which commands say that it is not
        there."""
        try:
            directory = os.path.realpath(os.curdir)
        except FileNotFoundError:
            directory = os.environ.get("PWD", os.sep)
        return cls(sys.stdout, sys.stderr, os.environ, Path(directory))

    @property
    def is_this_process(self) -> bool:
        """Whether the caller is this process, and not a client of this server."""
        return self.indexes is None


_CURRENT: ContextVar[Caller | None] = ContextVar("caller", default=None)


def caller() -> Caller:
    """The caller of the current command: this process, unless it is a server that runs the command for a client."""
    return _CURRENT.get() or Caller.of_process()


@contextmanager
def called_by(caller: Caller) -> Iterator[None]:
    """A context in which, in this thread, commands run for a caller."""
    token = _CURRENT.set(caller)
    try:
        yield
    finally:
        _CURRENT.reset(token)
