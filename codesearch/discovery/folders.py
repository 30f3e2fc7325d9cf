"""Which folders paths are in, and the names of those that are never indexed, or only if explicitly included."""

from __future__ import annotations

from collections.abc import Iterable

INDEX_FOLDER = ".codesearch"
"""Contains the index of its parent folder."""
VCS_FOLDERS = frozenset((".git", ".hg", ".svn", ".jj", INDEX_FOLDER))
"""Folders that are never indexed."""
VENDORED_FOLDERS = frozenset(
    "node_modules bower_components jspm_packages .venv venv site-packages __pypackages__ vendor third_party thirdparty"
    " 3rdparty third-party Pods Carthage".split()
)


def folders_of(paths: Iterable[str]) -> set[str]:
    """The folders in which paths are, directly or not, with the empty string for the root."""
    seen = {""}
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder not in seen:
            seen.add(folder)
            folder = folder.rpartition("/")[0]
    return seen
