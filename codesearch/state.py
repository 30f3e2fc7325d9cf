"""Where codesearch keeps what belongs to a user and to no index.

Imported by every query before anything else: nothing heavy may be imported here.
"""

from __future__ import annotations

import os
import sys


def state_folder() -> str:
    """The folder `codesearch` in the one that the system has for programs' states; empty if the user has no home."""
    base = os.environ.get("XDG_STATE_HOME") or (os.environ.get("LOCALAPPDATA") if sys.platform == "win32" else "")
    home = os.path.expanduser("~")  # noqa: PTH111
    if not base and os.path.isabs(home):  # noqa: PTH117
        base = os.path.join(home, ".local", "state")  # noqa: PTH118
    return os.path.join(base, "codesearch") if base else ""  # noqa: PTH118
