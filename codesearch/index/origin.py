"""Whether this user made an index: then it may be used although git tracks it, and the model that it names be loaded.

Each index is marked with two keyed digests, of its identity with its model and with the very file that holds it. The
key never leaves the user's own folder for state, so that no index from elsewhere can bear the marks.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from codesearch.index.database import IDENTITY
from codesearch.index.layout import Layout
from codesearch.state import state_folder

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
        if not (folder := state_folder()):
            return b""
        file = Path(folder) / "origin.key"
        if create and not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as opened:
                opened.write(secrets.token_bytes(_KEY_BYTES))
        key = file.read_bytes()
    except OSError:  # nowhere to keep it
        return b""
    return key if len(key) == _KEY_BYTES else b""
