"""Damage as disks, memory and broken copies do it."""

from __future__ import annotations

import random
from collections.abc import Callable

Damage = Callable[[bytes, int, random.Random], bytes]


def flip(data: bytes, at: int, rng: random.Random) -> bytes:
    """One bit."""
    return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]


def scramble(data: bytes, at: int, rng: random.Random) -> bytes:
    """16 bytes."""
    return _replaced(data, at, rng.randbytes(16))


def zero(data: bytes, at: int, rng: random.Random) -> bytes:
    """A block of zeros."""
    return _replaced(data, at, bytes(rng.choice((64, 512, 4096))))


def swap(data: bytes, at: int, rng: random.Random) -> bytes:
    """Two blocks change places."""
    size = rng.choice((64, 512, 4096))
    first, second = sorted((at - at % size, (other := rng.randrange(len(data))) - other % size))
    if first == second or second + size > len(data):
        return data[:at]
    one, two = data[first : first + size], data[second : second + size]
    return data[:first] + two + data[first + size : second] + one + data[second + size :]


def cut(data: bytes, at: int, rng: random.Random) -> bytes:
    """The end is gone."""
    return data[:at]


def grow(data: bytes, at: int, rng: random.Random) -> bytes:
    """Something follows the end."""
    return data + rng.randbytes(rng.choice((1, 100, 5000)))


KINDS: dict[str, Damage] = {
    "1 bit": flip,
    "16 bytes": scramble,
    "zeroed block": zero,
    "swapped blocks": swap,
    "cut": cut,
    "longer": grow,
}


def _replaced(data: bytes, at: int, by: bytes) -> bytes:
    by = by[: len(data) - at]
    return data[:at] + by + data[at + len(by) :]
