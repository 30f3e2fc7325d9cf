"""The vocabulary of a static model: its tokens, one per line, in the order of the rows of the table of vectors."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from codesearch.errors import ModelUnavailable

_MOST_MISSES = 30
"""Tokens that may be looked for in the whole text in vain. Each takes .2 ms, and the dictionary 10 ms; a word that is
not a token is looked for in up to 30 pieces."""


class Rows(Protocol):
    """Maps tokens to rows: a dictionary, or a Vocabulary."""

    def get(self, token: str, /) -> int | None:
        """The row of a token; None if there is no such token."""
        ...


class Vocabulary:
    """Maps tokens to rows without a dictionary of all, which a process with a single question would make in vain."""

    def __init__(self, file: Path) -> None:
        """Read a file with one token per line. Raises ModelUnavailable."""
        try:
            lines = file.read_bytes()
            lines.decode()
        except OSError as error:
            raise ModelUnavailable(f"{file} can't be read: {error.strerror}") from error
        except ValueError as error:
            raise ModelUnavailable(f"{file} is not UTF-8: {error}") from error
        self._text = b"\n" + lines.replace(b"\r\n", b"\n")  # git may have checked it out with \r\n
        self._misses = 0
        self._made: dict[str, int] | None = None

    def __len__(self) -> int:
        return self._text.count(b"\n") - 1

    def get(self, token: str, /) -> int | None:
        """The row of a token; None if there is no such token."""
        if self._misses > _MOST_MISSES:
            return self.rows.get(token)
        at = self._text.find(f"\n{token}\n".encode())
        if at >= 0:
            return self._text.count(b"\n", 0, at)
        self._misses += 1
        return None

    def prepare(self) -> None:
        """Make the dictionary now, for many tokens."""
        self._made = self.rows

    @property
    def rows(self) -> dict[str, int]:
        """All tokens with their rows, in order."""
        if self._made is None:
            self._made = dict(zip(self._text[1:].decode().split("\n"), range(len(self)), strict=False))
        return self._made

    @property
    def fastest(self) -> Rows:
        """The dictionary if it was made, else this object."""
        return self if self._made is None else self._made
