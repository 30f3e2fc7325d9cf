"""git's own answer to which files are not ignored."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_SAFE = (
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.hooksPath=" + os.devnull),
    *("-c", "protocol.allow=never"),  # a partial clone would fetch what it lacks
    *("-c", "core.quotePath=false"),
)
"""A repository's own configuration may name programs to run; none is run for us."""


def list_files(root: Path) -> list[str] | None:
    """Paths under `root`, tracked or untracked but not ignored, relative to it; None where git has no answer.

    Submodules and nested repositories come as one path (a folder), not with their files. Deleted files may be
    among them. Names that are not UTF-8 carry surrogates.
    """
    if not inside_repository(root):
        return None
    command = ["git", *_SAFE, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment["GIT_OPTIONAL_LOCKS"] = "0"
    try:
        done = subprocess.run(
            command, cwd=root, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None  # git is missing, too old, or does not trust the folder: the walker reads the same rules
    return [os.fsdecode(name).rstrip("/") for name in done.stdout.split(b"\0") if name]


def inside_repository(root: Path) -> bool:
    """Whether `root` or a folder above it holds a `.git`."""
    root = root.absolute()
    return any((folder / ".git").exists() for folder in (root, *root.parents))
