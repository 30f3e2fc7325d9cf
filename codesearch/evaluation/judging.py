"""Which hits answer a labelled question.

A relevant item is found by the first hit within its path that overlaps its lines, if it has any. It counts once, at
that rank: a second hit in the same file gains nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from codesearch.evaluation.questions import LabelledQuestion, RelevantItem
from codesearch.search.hit import Hit


@dataclass(frozen=True, slots=True)
class IndexedItem:
    """A relevant item that is in the index."""

    item: RelevantItem
    """Its path is relative to the index's root."""
    language: str

    def is_found_by(self, hit: Hit) -> bool:
        """Whether the hit is within the path and overlaps the lines, if there are any."""
        item = self.item
        if item.start_line and not (hit.start_line <= item.end_line and hit.end_line >= item.start_line):
            return False
        return _is_within(hit.path, item.path)


@dataclass(frozen=True, slots=True)
class Task:
    """A question that can be scored, since the index contains at least one relevant item."""

    question: LabelledQuestion
    items: tuple[IndexedItem, ...]

    @property
    def language(self) -> str:
        """The language of the first relevant file."""
        return self.items[0].language


@dataclass(frozen=True, slots=True)
class Unscored:
    """What is not scored because it is not in the index."""

    items: Mapping[str, str]
    """The reason for each relevant item, as written in the label."""
    questions: tuple[str, ...]
    """Questions without any relevant item in the index."""


class Labels:
    """Resolves labels to the files that a search may return."""

    def __init__(self, languages: Mapping[str, str], root: Path, within: str = "") -> None:
        """`languages` maps the path of each such file, relative to `root`, to its language.

        Labels are relative to the root or, failing that, to the folder `within` it.
        """
        self._languages = languages
        self._root = root
        self._within = within

    def resolve(self, questions: Iterable[LabelledQuestion]) -> tuple[list[Task], Unscored]:
        """The questions that can be scored, and what can't."""
        tasks, items, unanswerable = [], {}, []
        for question in questions:
            found = {label: self._indexed(label) for label in question.relevant}
            items.update({str(label): self._reason(label) for label, item in found.items() if not item})
            indexed = tuple(dict.fromkeys(filter(None, found.values())))
            if indexed:
                tasks.append(Task(question, indexed))
            else:
                unanswerable.append(question.query)
        return tasks, Unscored(items, tuple(unanswerable))

    def _indexed(self, label: RelevantItem) -> IndexedItem | None:
        for path in self._paths(label):
            language = self._language_of(path)
            if language is not None:
                return IndexedItem(replace(label, path=path), language)
        return None

    def _paths(self, label: RelevantItem) -> list[str]:
        below = f"{self._within}/{label.path}" if label.path != "." else self._within
        return [label.path, below] if self._within else [label.path]

    def _language_of(self, path: str) -> str | None:
        """The language of a file, or the most common one in a folder; None if no file is there."""
        if path in self._languages:
            return self._languages[path]
        inside = Counter(language for file, language in self._languages.items() if _is_within(file, path))
        return inside.most_common(1)[0][0] if inside else None

    def _reason(self, label: RelevantItem) -> str:
        exists = any((self._root / path).exists() for path in self._paths(label))
        return "not among the files searched" if exists else "no such file"


def ranks(hits: Sequence[Hit], items: Sequence[IndexedItem]) -> tuple[int, ...]:
    """For each relevant item the rank of the first hit that finds it, from 1; 0 if none does."""
    return tuple(next((rank for rank, hit in enumerate(hits, 1) if item.is_found_by(hit)), 0) for item in items)


def _is_within(path: str, parent: str) -> bool:
    return parent in (".", path) or path.startswith(parent + "/")
