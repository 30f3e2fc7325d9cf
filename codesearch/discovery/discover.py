"""Which files belong to an index: git's answer inside a repository, a walker's elsewhere, then our own rules."""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from codesearch.discovery import attributes, copies, git
from codesearch.discovery.attributes import GENERATED, VENDORED, Attributes
from codesearch.discovery.folders import VCS_FOLDERS, VENDORED_FOLDERS
from codesearch.discovery.skip_reason import SkipReason
from codesearch.discovery.stamp import Stamp
from codesearch.errors import CodesearchError
from codesearch.languages.detect import is_candidate
from codesearch.opening import acts_on_terminal

if TYPE_CHECKING:
    import ignore

    from codesearch.globs import Globs

MAX_FILE_SIZE = 1_000_000
"""Bytes. Parsing takes about 60 bytes of memory a byte; hand-written files larger than this are rare."""
NOTEBOOK_ENDING = ".ipynb"
_NOTEBOOK_FACTOR = 10
"""Notebooks may be so much larger: most of their bytes are outputs, which are left out."""
OWN_IGNORE_FILES = (".ignore", ".codesearchignore")
_MINIFIED_NAME = re.compile(r"(?:[.-]min|\.bundle|\.pack(?:ed)?)\.(?:[cm]?js|css)$", re.IGNORECASE)
_SNAPSHOT_NAME = re.compile(r"\.(?:snap|ambr|storyshot|(?:approved|verified|received)\.\w+)$")
_SNAPSHOT_FOLDERS = frozenset("__snapshots__ __image_snapshots__ __file_snapshots__".split())
_LARGEST_IGNORE_FILE = 1_000_000


@dataclass(frozen=True, slots=True)
class DiscoveryOptions:
    """What the user changes about discovery. Globs are as in .gitignore, relative to the root."""

    include: tuple[str, ...] = ()
    """Only these; they also bring back what the defaults leave out: vendored, generated, minified files and so on."""
    exclude: tuple[str, ...] = ()
    max_file_size: int = MAX_FILE_SIZE


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to index; the path is relative to the root and `/`-separated."""

    path: str
    stamp: Stamp
    is_wanted: bool = False
    """Whether it is indexed though it look generated: the user says so, or .gitattributes."""


@dataclass(frozen=True, slots=True)
class Discovery:
    """Files sorted by path, and how many were left out, by the value of a SkipReason."""

    files: tuple[FoundFile, ...]
    skipped: Mapping[str, int] = field(default_factory=dict)
    attributes: str = ""
    """What tells the rules by which files are wanted from others; see codesearch.discovery.attributes."""


def discover(root: Path, options: DiscoveryOptions | None = None) -> Discovery:
    """The files under `root` that belong to its index.

    Raises CodesearchError where `root` is not a folder. Ignored files are not counted as skipped: they are
    none of the user's concern.
    """
    options = options or DiscoveryOptions()
    check_root(root)
    skipped: Counter[str] = Counter()
    files: list[FoundFile] = []
    tree = _Tree(root)
    paths = list(_paths(root, tree))
    rules = _Rules(options, attributes.read_attributes(root, filter(_may_say, paths)))
    for path in paths:
        reason = rules.reason_against(path)
        found = reason or _examine(tree, path, options.max_file_size)
        if isinstance(found, FoundFile):
            files.append(replace(found, is_wanted=True) if rules.wants(path) else found)
        elif found:
            skipped[found.value] += 1
    derived = copies.derived([file.path for file in files])
    left_out = {file.path: derived[file.path] for file in files if file.path in derived and not file.is_wanted}
    skipped.update(reason.value for reason in left_out.values())
    kept = (file for file in files if file.path not in left_out)
    return Discovery(tuple(sorted(kept, key=lambda file: file.path)), dict(skipped), rules.attributes.digest)


def size_limit(path: str, max_file_size: int) -> int:
    """The largest size in bytes that a file may have."""
    return max_file_size * _NOTEBOOK_FACTOR if path.endswith(NOTEBOOK_ENDING) else max_file_size


def check_root(root: Path) -> None:
    """Raises CodesearchError where a folder to index is none."""
    if not root.exists():
        raise CodesearchError(f"{root} does not exist")
    if not root.is_dir():
        raise CodesearchError(f"{root} is a file", "index its folder, or pass the file after a question")


def _paths(root: Path, tree: _Tree) -> Iterable[str]:
    listed = git.list_files(root)
    if listed is None:
        listed = git.list_outside(root)
    if listed is None:
        _check_ignore_files(root, tree)
        return _walk(root, tree, with_git_rules=True)
    if any(path.rpartition("/")[2] in OWN_IGNORE_FILES for path in listed) or any(
        (folder / name).exists() for folder in (root, *root.absolute().parents) for name in OWN_IGNORE_FILES
    ):
        _check_ignore_files(root, tree)
        return sorted(set(listed).intersection(_walk(root, tree, with_git_rules=False)))
    return listed


def _ignore_files(root: Path) -> Iterator[str]:
    """Paths of what bears the name of an ignore file, in all folders that a walker may enter."""
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(root / folder) as entries:
                for entry in entries:
                    if entry.name in OWN_IGNORE_FILES or entry.name == ".gitignore":
                        yield folder + entry.name
                    elif entry.is_dir(follow_symlinks=False) and entry.name not in VCS_FOLDERS:
                        waiting.append(f"{folder}{entry.name}/")
        except OSError:
            continue


def _check_ignore_files(root: Path, tree: _Tree) -> None:
    """Raises CodesearchError for an ignore file that is a link or a pipe: the walker might read it for ever."""
    for path in _ignore_files(root):
        try:
            info = tree.look(path)
        except OSError:
            continue
        if not stat.S_ISREG(info.st_mode) or info.st_size > _LARGEST_IGNORE_FILE:
            raise CodesearchError(
                f"{path} is not a regular file of at most 1 MB, as an ignore file has to be", "remove or replace it"
            )


def walked_files(root: Path) -> list[str]:
    """What the walker finds under `root`, by the rules that git goes by; for comparing the two."""
    return list(_walk(root, _Tree(root), with_git_rules=True))


class _Tree:
    """What lies at the paths below a root, each looked at once; folders that are links hold nothing."""

    def __init__(self, root: Path) -> None:
        self._prefix = os.path.join(root, "")  # noqa: PTH118 - joined for every file of an index
        self._seen: dict[str, os.stat_result] = {}
        self._real_folders = {"": True}

    def look(self, path: str) -> os.stat_result:
        """Raises OSError where nothing can be seen there."""
        found = self._seen.get(path)
        if found is None:
            found = self._seen[path] = os.lstat(self._prefix + path)
        return found

    def is_inside(self, path: str) -> bool:
        """Whether no folder on the way is a link. git lists tracked files below folders that became links."""
        unknown = []
        folder = path.rpartition("/")[0]
        while folder not in self._real_folders:
            unknown.append(folder)
            folder = folder.rpartition("/")[0]
        is_real = self._real_folders[folder]
        for below in reversed(unknown):
            is_real = is_real and stat.S_ISDIR(os.lstat(self._prefix + below).st_mode)
            self._real_folders[below] = is_real
        return is_real


def _walk(root: Path, tree: _Tree, with_git_rules: bool) -> Iterator[str]:
    """Paths of the files that no ignore file excludes; links are not followed."""
    prefix = len(os.fspath(root).rstrip(os.sep)) + 1
    for entry in _entries(_walker(root, with_git_rules)):
        path = str(entry.path())[prefix:].replace(os.sep, "/")
        if path and not _is_folder(tree, path):
            yield path


def _walker(root: Path, with_git_rules: bool) -> ignore.Walk:
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
    for folder in VCS_FOLDERS:
        overrides.add(f"!{folder}")
    builder.overrides(overrides.build())
    return builder.build()


def _entries(walk: ignore.Walk) -> Iterator[ignore.DirEntry]:
    """Whatever can be walked: an unreadable folder or a loop of links costs only itself."""
    import ignore

    while True:
        try:
            yield next(walk)
        except StopIteration:
            return
        except (ignore.Error, OSError):
            continue


def _is_folder(tree: _Tree, path: str) -> bool:
    try:
        return stat.S_ISDIR(tree.look(path).st_mode)
    except OSError:
        return False


class _Rules:
    """Our own rules, by name only, and what .gitattributes say of them."""

    def __init__(self, options: DiscoveryOptions, said: Attributes) -> None:
        self._include = _globs(options.include)
        self._exclude = _globs(options.exclude)
        self.attributes = said

    def reason_against(self, path: str) -> SkipReason:
        """Why a file stays out, or nothing."""
        if self._exclude and self._exclude.match_file(path):
            return SkipReason.EXCLUDED
        if self._include:
            return SkipReason.NONE if self._include.match_file(path) else SkipReason.NOT_INCLUDED
        folder, _, name = path.rpartition("/")
        parts = _parts(folder)
        if not VCS_FOLDERS.isdisjoint(parts):
            return SkipReason.NOT_SOURCE
        is_vendored = self.attributes.value(path, VENDORED)
        is_generated = self.attributes.value(path, GENERATED)
        if is_vendored or (is_vendored is None and not VENDORED_FOLDERS.isdisjoint(parts)):
            return SkipReason.VENDORED
        if is_generated:
            return SkipReason.GENERATED
        if is_generated is None and (reason := _reason_against_name(parts, name)):
            return reason
        return SkipReason.NONE if is_candidate(name) else SkipReason.NOT_SOURCE

    def wants(self, path: str) -> bool:
        """Whether a file is wanted that looks as if a program wrote it."""
        return bool(self._include) or self.attributes.value(path, GENERATED) is False


@lru_cache(maxsize=1 << 14)
def _parts(folder: str) -> tuple[str, ...]:
    return tuple(folder.split("/")) if folder else ()


def _may_say(path: str) -> bool:
    """Whether a path may be a .gitattributes that counts: what others wrote does not say that it is ours."""
    return path.endswith(attributes.FILE_NAME) and VENDORED_FOLDERS.isdisjoint(path.split("/"))


def _reason_against_name(folders: tuple[str, ...], name: str) -> SkipReason:
    """Why a file is what a program wrote, by the names of it and of its folders, or nothing."""
    if _MINIFIED_NAME.search(name):
        return SkipReason.MINIFIED
    is_snapshot = _SNAPSHOT_NAME.search(name) or not _SNAPSHOT_FOLDERS.isdisjoint(folders)
    return SkipReason.SNAPSHOT if is_snapshot else SkipReason.NONE


def _globs(patterns: tuple[str, ...]) -> Globs | None:
    from codesearch.globs import compile_globs

    return compile_globs(patterns) if patterns else None


def _examine(tree: _Tree, path: str, max_file_size: int) -> FoundFile | SkipReason:
    """A regular file of a fitting size, or the reason against it: none for a tracked file that is no longer there."""
    if acts_on_terminal(path):
        return SkipReason.UNPRINTABLE_NAME
    try:
        path.encode("utf-8")
        if not tree.is_inside(path):
            return SkipReason.NONE
        info = tree.look(path)
    except UnicodeEncodeError:
        return SkipReason.UNDECODABLE_NAME
    except (FileNotFoundError, NotADirectoryError):
        return SkipReason.NONE
    except OSError:
        return SkipReason.UNREADABLE
    if stat.S_ISLNK(info.st_mode):
        return SkipReason.SYMBOLIC_LINK
    if stat.S_ISDIR(info.st_mode):
        return SkipReason.NESTED_REPOSITORY
    if not stat.S_ISREG(info.st_mode):
        return SkipReason.NOT_REGULAR
    if info.st_size > size_limit(path, max_file_size):
        return SkipReason.TOO_LARGE
    if info.st_size == 0:
        return SkipReason.EMPTY
    return FoundFile(path, Stamp.of(info))
