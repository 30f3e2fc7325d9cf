"""What a worker process is given to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Treatment(Enum):
    """How to chunk files: by syntax; if that fails, into windows of lines; if that fails too, not at all."""

    SYNTAX = "syntax"
    WINDOWS = "windows"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Job:
    """A batch of files to process."""

    paths: tuple[str, ...]
    size: int = 0
    """Bytes of all its files, as far as known; limits of time and memory depend on it."""
    treatment: Treatment = Treatment.SYNTAX
    reason: str = ""
    """Why the files are not chunked by syntax."""
