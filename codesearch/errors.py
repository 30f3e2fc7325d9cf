"""Errors that users can fix: a message of one sentence and, as data, the remedy."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, NamedTuple


class UpdateIndex(NamedTuple):
    """Create, update or rebuild the index in `folder`."""

    folder: Path
    model: str = ""
    """The model to build it with, if not the current one."""
    has_root: bool = True
    """Whether the index records its root; false if it can't be read."""


class ReplaceIndex(NamedTuple):
    """Upgrade codesearch, or rebuild the index in `folder`, which was made by a newer version."""

    folder: Path


class ChooseModel(NamedTuple):
    """Pass the model that the index in `folder` was made with, or rebuild it with the default model."""

    folder: Path
    model: str


class KeepElsewhere(NamedTuple):
    """Keep the index in another folder."""

    obstacle: str = ""
    """What prevents keeping it here, if that could be removed instead."""


class KeepInside:
    """Keep the index inside the indexed folder."""

    __slots__ = ()


class IndexAnyway(NamedTuple):
    """Index a folder that is too large to be indexed automatically."""

    root: Path


class InstallExtra(NamedTuple):
    """Install an extra of codesearch."""

    extra: str


class InstallPackage(NamedTuple):
    """Install a model's package from a checkout of codesearch."""

    folder: str


class FetchModel(NamedTuple):
    """Fetch a model from the hub."""

    model: str
    size: int = 0
    """Bytes; 0 if unknown."""


class FetchModelElsewhere:
    """Fetch the model on another machine, or through a mirror or proxy."""

    __slots__ = ()


class FetchModelAgain:
    """Fetch or copy the model's folder again; it is incomplete or damaged."""

    __slots__ = ()


class ListModels:
    """List the known models."""

    __slots__ = ()


class ListLanguages:
    """List the supported languages."""

    __slots__ = ()


Remedy = (
    UpdateIndex
    | ReplaceIndex
    | ChooseModel
    | KeepElsewhere
    | KeepInside
    | IndexAnyway
    | InstallExtra
    | InstallPackage
    | FetchModel
    | FetchModelElsewhere
    | FetchModelAgain
    | ListModels
    | ListLanguages
)
"""What fixes an error; codesearch.cli.remedies words it as commands."""


class CodesearchError(Exception):
    """A failure that the command line prints as one sentence, with exit code 2."""

    code: ClassVar[str] = "error"
    """Identifies the kind of error to programs."""

    def __init__(self, message: str, remedy: str | Remedy = "") -> None:
        """`remedy` is what fixes it: a sentence or a `Remedy`."""
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class IndexNotFound(CodesearchError):
    """No index at or above the path."""

    code = "index-not-found"


class IndexLocked(CodesearchError):
    """Another process is writing the index."""

    code = "index-locked"


class IndexIncompatible(CodesearchError):
    """The index was made with another format, model or chunker version than this program uses."""

    code = "index-incompatible"


class IndexDamaged(CodesearchError):
    """Files of the index are missing or unreadable; an update rebuilds what can be derived."""

    code = "index-damaged"


class IndexUntrusted(IndexDamaged):
    """The index is committed to the repository or links out of its folder, so it is not used; it can be rebuilt."""

    code = "index-untrusted"


class ModelUnavailable(CodesearchError):
    """The model can't be loaded: it is missing, incomplete or unsafe, or its extra is not installed."""

    code = "model-unavailable"
