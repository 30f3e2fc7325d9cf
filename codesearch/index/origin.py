"""Whether this user made an index: then it may be used although git tracks it, and the model that it names be loaded.

Each index is marked with two keyed digests, of its identity with its model and with the very file that holds it. The
key never leaves the user's own folder for state, so that no index from elsewhere can bear the marks.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

from codesearch.index.database import IDENTITY
from codesearch.index.layout import Layout

KEY = "origin"
_KEY_BYTES = 32


def mark(meta: Mapping[str, str], layout: Layout) -> str:
    """The marks of an index with these settings; empty where no key can be kept."""
    key = _key(create=True)
    return f"{_digest(key, *_model(meta))}:{_digest(key, *_file(meta, layout))}" if key else ""


def names_model_of_ours(meta: Mapping[str, str]) -> bool:
    """Whether this user made the index with the model that its settings name, here or in a copy."""
    return _matches(meta, 0, _model(meta))


def was_made_here(meta: Mapping[str, str], layout: Layout) -> bool:
    """Whether this user made the index in the very file where it lies: no copy of it, no checkout."""
    return _matches(meta, 1, _file(meta, layout))


def _model(meta: Mapping[str, str]) -> tuple[str, ...]:
    return "model", meta.get(IDENTITY, ""), meta.get("model", "")


def _file(meta: Mapping[str, str], layout: Layout) -> tuple[str, ...]:
    return "file", meta.get(IDENTITY, ""), str(layout.database.stat().st_ino)


def _matches(meta: Mapping[str, str], place: int, facts: tuple[str, ...]) -> bool:
    marks = meta.get(KEY, "").split(":")
    key = _key(create=False)
    return bool(key) and len(marks) == 2 and hmac.compare_digest(marks[place].encode(), _digest(key, *facts).encode())


def _digest(key: bytes, *facts: str) -> str:
    return hashlib.blake2b("\0".join(facts).encode(), key=key, digest_size=16).hexdigest()


def _key(*, create: bool) -> bytes:
    """The user's key; empty where there is none."""
    try:
        file = _state_folder() / "codesearch" / "origin.key"
        if create and not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as opened:
                opened.write(secrets.token_bytes(_KEY_BYTES))
        key = file.read_bytes()
    except (OSError, RuntimeError):  # nowhere to keep it, or no home
        return b""
    return key if len(key) == _KEY_BYTES else b""


def _state_folder() -> Path:
    """Raises RuntimeError where the user has no home."""
    if folder := os.environ.get("XDG_STATE_HOME"):
        return Path(folder)
    if sys.platform == "win32" and (folder := os.environ.get("LOCALAPPDATA")):
        return Path(folder)
    return Path.home() / ".local" / "state"
