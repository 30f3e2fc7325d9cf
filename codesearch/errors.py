"""What can go wrong and be mended by the user: one sentence, and where there is one, the way on."""

from __future__ import annotations


class CodesearchError(Exception):
    """A failure that the command line prints as one sentence, with exit code 2."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class IndexNotFound(CodesearchError):
    """No index at or above the path."""


class IndexLocked(CodesearchError):
    """Another process is writing the index."""


class IndexIncompatible(CodesearchError):
    """The index has another format, model or chunker than this program would use."""


class IndexDamaged(CodesearchError):
    """Files of the index are missing or unreadable; `codesearch index` rebuilds what can be derived."""


class IndexUntrusted(IndexDamaged):
    """The index came with the repository or leads out of its folder, so it is not used; it can be rebuilt."""


class ModelUnavailable(CodesearchError):
    """The model can't be loaded: not found, incomplete, unsafe, or its extra is not installed."""
