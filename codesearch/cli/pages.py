"""Pages that are shown in the user's browser."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from codesearch.caller import caller
from codesearch.errors import CodesearchError, InstallExtra

if TYPE_CHECKING:
    from codesearch.page.pages import Pages
    from codesearch.server.service import Service

_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
"""Any of these variables says where a browser can be shown; without, a program in the terminal would be started."""


@dataclass(frozen=True, slots=True)
class AskedPage:
    """A page that is asked for."""

    folders: tuple[Path, ...]
    port: int
    """0 for any."""

    @classmethod
    def of(cls, paths: Sequence[Path], port: int) -> AskedPage:
        """The page of these folders, or else of the indexed folder or repository around the working directory.

        Raises CodesearchError for what is no folder or if a package is missing, IndexNotFound for a large folder
        outside of repositories.
        """
        from codesearch.cli.workspaces import check_folders

        _check_packages()
        directory = caller().directory
        check_folders(paths)
        folders = [Path(os.path.realpath(directory / path)) for path in paths] or [_around(directory)]
        return cls(tuple(folders), port)


def pages_of(service: Service) -> Pages:
    """The pages of a server; what they need is imported when the first is opened."""
    from codesearch.cli.remedies import hint_of
    from codesearch.page.pages import Pages

    return Pages(service.indexes, hint_of, service.touch)


def show(url: str) -> None:
    """Print an address, and open it in the browser if there is a display."""
    import webbrowser

    print(url, file=caller().stdout, flush=True)
    if sys.platform in ("win32", "darwin") or any(os.environ.get(name) for name in _DISPLAYS):
        webbrowser.open(url)


def _around(directory: Path) -> Path:
    from codesearch.discovery.roots import root_for
    from codesearch.index.layout import find_root

    return find_root(directory) or root_for(directory)


def _check_packages() -> None:
    try:
        import starlette  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError as error:
        raise CodesearchError(f"serving a page needs the package {error.name}", InstallExtra("serve")) from error
