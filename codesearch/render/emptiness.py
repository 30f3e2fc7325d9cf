"""Why an index holds no files, and what to do about it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from codesearch.discovery.folders import VCS_FOLDERS
from codesearch.quantities import count

_NAME_THEM = "to index them anyway, name them: codesearch index --include GLOB"
_WAYS_ON = {
    "vendored": _NAME_THEM,
    "minified": _NAME_THEM,
    "generated": _NAME_THEM,
    "generated documentation": _NAME_THEM,
    "built copy": _NAME_THEM,
    "API dump": _NAME_THEM,
    "snapshot": _NAME_THEM,
    "Git LFS pointer": "to fetch their contents, run: git lfs pull",
    "too large": "to index them anyway, run: codesearch index --max-file-size 10M",
    "not included": "use other globs, or index every file: codesearch index --include '*'",
    "excluded": "use other globs: codesearch index --exclude GLOB",
    "not source": "to see the supported languages, run: codesearch languages",
    "nested repository": "index it by itself: codesearch index PATH",
    "symbolic link": "index the folder they point to: codesearch index PATH",
    "unreadable": "make them readable",
}
"""By the reason that most files were skipped for."""


def why_empty(root: Path, skipped: Mapping[str, int]) -> tuple[str, str]:
    """A sentence and the way on, for an index of `root` without files; `skipped` counts reasons, as in a report."""
    if skipped:
        reasons = ", ".join(f"{reason} {number:,}" for reason, number in skipped.items())
        way_on = next((_WAYS_ON[reason] for reason in skipped if reason in _WAYS_ON), "")
        return (
            f"nothing to search: none of {count(sum(skipped.values()), 'file')} was indexed ({reasons})",
            way_on,
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
