"""Where codesearch keeps what belongs to a user and to no index.

Imported by every query before anything else: nothing heavy may be imported here.
"""

from __future__ import annotations

import os
import sys

_KEY_FILE = "origin.key"
_KEY_BYTES = 32


def secret(name: str, size: int, *, create: bool) -> bytes:
    """A random secret of the user, kept in the state folder; empty if there is none, or it can't be kept or is damaged.

    With `create`, it is made if there is none.
    """
    if not (folder := state_folder()):
        return b""
    file = os.path.join(folder, name)  # noqa: PTH118
    try:
        if create and not os.path.exists(file):  # noqa: PTH110
            os.makedirs(folder, mode=0o700, exist_ok=True)  # noqa: PTH103
            descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o600)
            with os.fdopen(descriptor, "wb") as opened:
                opened.write(os.urandom(size))
        with open(file, "rb") as opened:  # noqa: PTH123
            found = opened.read(size + 1)
    except OSError:
        return b""
    return found if len(found) == size else b""


def user_key(*, create: bool) -> bytes:
    """The user's key for digests that nobody else can make; empty as in `secret`."""
    return secret(_KEY_FILE, _KEY_BYTES, create=create)


def state_folder() -> str:
    """The folder `codesearch` in the one that the system has for programs' states; empty if the user has no home."""
    base = os.environ.get("XDG_STATE_HOME") or (os.environ.get("LOCALAPPDATA") if sys.platform == "win32" else "")
    home = os.path.expanduser("~")  # noqa: PTH111
    if not base and os.path.isabs(home):  # noqa: PTH117
        base = os.path.join(home, ".local", "state")  # noqa: PTH118
    return os.path.join(base, "codesearch") if base else ""  # noqa: PTH118
