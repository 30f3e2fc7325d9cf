"""Training sources: checkouts, folders and archives."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from codesearch.discovery import git
from codesearch.errors import CodesearchError
from codesearch.training.archives import ARCHIVE_SUFFIXES, unpack

_LICENSES = (
    ("Apache-2.0", r"Apache License,? Version 2\.0"),
    (
        "PostgreSQL",
        r"PostgreSQL License|copy, modify,? and distribute this software and its documentation for any purpose",
    ),
    ("MIT", r"Permission is hereby granted, free of charge"),
    ("ISC", r"Permission to use, copy, modify,? and(?:/or)? distribute this software for any"),
    ("BSD", r"Redistribution and use in source and binary forms"),
    ("Zlib", r"provided 'as-is', without any express"),
    ("Unlicense", r"free and unencumbered software"),
    ("CC0-1.0", r"CC0 1\.0|Creative Commons Legal Code CC0"),
    ("PSF-2.0", r"PYTHON SOFTWARE FOUNDATION LICENSE"),
    ("Artistic", r"Artistic License"),
)
_RESTRICTIVE = re.compile(
    r"GNU (?:Affero |Lesser |Library )?GENERAL PUBLIC|Mozilla Public License|Business Source", re.I
)
_LICENSE_NAME = re.compile(r"licen[cs]e|^(?:copying|unlicense|copyright|artistic)")
_HEAD = 6000
_SECONDS = 3600.0
"""For the patches of a long history."""


@dataclass(frozen=True, slots=True)
class TrainingSource:
    """One checkout or unpacked archive."""

    name: str
    root: Path
    commit: str = ""
    license: str = ""
    """SPDX-like name of a permissive licence, "" if none was recognised."""
    history: Path | None = None
    """Git directory with the commits of this source, if `root` is not a checkout."""


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit's subject, and the headers of its hunks, where git names the enclosing function."""

    subject: str
    hunk_headers: tuple[str, ...]


def open_source(place: Path, scratch: Path) -> TrainingSource:
    """Open a folder, or an archive, which is unpacked below `scratch`. Raises CodesearchError for anything else."""
    if place.is_dir():
        root = place.resolve()
        return TrainingSource(root.name, root, commit_of(root), license_of(root))
    if place.is_file() and place.name.endswith(ARCHIVE_SUFFIXES):
        scratch.mkdir(parents=True, exist_ok=True)
        root = Path(tempfile.mkdtemp(prefix="source-", dir=scratch))
        unpack(place, root)
        return TrainingSource(place.name, root, "", license_of(root))
    if place.exists():
        raise CodesearchError(
            f"{place} is neither a folder nor a supported archive", f"archives: {' '.join(ARCHIVE_SUFFIXES)}"
        )
    raise CodesearchError(f"{place} does not exist")


def license_of(root: Path) -> str:
    """The permissive licence in a source's licence file, "" if none is recognised."""
    for path in sorted(root.glob("*")) + sorted(root.glob("*/*")):
        if _LICENSE_NAME.search(path.name.lower()) and path.is_file():
            text = " ".join(path.read_text("utf-8", "replace")[:_HEAD].split())
            found = next((spdx for spdx, pattern in _LICENSES if re.search(pattern, text)), "")
            if found and (found == "Artistic" or not _RESTRICTIVE.search(text)):
                return found
    return ""


def commit_of(root: Path) -> str:
    """The commit that is checked out, "" if `root` is not a checkout."""
    commit = git.run(root, "rev-parse", "HEAD") if (root / ".git").exists() else None
    return (commit or b"").decode().strip()


def read_commits(root: Path, most: int) -> Iterator[Commit]:
    """The newest `most` commits without merges; none if git is not installed."""
    options = ("--no-merges", "--unified=0", "--format=%x00%s", "-p", "--diff-filter=M")
    log = git.log(root, f"-n{most}", *options, seconds=_SECONDS)
    for entry in (log or "").split("\0")[1:]:
        subject, _, patch = entry.partition("\n")
        yield Commit(subject, tuple(re.findall(r"^@@[^@\n]*@@ (.+)", patch, re.MULTILINE)))
