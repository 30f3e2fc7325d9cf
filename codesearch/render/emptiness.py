"""Why an index is empty, and what to do about it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from codesearch.discovery.folders import VCS_FOLDERS
from codesearch.discovery.skip_reason import SkipReason
from codesearch.quantities import count

_INCLUDE_THEM = "to index them anyway, name them: codesearch index --include GLOB"
_HINTS: Mapping[str, str] = {
    SkipReason.VENDORED: _INCLUDE_THEM,
    SkipReason.MINIFIED: _INCLUDE_THEM,
    SkipReason.GENERATED: _INCLUDE_THEM,
    SkipReason.GENERATED_DOCUMENTATION: _INCLUDE_THEM,
    SkipReason.BUILT_COPY: _INCLUDE_THEM,
    SkipReason.API_DUMP: _INCLUDE_THEM,
    SkipReason.SNAPSHOT: _INCLUDE_THEM,
    SkipReason.LFS_POINTER: "to fetch their contents, run: git lfs pull",
    SkipReason.TOO_LARGE: "to index them anyway, run: codesearch index --max-file-size 10M",
    SkipReason.NOT_INCLUDED: "use other globs, or index every file: codesearch index --include '*'",
    SkipReason.EXCLUDED: "use other globs: codesearch index --exclude GLOB",
    SkipReason.NOT_SOURCE: "to see the supported languages, run: codesearch languages",
    SkipReason.NESTED_REPOSITORY: "index it by itself: codesearch index PATH",
    SkipReason.SYMBOLIC_LINK: "index the folder they point to: codesearch index PATH",
    SkipReason.UNREADABLE: "make them readable",
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
