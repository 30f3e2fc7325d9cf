"""Models of the Hugging Face hub: found in its local cache without its client, downloaded with it."""

from __future__ import annotations

import os
import re
from pathlib import Path

from codesearch.errors import FetchModelElsewhere, InstallExtra, ModelUnavailable

REPOSITORY = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*", re.ASCII)
"""A hub's id: owner/name."""
MAIN = "main"

_SHORTEST_COMMIT = 7
_FILES = (
    "config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "modules.json",
    "sentence_bert_config.json",
    "config_sentence_transformers.json",
    "*_Pooling/config.json",
    "model.safetensors",
    "model-*.safetensors",
    "model.safetensors.index.json",
)
"""Files to download: no pickles, no code."""


def cache_folder() -> Path:
    """The cache of the hub's client, which its environment variables can move."""
    for variable in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if folder := os.environ.get(variable):
            return expand_user(folder)
    if home := os.environ.get("HF_HOME"):
        return expand_user(home) / "hub"
    return expand_user(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface" / "hub"


def expand_user(path: str) -> Path:
    """The path with `~` expanded; unchanged if there is no such user or no home."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - Path.expanduser() raises RuntimeError there


def cached_folder(repository: str, revision: str = MAIN) -> Path | None:
    """The folder of a downloaded revision (a branch, tag, commit or commit prefix), None if there is none."""
    folder = cache_folder() / f"models--{repository.replace('/', '--')}"
    reference = folder / "refs" / revision
    is_reference = os.path.isfile(reference)  # noqa: PTH113 - Path.is_file() raises where the name is too long
    commit = reference.read_text(encoding="ascii", errors="replace").strip() if is_reference else revision
    snapshot = folder / "snapshots" / commit
    if os.path.isdir(snapshot):  # noqa: PTH112
        return snapshot
    if len(commit) >= _SHORTEST_COMMIT and commit.isalnum():
        found = list((folder / "snapshots").glob(f"{commit}*"))
        return found[0] if len(found) == 1 else None
    return None


def fetch(repository: str, revision: str = MAIN) -> Path:
    """Download a revision, with a progress bar on stderr. Returns its folder. Raises ModelUnavailable."""
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError
    except ImportError as error:
        raise ModelUnavailable("fetching models needs huggingface-hub", InstallExtra("jina")) from error
    try:
        return Path(snapshot_download(repository, revision=revision, allow_patterns=list(_FILES)))
    except GatedRepoError as error:
        raise ModelUnavailable(f"{repository} is gated: request access from its owners") from error
    except RepositoryNotFoundError as error:
        raise ModelUnavailable(f"the hub has no model {repository}") from error
    except RevisionNotFoundError as error:
        raise ModelUnavailable(f"{repository} has no revision {revision}") from error
    except Exception as error:  # the client's versions raise errors of several HTTP libraries
        raise ModelUnavailable(f"{repository} could not be fetched: {_reason(error)}", FetchModelElsewhere()) from error


def _reason(error: BaseException) -> str:
    """The first line of the root cause of an error."""
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return next(iter(str(error).splitlines()), "") or type(error).__name__
