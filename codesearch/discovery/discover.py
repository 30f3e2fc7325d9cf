"""Finding the files to index: not ignored, not excluded by rules or size, and not copies."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from itertools import chain
from pathlib import Path

from codesearch.discovery import attributes, copies
from codesearch.discovery.discovery import Discovery
from codesearch.discovery.files import Files
from codesearch.discovery.folders import VCS_FOLDERS, VENDORED_FOLDERS
from codesearch.discovery.listing import IGNORE_FILES, list_paths, list_paths_within
from codesearch.discovery.options import DiscoveryOptions
from codesearch.discovery.rules import Rules
from codesearch.discovery.skip_reason import COPIES, SkipReason
from codesearch.discovery.tree import EXAMINED, FoundFile, Tree
from codesearch.errors import CodesearchError

_MOST_PATHS = 500
"""Maximum number of changed paths to list alone; for more, git takes about as long as for all files."""


def discover(root: Path, options: DiscoveryOptions | None = None, before: Discovery | None = None) -> Discovery:
    """The files below `root`. Raises CodesearchError if `root` is not a folder.

    `before` is an earlier result with the same options: what it says of files with the same stamps is kept.
    """
    options = options or DiscoveryOptions()
    check_root(root)
    tree = Tree(root)
    listing = list_paths(root, tree)
    attribute_files = tuple(filter(_may_have_attributes, listing.paths))
    rules = attributes.read_attributes(root, attribute_files)
    empty = Discovery(Files.of(()), {}, rules, attribute_files, listing.is_listed_by_git)
    if before is None or before.attributes != rules:
        return revised(empty, options, tree, (), listing.paths)
    known = replace(before, attribute_files=attribute_files, is_listed_by_git=listing.is_listed_by_git)
    present = set(listing.paths)
    changed = set(before.files.columns.changed(root))
    changed |= {path for path in before.files.paths if path not in present}
    changed |= {path for path, reason in before.skip_reasons.items() if reason in EXAMINED or path not in present}
    changed |= {path for path in before.files.paths if path not in changed and not tree.is_inside(path)}
    new = present.difference(before.files.paths, before.skip_reasons)
    return revised(known, options, tree, changed, [*present.intersection(changed), *new])


def rediscover(root: Path, options: DiscoveryOptions, before: Discovery, changed: Collection[str]) -> Discovery:
    """The same result as `discover`, if only the files and folders `changed` have changed since `before`.

    `changed` are paths relative to `root`, `/`-separated; a folder includes everything below it. All files are listed
    again if the change may affect others, as that of an ignore file does. Raises as discover().
    """
    check_root(root)
    changed = frozenset(changed)
    if not changed:
        return before
    listed = list_paths_within(root, changed) if _can_rediscover(before, changed) else None
    attribute_files = (path for path in before.attribute_files if _is_within(path, changed))
    if listed is None or any(map(_has_rules, chain(listed, attribute_files))):
        return discover(root, options)
    known = chain(before.files.paths, before.skip_reasons)
    within = [path for path in known if _is_within(path, changed)]
    return revised(before, options, Tree(root), within, listed)


def revised(
    before: Discovery, options: DiscoveryOptions, tree: Tree, changed: Iterable[str], listed: Iterable[str]
) -> Discovery:
    """`before` with what is true now of the `changed` files, of which it knows, and of the `listed` ones.

    A changed file that is not listed exists no more, or is ignored.
    """
    rules = Rules(options, before.attributes)

    def examined(path: str) -> FoundFile | SkipReason:
        found = rules.reason_against(path) or tree.examine(path, options.max_file_size)
        return found._replace(is_wanted=True) if isinstance(found, FoundFile) and rules.wants(path) else found

    skip_reasons = dict(before.skip_reasons)
    found = {**dict.fromkeys(changed, SkipReason.NONE), **{path: examined(path) for path in listed}}
    kept = [what for what in found.values() if isinstance(what, FoundFile)]
    if len(kept) == len(found) and all(before.files.get(path) for path in found):
        doubtful = before.doubtful.union(found)
        return replace(before, files=before.files.with_stamps_of(kept), doubtful=doubtful)
    copied = [path for path, reason in skip_reasons.items() if reason in COPIES and path not in found]
    found |= {path: examined(path) for path in copied}  # their source may be gone
    files = {file.path: file for file in before.files}
    for path, what in found.items():
        skip_reasons.pop(path, None)
        files.pop(path, None)
        if isinstance(what, FoundFile):
            files[path] = what
        elif what:
            skip_reasons[path] = what
    for path, reason in copies.derived(list(files)).items():
        if not files[path].is_wanted:
            del files[path]
            skip_reasons[path] = reason
    doubtful = before.doubtful.union(found, files.keys() ^ set(before.files.paths))
    return replace(before, files=Files.of(files.values()), skip_reasons=skip_reasons, doubtful=doubtful)


def check_root(root: Path) -> None:
    """Raises CodesearchError if the root does not exist or is not a folder."""
    if not root.exists():
        raise CodesearchError(f"{root} does not exist")
    if not root.is_dir():
        raise CodesearchError(f"{root} is a file", "index its folder, or pass the file after a question")


def _may_have_attributes(path: str) -> bool:
    """Whether a path may be a .gitattributes with rules for us. Those in vendored folders are ignored."""
    return path.endswith(attributes.FILE_NAME) and VENDORED_FOLDERS.isdisjoint(path.split("/"))


def _can_rediscover(before: Discovery, changed: Collection[str]) -> bool:
    return before.is_listed_by_git and len(changed) <= _MOST_PATHS and not any(map(_has_rules, changed))


def _has_rules(path: str) -> bool:
    """Whether a file affects which others are indexed: an ignore file, .gitattributes, or one of git's own."""
    parts = path.split("/")
    return parts[-1] in IGNORE_FILES or parts[-1] == attributes.FILE_NAME or not VCS_FOLDERS.isdisjoint(parts)


def _is_within(path: str, ancestors: Collection[str]) -> bool:
    """Whether a path or one of its parent folders is in a collection."""
    while path not in ancestors:
        path, slash, _ = path.rpartition("/")
        if not slash:
            return False
    return True
