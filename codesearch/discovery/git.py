"""Queries to git: which files are not ignored, and which are tracked."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
import subprocess
import sys
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

_SAFE = (
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.hooksPath=" + os.devnull),
    *("-c", "protocol.allow=never"),  # a partial clone would fetch missing objects
    *("-c", "core.quotePath=false"),
    *("-c", "log.showSignature=false"),  # would run gpg.program
)
"""Prevents programs configured by the repository from running."""

_FOLDS_CASE = sys.platform in ("darwin", "win32")
"""File systems are case-insensitive: `.CodeSearch` is the same folder as `.codesearch`."""
_MAGIC = "icase,literal" if _FOLDS_CASE else "literal"
_SPLIT_INDEX = b"link\0"
"""Signature of the extension for a split index, whose paths are partly in another file, and its size's first byte."""
_MAX_BYTES = 1 << 28
"""Bytes read of git's index; that of Linux has 10 million."""
_SECONDS = 60.0
"""Timeout. git lists a million files in a few seconds, but hangs on a named pipe among its own files."""
_BY_BRANCH = "includeif.onbranch:"
"""Beginning of a setting that makes the others depend on the branch."""
FOLDER = ".git"
"""The folder, or the file that points to it, which makes its parent the root of a repository."""
_POINTER = b"gitdir:"
"""First bytes of `.git` if it is a file."""

_HEAD = re.compile(rb"ref:\s*refs/|[0-9a-f]{40}")
"""How the file HEAD of a repository begins."""
_ORIGIN = re.compile(r'^\[remote "origin"\][^\[]*?^\s*url\s*=\s*(\S.*?)\s*$', re.MULTILINE | re.DOTALL)
"""The setting in a configuration file."""

MIN_FILES_OUTSIDE = 10_000
"""From this number of files on, git saves more than 0.1 s: 75,000 files took git 0.25 s and the walker 1.3 s."""


def list_files(root: Path, paths: Collection[str] = ()) -> list[str] | None:
    """Paths of tracked and of untracked, not ignored files, relative to `root`; None if git can't tell.

    With `paths`, relative to `root`, only these files and those in these folders.

    A submodule or nested repository is listed as one path, its folder. Deleted files may be listed too. Names that are
    not UTF-8 contain surrogates.
    """
    if not inside_repository(root):
        return None
    listing = _ls_files(root, "--cached", "--deduplicate", "--", *paths, before=("--literal-pathspecs",))
    return None if listing is None else [path.rstrip("/") for path in listing]


def ignored_folders(root: Path) -> set[str] | None:
    """The outermost folders below `root` that are ignored, relative to it; None if git can't tell."""
    if not inside_repository(root):
        return None
    listed = run(root, "ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory")
    if listed is None:
        return None
    return {os.fsdecode(name[:-1]) for name in listed.split(b"\0") if name.endswith(b"/")}


def with_tracked_files(root: Path, folders: Collection[str]) -> set[str]:
    """Those of the folders, relative to one in a repository, in which it tracks files; a submodule is not one."""
    listed = run(root, "--literal-pathspecs", "ls-files", "-z", "--cached", "--", *folders) if folders else None
    paths = [os.fsdecode(name) for name in (listed or b"").split(b"\0")]
    return {folder for folder in folders if any(path.startswith(f"{folder}/") for path in paths)}


def ignored(root: Path, paths: Collection[str]) -> frozenset[str] | None:
    """Those of the paths, relative to a folder in a repository, that git ignores; None as in `run`."""
    found = run(root, "check-ignore", "-z", "--stdin", stdin=b"\0".join(map(os.fsencode, paths)), codes=(0, 1))
    return None if found is None else frozenset(os.fsdecode(path) for path in found.split(b"\0") if path)


def rule_files(root: Path) -> set[str] | None:
    """The files outside the folders of a root that decide which files git lists; None if git can't tell.

    Some of them may not exist.
    """
    settings = run(root, "config", "-z", "--list", "--show-origin", "--includes")
    if settings is None:
        return None
    home = Path.home()
    user = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config") / "git"
    files = {Path("/etc/gitconfig"), home / ".gitconfig", user / "config", user / "ignore"}
    repository = internals(root)
    if repository:
        git_folder = repository.index_file.parent
        files |= {repository.index_file, repository.exclude, repository.config, git_folder / "config.worktree"}
    fields = os.fsdecode(settings).split("\0")
    for origin_of, setting in zip(fields[::2], fields[1::2], strict=False):
        name, _, value = setting.partition("\n")
        if origin_of.startswith("file:"):
            files.add(root / origin_of.removeprefix("file:"))
        if name == "core.excludesfile" and value:
            files.add(root / os.path.expanduser(value))  # noqa: PTH111
        if repository and name.startswith(_BY_BRANCH):
            files.add(repository.index_file.with_name("HEAD"))
    return set(map(os.fspath, files))


class Internals(NamedTuple):
    """The files of a repository that are read without git."""

    work_tree: Path
    index_file: Path
    """git's index, with the tracked files."""
    exclude: Path
    """Local ignore rules, which are not part of the repository."""
    config: Path
    """Of the repository, which its worktrees share."""


def internals(root: Path) -> Internals | None:
    """Those of the repository that contains a folder; None if there is none, or they can't be read."""
    repository = next((folder for folder in (root, *root.parents) if is_repository(folder)), None)
    if repository is None:
        return None
    try:
        folder = _index_of(repository).parent
        shared = _shared_folder(folder)
    except (OSError, ValueError):
        return None
    return Internals(repository, folder / "index", shared / "info" / "exclude", shared / "config")


def origin(repository: Internals) -> str:
    """The address from which a repository was cloned, as it was given; empty if it was not."""
    try:
        match = _ORIGIN.search(os.fsdecode(_read(repository.config)))
    except (OSError, ValueError):
        return ""
    return match[1].strip('"') if match else ""


def list_outside(root: Path, at_least: int = MIN_FILES_OUTSIDE) -> list[str] | None:
    """The files of a large folder outside any repository that its `.gitignore` files don't exclude.

    None if the folder has to be walked: it has fewer files, contains repositories, or git can't tell. git is run with a
    temporary empty repository. Unlike the walker, it doesn't list pipes and sockets.
    """
    if inside_repository(root) or any((parent / ".gitignore").exists() for parent in root.absolute().parents):
        return None  # git ignores rules above its work tree, the walker doesn't
    import tempfile

    with tempfile.TemporaryDirectory(prefix="codesearch-") as folder:
        for part in ("objects", "refs"):
            (Path(folder) / part).mkdir()
        (Path(folder) / "HEAD").write_text("ref: refs/heads/none\n", encoding="utf-8")
        listing = _ls_files(root, before=("--git-dir", folder, "--work-tree", "."))
    if listing is None or len(listing) < at_least or any(path.endswith("/") for path in listing):
        return None
    return listing


def _ls_files(root: Path, *which: str, before: tuple[str, ...] = ()) -> list[str] | None:
    listing = run(root, *before, "ls-files", "-z", "--others", "--exclude-standard", *which)
    return None if listing is None else [os.fsdecode(name) for name in listing.split(b"\0") if name]


class Tracked(NamedTuple):
    """What git tracks of a folder."""

    is_any: bool
    has_content: bool
    """Whether a file has exactly the tracked content. Filters configured by the repository are not run."""


def tracked(root: Path, folder: str, file: str) -> Tracked:
    """Whether git tracks anything in a folder below `root`, and the current content of `file` in it.

    If git can't tell (it is missing, or does not trust the repository), what may be tracked counts as tracked.
    """
    repository = next((parent for parent in (root, *root.parents) if is_repository(parent)), None)
    if repository is None:
        return Tracked(False, False)
    try:
        index = _index_of(repository)
        info = index.stat()
        listing = _entries(root, folder, repository, index, (info.st_ino, info.st_size, info.st_mtime_ns))
    except FileNotFoundError:
        return Tracked(False, False)
    except (OSError, ValueError):
        return Tracked(True, True)
    entries = [entry.partition(b"\t") for entry in listing.split(b"\0") if entry]
    blobs = {head.split()[1] for head, _, path in entries if path.rpartition(b"/")[2] == file.encode()}
    return Tracked(bool(entries), bool(blobs) and not blobs.isdisjoint(_blob_names(root / folder / file)))


def _blob_names(file: Path) -> set[bytes]:
    """Object names of a file's content as a blob, in SHA-1 and SHA-256. Raises OSError."""
    data = file.read_bytes()
    head = b"blob %d\0" % len(data)
    return {hashlib.new(kind, head + data).hexdigest().encode() for kind in ("sha1", "sha256")}


@lru_cache(maxsize=16)
def _entries(root: Path, folder: str, repository: Path, index: Path, state: tuple[int, ...]) -> bytes:
    """git's entries in a folder below `root`; `state` differs after every change of git's index.

    An update asks several times, and git takes 30 ms for 75,000 files. Raises OSError or ValueError if git can't tell.
    """
    if not _may_track(index, (root / folder).relative_to(repository).as_posix()):
        return b""
    listing = run(root, "ls-files", "-z", "--stage", "--", f":({_MAGIC}){folder}")
    if listing is None:
        raise OSError(errno.EIO, "git can't tell", str(index))
    return listing


def _index_of(repository: Path) -> Path:
    """The file with the tracked files of a repository or worktree. Raises OSError or ValueError."""
    mark = repository / FOLDER
    folder = mark if mark.is_dir() else repository / _read(mark).decode().removeprefix(_POINTER.decode()).strip()
    return folder / "index"


def _may_track(index: Path, path: str) -> bool:
    """False if git's index, in the usual formats, lacks a path. A shortcut: running git takes 4 ms."""
    listing = _read(index)
    version = int.from_bytes(listing[4:8], "big")
    is_searchable = version in (2, 3) and _SPLIT_INDEX not in listing and len(listing) < _MAX_BYTES
    encoded = path.encode()
    if _FOLDS_CASE:
        encoded, listing = encoded.lower(), listing.lower()
    return not is_searchable or encoded in listing


def inside_repository(root: Path) -> bool:
    """Whether a folder is in a git repository."""
    root = root.absolute()
    return any(is_repository(folder) for folder in (root, *root.parents))


def is_repository(folder: Path) -> bool:
    """Whether a folder is the root of a git repository, worktree or submodule."""
    mark = folder / FOLDER
    try:
        if stat.S_ISDIR(mark.stat().st_mode):
            return stat.S_ISREG((mark / "HEAD").stat().st_mode)
        return _read(mark).startswith(_POINTER)
    except OSError:
        return False


def is_accepted(folder: Path) -> bool:
    """Whether git takes a folder for the root of a repository, too: it is complete, as one that is being cloned is not,
    nor a worktree whose repository was moved. Other folders are, to git, folders of the repository around them."""
    if not is_repository(folder):
        return False
    try:
        git_folder = _index_of(folder).parent
        shared = _shared_folder(git_folder)
        has_head = _HEAD.match(_read(git_folder / "HEAD")) is not None
    except (OSError, ValueError):
        return False
    return has_head and (shared / "objects").is_dir() and (shared / "refs").is_dir()


def _shared_folder(git_folder: Path) -> Path:
    """The folder of a repository that its worktrees share. Raises OSError or ValueError."""
    common = git_folder / "commondir"  # of a worktree
    return git_folder / _read(common).decode().strip() if common.exists() else git_folder


def _read(file: Path) -> bytes:
    """The beginning of a regular file. Raises OSError."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(file, flags), "rb") as opened:
        if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(file))
        return opened.read(_MAX_BYTES)


def log(root: Path, *arguments: str, seconds: float = _SECONDS) -> str | None:
    """The output of `git log`, without running the drivers for diffs that a repository can name; None as in `run`."""
    output = run(root, "log", "--no-color", "--no-ext-diff", "--no-textconv", *arguments, seconds=seconds)
    return None if output is None else output.decode("utf-8", "replace")


def run(
    root: Path, *arguments: str, stdin: bytes = b"", seconds: float = _SECONDS, codes: Collection[int] = (0,)
) -> bytes | None:
    """git's output; None if git is missing, too old, too slow, or does not trust the folder.

    `codes` are the exit codes of success.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment["GIT_OPTIONAL_LOCKS"] = "0"
    try:
        completed = subprocess.run(
            ["git", *_SAFE, *arguments],
            cwd=root,
            env=environment,
            input=stdin,
            capture_output=True,
            timeout=seconds,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return completed.stdout if completed.returncode in codes else None
