"""The header of a safetensors file: 8 bytes with its length, then JSON that tells where each tensor lies."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

LENGTH_BYTES = 8
LONGEST_HEADER = 100_000_000
"""The limit of the format."""


class TensorEntry(NamedTuple):
    """One tensor as the header states it; its bytes are counted from the end of the header."""

    type: str
    shape: tuple[int, ...]
    begin: int
    end: int


def header_length(first: bytes, file_size: int, longest: int = LONGEST_HEADER) -> int | None:
    """The length that a file's first 8 bytes state; None where there is no room for such a header."""
    length = int.from_bytes(first, "little")
    return length if length <= min(longest, file_size - LENGTH_BYTES) else None


def parse_header(header: bytes) -> tuple[dict[str, TensorEntry], Any]:
    """The tensors by name, and whatever stands for the metadata. Raises ValueError."""
    try:
        entries = json.loads(header)
        metadata = entries.pop("__metadata__", {})
        return {name: _entry(entry) for name, entry in entries.items()}, metadata
    except (AttributeError, KeyError, TypeError, RecursionError) as error:
        raise ValueError("its header makes no sense") from error


def _entry(entry: Any) -> TensorEntry:
    begin, end = _whole_numbers(entry["data_offsets"])
    return TensorEntry(str(entry["dtype"]), _whole_numbers(entry["shape"]), begin, end)


def _whole_numbers(numbers: Any) -> tuple[int, ...]:
    """Raises ValueError for anything but a list of whole numbers from 0."""
    if not isinstance(numbers, list) or not all(type(number) is int and number >= 0 for number in numbers):
        raise ValueError("a shape or a place is no list of whole numbers")
    return tuple(numbers)
