"""User-fixable errors: the problem in one sentence, and the fix as facts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class UpdateIndex:
    """Rebuild the index or bring it up to date; `folder` is where it lies, None where there is none yet."""

    folder: Path | None = None
    model: str = ""
    """To make it with, where that is another than now."""
    has_root: bool = True
    """Whether the index says which folder it is of; one that can't be read does not."""


@dataclass(frozen=True, slots=True)
class ReplaceIndex:
    """Upgrade codesearch, or make the index in `folder` anew in place of one that a newer version made."""

    folder: Path


@dataclass(frozen=True, slots=True)
class ChooseModel:
    """Name the model that the index in `folder` was made with, or make it anew with the default."""

    folder: Path
    model: str


@dataclass(frozen=True, slots=True)
class KeepElsewhere:
    """Keep the index in another folder."""

    obstacle: str = ""
    """What stands in the way, where it could be removed instead."""


@dataclass(frozen=True, slots=True)
class KeepInside:
    """Keep the index in the folder that it is of."""


@dataclass(frozen=True, slots=True)
class IndexUnasked:
    """Index a folder that is too large to be indexed unasked."""


@dataclass(frozen=True, slots=True)
class InstallExtra:
    """Install an extra of codesearch."""

    extra: str


@dataclass(frozen=True, slots=True)
class InstallPackage:
    """Install a model's package from a checkout of codesearch."""

    folder: str


@dataclass(frozen=True, slots=True)
class FetchModel:
    """Fetch a model from the hub."""

    model: str
    size: int = 0
    """Bytes, 0 where it is not known."""


@dataclass(frozen=True, slots=True)
class FetchModelElsewhere:
    """Fetch the model on another machine or by another way."""


@dataclass(frozen=True, slots=True)
class FetchModelAgain:
    """Fetch or copy the model's folder again."""


@dataclass(frozen=True, slots=True)
class ListModels:
    """See which models there are."""


@dataclass(frozen=True, slots=True)
class ListLanguages:
    """See which languages there are."""


Remedy = (
    UpdateIndex
    | ReplaceIndex
    | ChooseModel
    | KeepElsewhere
    | KeepInside
    | IndexUnasked
    | InstallExtra
    | InstallPackage
    | FetchModel
    | FetchModelElsewhere
    | FetchModelAgain
    | ListModels
    | ListLanguages
)
"""What fixes an error; the command line says how (codesearch.cli.remedies)."""


class CodesearchError(Exception):
    """A failure that the command line prints as one sentence, with exit code 2."""

    code: ClassVar[str] = "error"
    """Tells kinds of errors apart for programs."""

    def __init__(self, message: str, remedy: str | Remedy = "") -> None:
        """`remedy` is what fixes it: a sentence, or facts."""
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
    """The index has another format, model or chunker than this program would use."""

    code = "index-incompatible"


class IndexDamaged(CodesearchError):
    """Files of the index are missing or unreadable; an update rebuilds what can be derived."""

    code = "index-damaged"


class IndexUntrusted(IndexDamaged):
    """The index came with the repository or leads out of its folder, so it is not used; it can be rebuilt."""

    code = "index-untrusted"


class ModelUnavailable(CodesearchError):
    """The model can't be loaded: not found, incomplete, unsafe, or its extra is not installed."""

    code = "model-unavailable"
