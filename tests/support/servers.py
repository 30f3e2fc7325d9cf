"""Resident servers as processes."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.support.command_line import CommandLine, Run


@dataclass(frozen=True)
class Server:
    """A server with a folder of its own, and the command line that finds it."""

    codesearch: CommandLine
    folder: Path

    def __call__(self, *arguments: str, cwd: Path, stdin: str | bytes = "", **environment: str) -> Run:
        return self.codesearch(*arguments, cwd=cwd, stdin=stdin, **self.variables | environment)

    @property
    def variables(self) -> dict[str, str]:
        return {"XDG_RUNTIME_DIR": str(self.folder), "CODESEARCH_SERVER": ""}

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "codesearch", "serve", "--foreground", *arguments],
            env=self.codesearch.environment(**self.variables),
            stderr=subprocess.PIPE,
        )
        end = time.monotonic() + 60
        while self.status() is None and process.poll() is None and time.monotonic() < end:
            time.sleep(0.02)
        return process

    def status(self) -> dict[str, object] | None:
        run = self("serve", "--status", "--json", cwd=self.folder)
        return json.loads(run.out) if run.code == 0 else None
