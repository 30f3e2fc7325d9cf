"""Which hits answer a labelled question.

A relevant item is found by the first hit that lies in its path and, where it has lines, overlaps them by at least one.
It counts once, at that rank: a file that comes twice earns nothing the second time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from codesearch.evaluation.questions import LabelledQuestion, Relevant
from codesearch.search.hit import Hit


@dataclass(frozen=True, slots=True)
class Wanted:
    """A relevant item that the index holds."""

    item: Relevant
    """Its path is relative to the index's root."""
    language: str

    def is_found_by(self, hit: Hit) -> bool:
        """Whether the hit lies in the path and, where there are lines, overlaps them."""
        item = self.item
        if item.start_line and not (hit.start_line <= item.end_line and hit.end_line >= item.start_line):
            return False
        return _lies_in(hit.path, item.path)


@dataclass(frozen=True, slots=True)
class Task:
    """A question that can be scored: something that answers it is in the index."""

    question: LabelledQuestion
    wanted: tuple[Wanted, ...]

    @property
    def language(self) -> str:
        """The language of the first relevant file."""
        return self.wanted[0].language


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What is not scored, because no search of this index could find it."""

    items: Mapping[str, str]
    """Relevant items as they were written, with the reason."""
    questions: tuple[str, ...]
    """Questions that have no other relevant item."""


class Labels:
    """Finds what labels name among the files that a search may return."""

    def __init__(self, languages: Mapping[str, str], root: Path, within: str = "") -> None:
        """`languages` has the language of each such file, by its path from `root`.

        Labels are relative to the root, or else to the folder `within` it.
        """
        self._languages = languages
        self._root = root
        self._within = within

    def resolve(self, questions: Iterable[LabelledQuestion]) -> tuple[list[Task], LeftOut]:
        """The questions that can be scored, and what is left out."""
        tasks, items, unanswerable = [], {}, []
        for question in questions:
            found = {relevant: self._wanted(relevant) for relevant in question.relevant}
            items.update({str(relevant): self._why(relevant) for relevant, wanted in found.items() if not wanted})
            wanted = tuple(dict.fromkeys(filter(None, found.values())))
            if wanted:
                tasks.append(Task(question, wanted))
            else:
                unanswerable.append(question.query)
        return tasks, LeftOut(items, tuple(unanswerable))

    def _wanted(self, relevant: Relevant) -> Wanted | None:
        for path in self._places(relevant):
            language = self._language_of(path)
            if language is not None:
                return Wanted(replace(relevant, path=path), language)
        return None

    def _places(self, relevant: Relevant) -> list[str]:
        below = f"{self._within}/{relevant.path}" if relevant.path != "." else self._within
        return [relevant.path, below] if self._within else [relevant.path]

    def _language_of(self, path: str) -> str | None:
        """The language of a file, the commonest one of a folder, None where no file lies there."""
        if path in self._languages:
            return self._languages[path]
        held = Counter(language for file, language in self._languages.items() if _lies_in(file, path))
        return held.most_common(1)[0][0] if held else None

    def _why(self, relevant: Relevant) -> str:
        is_there = any((self._root / path).exists() for path in self._places(relevant))
        return "not among the files searched" if is_there else "no such file"


def ranks(hits: Sequence[Hit], wanted: Sequence[Wanted]) -> tuple[int, ...]:
    """For each relevant item the rank of the first hit that finds it, from 1; 0 where none does."""
    return tuple(next((rank for rank, hit in enumerate(hits, 1) if item.is_found_by(hit)), 0) for item in wanted)


def _lies_in(path: str, place: str) -> bool:
    return place in (".", path) or path.startswith(place + "/")
