"""Labelled questions: what is asked, and what in the repository answers it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from codesearch.errors import CodesearchError

NO_CATEGORY = "none"
LAST_LINE = 2**31 - 1
"""The largest number of a line: files of more bytes are never indexed."""
_MOST_BAD_NAMED = 5
_LONGEST_SHOWN = 60


class BadQuestions(CodesearchError):
    """Questions that can't be read; says where and why."""


@dataclass(frozen=True, slots=True)
class Relevant:
    """Something that answers a question: a file or folder, or lines of a file (1-based, inclusive; 0 for all)."""

    path: str
    """As it was written, `/`-separated."""
    start_line: int = 0
    end_line: int = 0

    def __str__(self) -> str:
        """`path`, `path:3` or `path:3-9`."""
        if not self.start_line:
            return self.path
        end = f"-{self.end_line}" if self.end_line > self.start_line else ""
        return f"{self.path}:{self.start_line}{end}"


@dataclass(frozen=True, slots=True)
class LabelledQuestion:
    """A question with what answers it."""

    query: str
    relevant: tuple[Relevant, ...]
    category: str = NO_CATEGORY


def read_questions(text: str) -> list[LabelledQuestion]:
    """Questions of JSON Lines, or of a JSON array as semble's benchmark has them. Raises BadQuestions."""
    questions: list[LabelledQuestion] = []
    bad: list[tuple[str, str]] = []
    for place, value in _values(text.removeprefix("\ufeff")):
        try:
            questions.append(_question(value))
        except ValueError as error:
            bad.append((place, str(error)))
    if bad:
        raise _bad_questions(bad)
    if not questions:
        raise BadQuestions("no questions found", 'write one a line: {"query": "…", "relevant": [{"path": "…"}]}')
    return questions


def _values(text: str) -> Iterator[tuple[str, Any]]:
    """Each question's JSON, or the error that it can't be read with, and where it stands."""
    if text.lstrip().startswith("["):
        try:
            values = json.loads(text)
        except json.JSONDecodeError as error:
            raise BadQuestions(f"line {error.lineno}: no JSON: {error.msg}") from None
        except (ValueError, RecursionError) as error:
            raise BadQuestions(f"the array can't be read: {_why(error)}") from None
        yield from ((f"question {number}", value) for number, value in enumerate(values, 1))
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield f"line {number}", _parsed(line)


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        return ValueError(f"no JSON: {error.msg} at column {error.colno}")
    except (ValueError, RecursionError) as error:
        return ValueError(f"no JSON: {_why(error)}")


def _why(error: ValueError | RecursionError) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else "a number is too long"


def _question(value: Any) -> LabelledQuestion:
    """Raises ValueError, which says what is wrong."""
    if isinstance(value, ValueError):
        raise value
    if not isinstance(value, dict):
        raise ValueError("a question is an object with query and relevant")
    category = value.get("category") or NO_CATEGORY
    if not isinstance(category, str):
        raise ValueError("category is a text")
    items = [*_items(value, "relevant"), *_items(value, "secondary")]
    if not items:
        raise ValueError("relevant is missing or empty")
    return LabelledQuestion(_text(value, "query"), tuple(dict.fromkeys(map(_relevant, items))), category)


def _items(value: dict[str, Any], name: str) -> list[Any]:
    """`secondary` is semble's: it counts as `relevant` does."""
    items = value.get(name) or []
    if not isinstance(items, list):
        raise ValueError(f"{name} is a list")
    return items


def _relevant(item: Any) -> Relevant:
    if isinstance(item, str):
        item = {"path": item}
    if not isinstance(item, dict):
        raise ValueError('what is relevant is a path or {"path", "start_line", "end_line"}')
    path = _text(item, "path").replace("\\", "/").removeprefix("./").rstrip("/")
    start = _line(item, "start_line")
    end = _line(item, "end_line") or start
    if end and not start:
        raise ValueError("end_line stands without start_line")
    if end < start:
        raise ValueError(f"end_line {end} is before start_line {start}")
    return Relevant(path or ".", start, end)


def _line(item: dict[str, Any], name: str) -> int:
    value = item.get(name)
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{name} is a number from 1, not {_shown(value)}")
    if value > LAST_LINE:
        raise ValueError(f"{name} is a number up to {LAST_LINE:,}, not {_shown(value)}")
    return value


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"


def _text(value: dict[str, Any], name: str) -> str:
    text = value.get(name)
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"{name} is missing" if text is None else f"{name} is a text that is not empty")
    return text.strip()


def _bad_questions(bad: list[tuple[str, str]]) -> BadQuestions:
    (place, why), *others = bad
    if not others:
        return BadQuestions(f"{place}: {why}")
    named = ", ".join(place for place, _ in others[:_MOST_BAD_NAMED])
    more = f" and {len(others) - _MOST_BAD_NAMED:,} more" if len(others) > _MOST_BAD_NAMED else ""
    return BadQuestions(f"{place}: {why}", f"also wrong: {named}{more}")
