"""Whether this user created an index: if so, it may be used even if git tracks it, and its model may be loaded.

Each index contains two keyed digests: of its identity and its model, and of its identity and its database file. The key
never leaves the user's own state folder, so an index from elsewhere can't contain valid digests.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from codesearch.index.database import IDENTITY
from codesearch.index.layout import Layout
from codesearch.state import user_key

KEY = "origin"


def mark(meta: Mapping[str, str], layout: Layout) -> str:
    """The digests for an index with these settings; empty if no key can be stored."""
    key = user_key(create=True)
    return f"{_digest(key, *_model(meta))}:{_digest(key, *_file(meta, layout))}" if key else ""


def is_model_chosen_by_user(meta: Mapping[str, str]) -> bool:
    """Whether this user created the index, or the original of a copy, with the model named in its settings."""
    return _matches(meta, 0, _model(meta))


def was_made_here(meta: Mapping[str, str], layout: Layout) -> bool:
    """Whether this user created the index in this very database file: it is neither a copy nor a checkout."""
    return _matches(meta, 1, _file(meta, layout))


def _model(meta: Mapping[str, str]) -> tuple[str, ...]:
    return "model", meta.get(IDENTITY, ""), meta.get("model", "")


def _file(meta: Mapping[str, str], layout: Layout) -> tuple[str, ...]:
    return "file", meta.get(IDENTITY, ""), str(layout.database.stat().st_ino)


def _matches(meta: Mapping[str, str], position: int, facts: tuple[str, ...]) -> bool:
    digests = meta.get(KEY, "").split(":")
    key = user_key(create=False)
    if not key or len(digests) != 2:
        return False
    return hmac.compare_digest(digests[position].encode(), _digest(key, *facts).encode())


def _digest(key: bytes, *facts: str) -> str:
    return hashlib.blake2b("\0".join(facts).encode(), key=key, digest_size=16).hexdigest()
