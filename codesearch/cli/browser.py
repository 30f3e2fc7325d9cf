"""Pages in the user's browser."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from codesearch.caller import caller
from codesearch.errors import CodesearchError, InstallExtra

_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
"""Any of these variables says where a browser can be shown; without, a program in the terminal would be started."""


def folders_of(paths: Sequence[Path]) -> list[Path]:
    """The folders that a page is to show: these, or else the indexed folder or repository around the working directory.

    Raises CodesearchError for what is no folder, IndexNotFound for a large one outside of repositories.
    """
    from codesearch.discovery.roots import root_for
    from codesearch.index.layout import find_root

    directory = caller().directory
    for path in paths:
        if not (directory / path).is_dir():
            raise CodesearchError(f"{path} is not a folder")
    if not paths:
        return [find_root(directory) or root_for(directory)]
    return [Path(os.path.realpath(directory / path)) for path in paths]


def check_packages() -> None:
    """Raises CodesearchError if a package that serves pages is not installed."""
    try:
        import starlette  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError as error:
        raise CodesearchError(f"serving a page needs the package {error.name}", InstallExtra("serve")) from error


def show(url: str) -> None:
    """Print an address, and open it in the browser if there is a display."""
    import webbrowser

    print(url, file=caller().stdout, flush=True)
    if sys.platform in ("win32", "darwin") or any(os.environ.get(name) for name in _DISPLAYS):
        webbrowser.open(url)
