"""Remedies of errors as hints, with commands that work in the current directory."""

from __future__ import annotations

import shlex
from pathlib import Path

from codesearch.caller import caller
from codesearch.discovery.folders import INDEX_FOLDER
from codesearch.errors import (
    ChooseModel,
    CodesearchError,
    FetchModel,
    FetchModelAgain,
    FetchModelElsewhere,
    IndexAnyway,
    InstallExtra,
    InstallPackage,
    KeepElsewhere,
    KeepInside,
    ListLanguages,
    ListModels,
    Remedy,
    ReplaceIndex,
    UpdateIndex,
)
from codesearch.index.layout import root_of

DISTRIBUTION = "codesearch-local"


def hint_of(error: CodesearchError) -> str:
    """The hint for an error, or an empty string."""
    return error.remedy if isinstance(error.remedy, str) else _hint(error.remedy)


def update_command(folder: Path, *options: str) -> str:
    """The command that updates the index in `folder`."""
    words = ["codesearch", "index", *options]
    if folder.name != INDEX_FOLDER:
        words += ["--index-dir", str(folder)]
    else:
        words += _named(folder.parent)
    return shlex.join(words)


def _named(root: Path) -> list[str]:
    """The argument that has `codesearch index` index a root; none where it does so by itself."""
    return [] if root_of(caller().directory) == root else [str(root)]


def _hint(remedy: Remedy) -> str:
    match remedy:
        case UpdateIndex(folder, model, has_root):
            command_for = update_command if has_root else _rebuild_command
            return f"run: {command_for(folder, *(('--model', model) if model else ()))}"
        case ReplaceIndex(folder):
            return f"upgrade codesearch, or run: {_rebuild_command(folder, '--force')}"
        case ChooseModel(folder, model):
            from codesearch.models.loading import DEFAULT_MODEL

            command = update_command(folder, "--model", DEFAULT_MODEL)
            return f"add --model {shlex.quote(model)} to use it, or rebuild the index: {command}"
        case KeepElsewhere(obstacle):
            return f"{obstacle}: remove it, or {_ELSEWHERE}" if obstacle else _ELSEWHERE
        case KeepInside():
            return "keep the index inside it: omit --index-dir"
        case IndexAnyway(root):
            return f"to index it anyway, run: {shlex.join(['codesearch', 'index', *_named(root)])}"
        case InstallExtra(extra):
            return f"run: pip install '{DISTRIBUTION}[{extra}]' (in a clone: pip install '.[{extra}]')"
        case InstallPackage(place):
            return f"run: pip install {place}, in a clone of codesearch"
        case FetchModel(model, size):
            about = f" ({size / 1e6:.0f} MB)" if size else ""
            return f"run: codesearch models get {model}{about}; or pass its folder, or use the default model"
        case FetchModelElsewhere():
            return (
                "fetch it on another machine and pass its folder (--model FOLDER), set HF_ENDPOINT (a mirror) or "
                "HTTPS_PROXY, or use the default model"
            )
        case FetchModelAgain():
            return "fetch it again: codesearch models get NAME, or copy the whole folder"
        case ListModels():
            return "to list known models, run: codesearch models"
        case ListLanguages():
            return "to list them, run: codesearch languages"
    raise AssertionError(remedy)


_ELSEWHERE = "use --index-dir to keep the index elsewhere"


def _rebuild_command(folder: Path, *options: str) -> str:
    """The command that rebuilds an index. For one outside its root, the root is not known and FOLDER stands for it."""
    command = update_command(folder, *options)
    return f"{command} FOLDER" if folder.name != INDEX_FOLDER else command
