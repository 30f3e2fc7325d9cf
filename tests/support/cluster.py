"""Running a cluster's tasks in this process."""

from __future__ import annotations

import pickle
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from codesearch.cluster.build import BuildRequest, Limits, Outcome, build
from codesearch.cluster.group import ShardGroup
from codesearch.cluster.indexing import IndexReport, index_sources
from codesearch.cluster.list_training import train_lists
from codesearch.cluster.manifest import Lists, Shard
from codesearch.cluster.parts import PART_BYTES
from codesearch.cluster.place import Place
from codesearch.cluster.relay import Member, Relay, joined
from codesearch.cluster.sources import read_sources

LIMITS = Limits(1_000_000_000, 600.0)


class TasksHere:
    """Builds one shard after the other."""

    has_room = True

    def __init__(self) -> None:
        self._waiting: deque[BuildRequest] = deque()
        self.outcomes: list[Outcome] = []

    @property
    def running(self) -> int:
        """See Tasks."""
        return len(self._waiting)

    def start(self, request: BuildRequest) -> None:
        """See Tasks."""
        self._waiting.append(request)

    def next(self) -> Outcome:
        """See Tasks."""
        self.outcomes.append(build(self._waiting.popleft()))
        return self.outcomes[-1]

    def train_lists(self, place: str, shards: Sequence[Shard]) -> Lists | None:
        """See Tasks."""
        return train_lists(place, shards)


def index_here(
    place: Place,
    sources: Sequence[Path | str],
    tasks: TasksHere | None = None,
    *,
    prune: bool = False,
    limits: Limits = LIMITS,
    part_bytes: int = PART_BYTES,
    model: str = "default",
) -> IndexReport:
    """Index sources into a place, in this process."""
    return index_sources(
        place,
        read_sources([str(source) for source in sources], Path()),
        tasks or TasksHere(),
        model=model,
        limits=limits,
        progress=lambda *_: None,
        prune=prune,
        part_bytes=part_bytes,
    )


class GroupsHere:
    """Groups of shards in this process. What is said to them, and what they say, is pickled as between nodes."""

    def __init__(self, groups: Sequence[ShardGroup], numbers: Sequence[int] | None = None) -> None:
        self.groups: list[ShardGroup | Relay | None] = [*groups]
        """None for one that is gone."""
        self.members: Sequence[Member] = [
            Member((number,), tuple(group.shards))
            for number, group in zip(numbers or range(len(groups)), groups, strict=True)
        ]
        self.before_call: Callable[[str], None] = lambda method: None

    @classmethod
    def of_relays(cls, parts: Sequence[GroupsHere]) -> GroupsHere:
        """Relays, each of some groups."""
        made = cls(())
        made.groups = [Relay(part) for part in parts]
        made.members = [joined(part.members) for part in parts]
        return made

    def each(self) -> list[GroupsHere]:
        """Each group alone, with its number."""
        return [
            GroupsHere([group], [number]) for number, group in enumerate(self.groups) if isinstance(group, ShardGroup)
        ]

    def call(self, method: str, arguments: Mapping[int, tuple[object, ...]]) -> Mapping[int, Any]:
        """See Groups."""
        self.before_call(method)
        answers = {}
        for number, given in arguments.items():
            if group := self.groups[number]:
                answer = getattr(group, method)(*pickle.loads(pickle.dumps(given)))
                answers[number] = pickle.loads(pickle.dumps(answer))
        return answers
