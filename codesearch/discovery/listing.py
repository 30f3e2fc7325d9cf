"""The paths of the files below a root that are not ignored: git's answer in a repository, a walker's elsewhere."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from codesearch.discovery import git
from codesearch.discovery.folders import VCS_FOLDERS
from codesearch.discovery.tree import Tree
from codesearch.errors import CodesearchError

if TYPE_CHECKING:
    import ignore

_OWN_IGNORE_FILES = (".ignore", ".codesearchignore")
IGNORE_FILES = (".gitignore", *_OWN_IGNORE_FILES)
_LARGEST_IGNORE_FILE = 1_000_000


@dataclass(frozen=True, slots=True)
class Listing:
    """Paths relative to a root, `/`-separated. There may be deleted files among them, and folders of repositories."""

    paths: Sequence[str]
    is_listed_by_git: bool
    """Whether git alone gave them, without a walker and rules of our own."""


def list_paths(root: Path, tree: Tree) -> Listing:
    """All paths that are not ignored. Raises CodesearchError for an ignore file that can't be one."""
    listed = git.list_files(root)
    is_listed_by_git = listed is not None
    if listed is None:
        listed = git.list_outside(root)
    if listed is None:
        _check_ignore_files(root, tree)
        return Listing(list(_walk(root, tree, with_git_rules=True)), False)
    if any(path.rpartition("/")[2] in _OWN_IGNORE_FILES for path in listed) or _has_own_rules_above(root):
        _check_ignore_files(root, tree)
        return Listing(sorted(set(listed).intersection(_walk(root, tree, with_git_rules=False))), False)
    return Listing(listed, is_listed_by_git)


def list_paths_within(root: Path, places: Collection[str]) -> list[str] | None:
    """The paths in some files and folders of a root whose other paths git has listed; None where git has no answer."""
    return None if _has_own_rules_above(root) else git.list_files(root, places)


def _has_own_rules_above(root: Path) -> bool:
    return any((folder / name).exists() for folder in (root, *root.absolute().parents) for name in _OWN_IGNORE_FILES)


def _ignore_files(root: Path) -> Iterator[str]:
    """Paths of what bears the name of an ignore file, in all folders that a walker may enter."""
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(root / folder) as entries:
                for entry in entries:
                    if entry.name in IGNORE_FILES:
                        yield folder + entry.name
                    elif entry.is_dir(follow_symlinks=False) and entry.name not in VCS_FOLDERS:
                        waiting.append(f"{folder}{entry.name}/")
        except OSError:
            continue


def _check_ignore_files(root: Path, tree: Tree) -> None:
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
    return list(_walk(root, Tree(root), with_git_rules=True))


def _walk(root: Path, tree: Tree, with_git_rules: bool) -> Iterator[str]:
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
    builder.add_custom_ignore_filename(_OWN_IGNORE_FILES[1])
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


def _is_folder(tree: Tree, path: str) -> bool:
    try:
        return stat.S_ISDIR(tree.look(path).st_mode)
    except OSError:
        return False
