"""Addresses of exports: `lancedb://` and what LanceDB opens, a folder or a URL of object storage."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codesearch.errors import CodesearchError, InstallExtra

EXPORT = "lancedb://"
"""What addresses of exports begin with."""
STORAGES = ("s3://",)
"""Object storage that the tests cover."""
_ENDPOINT = "AWS_ENDPOINT_URL"
_DETAILS = re.compile(r" \{|,? /\S+\.rs:\d")
"""What follows is for LanceDB's developers."""
_PANIC = "RustPanic"
"""The class of the errors of LanceDB's own faults, as when a file is damaged; it is in no module."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where an export is."""

    text: str
    """As the user wrote it."""
    location: str
    """What LanceDB opens."""

    @classmethod
    def parse(cls, text: str, directory: Path) -> Address:
        """The address that a text names; a folder is relative to `directory`. Raises CodesearchError if it is none."""
        location = text.removeprefix(EXPORT)
        if location == text or not location:
            raise CodesearchError(
                f"{text!r} is not the address of an export", "use lancedb://FOLDER or lancedb://s3://…"
            )
        if "://" not in location:
            return cls(text, os.path.realpath(directory / location))
        if not location.startswith(STORAGES):
            raise CodesearchError(f"{text} is in a storage that is not supported", "use a folder or s3://…")
        return cls(text, location.rstrip("/"))

    @property
    def folder(self) -> Path | None:
        """The folder of this machine that it is in, None for object storage."""
        return None if "://" in self.location else Path(self.location)

    @property
    def to_export(self) -> str:
        """A hint for those who find nothing there."""
        return f"run: codesearch cluster export PLACE --to {shlex.quote(self.text)}"

    @property
    def to_repair(self) -> str:
        """A hint for those who can't read what is there; empty for object storage, where other causes are likelier."""
        return f"if it is damaged, delete it and {self.to_export}" if self.folder else ""

    def connect(self) -> Any:
        """A connection of LanceDB, which makes a missing folder. Raises CodesearchError."""
        os.environ.setdefault("LANCEDB_LOG", "error")  # its warnings are for its developers
        try:
            import lancedb
        except ImportError as error:
            raise CodesearchError(f"{self.text} needs lancedb", InstallExtra("lance")) from error
        with self.reached():
            return lancedb.connect(self.location, storage_options=None if self.folder else _storage_options())

    @contextmanager
    def reached(self, hint: str = "") -> Iterator[None]:
        """Raises CodesearchError for what LanceDB or its storage says is wrong."""
        try:
            yield
        except CodesearchError:
            raise
        except Exception as error:
            is_of_tables = isinstance(error, (OSError, ValueError, RuntimeError, LookupError))
            if not is_of_tables and type(error).__name__ != _PANIC:
                raise
            said = (str(error).strip().splitlines() or [type(error).__name__])[0]
            said = _DETAILS.split(said)[0].removeprefix("Invalid input, ")
            hint = hint if self.folder else "check the bucket, its endpoint and the credentials"
            raise CodesearchError(f"{self.text} can't be used: {said}", hint) from error


def _storage_options() -> dict[str, str]:
    """Besides what LanceDB takes from the environment: an endpoint that was given as http:// is meant so."""
    return {"allow_http": "true"} if os.environ.get(_ENDPOINT, "").startswith("http://") else {}
