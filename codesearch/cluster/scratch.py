"""Folders of this node for work in progress, and for copies of shards."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from codesearch.models.hub import expand_user

_WORK = "work"


def node_folder(name: str) -> Path:
    """A folder for a cluster's data in the user's cache, which is made if there is none."""
    cache = expand_user(os.environ.get("XDG_CACHE_HOME") or "~/.cache")
    folder = cache / "codesearch" / "cluster" / name
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


@contextmanager
def scratch() -> Iterator[Path]:
    """A new folder, deleted when the context ends, or later if this process is killed in it."""
    work = node_folder(_WORK)
    _sweep(work)
    folder = Path(tempfile.mkdtemp(prefix=f"{_prefix()}{os.getpid()}-", dir=work))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _prefix() -> str:
    """Names this machine, as several may share a user's home."""
    return re.sub(r"[^A-Za-z0-9.]", "_", platform.node()) + "-"


def _sweep(work: Path) -> None:
    """Delete the folders of this machine's processes that are gone."""
    for folder in work.glob(f"{_prefix()}*"):
        pid = folder.name.removeprefix(_prefix()).partition("-")[0]
        if pid.isdecimal() and not _is_alive(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def _is_alive(pid: int) -> bool:
    if sys.platform == "win32":
        return True  # there, the signal 0 is Ctrl-C
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
