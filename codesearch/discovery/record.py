"""A discovery kept in a file, so that another process has to look only at what has changed since."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import codesearch
from codesearch.discovery import git, record_file
from codesearch.discovery.attributes import Attributes, Rule
from codesearch.discovery.discovery import Discovery
from codesearch.discovery.files import Files, StampedPaths, Stamps, as_stamps
from codesearch.discovery.options import DiscoveryOptions
from codesearch.discovery.record_file import RecordFile
from codesearch.discovery.skip_reason import COPIES, SkipReason
from codesearch.discovery.stamp import Stamp
from codesearch.discovery.survey import Survey
from codesearch.discovery.tree import EXAMINED, FoundFile, Tree

_FORMAT = 2


class Record(NamedTuple):
    """A discovery, and what tells whether it is still true."""

    discovery: Discovery
    survey: Survey
    skipped: StampedPaths
    """The files that were skipped after they had been examined."""

    @classmethod
    def of(cls, root: Path, options: DiscoveryOptions, discovery: Discovery, survey: Survey) -> Record:
        """A record of what was found last."""
        tree, skipped = Tree(root), {}
        for path, reason in discovery.skip_reasons.items():
            if reason in EXAMINED:
                with suppress(OSError):
                    stamp = Stamp.of(tree.look(path))
                    found = tree.examine(path, options.max_file_size)
                    if found == reason or (reason in COPIES and isinstance(found, FoundFile)):
                        skipped[path] = stamp
        return cls(discovery, survey, StampedPaths.of(skipped))

    @property
    def columns(self) -> tuple[StampedPaths, StampedPaths, StampedPaths]:
        """All its paths: files, folders, and skipped files."""
        return self.discovery.files.columns, self.survey.folders, self.skipped

    def changed(self, root: Path, seen: Stamps | None = None) -> list[str] | None:
        """The paths of the files that were examined and have changed since, or exist no more.

        None if other files may be listed now. `seen` are the present stamps of the paths of `columns`, if known.
        """
        counts = [len(part.paths) for part in self.columns]
        files, folders, skipped = (None,) * 3 if seen is None else np.split(seen, np.cumsum(counts)[:-1])
        if not self.survey.is_current(root, folders):
            return None
        changed = [*self.discovery.files.columns.changed(root, files), *self.skipped.changed(root, skipped)]
        examined = {path for path, reason in self.discovery.skip_reasons.items() if reason in EXAMINED}
        return [*changed, *examined.difference(self.skipped.paths)]


def parsed(file: RecordFile, root: Path, options: DiscoveryOptions) -> Record | None:
    """The record in a file; None if it was made by another version or for other options."""
    try:
        head = json.loads(bytes(file.head))
        return _read(head, file) if head["key"] == _key(root, options) else None
    except (ValueError, KeyError):
        return None


def save(file: Path, root: Path, options: DiscoveryOptions, record: Record) -> None:
    """Write a record, if it can be kept from others. Raises OSError."""
    discovery, survey = record.discovery, record.survey
    head = json.dumps(
        {
            "key": _key(root, options),
            "counts": [len(part.paths) for part in record.columns],
            "wanted": list(discovery.files.wanted),
            "reasons": discovery.skip_reasons,
            "attributes": [(rule.expression, rule.attribute, rule.value) for rule in discovery.attributes.rules],
            "attribute_files": discovery.attribute_files,
            "is_listed_by_git": discovery.is_listed_by_git,
            "basis": discovery.basis,
            "doubtful": list(discovery.doubtful),
            "rules": survey.rules,
        }
    ).encode()
    stamps = np.concatenate([part.stamps for part in record.columns]).tobytes()
    record_file.write(file, chain.from_iterable(part.paths for part in record.columns), head, stamps)


def _read(head: Mapping[str, Any], file: RecordFile) -> Record:
    bounds = np.cumsum(head["counts"])
    stamps = np.split(as_stamps(file.stamps), bounds[:-1])
    starts = (bounds - head["counts"]).tolist()
    paths = [file.paths[start:end] for start, end in zip(starts, bounds.tolist(), strict=True)]
    files, folders, skipped = map(StampedPaths, paths, stamps)
    discovery = Discovery(
        Files(files, frozenset(head["wanted"])),
        {path: SkipReason(reason) for path, reason in head["reasons"].items()},
        Attributes(tuple(Rule(*rule) for rule in head["attributes"])),
        tuple(head["attribute_files"]),
        head["is_listed_by_git"],
        head["basis"],
        frozenset(head["doubtful"]),
    )
    rules = {path: Stamp(*stamp) if stamp else None for path, stamp in head["rules"].items()}
    return Record(discovery, Survey(folders, rules), skipped)


def _key(root: Path, options: DiscoveryOptions) -> str:
    """What a record holds for, besides what its survey shows."""
    repositories = [os.fspath(folder) for folder in (root, *root.parents) if git.is_repository(folder)]
    places = [os.environ.get(name, "") for name in ("HOME", "XDG_CONFIG_HOME")]
    return repr((_FORMAT, codesearch.__version__, os.fspath(root), options, repositories, places))
