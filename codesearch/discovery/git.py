"""git's own answer to which files are not ignored."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import subprocess
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

_SAFE = (
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.hooksPath=" + os.devnull),
    *("-c", "protocol.allow=never"),  # a partial clone would fetch what it lacks
    *("-c", "core.quotePath=false"),
)
"""A repository's own configuration may name programs to run; none is run for us."""

_FOLDS_CASE = sys.platform in ("darwin", "win32")
"""There `.CodeSearch` is the same folder as `.codesearch`."""
_MAGIC = "icase,literal" if _FOLDS_CASE else "literal"
_SPLIT_INDEX = b"link\0"
"""Begins the part that says that paths stand in another file; its length, below 2^24, follows."""
_MOST_READ = 1 << 28
"""Bytes of git's list of tracked files that are looked through; Linux's has 10 million."""
_SECONDS = 60.0
"""git lists a million files in a few; a pipe among its own files would hold it for ever."""
_POINTER = b"gitdir:"
"""How `.git` begins where it is a file."""

QUICKER_FROM = 10_000
"""Files. From here on git saves more than 0.1 s: 75,000 files took it 0.25 s and the walker 1.3 s."""


def list_files(root: Path, places: Collection[str] = ()) -> list[str] | None:
    """Paths under `root`, tracked or untracked but not ignored, relative to it; None where git has no answer.

    With `places`, relative to `root`, only these files and what lies in these folders.

    Submodules and nested repositories come as one path (a folder), not with their files. Deleted files may be
    among them. Names that are not UTF-8 carry surrogates.
    """
    if not inside_repository(root):
        return None
    listed = _ls_files(root, "--cached", "--deduplicate", "--", *places, before=("--literal-pathspecs",))
    return None if listed is None else [path.rstrip("/") for path in listed]


def list_outside(root: Path, at_least: int = QUICKER_FROM) -> list[str] | None:
    """The files of a large folder outside every repository that its `.gitignore` files leave; None to walk instead.

    An empty repository elsewhere lends itself to the question. The walker counts pipes and sockets too and looks
    into repositories below, which git does not.
    """
    if inside_repository(root) or any((above / ".gitignore").exists() for above in root.absolute().parents):
        return None  # git would not look at rules above its work tree, the walker does
    import tempfile

    with tempfile.TemporaryDirectory(prefix="codesearch-") as folder:
        for part in ("objects", "refs"):
            (Path(folder) / part).mkdir()
        (Path(folder) / "HEAD").write_text("ref: refs/heads/none\n", encoding="utf-8")
        listed = _ls_files(root, before=("--git-dir", folder, "--work-tree", "."))
    if listed is None or len(listed) < at_least or any(path.endswith("/") for path in listed):
        return None
    return listed


def _ls_files(root: Path, *which: str, before: tuple[str, ...] = ()) -> list[str] | None:
    listed = _run(root, *before, "ls-files", "-z", "--others", "--exclude-standard", *which)
    return None if listed is None else [os.fsdecode(name) for name in listed.split(b"\0") if name]


@dataclass(frozen=True, slots=True)
class Tracked:
    """What git tracks at and below a path."""

    is_any: bool
    has_content: bool
    """Whether a file is, byte for byte, as git has it. Filters that the repository names are not run to tell."""


def tracked(root: Path, folder: str, file: str) -> Tracked:
    """What git tracks in a folder below `root`, and whether `file` in it is as git has it.

    Where git has no answer (it is missing, or does not trust the repository), what may be tracked counts as tracked.
    """
    repository = next((above for above in (root, *root.parents) if is_repository(above)), None)
    if repository is None or not _may_track(repository, (root / folder).relative_to(repository).as_posix()):
        return Tracked(False, False)
    listed = _run(root, "ls-files", "-z", "--stage", "--", f":({_MAGIC}){folder}")
    if listed is None:
        return Tracked(True, True)
    entries = [entry.partition(b"\t") for entry in listed.split(b"\0") if entry]
    blobs = {head.split()[1] for head, _, path in entries if path.rpartition(b"/")[2] == file.encode()}
    return Tracked(bool(entries), bool(blobs) and not blobs.isdisjoint(_blob_names(root / folder / file)))


def _blob_names(file: Path) -> set[bytes]:
    """What git calls a file's content, by either of its hashes. Raises OSError."""
    data = file.read_bytes()
    head = b"blob %d\0" % len(data)
    return {hashlib.new(kind, head + data).hexdigest().encode() for kind in ("sha1", "sha256")}


def _may_track(repository: Path, path: str) -> bool:
    """False where git's list of tracked files, as most repositories have it, lacks a path: git itself takes 4 ms."""
    mark = repository / ".git"
    try:
        folder = mark if mark.is_dir() else repository / _read(mark).decode().removeprefix(_POINTER.decode()).strip()
        listed = _read(folder / "index")
    except FileNotFoundError:
        return False
    except (OSError, ValueError):
        return True
    version = int.from_bytes(listed[4:8], "big")
    has_whole_paths = version in (2, 3) and _SPLIT_INDEX not in listed and len(listed) < _MOST_READ
    wanted = path.encode()
    if _FOLDS_CASE:
        wanted, listed = wanted.lower(), listed.lower()
    return not has_whole_paths or wanted in listed


def inside_repository(root: Path) -> bool:
    """Whether a folder lies in a git repository."""
    root = root.absolute()
    return any(is_repository(folder) for folder in (root, *root.parents))


def is_repository(folder: Path) -> bool:
    """Whether a folder is the top of a git repository, of one of its worktrees, or of a submodule."""
    mark = folder / ".git"
    try:
        if stat.S_ISDIR(mark.stat().st_mode):
            return stat.S_ISREG((mark / "HEAD").stat().st_mode)
        return _read(mark).startswith(_POINTER)
    except OSError:
        return False


def _read(file: Path) -> bytes:
    """The beginning of a regular file. Raises OSError."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(file, flags), "rb") as opened:
        if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(file))
        return opened.read(_MOST_READ)


def _run(root: Path, *arguments: str) -> bytes | None:
    """What git prints; None where it is missing, too old, too slow, or does not trust the folder."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment["GIT_OPTIONAL_LOCKS"] = "0"
    try:
        done = subprocess.run(
            ["git", *_SAFE, *arguments],
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout
