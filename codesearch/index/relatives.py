"""Which indexes are of the same repository: of its worktrees, and of its clones.

A list of this user's indexes, in the state folder, says of which family each one is.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from codesearch.discovery import git
from codesearch.errors import CodesearchError
from codesearch.index.layout import DATABASE, Layout
from codesearch.index.settings import stored_layout
from codesearch.state import state_folder

_LIST = "indexes.json"
_LONGEST_CHAIN = 8
"""Of clones of clones on this machine."""
_HOST = re.compile(r"(?:[a-z+]+://)?(?:[^@/]*@)?([^/:]+)(?::\d+(?=/))?[/:]+(.*)")
"""An address with the protocol and user that it may have, as the same repository can be cloned by several."""


def remember(layout: Layout) -> None:
    """Add an index to the list; one outside git repositories is left out, as it has no relatives."""
    family, folder, families = family_of(layout.root), str(layout.folder), _read()
    if family and families.get(folder) != family:
        existing = {one: other for one, other in families.items() if os.path.lexists(Path(one, DATABASE))}
        _write(existing | {folder: family})


def relatives(layout: Layout) -> list[Layout]:
    """The indexes of other worktrees and clones, the one that was updated last first.

    Whoever makes a second index of the same folder wants to compare the two.
    """
    family = family_of(layout.root)
    found: list[tuple[int, Layout]] = []
    for folder, other in _read().items() if family else ():
        if other == family:
            with suppress(CodesearchError, OSError):
                relative = stored_layout(Path(folder))
                if relative is not None and relative.root != layout.root:
                    found.append((relative.database.stat().st_mtime_ns, relative))
    return [relative for _, relative in sorted(found, key=lambda one: -one[0])]


def family_of(root: Path) -> str:
    """A digest of what the worktrees and clones of one repository have in common: the address of their origin, or else
    the place of the repository itself; and the place of the root in it. Empty outside git repositories."""
    repository = git.internals(root)
    if repository is None:
        return ""
    facts = f"{_origin(repository)}\n{root.relative_to(repository.work_tree).as_posix()}"
    return hashlib.blake2b(facts.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def _origin(repository: git.Internals) -> str:
    for _ in range(_LONGEST_CHAIN):
        address = git.origin(repository).removeprefix("file://")
        if not address:
            return os.path.realpath(repository.config.parent)
        folder = repository.work_tree / address
        further = git.internals(folder) if git.is_repository(folder) else None
        if further is None:
            return _normalised(address)
        repository = further
    return ""


def _normalised(address: str) -> str:
    address = address.rstrip("/").removesuffix(".git")
    match = _HOST.fullmatch(address)
    return f"{match[1].lower()}/{match[2]}" if match else address


def _read() -> dict[str, str]:
    """The family of each index, by the index's folder."""
    try:
        found = json.loads(Path(state_folder(), _LIST).read_text(encoding="utf-8"))
        return {folder: str(family) for folder, family in found.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def _write(families: Mapping[str, str]) -> None:
    """Replace the list. Nothing is kept without a state folder that can be written."""
    if not (folder := state_folder()):
        return
    new = Path(folder, f"{_LIST}.{os.getpid()}")
    with suppress(OSError):
        new.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new.write_text(json.dumps(families, indent=0), encoding="utf-8")
        new.replace(Path(folder, _LIST))
