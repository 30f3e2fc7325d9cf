"""What lines have to match, as it is asked for: it can be sent, and compiled where the files are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from codesearch.errors import CodesearchError

if TYPE_CHECKING:
    from codesearch.exact.pattern import Pattern


class Case(StrEnum):
    """Whether upper and lower case are the same."""

    SENSITIVE = "sensitive"
    IGNORED = "ignored"
    SMART = "smart"
    """Ignored unless the pattern has an upper-case letter."""


@dataclass(frozen=True, slots=True)
class PatternRequest:
    """One or several regular expressions, and how they are to be matched; see Pattern."""

    expressions: tuple[str, ...]
    case: Case = Case.SENSITIVE
    is_literal: bool = False
    whole_words: bool = False

    def compiled(self) -> Pattern:
        """The pattern. Raises PatternError, and CodesearchError where re2 is not installed."""
        try:
            from codesearch.exact.pattern import Pattern
        except ModuleNotFoundError as error:  # on systems for which there are no wheels
            raise CodesearchError(f"-e needs {error.name}", "install the package google-re2") from error
        return Pattern(self.expressions, case=self.case, is_literal=self.is_literal, whole_words=self.whole_words)
