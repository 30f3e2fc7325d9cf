"""What lines have to match, as it is asked for: it can be sent to where the files are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
