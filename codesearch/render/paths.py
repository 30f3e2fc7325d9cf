"""Paths of hits as the user can open them from where they stand."""

from __future__ import annotations

import os
from pathlib import Path


class PathView:
    """Turns paths inside an index's root into paths relative to the working directory."""

    def __init__(self, root: Path, cwd: Path | None = None) -> None:
        self._root = root.resolve()
        self._cwd = (cwd or Path.cwd()).resolve()

    def shown(self, path: str) -> str:
        """The path relative to the working directory; absolute where no relative one leads there (another drive)."""
        absolute = self.absolute(path)
        try:
            return os.path.relpath(absolute, self._cwd)
        except ValueError:
            return str(absolute)

    def absolute(self, path: str) -> Path:
        """The path from the file system's root."""
        return self._root / path
