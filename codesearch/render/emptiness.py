"""Why an index is empty, and what to do about it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from codesearch.discovery.folders import VCS_FOLDERS
from codesearch.quantities import count

_INCLUDE_THEM = "to index them anyway, name them: codesearch index --include GLOB"
_HINTS = {
    "vendored": _INCLUDE_THEM,
    "minified": _INCLUDE_THEM,
    "generated": _INCLUDE_THEM,
    "generated documentation": _INCLUDE_THEM,
    "built copy": _INCLUDE_THEM,
    "API dump": _INCLUDE_THEM,
    "snapshot": _INCLUDE_THEM,
    "Git LFS pointer": "to fetch their contents, run: git lfs pull",
    "too large": "to index them anyway, run: codesearch index --max-file-size 10M",
    "not included": "use other globs, or index every file: codesearch index --include '*'",
    "excluded": "use other globs: codesearch index --exclude GLOB",
    "not source": "to see the supported languages, run: codesearch languages",
    "nested repository": "index it by itself: codesearch index PATH",
    "symbolic link": "index the folder they point to: codesearch index PATH",
    "unreadable": "make them readable",
}
"""Hints by the most frequent skip reason that has one."""


def why_empty(root: Path, skipped: Mapping[str, int]) -> tuple[str, str]:
    """Message and hint for an empty index of `root`; `skipped` has counts by reason, as in a report."""
    if skipped:
        reasons = ", ".join(f"{reason} {number:,}" for reason, number in skipped.items())
        hint = next((_HINTS[reason] for reason in skipped if reason in _HINTS), "")
        return (
            f"nothing to search: none of {count(sum(skipped.values()), 'file')} was indexed ({reasons})",
            hint,
        )
    if _holds_files(root):
        return (
            f"nothing to search: every file in {root} is ignored",
            "by .gitignore, .ignore or .codesearchignore here or above; to see the rule, run: git check-ignore -v FILE",
        )
    return f"nothing to search: {root} is empty", "index another folder: codesearch index PATH"


def _holds_files(root: Path) -> bool:
    for _, folders, files in os.walk(root):
        if files:
            return True
        folders[:] = [folder for folder in folders if folder not in VCS_FOLDERS]
    return False
