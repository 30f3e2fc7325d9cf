"""The workspace that a command searches."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from codesearch.caller import caller
from codesearch.cli.notes import Notes
from codesearch.errors import CodesearchError
from codesearch.workspace import Workspace


def check_folders(paths: Iterable[Path]) -> None:
    """Raise CodesearchError unless all are folders."""
    for path in paths:
        there = caller().directory / path
        if not there.is_dir():
            raise CodesearchError(f"{path} is not a folder" if there.exists() else f"{path} does not exist")


def workspace_of(
    index_dir: Path | None, *, model: str | None = None, device: str = "", refresh: bool = True
) -> Workspace:
    """A workspace for the caller, whose notes it prints: of a server's open indexes if one runs the command."""
    directory = caller().directory
    return Workspace(
        index_dir=index_dir and directory / index_dir,
        model=model,
        device=device,
        refreshes=refresh,
        observer=Notes(),
        indexes=caller().indexes,
        directory=directory,
    )
