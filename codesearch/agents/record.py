"""What was put into which file, so that it can be taken out to the byte. Without it, entries are found by name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from codesearch.agents.edits import Span, Unmergeable, cut
from codesearch.agents.files import read, write
from codesearch.state import state_folder


@dataclass(frozen=True, slots=True)
class Written:
    """One change of one file."""

    digest: str
    """Of the text after the change."""
    spans: tuple[Span, ...]
    """What was inserted into it."""
    is_new: bool
    """Whether there was no such file before."""
    folders: tuple[str, ...] = ()
    """Those that were made for it, outermost first."""

    def undone(self, text: str) -> str | None:
        """The text before the change; None if the file was changed since."""
        return cut(text, self.spans) if digest(text) == self.digest else None


class Records:
    """The changes that are in place, by file. They outlive the process in the user's folder for states."""

    def __init__(self, file: Path | None = None) -> None:
        """By default, the file of the user; nothing is kept where the user has no home."""
        folder = state_folder()
        self._file = file or (Path(folder) / "install.json" if folder else None)
        self._records = _loaded(self._file)

    def get(self, path: Path) -> Written | None:
        """The change of a file."""
        return self._records.get(str(path))

    def set(self, path: Path, written: Written | None) -> None:
        """Keep the change of a file, or forget it."""
        self._records.pop(str(path), None)
        if written is not None:
            self._records[str(path)] = written
        if self._file is not None:
            with suppress(Unmergeable):
                document = {place: asdict(record) for place, record in self._records.items()}
                write(self._file, json.dumps(document, indent=1) + "\n")


def digest(text: str) -> str:
    """What tells a text from others."""
    return hashlib.sha256(text.encode()).hexdigest()


def _loaded(file: Path | None) -> dict[str, Written]:
    with suppress(Unmergeable, ValueError, TypeError, KeyError, AttributeError):
        text = read(file) if file else None
        return {path: _written(record) for path, record in json.loads(text or "{}").items()}
    return {}


def _written(record: Any) -> Written:
    spans: Sequence[Any] = record["spans"]
    return Written(
        record["digest"],
        tuple(Span(int(span["start"]), int(span["end"])) for span in spans),
        bool(record["is_new"]),
        tuple(map(str, record["folders"])),
    )
