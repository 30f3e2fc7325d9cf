"""Questions to compare answers by: prose, symbols and filters, for the command line and for the API."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

PROSE = (
    "how are errors handled",
    "read a file",
    "write to disk",
    "parse the arguments",
    "a lock that only one process holds",
    "compare two versions",
    "remove what is not needed any more",
)
SYMBOLS = 5
SHORTEST = 4
"""Letters of a name that says something."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question and its filters."""

    text: str
    kinds: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def is_filtered(self) -> bool:
        """Whether it asks for some chunks only."""
        return bool(self.kinds or self.languages or self.names)

    def arguments(self) -> list[str]:
        """The command line that asks it, answered as JSON."""
        options = [("--kind", self.kinds), ("--lang", self.languages), ("--name", self.names)]
        return ["query", self.text, "--json", *(part for name, values in options for v in values for part in (name, v))]


def questions(names: Iterable[str]) -> list[Question]:
    """Prose, the commonest of the names, and filters."""
    telling = Counter(name for name in names if name.isidentifier() and len(name) >= SHORTEST)
    symbols = [name for name, _ in telling.most_common(SYMBOLS)]
    return [
        *map(Question, (*PROSE, *symbols)),
        Question(PROSE[0], kinds=("function", "method")),
        Question(PROSE[1], languages=("Python",)),
        Question(PROSE[2], names=(f"{symbols[0][:2]}*", f"*{symbols[-1][-3:]}")),
    ]
