"""A cache of what was read from an index, of limited size: the server keeps indexes open for days."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from itertools import islice
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class ReadCache(Generic[Key, Value]):
    """Values by key; those that were read first are dropped first. Threads can share it."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._kept: dict[Key, Value] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, keys: Sequence[Key], read: Callable[[Sequence[Key]], Sequence[Value]]) -> list[Value]:
        """The values of the keys, in order. Those that are not kept are read with one call, in order."""
        found = dict(zip(keys, map(self._kept.get, keys), strict=True))  # another thread may drop any of them
        if missing := [key for key, value in found.items() if value is None]:
            new = dict(zip(missing, read(missing), strict=True))
            self.keep(new)
            found.update(new)
        return [found[key] for key in keys]  # type: ignore[misc]

    def keep(self, values: Mapping[Key, Value]) -> None:
        """Keep values that were read elsewhere."""
        self._kept.update(values)
        for key in list(islice(self._kept, max(len(self._kept) - self._capacity, 0))):
            self._kept.pop(key, None)
