"""Which lines of the files below a root changed since a revision.

git is never asked to look at the content of the work tree: that would run the filters that a repository can name.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import NamedTuple

from codesearch.discovery import git
from codesearch.discovery.encodings import decode
from codesearch.discovery.source import SourceText, normalise_lines, read_source
from codesearch.errors import CodesearchError
from codesearch.search.hit import LineRange

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}.*|.*\b(?:ago|yesterday|today)\b.*|.*\b(?:week|month|day)s?\b.*", re.I)
"""What is taken for a date; git would take any text for one."""
_REVISION = re.compile(r"[^-\s:][^\s:]*")
"""Never begins with a dash, so that git can't take it for an option."""
MAX_COMPARED_LINES = 20_000
"""If more lines differ between the first change and the last, all of these count as changed."""
_MOST_PAIRS = 50_000
"""Pairs of equal lines, one of each text, up to which all are compared: 0.3 s for 220 equal lines among others in both.
With more, lines that are frequent in the new text are not, or two files of equal lines would take hours; then more
lines than need to count as changed."""
ALL_LINES = (LineRange(1, 1 << 30),)


@dataclass(frozen=True, slots=True)
class TrackedFile:
    """A file as git's index has it."""

    blob: str
    size: int
    mtime_ns: int


def resolve_revision(root: Path, since: str) -> str:
    """The commit that a revision (`main`, `v1.2`, `HEAD~3`) or a date (`2024-05-01`, `2 weeks ago`) means.

    A date means the last commit before it, or the empty tree if there is none. Raises CodesearchError.
    """
    if not git.inside_repository(root):
        raise CodesearchError(f"{root} is not in a git repository")
    if _REVISION.fullmatch(since):
        found = git.run(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{since}^{{commit}}")
        if found:
            return found.decode().strip()
    if _DATE.fullmatch(since):
        before = git.run(root, "rev-list", "-1", f"--before={since}", "HEAD")
        if before is not None:
            return before.decode().strip() or _empty_tree(root)
    if (since == "HEAD" or _DATE.fullmatch(since)) and git.run(root, "symbolic-ref", "--quiet", "HEAD"):
        return _empty_tree(root)  # there is no commit yet
    raise CodesearchError(f"there is no revision {since!r}", "use a branch, tag, commit or date, such as 2024-05-01")


def changed_lines(
    root: Path, commit: str, paths: Sequence[str], *, with_deletions: bool = True
) -> Mapping[str, Sequence[LineRange]]:
    """The lines of these files (relative to `root`) that are not in a commit as they are now; unchanged files are
    omitted. A renamed file is compared with what it was. Where lines were deleted, the line behind them counts too
    unless told otherwise. Raises CodesearchError if git can't tell."""
    before = _tree(root, commit)
    known = set(before.values())
    tracked = _tracked(root)
    changed: dict[str, Sequence[LineRange]] = {}
    old: dict[str, str] = {}
    for path in paths:
        blob = _unmodified_blob(root, path, tracked.get(path))
        if blob and (blob == before.get(path) or (path not in before and blob in known)):
            continue
        if path in before:
            old[path] = before[path]
        else:
            changed[path] = ALL_LINES
    if changed:
        renamed = {path: before[source] for path, source in _renamed(root, commit).items() if path in changed}
        changed = {path: lines for path, lines in changed.items() if path not in renamed}
        old |= renamed
    for path, text in _read_blobs(root, old):
        if ranges := _compare(text, read_source(root, path), with_deletions):
            changed[path] = ranges
    return changed


def _tree(root: Path, commit: str) -> dict[str, str]:
    """The blob of each file of a commit below `root`, by path."""
    listing = git.run(root, "ls-tree", "-r", "-z", "--end-of-options", commit)
    if listing is None:
        raise CodesearchError(f"git can't list the files of {commit}")
    entries = (entry.partition(b"\t") for entry in listing.split(b"\0") if entry)
    return {os.fsdecode(path): head.split()[2].decode() for head, _, path in entries}


def _renamed(root: Path, commit: str) -> dict[str, str]:
    """The earlier paths of the files in git's index that were renamed since a commit, and edited or not, by path."""
    listing = git.run(
        root, "diff-index", "--cached", "--relative", "--find-renames", "--diff-filter=R", "--name-status", "-z", commit
    )
    fields = [os.fsdecode(field) for field in (listing or b"").split(b"\0")]
    return dict(zip(fields[2::3], fields[1::3], strict=False))


def _tracked(root: Path) -> dict[str, TrackedFile]:
    """The files in git's index below `root`, with the times and sizes that they had when they were added."""
    listing = git.run(root, "ls-files", "-z", "--stage", "--debug")
    found = {}
    for match in _ENTRY.finditer(listing or b""):
        blob, path, seconds, nanoseconds, size = match.groups()
        mtime = int(seconds) * 10**9 + int(nanoseconds)
        found[os.fsdecode(path)] = TrackedFile(blob.decode(), int(size), mtime)
    return found


_ENTRY = re.compile(
    rb"[0-7]{6} ([0-9a-f]{40,64}) 0\t([^\0]+)\0"
    rb"\s+ctime: [0-9:]+\s+mtime: ([0-9]+):([0-9]+)\s+dev: [0-9]+\tino: [0-9]+\s+uid: [0-9]+\tgid: [0-9]+"
    rb"\s+size: ([0-9]+)\tflags: [0-9a-f]+\n"
)


def _unmodified_blob(root: Path, path: str, tracked: TrackedFile | None) -> str:
    """The blob of a file that is as git's index has it, by size and time; "" if it may not be."""
    if tracked is None:
        return ""
    try:
        info = os.lstat(root / path)
    except OSError:
        return ""
    return tracked.blob if (info.st_size, info.st_mtime_ns) == (tracked.size, tracked.mtime_ns) else ""


def _read_blobs(root: Path, blobs: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Paths with the texts of their blobs, as files are read; those that are not text are omitted."""
    names = list(dict.fromkeys(blobs.values()))
    output = git.run(root, "cat-file", "--batch", stdin="\n".join(names).encode() + b"\n") if names else b""
    if output is None:
        raise CodesearchError("git can't read the old files")
    texts: dict[str, str] = {}
    at = 0
    for name in names:
        head, _, _ = output[at : at + 200].partition(b"\n")
        at += len(head) + 1
        if not head.endswith(b"missing"):
            size = int(head.split()[2])
            decoded = decode(output[at : at + size])
            texts[name] = normalise_lines(decoded.text) if decoded else ""
            at += size + 1
    yield from ((path, texts.get(blob, "")) for path, blob in blobs.items())


def _compare(old: str, new: object, with_deletions: bool) -> Sequence[LineRange]:
    """The lines of the new text that are not in the old one; where lines were deleted, perhaps the line behind them."""
    if not isinstance(new, SourceText):
        return ()
    before, after = old.split("\n"), new.text.split("\n")
    if before == after:
        return ()
    start = _shared(before, after)
    end = _shared(before[start:][::-1], after[start:][::-1])
    old_part, new_part = before[start : len(before) - end], after[start : len(after) - end]
    if max(len(old_part), len(new_part)) > MAX_COMPARED_LINES:
        return [LineRange(start + 1, start + max(len(new_part), 1))]
    counts = Counter(old_part)
    has_many_pairs = sum(counts[line] for line in new_part) > _MOST_PAIRS
    changes = [
        _Change(kind, start + first, start + last)
        for kind, _, _, first, last in SequenceMatcher(None, old_part, new_part, autojunk=has_many_pairs).get_opcodes()
        if kind != "equal" and (with_deletions or kind != "delete")
    ]
    slid = (_slid(change, after) if change.kind == "insert" else change for change in changes)
    return [LineRange(first + 1, max(last, first + 1)) for _, first, last in slid]


class _Change(NamedTuple):
    """Lines of the new text that are not in the old one, from 0, without `last`; as difflib calls the kind."""

    kind: str
    first: int
    last: int


def _slid(inserted: _Change, lines: Sequence[str]) -> _Change:
    """The same insertion where a reader would see it. What was inserted behind `}` may as well be `}` and what follows.

    Of all such places, it is one that begins behind an empty line, is indented least, and is the last.
    """
    first, last = inserted.first, inserted.last
    places = [(first, last)]
    while first > 0 and lines[first - 1] == lines[last - 1]:
        first, last = first - 1, last - 1
        places.append((first, last))
    first, last = inserted.first, inserted.last
    while last < len(lines) and lines[first] == lines[last]:
        first, last = first + 1, last + 1
        places.append((first, last))
    end = len(lines) - (not lines[-1])  # behind the last line break is no line

    def quality(place: tuple[int, int]) -> tuple[bool, int, int]:
        line = lines[place[0]]
        is_behind_empty = bool(line.strip()) and (place[0] == 0 or not lines[place[0] - 1].strip())
        return is_behind_empty, -(len(line) - len(line.lstrip())), place[0]

    return _Change(inserted.kind, *max([place for place in places if place[1] <= end] or places, key=quality))


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines at the beginning are the same."""
    shorter = min(len(one), len(other))
    return next((i for i in range(shorter) if one[i] != other[i]), shorter)


def _empty_tree(root: Path) -> str:
    """The name of a tree without files, in the repository's kind of hash."""
    made = git.run(root, "hash-object", "-t", "tree", "--stdin")
    if not made:
        raise CodesearchError("git can't be run")
    return made.decode().strip()
