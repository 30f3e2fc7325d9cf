"""Configuration files of other programs: read as they are, written in one step."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from codesearch.agents.edits import Unmergeable

_MAX_BYTES = 64_000_000


def read(path: Path) -> str | None:
    """The text of a file, with its byte order mark and line ends; None if there is none. Raises Unmergeable."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise Unmergeable("it is too large")
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise Unmergeable("it is not UTF-8") from None
    except OSError as error:
        raise Unmergeable(f"it can't be read: {error.strerror}") from error


def write(path: Path, text: str) -> list[Path]:
    """Replace or create a file; returns the folders that had to be made, outermost first.

    A link is followed, and the mode kept. Raises Unmergeable for a file that is read-only.
    """
    place = Path(os.path.realpath(path))
    try:
        mode = place.stat().st_mode & 0o777 if place.exists() else None
        if mode is not None and not mode & 0o222:
            raise Unmergeable("it is read-only")
        made = [folder for folder in reversed(place.parents) if not folder.exists()]
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(0o644 & ~_umask() if mode is None else mode)
            Path(name).replace(place)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise Unmergeable(f"it can't be written: {error.strerror}") from error
    return made


def remove(path: Path, folders: list[Path]) -> None:
    """Delete a file, and of these folders, innermost last, those that are empty. Raises Unmergeable."""
    try:
        Path(os.path.realpath(path)).unlink(missing_ok=True)
    except OSError as error:
        raise Unmergeable(f"it can't be deleted: {error.strerror}") from error
    for folder in reversed(folders):
        try:
            folder.rmdir()
        except OSError:
            return  # others put files there


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
