"""Which files belong to an index: git's answer inside a repository, a walker's elsewhere, then our own rules."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from codesearch.discovery import git
from codesearch.errors import CodesearchError
from codesearch.languages.detect import is_candidate

MAX_FILE_SIZE = 1_000_000
"""Bytes. Parsing takes about 60 bytes of memory a byte; hand-written files larger than this are rare."""
OWN_IGNORE_FILES = (".ignore", ".codesearchignore")
VENDORED_FOLDERS = frozenset(
    "node_modules bower_components jspm_packages .venv venv site-packages __pypackages__ vendor third_party thirdparty"
    " 3rdparty third-party Pods Carthage".split()
)
MINIFIED_ENDINGS = (".min.js", ".min.css", ".min.mjs", ".bundle.js", "-min.js")
OWN_FOLDER = ".codesearch"
_VCS_FOLDERS = frozenset((".git", ".hg", ".svn", ".jj", OWN_FOLDER))


@dataclass(frozen=True, slots=True)
class DiscoveryOptions:
    """What the user changes about discovery. Globs are as in .gitignore, relative to the root."""

    include: tuple[str, ...] = ()
    """Only these; they also bring back what the defaults for vendored and minified files leave out."""
    exclude: tuple[str, ...] = ()
    max_file_size: int = MAX_FILE_SIZE


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to index; the path is relative to the root and `/`-separated."""

    path: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Discovery:
    """Files sorted by path, and how many were left out for which reason."""

    files: tuple[FoundFile, ...]
    skipped: Mapping[str, int] = field(default_factory=dict)


def discover(root: Path, options: DiscoveryOptions | None = None) -> Discovery:
    """The files under `root` that belong to its index.

    Raises CodesearchError where `root` is not a folder. Ignored files are not counted as skipped: they are
    none of the user's concern.
    """
    options = options or DiscoveryOptions()
    if not root.exists():
        raise CodesearchError(f"{root} does not exist")
    if not root.is_dir():
        raise CodesearchError(f"{root} is a file", "index its folder, or name the file after a question")
    skipped: Counter[str] = Counter()
    wanted = _Rules(options)
    files: list[FoundFile] = []
    for path in _paths(root):
        reason = wanted.reason_against(path)
        found = reason or _examine(root, path, options.max_file_size)
        if isinstance(found, str):
            skipped[found] += 1
        else:
            files.append(found)
    files.sort(key=lambda file: file.path)
    return Discovery(tuple(files), dict(skipped))


def _paths(root: Path) -> Iterable[str]:
    listed = git.list_files(root)
    if listed is None:
        return _walk(root, with_git_rules=True)
    if any(path.endswith(OWN_IGNORE_FILES) for path in listed) or any(
        (root / name).exists() for name in OWN_IGNORE_FILES
    ):
        return sorted(set(listed).intersection(_walk(root, with_git_rules=False)))
    return listed


def _walk(root: Path, with_git_rules: bool) -> Iterator[str]:
    """Paths of the files that no ignore file excludes; links are not followed."""
    import ignore

    builder = ignore.WalkBuilder(root)
    builder.hidden(False)
    builder.require_git(False)
    builder.follow_links(False)
    if not with_git_rules:
        builder.git_ignore(False)
        builder.git_exclude(False)
        builder.git_global(False)
    builder.add_custom_ignore_filename(OWN_IGNORE_FILES[1])
    overrides = ignore.overrides.OverrideBuilder(root)
    for folder in _VCS_FOLDERS:
        overrides.add(f"!{folder}")
    builder.overrides(overrides.build())
    prefix = len(os.fspath(root).rstrip(os.sep)) + 1
    walk = iter(builder.build())
    while True:
        try:
            entry = next(walk)
        except StopIteration:
            return
        except (ignore.Error, OSError):
            continue  # an unreadable folder or a loop of links: the rest is still walked
        path = os.fspath(entry.path())
        if entry.depth() and not _is_folder(path):
            yield path[prefix:].replace(os.sep, "/")


def _is_folder(path: str) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return False


def include_rule(options: DiscoveryOptions) -> IncludeRule:
    """Tells whether the user asked for a path by `include`, which overrides the default against generated files."""
    return IncludeRule(options.include)


@dataclass(frozen=True, slots=True)
class IncludeRule:
    """`options.include` as a function of a path; can be sent to another process."""

    globs: tuple[str, ...]

    def __call__(self, path: str) -> bool:
        spec = _globs(self.globs)
        return bool(spec and spec.match_file(path))


class _Rules:
    """Our own rules, by name only."""

    def __init__(self, options: DiscoveryOptions) -> None:
        self._include = _globs(options.include)
        self._exclude = _globs(options.exclude)

    def reason_against(self, path: str) -> str:
        """Why a file stays out, or nothing."""
        if self._exclude and self._exclude.match_file(path):
            return "excluded"
        if self._include:
            return "" if self._include.match_file(path) else "not included"
        folder, _, name = path.rpartition("/")
        if folder and (reason := _reason_against_folder(folder)):
            return reason
        if name.endswith(MINIFIED_ENDINGS):
            return "minified"
        return "" if is_candidate(name) else "not source"


@lru_cache(maxsize=1 << 14)
def _reason_against_folder(folder: str) -> str:
    parts = folder.split("/")
    if not _VCS_FOLDERS.isdisjoint(parts):
        return "not source"
    return "" if VENDORED_FOLDERS.isdisjoint(parts) else "vendored"


@lru_cache(maxsize=8)
def _globs(patterns: tuple[str, ...]):  # type: ignore[no-untyped-def]
    if not patterns:
        return None
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(patterns)


def _examine(root: Path, path: str, max_file_size: int) -> FoundFile | str:
    """A regular file of a fitting size, or the reason against it."""
    try:
        path.encode("utf-8")
        info = os.lstat(os.path.join(root, path))  # noqa: PTH118 - called for every file of an index
    except UnicodeEncodeError:
        return "undecodable name"
    except OSError:
        return "unreadable"
    if stat.S_ISLNK(info.st_mode):
        return "symbolic link"
    if stat.S_ISDIR(info.st_mode):
        return "nested repository"
    if not stat.S_ISREG(info.st_mode):
        return "not a regular file"
    if info.st_size > max_file_size:
        return "too large"
    if info.st_size == 0:
        return "empty"
    return FoundFile(path, info.st_size, info.st_mtime_ns)
