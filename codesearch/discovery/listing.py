"""Listing the files below a root that are not ignored: by git in a repository, by a walker elsewhere."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from codesearch.discovery import git
from codesearch.discovery.folders import VCS_FOLDERS, folders_of
from codesearch.discovery.tree import Tree
from codesearch.errors import CodesearchError

if TYPE_CHECKING:
    import ignore

_OWN_IGNORE_FILES = (".ignore", ".codesearchignore")
"""Ignore files that git does not know."""
IGNORE_FILES = (".gitignore", *_OWN_IGNORE_FILES)
_MAX_IGNORE_FILE_SIZE = 1_000_000


class Listing(NamedTuple):
    """The paths below a root that are not ignored."""

    paths: Sequence[str]
    """Relative, `/`-separated. May include deleted files and the folders of nested repositories."""
    is_listed_by_git: bool
    """Whether git's rules alone determined them, without a walker and our own ignore files."""


def list_paths(root: Path, tree: Tree) -> Listing:
    """All paths that are not ignored. Raises CodesearchError for an invalid ignore file."""
    listed = git.list_files(root)
    is_listed_by_git = listed is not None
    if listed is None:
        listed = git.list_outside(root)
    if listed is None:
        _check_ignore_files(root, tree)
        return Listing(list(_walk(root, tree, with_git_rules=True)), False)
    if _has_own_rules_above(root) or _has_own_rules_below(root, listed):
        _check_ignore_files(root, tree)
        return Listing(sorted(set(listed).intersection(_walk(root, tree, with_git_rules=False))), False)
    return Listing(listed, is_listed_by_git)


def list_paths_within(root: Path, paths: Collection[str]) -> list[str] | None:
    """The given files, and those in the given folders, that are not ignored; None if git can't tell.

    For a root whose last listing has `is_listed_by_git`.
    """
    return None if _has_own_rules_above(root) else git.list_files(root, paths)


def _has_own_rules_above(root: Path) -> bool:
    return any((folder / name).exists() for folder in (root, *root.absolute().parents) for name in _OWN_IGNORE_FILES)


def _has_own_rules_below(root: Path, listed: Collection[str]) -> bool:
    """Whether a folder with listed files has an ignore file of ours, which git itself may ignore."""
    folders = (os.path.join(root, folder) for folder in folders_of(listed))  # noqa: PTH118 - of thousands
    return any(os.path.lexists(f"{folder}/{name}") for folder in folders for name in _OWN_IGNORE_FILES)


def ignore_files_above(root: Path) -> Iterator[str]:
    """The ignore files that a folder above the root may have."""
    return (os.fspath(folder / name) for folder in root.parents for name in IGNORE_FILES)


def _ignore_files(root: Path) -> Iterator[str]:
    """Paths with the name of an ignore file, in all folders that a walker may enter."""
    pending = [""]
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(root / folder) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        if entry.name not in VCS_FOLDERS:
                            pending.append(f"{folder}{entry.name}/")
                    elif entry.name in IGNORE_FILES:
                        yield folder + entry.name
        except OSError:
            continue


def _check_ignore_files(root: Path, tree: Tree) -> None:
    """Raises CodesearchError for an ignore file that is too large, or a link or pipe, where the walker could hang."""
    for path in _ignore_files(root):
        try:
            info = tree.look(path)
        except OSError:
            continue
        if not stat.S_ISREG(info.st_mode) or info.st_size > _MAX_IGNORE_FILE_SIZE:
            raise CodesearchError(
                f"{path} is not a regular file of at most 1 MB, as an ignore file has to be", "remove or replace it"
            )


def list_folders(root: Path) -> set[str]:
    """The folders that are not ignored, relative to `root`, which is the empty string."""
    ignored = git.ignored_folders(root)
    return set(_folders_except(root, ignored)) if ignored is not None else set(_walked_folders(root))


def _folders_except(root: Path, ignored: Collection[str]) -> Iterator[str]:
    """All folders but the ignored ones and those in nested repositories, which have their own indexes.

    What the repository itself tracks below a nested one is its own. A `.git` that makes no repository yet is included.
    """
    pending = [""]
    while pending:
        nested = []
        while pending:
            folder = pending.pop()
            yield folder
            if folder and git.is_accepted(root / folder):
                nested.append(folder)
            else:
                pending += _folders_in(root, folder, ignored)
        for folder in git.with_tracked_files(root, nested):
            pending += _folders_in(root, folder, ignored)


def _folders_in(root: Path, folder: str, ignored: Collection[str]) -> list[str]:
    try:
        with os.scandir(root / folder) as entries:
            names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []
    is_entered = {git.FOLDER: git.FOLDER in names and not git.is_accepted(root / folder)}
    paths = (f"{folder}/{name}".lstrip("/") for name in names if is_entered.get(name, name not in VCS_FOLDERS))
    return [path for path in paths if path not in ignored]


def _walked_folders(root: Path) -> Iterator[str]:
    yield ""
    tree = Tree(root)
    prefix = len(os.fspath(root).rstrip(os.sep)) + 1
    for entry in _entries(_walker(root, with_git_rules=True)):
        path = str(entry.path())[prefix:].replace(os.sep, "/")
        if path and _is_folder(tree, path):
            yield path


def walked_files(root: Path) -> list[str]:
    """The files that the walker finds below `root` by git's rules, for comparison with git."""
    return list(_walk(root, Tree(root), with_git_rules=True))


def _walk(root: Path, tree: Tree, with_git_rules: bool) -> Iterator[str]:
    """Paths of the files that no ignore file excludes; symbolic links are not followed."""
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
    builder.add_custom_ignore_filename(_OWN_IGNORE_FILES[1])
    overrides = ignore.overrides.OverrideBuilder(root)
    for folder in VCS_FOLDERS:
        overrides.add(f"!{folder}")
    builder.overrides(overrides.build())
    return builder.build()


def _entries(walk: ignore.Walk) -> Iterator[ignore.DirEntry]:
    """The entries of a walk, without those that raise an error, such as unreadable folders."""
    import ignore

    while True:
        try:
            yield next(walk)
        except StopIteration:
            return
        except (ignore.Error, OSError):
            continue


def _is_folder(tree: Tree, path: str) -> bool:
    try:
        return stat.S_ISDIR(tree.look(path).st_mode)
    except OSError:
        return False
