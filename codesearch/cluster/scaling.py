"""How many replicas a group of shards has: as many as keep busy for half of the time."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

BUSY_SHARE = 0.5
"""Of its time that a replica is to answer: a call then waits for others about half as long as it takes itself."""
CALM_LOOKS = 30
"""A replica is ended if it was not needed at so many looks in a row: five minutes."""

_LEAST_SECONDS = 1e-3


class Starts(Protocol):
    """Starts processes that answer for a group."""

    def start(self) -> Any:
        """Start one."""
        ...

    def is_ready(self, replica: Any) -> bool | None:
        """Whether one that was started answers; None if it never will."""
        ...


class Scale:
    """Decides how many replicas there should be, from `least` to `most`."""

    def __init__(self, least: int, most: int) -> None:
        self._least, self._most = least, most
        self._needed: list[int] = []
        """At the last looks, as long as fewer would have done."""

    def wanted(self, replicas: int, load: float) -> int:
        """`load` is how many replicas would have been busy all the time."""
        needed = min(max(math.ceil(load / BUSY_SHARE), self._least), self._most)
        if needed >= replicas:
            self._needed.clear()
            return needed
        self._needed.append(needed)
        if len(self._needed) < CALM_LOOKS:
            return replicas
        enough = max(self._needed)
        self._needed.clear()
        return enough


class ScaledGroup:
    """The replicas of a group, of which more are started and some ended by how busy they are."""

    def __init__(
        self,
        replicas: Sequence[Any],
        starts: Starts,
        least: int,
        most: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.replicas = tuple(replicas)
        """Those that answer."""
        self._starts = starts
        self._scale = Scale(least, most)
        self._clock = clock
        self._starting: list[Any] = []
        self._busy: dict[Any, float] = {}
        self._looked = clock()

    def look(self, busy: Mapping[Any, float | None]) -> None:
        """Start or end replicas. One that was started counts as soon as it is ready.

        `busy` says for how many seconds each has been answering since it was started, None for one that does not say.
        """
        load = self._load(busy)
        states = {one: self._starts.is_ready(one) for one in self._starting}
        replicas = [*self.replicas, *(one for one, is_ready in states.items() if is_ready)]
        starting = [one for one, is_ready in states.items() if is_ready is False]
        wanted = self._scale.wanted(len(replicas) + len(starting), load)
        starting = starting[: max(wanted - len(replicas), 0)]
        missing = max(wanted - len(replicas) - len(starting), 0)
        self._starting = [*starting, *(self._starts.start() for _ in range(missing))]
        self.replicas = tuple(replicas[:wanted])

    def _load(self, busy: Mapping[Any, float | None]) -> float:
        """The seconds of answering since the last look, as a share of those that have passed; who is silent is busy."""
        now = self._clock()
        passed = max(now - self._looked, _LEAST_SECONDS)
        shares = [1.0] * len(self.replicas)
        for i, one in enumerate(self.replicas):
            if (seconds := busy.get(one)) is not None:
                shares[i] = min(max(seconds - self._busy.get(one, 0.0), 0.0) / passed, 1.0)
                self._busy[one] = seconds
        self._busy = {one: seconds for one, seconds in self._busy.items() if one in self.replicas}
        self._looked = now
        return sum(shares)
