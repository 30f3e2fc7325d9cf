"""Which files belong to an index: those that are not ignored, by our own rules, of a fitting size, and no copies."""

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
"""Changed paths; listing all files takes git about as long as looking for more than these."""
_COPIES = (SkipReason.BUILT_COPY, SkipReason.GENERATED_DOCUMENTATION)


@dataclass(frozen=True)
class Discovery:
    """What lies below a root."""

    files: tuple[FoundFile, ...]
    """Those to index, sorted by path."""
    left_out: Mapping[str, SkipReason] = field(default_factory=dict)
    """The others, by path. Ignored files are not among them: they do not concern the user."""
    attributes: Attributes = field(default_factory=Attributes)
    attribute_files: tuple[str, ...] = ()
    """Where the attributes were read."""
    is_listed_by_git: bool = False
    """Whether git's rules alone say what is ignored."""

    @cached_property
    def skipped(self) -> dict[str, int]:
        """How many files were left out, by the value of a SkipReason."""
        return dict(Counter(reason.value for reason in self.left_out.values()))


def discover(root: Path, options: DiscoveryOptions | None = None) -> Discovery:
    """The files under `root` that belong to its index. Raises CodesearchError if `root` is not a folder."""
    options = options or DiscoveryOptions()
    check_root(root)
    tree = Tree(root)
    listing = list_paths(root, tree)
    attribute_files = tuple(filter(_may_have_attributes, listing.paths))
    empty = Discovery(
        (), {}, attributes.read_attributes(root, attribute_files), attribute_files, listing.is_listed_by_git
    )
    return _added(empty, options, tree, listing.paths)


def rediscover(root: Path, options: DiscoveryOptions, before: Discovery, changed: Collection[str]) -> Discovery:
    """What `discover` returns now, where since `before` nothing changed but these files and folders.

    `changed` are paths relative to `root`, `/`-separated; a folder stands for all below it. Everything is looked at
    again where that is not enough to tell. Raises as discover().
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
    left_out = {path: reason for path, reason in before.left_out.items() if not _is_within(path, changed)}
    copied = [path for path, reason in left_out.items() if reason in _COPIES]  # may have lost their source
    for path in copied:
        del left_out[path]
    return _added(replace(before, files=files, left_out=left_out), options, Tree(root), [*listed, *copied])


class KnownFiles:
    """The files below a root, remembered so that only what changed has to be looked at again."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._options: DiscoveryOptions | None = None
        self._last = Discovery(())

    def find(self, options: DiscoveryOptions, changed: Collection[str] | None = None) -> Discovery:
        """What is there now. `changed` is all that changed since the last call; None for everything.

        Raises as discover().
        """
        if changed is None or options != self._options:
            self._last = discover(self._root, options)
        else:
            self._last = rediscover(self._root, options, self._last, changed)
        self._options = options
        return self._last


def check_root(root: Path) -> None:
    """Raises CodesearchError if the folder to index is not one."""
    if not root.exists():
        raise CodesearchError(f"{root} does not exist")
    if not root.is_dir():
        raise CodesearchError(f"{root} is a file", "index its folder, or pass the file after a question")


def _added(known: Discovery, options: DiscoveryOptions, tree: Tree, paths: Iterable[str]) -> Discovery:
    """A discovery with further paths, which are examined."""
    rules = Rules(options, known.attributes)
    files = {file.path: file for file in known.files}
    left_out = dict(known.left_out)
    for path in paths:
        reason = rules.reason_against(path)
        found = reason or tree.examine(path, options.max_file_size)
        if isinstance(found, FoundFile):
            files[path] = replace(found, is_wanted=True) if rules.wants(path) else found
        elif found:
            left_out[path] = found
    for path, reason in copies.derived(list(files)).items():
        if not files[path].is_wanted:
            del files[path]
            left_out[path] = reason
    return replace(known, files=tuple(sorted(files.values(), key=lambda file: file.path)), left_out=left_out)


def _may_have_attributes(path: str) -> bool:
    """Whether a path may be a .gitattributes that counts: what others wrote does not say that it is ours."""
    return path.endswith(attributes.FILE_NAME) and VENDORED_FOLDERS.isdisjoint(path.split("/"))


def _can_rediscover(before: Discovery, changed: Collection[str]) -> bool:
    return before.is_listed_by_git and len(changed) <= _MOST_PATHS and not any(map(_has_rules, changed))


def _has_rules(path: str) -> bool:
    """Whether a file decides about others: an ignore file, attributes, or git's own."""
    parts = path.split("/")
    return parts[-1] in IGNORE_FILES or parts[-1] == attributes.FILE_NAME or not VCS_FOLDERS.isdisjoint(parts)


def _is_within(path: str, places: Collection[str]) -> bool:
    """Whether a path, or a folder that it lies in, is one of these places."""
    while path not in places:
        path, slash, _ = path.rpartition("/")
        if not slash:
            return False
    return True
