"""Offsets of the parts of a JSON document, found with the standard library's decoder.

All functions raise ValueError, IndexError or RecursionError for invalid JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_decoder = json.JSONDecoder(strict=False, parse_int=str, parse_float=str)  # int() refuses very long numbers
_BETWEEN = re.compile(r"[\s,:]*")


def value(text: str, start: int) -> Any:
    """The value that begins at `start`, with numbers as strings."""
    return _decoder.raw_decode(text, start)[0]


def items(text: str, start: int = 0) -> Iterator[tuple[str, int]]:
    """The keys of the object that begins at `start`, with the offsets of their values."""
    if text[start] != "{":
        raise ValueError("not an object")
    at = _skip(text, start + 1)
    while text[at] != "}":
        key, end = _decoder.raw_decode(text, at)
        at = _skip(text, end)
        yield key, at
        at = _skip(text, _decoder.raw_decode(text, at)[1])


def elements(text: str, start: int) -> Iterator[int]:
    """The offsets of the elements of the array that begins at `start`."""
    if text[start] != "[":
        raise ValueError("not an array")
    at = _skip(text, start + 1)
    while text[at] != "]":
        yield at
        at = _skip(text, _decoder.raw_decode(text, at)[1])


def _skip(text: str, at: int) -> int:
    match = _BETWEEN.match(text, at)
    return match.end() if match else at
