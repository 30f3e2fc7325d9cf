"""Where the parts of a JSON document lie. The standard library decodes values and tells where they end.

All raise ValueError, IndexError or RecursionError for what is not JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_decoder = json.JSONDecoder(strict=False, parse_int=str, parse_float=str)  # Python refuses very long numbers
_BETWEEN = re.compile(r"[\s,:]*")


def value(text: str, start: int) -> Any:
    """The value that begins at `start`; its numbers are strings."""
    return _decoder.raw_decode(text, start)[0]


def items(text: str, start: int = 0) -> Iterator[tuple[str, int]]:
    """The keys of the object that begins at `start`, and where their values begin."""
    if text[start] != "{":
        raise ValueError("no object")
    at = _skip(text, start + 1)
    while text[at] != "}":
        key, end = _decoder.raw_decode(text, at)
        at = _skip(text, end)
        yield key, at
        at = _skip(text, _decoder.raw_decode(text, at)[1])


def elements(text: str, start: int) -> Iterator[int]:
    """Where the elements of the array that begins at `start` begin."""
    if text[start] != "[":
        raise ValueError("no array")
    at = _skip(text, start + 1)
    while text[at] != "]":
        yield at
        at = _skip(text, _decoder.raw_decode(text, at)[1])


def _skip(text: str, at: int) -> int:
    match = _BETWEEN.match(text, at)
    return match.end() if match else at
