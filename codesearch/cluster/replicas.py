"""The processes that hold groups of shards and relay to them: actors of Ray, how they are started and asked."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any

import numpy as np

from codesearch.cluster.access import Access
from codesearch.cluster.build import Program
from codesearch.cluster.group import ShardGroup
from codesearch.cluster.holding import delete_unused_copies, grouped, hold
from codesearch.cluster.lists import hold_lists
from codesearch.cluster.manifest import Lists, Manifest, Shard
from codesearch.cluster.place import open_place
from codesearch.cluster.relay import Member, Relay, joined
from codesearch.errors import CodesearchError

SECONDS_FOR_A_ROUND = 10.0
"""After which a group counts as gone."""
SECONDS_FOR_A_LEVEL = 1.0
"""That a relay has longer than what it asks."""
SECONDS_FOR_A_LOST_GROUP = 0.25
"""For one that was gone when it was last asked: Ray may be starting it elsewhere, and nobody should wait for that."""
MOST_MEMBERS = 32
"""Groups that a router asks itself: a call takes it 0.5 ms of processor time, and a question up to five calls a group.
Beyond that, relays ask them."""
SECONDS_TO_TELL = 2.0
"""For replicas to say how busy they are; those that have not answered by then are."""
_OWN_ERROR = re.compile(r"codesearch\.(?:\w+\.)+\w+: (?P<message>.+)")
_MOST_FILES = 65_536
MOST_ONGOING = 32
"""Questions that a router or relay has at once."""


class GroupReplica(ShardGroup):
    """A process that holds a group of shards. It is an actor of Ray, which takes one call at a time."""

    def __init__(self, place: str, shards: Mapping[int, Shard], lists: Lists | None, access: Access) -> None:
        _allow_many_files()
        opened = open_place(place)
        delete_unused_copies()
        held = [hold(opened, shard, number, 1 / len(shards)) for number, shard in shards.items()]
        files = [shard.file for shard in shards.values()]
        super().__init__(held, access, hold_lists(opened, lists, files, held) if lists else None)

        self._busy = 0.0

    def program(self) -> Program:
        """The program that runs here."""
        return Program()

    def call(self, method: str, *arguments: object) -> object:
        """What a method of ShardGroup returns."""
        begin = time.monotonic()
        try:
            return getattr(self, method)(*arguments)
        finally:
            self._busy += time.monotonic() - begin

    def busy_seconds(self) -> float:
        """How long this process has been answering calls."""
        return self._busy


def _allow_many_files() -> None:
    """Let this process open as many files as it may: a shard takes five, and the usual limit is a thousand."""
    import resource

    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        wanted = _MOST_FILES if most == resource.RLIM_INFINITY else min(_MOST_FILES, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(allowed, wanted), most))


@dataclass(frozen=True, slots=True)
class Replicas:
    """The actors that answer for a group of shards, or for several."""

    member: Member
    actors: Sequence[Any]
    height: int = 0
    """The number of levels below."""


class RayGroups:
    """Groups that have one or several replicas, all asked at once.

    They are plain actors and no deployments of Serve: a call of those takes three times the processor time on both
    sides (12 repositories in 8 groups: 72 instead of 217 ms a question on a busy machine with two cores).
    """

    def __init__(self, replicas: Sequence[Replicas]) -> None:
        """`replicas` are those of each group."""
        self._replicas = [one.actors for one in replicas]
        self._members = [one.member for one in replicas]
        of_levels = SECONDS_FOR_A_LEVEL * max(one.height for one in replicas)
        self._seconds = SECONDS_FOR_A_ROUND + of_levels
        self._seconds_if_lost = SECONDS_FOR_A_LOST_GROUP + of_levels
        self._lost: set[Any] = set()
        self._turn = count()

    @property
    def members(self) -> Sequence[Member]:
        """See Groups."""
        return self._members

    def call(self, method: str, arguments: Mapping[int, tuple[object, ...]]) -> Mapping[int, Any]:
        """See Groups. Where a replica does not answer, the next one of its group is asked."""
        turn = next(self._turn)
        order = {group: self._in_order(group, turn) for group in arguments}
        answered: dict[int, Any] = {}
        for attempt in range(max(map(len, order.values()))):
            asked = {
                group: replicas[attempt]
                for group, replicas in order.items()
                if group not in answered and attempt < len(replicas)
            }
            answered |= self._ask(method, asked, arguments)
        return answered

    def _in_order(self, group: int, turn: int) -> Sequence[Any]:
        """The replicas of a group in the order in which they are asked: in turn, those that were lost last."""
        replicas = self._replicas[group]
        first = turn % len(replicas)
        return sorted([*replicas[first:], *replicas[:first]], key=lambda replica: replica in self._lost)

    def _ask(
        self, method: str, replicas: Mapping[int, Any], arguments: Mapping[int, tuple[object, ...]]
    ) -> dict[int, Any]:
        """What a replica of each group answers; groups whose replica does not are left out."""
        import ray

        begin = time.monotonic()
        asked = {group: replica.call.remote(method, *arguments[group]) for group, replica in replicas.items()}
        answered = {}
        for group, reference in asked.items():
            replica = replicas[group]
            patience = self._seconds_if_lost if replica in self._lost else self._seconds
            try:
                answered[group] = ray.get(reference, timeout=max(begin + patience - time.monotonic(), 0.01))
                self._lost.discard(replica)
            except ray.exceptions.RayError as error:
                cause = getattr(error, "cause", None)
                if isinstance(cause, CodesearchError):
                    raise cause from None
                self._lost.add(replica)
        return answered


class RelayReplica(Relay):
    """A process that asks several groups. It is an actor of Ray, which takes several calls at a time."""

    def __init__(self, replicas: Sequence[Replicas]) -> None:
        super().__init__(RayGroups(replicas))

    def call(self, method: str, *arguments: object) -> object:
        """What a method of Relay returns."""
        return getattr(self, method)(*arguments)


class GroupStarts:
    """Starts replicas of a group, which Ray starts again if they are lost; see codesearch.cluster.scaling.Starts."""

    def __init__(self, ray: Any, make: Any, member: Member) -> None:
        """`make` starts an actor of GroupReplica."""
        self.member = member
        self._ray = ray
        self._make = make
        self._programs: dict[Any, Any] = {}
        """What those that are not ready yet will say of themselves."""

    def start(self) -> Any:
        """See Starts."""
        replica = self._make()
        self._programs[replica] = replica.program.remote()
        return replica

    def is_ready(self, replica: Any) -> bool | None:
        """See Starts."""
        ready, _ = self._ray.wait([self._programs[replica]], timeout=0)
        if not ready:
            return False
        try:
            self.wait_for(replica)
        except CodesearchError:
            return None
        return True

    def wait_for(self, replica: Any) -> None:
        """Wait until a replica answers. Raises CodesearchError if it can't be started."""
        try:
            there: Program = self._ray.get(self._programs.pop(replica))
        except self._ray.exceptions.RayError as error:
            raise CodesearchError(reason(str(error))) from error
        if there != Program():
            raise CodesearchError(
                f"a node has codesearch {there.version} (index format {there.index_format}), not {Program().version}",
                "install the same version on each node",
            )


def group_starts(
    ray: Any, place: str, manifest: Manifest, access: Access, groups: int, most: int
) -> Sequence[GroupStarts]:
    """What starts the replicas of each group: there are so many groups, 0 for one for each core, each of `most`."""
    cores = max(int(ray.cluster_resources().get("CPU", 1)), 1)
    parts = grouped(manifest.shards, groups or cores)
    # half of the cores, so that the groups of the next state fit beside these
    share = min(0.5, max(round(cores / (len(parts) * most) / 2 - 0.01, 2), 0.01))
    actor = ray.remote(num_cpus=share, max_restarts=-1, scheduling_strategy="SPREAD")(GroupReplica)
    return [
        GroupStarts(
            ray,
            partial(actor.remote, place, {i: manifest.shards[i] for i in part}, manifest.lists, access),
            Member((number,), tuple(part)),
        )
        for number, part in enumerate(parts)
    ]


def start_groups(starts: Sequence[GroupStarts], replicas: int) -> Sequence[Replicas]:
    """So many replicas of each group, once all of them answer. Raises CodesearchError."""
    groups = [Replicas(one.member, tuple(one.start() for _ in range(replicas))) for one in starts]
    for one, group in zip(starts, groups, strict=True):
        for actor in group.actors:
            one.wait_for(actor)
    return groups


def busy_seconds(ray: Any, groups: Sequence[Replicas]) -> Mapping[Any, float | None]:
    """How long each replica has been answering since it was started, None for one that does not say."""
    asked = {actor.busy_seconds.remote(): actor for group in groups for actor in group.actors}
    answered, silent = ray.wait([*asked], num_returns=len(asked), timeout=SECONDS_TO_TELL)
    busy: dict[Any, float | None] = dict.fromkeys(asked[reference] for reference in silent)
    for reference in answered:
        try:
            busy[asked[reference]] = ray.get(reference)
        except ray.exceptions.RayError:
            busy[asked[reference]] = None
    return busy


def with_relays(ray: Any, groups: Sequence[Replicas], replicas: int, most: int) -> Sequence[Replicas]:
    """What a router asks: up to `most` groups, or relays of as many, or relays of such relays."""
    if len(groups) <= most:
        return groups
    options = {"num_cpus": 0, "max_restarts": -1, "max_concurrency": MOST_ONGOING, "scheduling_strategy": "SPREAD"}
    actor = ray.remote(**options)(RelayReplica)
    relays = []
    for part in np.array_split(np.arange(len(groups)), math.ceil(len(groups) / most)):
        below = [groups[i] for i in part]
        actors = [actor.remote(below) for _ in range(replicas)]
        relays.append(Replicas(joined([one.member for one in below]), actors, below[0].height + 1))
    return with_relays(ray, relays, replicas, most)


def reason(*texts: str) -> str:
    """What an error of ours says, if a text of Ray's has the traceback of one; else the last line of all."""
    lines = [line.strip() for text in texts for line in text.splitlines() if line.strip()]
    own = [match["message"] for line in lines if (match := _OWN_ERROR.match(line))]
    return (own or lines or ["Ray says no more"])[-1]
