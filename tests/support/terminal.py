"""A program in a terminal, driven as a user would."""

from __future__ import annotations

import os
import pty
import select
import signal
import termios
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import Self

SIZE = (40, 120)
"""Rows and columns."""
PATIENCE = 60
"""Seconds until a program that does not do what is waited for has failed."""


class Terminal:
    """A program in a terminal."""

    def __init__(self, command: Sequence[str], cwd: Path, environment: Mapping[str, str]) -> None:
        self._process, self._terminal = pty.fork()
        if self._process == 0:
            termios.tcsetwinsize(0, SIZE)
            os.chdir(cwd)
            os.execvpe(command[0], command, environment)
        self.written = ""
        """All that the program has written."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        os.close(self._terminal)

    def type(self, keys: str) -> None:
        """Type on the keyboard."""
        os.write(self._terminal, keys.encode())

    def wait(self, until: Callable[[], object]) -> None:
        """Read what the program writes until a condition holds."""
        end = monotonic() + PATIENCE
        while not until():
            assert monotonic() < end, self.written
            if select.select([self._terminal], [], [], 0.1)[0]:
                try:
                    self.written += os.read(self._terminal, 1 << 16).decode("utf-8", "replace")
                except OSError:  # the program has ended
                    assert until(), self.written
                    return
