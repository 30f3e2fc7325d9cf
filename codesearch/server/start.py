"""Start a server that outlives the process that starts it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable


def start(idle_minutes: float | None = None, folders: Iterable[object] = (), http: int | None = None) -> None:
    """Start a server in the background; one that runs already makes the new one end at once. Raises OSError."""
    command = [sys.executable, "-m", "codesearch", "serve", "--foreground"]
    if idle_minutes is not None:
        command += ["--idle", f"{idle_minutes:g}"]
    if http is not None:
        command += ["--http", str(http), "--", *map(str, folders)]
    detached = getattr(subprocess, "DETACHED_PROCESS", 0) | getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
    subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=os.path.expanduser("~"),  # noqa: PTH111 - a folder that is searched may have to be removable
        start_new_session=True,
        creationflags=detached,
    )
