"""Search the last commits: what they say, and the lines that they change."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from codesearch.discovery import git
from codesearch.errors import CodesearchError
from codesearch.index.bm25 import idf, saturated
from codesearch.index.terms import question_terms, terms

if TYPE_CHECKING:
    from codesearch.models.encoder import Encoder

MAX_PATCH_LINES = 400
"""Changed lines of a commit that are searched; a reformatted repository has more than anyone asks about."""
MAX_PATCH_LINE = 300
"""Characters."""
_SUBJECT_WEIGHT, _BODY_WEIGHT, _PATH_WEIGHT = 4, 2, 2
"""How often the words of these count, as for names and paths of chunks (codesearch.index.fields)."""
_ENCODED_LINES = 60
"""Changed lines that are encoded with the message: more would drown it."""
_FORMAT = "%x00%H%x00%ct%x00%an%x00%s%x00%b%x00"
_MARK_BYTES = 16
_ID = re.compile(r"\b[0-9a-f]{7,64}\b")
"""The name of a commit, or its beginning, as git prints it."""
_PATCH_PATH = re.compile(r"^\+\+\+ b/(.*)$|^--- a/(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Commit:
    """A commit with its patch."""

    id: str
    time: int
    """Seconds since the epoch, when it was committed."""
    author: str
    subject: str
    body: str
    paths: tuple[str, ...]
    lines: tuple[str, ...]
    """Added and deleted lines, with their signs; at most MAX_PATCH_LINES."""

    @cached_property
    def terms(self) -> dict[str, int]:
        """How often each term counts."""
        counts: dict[str, int] = {}
        weighted = (
            (self.subject, _SUBJECT_WEIGHT),
            (self.body, _BODY_WEIGHT),
            (" ".join(self.paths), _PATH_WEIGHT),
            ("\n".join(self.lines), 1),
        )
        for text, weight in weighted:
            for term in terms(text):
                counts[term] = counts.get(term, 0) + weight
        return counts


@dataclass(frozen=True, slots=True)
class CommitHit:
    """A commit that answers, and its changed lines that answer best, in order. The score is between 0 and 1."""

    commit: Commit
    score: float
    lines: tuple[str, ...]


def read_commits(root: Path, most: int, within: Sequence[str] = ()) -> list[Commit]:
    """The last commits that changed something below `root`, or these files and folders in it, newest first, without
    merges.

    Raises CodesearchError if it is not in a git repository, or that has no commits.
    """
    if not git.inside_repository(root):
        raise CodesearchError(f"{root} is not in a git repository")
    mark = secrets.token_hex(_MARK_BYTES)  # a patch can hold anything else
    patch = ("-p", "--unified=0", "--relative", "--src-prefix=a/", "--dst-prefix=b/")
    places = [f":(literal){place}" for place in within] or ["."]
    log = git.log(root, f"-n{most}", "--no-renames", "--no-merges", *patch, f"--format={mark}{_FORMAT}", "--", *places)
    if log is None:
        raise CodesearchError(f"{root} has no commits that git can read")
    return [_parse(entry) for entry in log.split(mark)[1:]]


def search_commits(commits: Sequence[Commit], encoder: Encoder, question: str, k: int = 10) -> tuple[CommitHit, ...]:
    """The `k` best commits, best first. A score is the mean of the cosine and of BM25 as a share of the highest, but 1
    for a commit whose id, or the beginning of it, is in the question.

    Raises CodesearchError for an empty question.
    """
    wanted = list(dict.fromkeys(question_terms(question)))
    if not question.strip():
        raise CodesearchError("the question is empty")
    if not commits:
        return ()
    vectors = encoder.encode_documents([_encoder_text(commit) for commit in commits])
    cosines = np.clip(vectors @ encoder.encode_query(question), 0, 1)
    ids = tuple(_ID.findall(question.lower()))
    is_named = np.asarray([commit.id.startswith(ids) for commit in commits], np.bool_)
    scores = np.where(is_named, 1, (cosines + _lexical(commits, wanted)) / 2)
    order = sorted(range(len(commits)), key=lambda i: (-round(float(scores[i]), 6), i))
    best = [i for i in order[:k] if scores[i] > 0]
    return tuple(CommitHit(commits[i], round(float(scores[i]), 4), _best_lines(commits[i], wanted)) for i in best)


def _parse(entry: str) -> Commit:
    _, number, time, author, subject, body, patch = entry.split("\0", 6)
    lines = [line[:MAX_PATCH_LINE] for line in patch.split("\n") if _is_changed(line)]
    paths = dict.fromkeys(added or deleted for added, deleted in _PATCH_PATH.findall(patch))
    return Commit(number, int(time), author, subject, body.strip(), tuple(paths), tuple(lines[:MAX_PATCH_LINES]))


def _is_changed(line: str) -> bool:
    return line[:1] in ("+", "-") and not line.startswith(("+++ ", "--- ")) and bool(line[1:].strip())


def _encoder_text(commit: Commit) -> str:
    code = (line[1:].strip() for line in commit.lines[:_ENCODED_LINES])
    return "\n".join([commit.subject, commit.subject, commit.body, *commit.paths, *code])


def _lexical(commits: Sequence[Commit], wanted: Sequence[str]) -> npt.NDArray[np.float32]:
    """The BM25 score of each commit, as a share of the highest that the question's terms can have."""
    counts = np.asarray([[commit.terms.get(term, 0) for term in wanted] for commit in commits], np.float32)
    lengths = np.asarray([sum(commit.terms.values()) for commit in commits], np.float32)
    if not counts.size:
        return np.zeros(len(commits), np.float32)
    weights = np.asarray([idf(len(commits), int((counts[:, i] > 0).sum())) for i in range(len(wanted))], np.float32)
    rows = np.repeat(np.arange(len(commits)), len(wanted))
    shares = saturated(counts.ravel(), rows, lengths, float(lengths.mean()) or 1.0).reshape(counts.shape)
    return np.asarray((shares * weights).sum(axis=1) / (weights.sum() or 1.0), np.float32)


def _best_lines(commit: Commit, wanted: Sequence[str], most: int = 3) -> tuple[str, ...]:
    """The changed lines with most of the question's terms, in the patch's order."""
    shared = [len(set(wanted).intersection(terms(line))) for line in commit.lines]
    best = sorted(range(len(shared)), key=lambda i: (-shared[i], not commit.lines[i].startswith("+"), i))[:most]
    return tuple(commit.lines[i] for i in sorted(best) if shared[i])
