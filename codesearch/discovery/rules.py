"""Rules about which files to index by name, combined with `.gitattributes`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from codesearch.discovery.attributes import GENERATED, VENDORED, Attributes
from codesearch.discovery.folders import VCS_FOLDERS, VENDORED_FOLDERS
from codesearch.discovery.options import DiscoveryOptions
from codesearch.discovery.skip_reason import SkipReason
from codesearch.languages.detect import is_candidate

if TYPE_CHECKING:
    from codesearch.globs import Globs

_MINIFIED_NAME = re.compile(r"(?:[.-]min|\.bundle|\.pack(?:ed)?)\.(?:[cm]?js|css)$", re.IGNORECASE)
_SNAPSHOT_NAME = re.compile(r"\.(?:snap|ambr|storyshot|(?:approved|verified|received)\.\w+)$")
_SNAPSHOT_FOLDERS = frozenset("__snapshots__ __image_snapshots__ __file_snapshots__".split())


class Rules:
    """The rules of a discovery: options, `.gitattributes` and names of files and folders."""

    def __init__(self, options: DiscoveryOptions, attributes: Attributes) -> None:
        self._include = _globs(options.include)
        self._exclude = _globs(options.exclude)
        self._attributes = attributes

    def reason_against(self, path: str) -> SkipReason:
        """Why a file is not indexed; NONE if it is."""
        if self._exclude and self._exclude.match_file(path):
            return SkipReason.EXCLUDED
        if self._include:
            return SkipReason.NONE if self._include.match_file(path) else SkipReason.NOT_INCLUDED
        place, _, name = path.rpartition("/")
        folder = _folder(place)
        if folder.is_vcs:
            return SkipReason.NOT_SOURCE
        is_vendored = is_generated = None
        if self._attributes.rules:
            is_vendored = self._attributes.value(path, VENDORED)
            is_generated = self._attributes.value(path, GENERATED)
        if is_vendored or (is_vendored is None and folder.is_vendored):
            return SkipReason.VENDORED
        if is_generated:
            return SkipReason.GENERATED
        if is_generated is None and (reason := _reason_against_name(folder, name)):
            return reason
        return SkipReason.NONE if is_candidate(name) else SkipReason.NOT_SOURCE

    def wants(self, path: str) -> bool:
        """Whether to index a file even if it looks generated."""
        if self._include:
            return True
        return bool(self._attributes.rules) and self._attributes.value(path, GENERATED) is False


class _Folder(NamedTuple):
    """What a folder and those around it are, judging by their names."""

    is_vcs: bool
    is_vendored: bool
    has_snapshots: bool


@lru_cache(maxsize=1 << 14)
def _folder(path: str) -> _Folder:
    names = path.split("/")
    known = (VCS_FOLDERS, VENDORED_FOLDERS, _SNAPSHOT_FOLDERS)
    return _Folder(*(not folders.isdisjoint(names) for folders in known))


def _reason_against_name(folder: _Folder, name: str) -> SkipReason:
    """Why a file is generated, judging by the names of the file and its folders; NONE if it isn't."""
    if _MINIFIED_NAME.search(name):
        return SkipReason.MINIFIED
    return SkipReason.SNAPSHOT if folder.has_snapshots or _SNAPSHOT_NAME.search(name) else SkipReason.NONE


def _globs(patterns: tuple[str, ...]) -> Globs | None:
    from codesearch.globs import compile_globs

    return compile_globs(patterns) if patterns else None
