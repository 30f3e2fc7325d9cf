"""The command line as a process."""

from __future__ import annotations

import io
import os
import shlex
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from codesearch.caller import Caller, called_by
from codesearch.cli import run
from tests.support.places import ROOT


@dataclass(frozen=True)
class Run:
    """Exit code and output of a process."""

    code: int
    out: str
    err: str


def run_here(*arguments: str, cwd: Path, **environment: str) -> Run:
    """Run `codesearch` in a folder, in this process and not at a terminal."""
    out, err = io.StringIO(), io.StringIO()
    with called_by(Caller(out, err, environment, Path(os.path.realpath(cwd)))):
        code = run(list(arguments))
    return Run(code, out.getvalue(), err.getvalue())


@dataclass(frozen=True)
class CommandLine:
    """Runs `codesearch` in a folder, with its own home and without the user's settings."""

    home: Path

    def __call__(self, *arguments: str, cwd: Path, stdin: str | bytes = "", **environment: str) -> Run:
        done = subprocess.run(
            [sys.executable, "-m", "codesearch", *arguments],
            cwd=cwd,
            env=self.environment(**environment),
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            timeout=120,
        )
        out, err = (
            data.decode("utf-8", "surrogateescape").replace("\r\n", "\n") for data in (done.stdout, done.stderr)
        )
        return Run(done.returncode, out, err)

    def environment(self, **more: str) -> dict[str, str]:
        """The process's environment."""
        unset = ("NO_COLOR", "FORCE_COLOR", "CODESEARCH_INDEX_DIR", "TERM", "COLUMNS", "GIT_DIR", "XDG_CONFIG_HOME")
        inherited = {name: value for name, value in os.environ.items() if name not in unset}
        fixed = {"HOME": str(self.home), "USERPROFILE": str(self.home), "PYTHONPATH": str(ROOT)}
        chosen = {"PYTHONIOENCODING": "", "TERM": "xterm-256color", "CODESEARCH_SERVER": "off"}
        return inherited | fixed | chosen | more

    def shell_environment(self, programs: Path, **more: str) -> dict[str, str]:
        """The same for a shell that finds the program `codesearch`, which is put into the folder `programs`."""
        program = programs / "codesearch"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m codesearch "$@"\n')
        program.chmod(0o755)
        return self.environment(PATH=f"{programs}{os.pathsep}{os.environ['PATH']}", **more)


def take_ctrl_c() -> None:
    """In a child: have Ctrl-C arrive also where the tests were started in the background, which ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
