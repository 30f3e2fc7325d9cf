"""Names of folders that are never indexed, or only if explicitly included."""

from __future__ import annotations

INDEX_FOLDER = ".codesearch"
"""Contains the index of its parent folder."""
VCS_FOLDERS = frozenset((".git", ".hg", ".svn", ".jj", INDEX_FOLDER))
"""Folders that are never indexed."""
VENDORED_FOLDERS = frozenset(
    "node_modules bower_components jspm_packages .venv venv site-packages __pypackages__ vendor third_party thirdparty"
    " 3rdparty third-party Pods Carthage".split()
)
