"""Parsers for numeric options: ASCII digits, within bounds."""

from __future__ import annotations

import re

import typer

MOST_HITS = 10_000
"""Twice as many candidates are read into memory and ranked; nobody reads more hits."""
MOST_LINES = 1_000_000
"""Of context; no file that is indexed by default has more bytes, let alone lines."""
MOST_PROCESSES = 256
"""Each takes 100 MB; few machines have more cores."""
MOST_PAIRS = 100_000_000
"""Per language; each takes about 500 bytes of memory."""
MOST_EPOCHS = 1000.0
MOST_COMMITS = 10_000
"""git prints the patches of as many in about a minute."""
MOST_COLUMNS = 1_000_000
"""Of a line that is shown; no file that is indexed by default has more bytes."""
MOST_OUTPUT_TOKENS = 1_000_000
"""No language model reads more."""
LARGEST_SEED = 2**32 - 1
"""The limit of numpy's and torch's random generators."""
LARGEST_FILE = 1_000_000_000
"""Bytes. Parsing takes about 60 bytes of memory a byte, and parsers count in 32 bits."""
MOST_GROUPS = 10_000
"""Of shards, and of replicas of one; a router asks each group several times a question."""
LARGEST_SOURCE = 1_000_000_000_000
"""Bytes of a repository; the largest there are have about a tenth."""
LONGEST_TRAINING = 30 * 24 * 3600
"""Seconds: 30 days."""

_WHOLE = r"[+-]?[0-9]+"
_DECIMAL = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
_SIZE = r"(?i)([0-9]+(?:\.[0-9]+)?)([kmg]?)i?b?"
_TIME = r"(?i)([0-9]+(?:\.[0-9]+)?)(|s|sec|seconds?|m|min|minutes?|h|hours?)"
_BYTES = {"": 1, "k": 1000, "m": 1000**2, "g": 1000**3}
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}
_MOST_DIGITS = 20
"""Longer numbers exceed 64 bits, and int() refuses very long ones."""


class WholeNumber:
    """Parses whole numbers. Raises typer.BadParameter for anything but one from `least` to `most`."""

    __name__ = "whole number"

    def __init__(self, least: int, most: int) -> None:
        self.least = least
        self.most = most

    def __call__(self, text: str | int) -> int:
        """Defaults are passed as numbers."""
        if isinstance(text, int):
            return text
        if not re.fullmatch(_WHOLE, text):
            raise typer.BadParameter(f"{text!r} is not a whole number")
        if len(text) > _MOST_DIGITS or not self.least <= int(text) <= self.most:
            raise typer.BadParameter(f"{text} is not in the range {self.least:,} to {self.most:,}")
        return int(text)


class NumberRange:
    """Parses `MIN:MAX`, or one number for both. Raises typer.BadParameter for anything but numbers in `number`."""

    __name__ = "range"

    def __init__(self, number: WholeNumber) -> None:
        self.number = number

    def __call__(self, text: str | tuple[int, int]) -> tuple[int, int]:
        """Defaults are passed as numbers."""
        if isinstance(text, tuple):
            return text
        least, colon, most = text.partition(":")
        found = self.number(least), self.number(most if colon else least)
        if found[0] > found[1]:
            raise typer.BadParameter(f"{text} has a minimum above its maximum")
        return found


class DecimalNumber:
    """Parses decimal numbers. Raises typer.BadParameter for anything but one from `least` to `most`."""

    __name__ = "number"

    def __init__(self, least: float, most: float) -> None:
        self.least = least
        self.most = most

    def __call__(self, text: str | float) -> float:
        """Defaults are passed as numbers."""
        if isinstance(text, int | float):
            return text
        if not re.fullmatch(_DECIMAL, text):
            raise typer.BadParameter(f"{text!r} is not a number")
        if not self.least <= float(text) <= self.most:
            raise typer.BadParameter(f"{text} is not in the range {self.least:g} to {self.most:g}")
        return float(text)


class ByteSize:
    """Parses sizes as bytes: `500k`, `2M`, `1.5MB` (powers of 1000). Raises typer.BadParameter."""

    __name__ = "size"

    def __init__(self, most: int) -> None:
        self.most = most

    def __call__(self, text: str | int) -> int:
        """Defaults are passed as numbers."""
        if isinstance(text, int):
            return text
        match = re.fullmatch(_SIZE, text)
        size = float(match[1]) * _BYTES[match[2].lower()] if match else 0.0
        if size < 1:
            raise typer.BadParameter(f"invalid size {text!r}: use e.g. 500k or 2M")
        if size > self.most:
            raise typer.BadParameter(f"{text} exceeds the maximum size, {self.most // 1000**3}G")
        return int(size)


file_size = ByteSize(LARGEST_FILE)


def seconds(text: str | float) -> float:
    """Seconds of `90s`, `10m`, `1.5h`, `600`. Defaults are passed as numbers. Raises typer.BadParameter."""
    if isinstance(text, int | float):
        return text
    match = re.fullmatch(_TIME, text)
    time = float(match[1]) * _SECONDS[match[2][:1].lower()] if match else 0.0
    if not time:
        raise typer.BadParameter(f"invalid duration {text!r}: use e.g. 90s, 10m or 2h")
    if time > LONGEST_TRAINING:
        raise typer.BadParameter(f"{text} exceeds the maximum of {LONGEST_TRAINING // 3600}h")
    return time
