"""Whether this user made an index: then the model that it names may be loaded unasked.

An index of a model other than the default is marked with a keyed digest; the key never leaves the user's own folder
for state, so that no index from elsewhere can bear the mark.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

KEY = "origin"
_KEY_BYTES = 32


def mark(model: str) -> str:
    """The mark of an index of a model: a random text and its digest; empty where no key can be kept."""
    key = _key(create=True)
    nonce = secrets.token_hex(16)
    return f"{nonce}:{_digest(key, nonce, model)}" if key else ""


def is_ours(meta: Mapping[str, str]) -> bool:
    """Whether the settings of an index bear this user's mark."""
    nonce, _, found = meta.get(KEY, "").partition(":")
    key = _key(create=False)
    return bool(key) and hmac.compare_digest(found.encode(), _digest(key, nonce, meta.get("model", "")).encode())


def _digest(key: bytes, nonce: str, model: str) -> str:
    return hashlib.blake2b(f"{nonce}\0{model}".encode(), key=key, digest_size=16).hexdigest()


def _key(*, create: bool) -> bytes:
    """The user's key; empty where there is none."""
    try:
        file = _state_folder() / "codesearch" / "origin.key"
        if create and not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with open(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as opened:  # noqa: PTH123
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
