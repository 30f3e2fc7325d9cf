"""Finding the files to index: not ignored, not excluded by rules or size, and not copies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from pathlib import Path

from codesearch.discovery import attributes, copies
from codesearch.discovery.attributes import Attributes
from codesearch.discovery.folders import VCS_FOLDERS, VENDORED_FOLDERS
from codesearch.discovery.listing import IGNORE_FILES, list_paths, list_paths_within
from codesearch.discovery.options import DiscoveryOptions
from codesearch.discovery.rules import Rules
from codesearch.discovery.skip_reason import SkipReason
from codesearch.discovery.tree import FoundFile, Tree
from codesearch.errors import CodesearchError

_MOST_PATHS = 500
"""Maximum number of changed paths to list alone; for more, git takes about as long as for all files."""
_COPIES = (SkipReason.BUILT_COPY, SkipReason.GENERATED_DOCUMENTATION)


@dataclass(frozen=True)
class Discovery:
    """The files below a root."""

    files: tuple[FoundFile, ...]
    """Files to index, sorted by path."""
    skip_reasons: Mapping[str, SkipReason] = field(default_factory=dict)
    """Skipped files, by path. Does not include ignored files."""
    attributes: Attributes = field(default_factory=Attributes)
    attribute_files: tuple[str, ...] = ()
    """Paths of the files with `attributes`."""
    is_listed_by_git: bool = False
    """Whether git's rules alone determine which files are ignored."""

    @cached_property
    def skipped(self) -> dict[str, int]:
        """The number of skipped files by the value of a SkipReason."""
        return dict(Counter(reason.value for reason in self.skip_reasons.values()))


def discover(root: Path, options: DiscoveryOptions | None = None) -> Discovery:
    """The files below `root`. Raises CodesearchError if `root` is not a folder."""
    options = options or DiscoveryOptions()
    check_root(root)
    tree = Tree(root)
    listing = list_paths(root, tree)
    attribute_files = tuple(filter(_may_have_attributes, listing.paths))
    empty = Discovery(
        (), {}, attributes.read_attributes(root, attribute_files), attribute_files, listing.is_listed_by_git
    )
    return _with_paths(empty, options, tree, listing.paths)


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
    files = tuple(file for file in before.files if not _is_within(file.path, changed))
    skip_reasons = {path: reason for path, reason in before.skip_reasons.items() if not _is_within(path, changed)}
    copied = [path for path, reason in skip_reasons.items() if reason in _COPIES]  # their source may have been deleted
    for path in copied:
        del skip_reasons[path]
    return _with_paths(replace(before, files=files, skip_reasons=skip_reasons), options, Tree(root), [*listed, *copied])


class KnownFiles:
    """Discovers the files below a root, repeatedly; only changed paths have to be examined again."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._options: DiscoveryOptions | None = None
        self._last = Discovery(())

    def find(self, options: DiscoveryOptions, changed: Collection[str] | None = None) -> Discovery:
        """The files that exist now. `changed` are all paths that have changed since the last call; None if unknown.

        Raises as discover().
        """
        if changed is None or options != self._options:
            self._last = discover(self._root, options)
        else:
            self._last = rediscover(self._root, options, self._last, changed)
        self._options = options
        return self._last


def check_root(root: Path) -> None:
    """Raises CodesearchError if the root does not exist or is not a folder."""
    if not root.exists():
        raise CodesearchError(f"{root} does not exist")
    if not root.is_dir():
        raise CodesearchError(f"{root} is a file", "index its folder, or pass the file after a question")


def _with_paths(discovery: Discovery, options: DiscoveryOptions, tree: Tree, paths: Iterable[str]) -> Discovery:
    """Examine further paths and add them to a discovery."""
    rules = Rules(options, discovery.attributes)
    files = {file.path: file for file in discovery.files}
    skip_reasons = dict(discovery.skip_reasons)
    for path in paths:
        reason = rules.reason_against(path)
        found = reason or tree.examine(path, options.max_file_size)
        if isinstance(found, FoundFile):
            files[path] = replace(found, is_wanted=True) if rules.wants(path) else found
        elif found:
            skip_reasons[path] = found
    for path, reason in copies.derived(list(files)).items():
        if not files[path].is_wanted:
            del files[path]
            skip_reasons[path] = reason
    sorted_files = tuple(sorted(files.values(), key=lambda file: file.path))
    return replace(discovery, files=sorted_files, skip_reasons=skip_reasons)


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
