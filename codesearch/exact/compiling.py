"""From what is asked for to a pattern, where the library for it is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codesearch.errors import CodesearchError

if TYPE_CHECKING:
    from codesearch.exact.pattern import Pattern
    from codesearch.exact.request import PatternRequest


def compiled(asked: PatternRequest) -> Pattern:
    """The pattern. Raises PatternError, and CodesearchError where re2 is not installed."""
    try:
        from codesearch.exact.pattern import Pattern
    except ModuleNotFoundError as error:  # on systems for which there are no wheels
        raise CodesearchError(f"-e needs {error.name}", "install the package google-re2") from error
    return Pattern(asked.expressions, case=asked.case, is_literal=asked.is_literal, whole_words=asked.whole_words)
