"""A discovery kept in a file, so that another process has to look only at what has changed since.

Only the user who wrote a record can have written it: it begins with a digest whose key never leaves the state folder.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import codesearch
from codesearch.discovery import git
from codesearch.discovery.attributes import Attributes, Rule
from codesearch.discovery.discovery import Discovery
from codesearch.discovery.files import FIELDS, Files, StampedPaths
from codesearch.discovery.options import DiscoveryOptions
from codesearch.discovery.skip_reason import COPIES, SkipReason
from codesearch.discovery.stamp import Stamp
from codesearch.discovery.survey import Survey
from codesearch.discovery.tree import EXAMINED, FoundFile, Tree
from codesearch.opening import open_beneath
from codesearch.state import user_key

_FORMAT = 1
_DIGEST_BYTES = 32
_LENGTH_BYTES = 8
_MAX_BYTES = 1 << 28


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

    def changed(self, root: Path) -> list[str]:
        """The paths of the files that were examined and have changed since, or exist no more."""
        changed = [*self.discovery.files.columns.changed(root), *self.skipped.changed(root)]
        examined = {path for path, reason in self.discovery.skip_reasons.items() if reason in EXAMINED}
        return [*changed, *examined.difference(self.skipped.paths)]


def load(file: Path, root: Path, options: DiscoveryOptions) -> Record | None:
    """The record in a file; None if there is none, or it was made by another user or version or for other options."""
    try:
        with os.fdopen(open_beneath(file.parent, file.name), "rb") as opened:
            data = memoryview(opened.read(_MAX_BYTES))
        if not hmac.compare_digest(data[:_DIGEST_BYTES], _digest(data[_DIGEST_BYTES:])):
            return None
        start = _DIGEST_BYTES + _LENGTH_BYTES
        end = start + int.from_bytes(data[_DIGEST_BYTES:start], "little")
        head = json.loads(bytes(data[start:end]))
        return _read(head, data[end:]) if head["key"] == _key(root, options) else None
    except (OSError, ValueError, KeyError):
        return None


def save(file: Path, root: Path, options: DiscoveryOptions, record: Record) -> None:
    """Write a record, if it can be kept from others. Raises OSError."""
    discovery, survey = record.discovery, record.survey
    columns = (discovery.files.columns, survey.folders, record.skipped)
    head = json.dumps(
        {
            "key": _key(root, options),
            "counts": [len(part.paths) for part in columns],
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
    stamps = np.concatenate([part.stamps for part in columns]).tobytes()
    paths = "\0".join(path for part in columns for path in part.paths).encode("utf-8", "surrogateescape")
    data = b"".join((len(head).to_bytes(_LENGTH_BYTES, "little"), head, stamps, paths))
    if digest := _digest(data, create=True):
        new = file.with_name(file.name + ".new")
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as opened:
            opened.write(digest)
            opened.write(data)
        new.replace(file)


def _read(head: Mapping[str, Any], data: memoryview) -> Record:
    files, folders, skipped = _columns(head["counts"], data)
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


def _columns(counts: list[int], data: memoryview) -> Iterator[StampedPaths]:
    stamps = np.frombuffer(data, np.int64, sum(counts) * FIELDS).reshape(-1, FIELDS)
    paths = bytes(data[stamps.nbytes :]).decode("utf-8", "surrogateescape").split("\0")
    begin = 0
    for count in counts:
        yield StampedPaths(paths[begin : begin + count], stamps[begin : begin + count])
        begin += count


def _key(root: Path, options: DiscoveryOptions) -> str:
    """What a record holds for, besides what its survey shows."""
    repositories = [os.fspath(folder) for folder in (root, *root.parents) if git.is_repository(folder)]
    places = [os.environ.get(name, "") for name in ("HOME", "XDG_CONFIG_HOME")]
    return repr((_FORMAT, codesearch.__version__, os.fspath(root), options, repositories, places))


def _digest(data: bytes | memoryview, *, create: bool = False) -> bytes:
    """The keyed digest of a record; empty if there is no key."""
    key = user_key(create=create)
    return hashlib.blake2b(data, key=key, digest_size=_DIGEST_BYTES).digest() if key else b""
