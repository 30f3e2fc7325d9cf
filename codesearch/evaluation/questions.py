"""Read labelled questions: queries with the items of the repository that answer them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from codesearch.errors import CodesearchError

NO_CATEGORY = "none"
MAX_LINE = 2**31 - 1
"""The largest line number in a label; larger files are never indexed."""
_MAX_LISTED = 5
_MAX_SHOWN_LENGTH = 60


class BadQuestions(CodesearchError):
    """Questions are malformed; the message says where and how."""


@dataclass(frozen=True, slots=True)
class RelevantItem:
    """A file, a folder, or lines of a file (1-based, inclusive; 0 for all) that answer a question."""

    path: str
    """As written in the label, `/`-separated."""
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
    """A question with the items that answer it."""

    query: str
    relevant: tuple[RelevantItem, ...]
    category: str = NO_CATEGORY


def read_questions(text: str) -> list[LabelledQuestion]:
    """Parse JSON Lines, or a JSON array as in semble's benchmark. Raises BadQuestions."""
    questions: list[LabelledQuestion] = []
    bad: list[tuple[str, str]] = []
    for place, value in _values(text.removeprefix("\ufeff")):
        try:
            questions.append(_question(value))
        except ValueError as error:
            bad.append((place, str(error)))
    if bad:
        raise _error(bad)
    if not questions:
        raise BadQuestions("no questions found", 'write one per line: {"query": "…", "relevant": [{"path": "…"}]}')
    return questions


def _values(text: str) -> Iterator[tuple[str, Any]]:
    """Yield (location, JSON value) for each question; the value is a ValueError if its JSON is invalid."""
    if text.lstrip().startswith("["):
        try:
            values = json.loads(text)
        except json.JSONDecodeError as error:
            raise BadQuestions(f"line {error.lineno}: invalid JSON: {error.msg}") from None
        except (ValueError, RecursionError) as error:
            raise BadQuestions(f"the array can't be read: {_reason(error)}") from None
        yield from ((f"question {number}", value) for number, value in enumerate(values, 1))
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield f"line {number}", _parsed(line)


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        return ValueError(f"invalid JSON: {error.msg} at column {error.colno}")
    except (ValueError, RecursionError) as error:
        return ValueError(f"invalid JSON: {_reason(error)}")


def _reason(error: ValueError | RecursionError) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else "a number is too long"


def _question(value: Any) -> LabelledQuestion:
    """Raises ValueError, whose message says what is wrong."""
    if isinstance(value, ValueError):
        raise value
    if not isinstance(value, dict):
        raise ValueError("a question must be an object with query and relevant")
    category = value.get("category") or NO_CATEGORY
    if not isinstance(category, str):
        raise ValueError("category must be a string")
    items = [*_list(value, "relevant"), *_list(value, "secondary")]
    if not items:
        raise ValueError("relevant is missing or empty")
    return LabelledQuestion(_text(value, "query"), tuple(dict.fromkeys(map(_relevant, items))), category)


def _list(value: dict[str, Any], name: str) -> list[Any]:
    """The items of `relevant`, or of `secondary`, a key of semble's benchmark that counts the same."""
    items = value.get(name) or []
    if not isinstance(items, list):
        raise ValueError(f"{name} must be a list")
    return items


def _relevant(item: Any) -> RelevantItem:
    if isinstance(item, str):
        item = {"path": item}
    if not isinstance(item, dict):
        raise ValueError('a relevant item must be a path or {"path", "start_line", "end_line"}')
    path = _text(item, "path").replace("\\", "/").removeprefix("./").rstrip("/")
    start = _line(item, "start_line")
    end = _line(item, "end_line") or start
    if end and not start:
        raise ValueError("end_line without start_line")
    if end < start:
        raise ValueError(f"end_line {end} is before start_line {start}")
    return RelevantItem(path or ".", start, end)


def _line(item: dict[str, Any], name: str) -> int:
    value = item.get(name)
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{name} must be a whole number from 1, not {_shortened(value)}")
    if value > MAX_LINE:
        raise ValueError(f"{name} must be at most {MAX_LINE:,}, not {_shortened(value)}")
    return value


def _shortened(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MAX_SHOWN_LENGTH else text[:_MAX_SHOWN_LENGTH] + "…"


def _text(value: dict[str, Any], name: str) -> str:
    text = value.get(name)
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"{name} is missing" if text is None else f"{name} must be a string that is not empty")
    return text.strip()


def _error(bad: list[tuple[str, str]]) -> BadQuestions:
    (place, reason), *others = bad
    if not others:
        return BadQuestions(f"{place}: {reason}")
    listed = ", ".join(place for place, _ in others[:_MAX_LISTED])
    more = f" and {len(others) - _MAX_LISTED:,} more" if len(others) > _MAX_LISTED else ""
    return BadQuestions(f"{place}: {reason}", f"also wrong: {listed}{more}")
