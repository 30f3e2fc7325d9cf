"""The workspace that a command searches."""

from __future__ import annotations

from pathlib import Path

from codesearch.caller import caller
from codesearch.cli.notes import Notes
from codesearch.workspace import Workspace


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
