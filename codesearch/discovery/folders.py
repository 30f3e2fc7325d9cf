"""Names of folders that are never indexed, or only where the user says so."""

from __future__ import annotations

INDEX_FOLDER = ".codesearch"
"""Holds the index of the folder that it lies in."""
VCS_FOLDERS = frozenset((".git", ".hg", ".svn", ".jj", INDEX_FOLDER))
"""Nothing in them is ever indexed."""
VENDORED_FOLDERS = frozenset(
    "node_modules bower_components jspm_packages .venv venv site-packages __pypackages__ vendor third_party thirdparty"
    " 3rdparty third-party Pods Carthage".split()
)
