"""Serving with Ray: an actor for each replica of a group of shards, and a deployment of Serve for the router."""

from __future__ import annotations

import asyncio
import json
import logging
import math
import re
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np

from codesearch.cluster.access import Access, AccessDenied
from codesearch.cluster.build import Program
from codesearch.cluster.group import ShardGroup
from codesearch.cluster.holding import delete_unused_copies, grouped, hold
from codesearch.cluster.lists import hold_lists
from codesearch.cluster.manifest import Lists, Manifest, Shard
from codesearch.cluster.place import open_place
from codesearch.cluster.protocol import LONGEST_REQUEST, PATH, Record, question_of, result_record
from codesearch.cluster.relay import Member, Relay, joined
from codesearch.cluster.reranking import offered
from codesearch.cluster.router import Router
from codesearch.errors import CodesearchError
from codesearch.models.loading import load_encoder

APPLICATION = "codesearch"
SECONDS_FOR_A_ROUND = 10.0
"""After which a group counts as gone."""
SECONDS_FOR_A_LEVEL = 1.0
"""That a relay has longer than what it asks."""
SECONDS_FOR_A_LOST_GROUP = 0.25
"""For one that was gone when it was last asked: Ray may be starting it elsewhere, and nobody should wait for that."""
MOST_MEMBERS = 32
"""Groups that a router asks itself: a call takes it 0.5 ms of processor time, and a question up to five calls a group.
Beyond that, relays ask them."""
SECONDS_BETWEEN_STATES = 2.0
"""Between two looks of a router for a later state."""
_OWN_ERROR = re.compile(r"codesearch\.(?:\w+\.)+\w+: (?P<message>.+)")
_MOST_FILES = 65_536
_MOST_ONGOING = 32
"""Questions that a router has at once."""


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """How a place is served."""

    host: str
    port: int
    groups: int = 0
    """0 for one for each core."""
    replicas: int = 1
    """Processes for each group."""
    routers: int = 1
    """That Serve may start when there are many questions."""
    rerank: str = ""
    """The model with which routers can rerank; none if empty."""


class GroupReplica(ShardGroup):
    """A process that holds a group of shards. It is an actor of Ray, which takes one call at a time."""

    def __init__(self, place: str, shards: Mapping[int, Shard], lists: Lists | None, access: Access) -> None:
        _allow_many_files()
        opened = open_place(place)
        delete_unused_copies()
        held = [hold(opened, shard, number) for number, shard in shards.items()]
        files = [shard.file for shard in shards.values()]
        super().__init__(held, access, hold_lists(opened, lists, files, held) if lists else None)

    def program(self) -> Program:
        """The program that runs here."""
        return Program()


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
        asked = {group: getattr(replica, method).remote(*arguments[group]) for group, replica in replicas.items()}
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


@dataclass(frozen=True, slots=True)
class Served:
    """A state of a place as routers ask it."""

    number: int
    """Counted from 1."""
    sources: Sequence[str]
    """Of all shards."""
    replicas: Sequence[Replicas]


class States:
    """Holds the state that is served. It is an actor of Ray, which routers ask for later states."""

    def __init__(self) -> None:
        self._served: Served | None = None

    def put(self, served: Served) -> None:
        """Replace the state."""
        self._served = served

    def later(self, number: int) -> Served | None:
        """The state, None if it is not a later one."""
        return self._served if self._served and self._served.number > number else None


class Ingress:
    """The router behind HTTP. Each question is asked of one state, whatever is served meanwhile."""

    def __init__(self, model: str, rerank: str, states: Any) -> None:
        """`states` is the actor of States. Raises ModelUnavailable."""
        from codesearch.cluster.page_app import build

        self._encoder = load_encoder(model)
        self._rerankers = offered(rerank)
        self._states = states
        self._number = 0
        self._look()
        self._page = build(lambda: self._router)
        threading.Thread(target=self._follow, daemon=True).start()

    def _look(self) -> None:
        """Take a later state, if there is one."""
        import ray

        served: Served | None = ray.get(self._states.later.remote(self._number))
        if served:
            self._router = Router(RayGroups(served.replicas), self._encoder, served.sources, self._rerankers)
            self._number = served.number

    def _follow(self) -> None:
        import ray

        while True:
            time.sleep(SECONDS_BETWEEN_STATES)
            with suppress(ray.exceptions.RayError):
                self._look()

    async def __call__(self, request: Any) -> Any:
        """Answer one request: a question, or one of the page."""
        from codesearch.cluster.page_app import AnswerOf

        if request.url.path != PATH or request.method != "POST":
            return AnswerOf(self._page)
        content = b""
        async for part in request.stream():
            content += part
            if len(content) > LONGEST_REQUEST:
                return json_response(413, {"error": "the question is too long"})
        status, record = await asyncio.to_thread(self.answer, request.headers.get("authorization", ""), content)
        return json_response(status, record)

    def answer(self, authorization: str, content: bytes) -> tuple[int, Record]:
        """The HTTP status and the answer."""
        try:
            question = question_of(json.loads(content))
            return 200, result_record(self._router.search(authorization.removeprefix("Bearer "), question))
        except AccessDenied as error:
            return 401, _error(error)
        except CodesearchError as error:
            return 400, _error(error)
        except (ValueError, RecursionError) as error:
            return 400, {"error": f"the question can't be read: {error}"}


def json_response(status: int, record: Record) -> Any:
    """JSON in ASCII, as names in a question need not be Unicode."""
    from starlette.responses import Response

    return Response(json.dumps(record), status, media_type="application/json")


def _error(error: CodesearchError) -> Record:
    return {"error": error.message, "hint": error.remedy if isinstance(error.remedy, str) else ""}


class Serving:
    """A place that is served."""

    def __init__(self, ray: Any, place: str, access: Access, options: ServeOptions) -> None:
        self._ray = ray
        self._place = place
        self._access = access
        self._options = options
        self._number = 0
        self.states = ray.remote(num_cpus=0, scheduling_strategy=_on_this_node(ray))(States).remote()
        """The actor of States, lost only with this process, whose actors all others are, too."""
        self._kept: tuple[Sequence[Replicas], Sequence[Replicas]] = (), ()
        """The groups and relays of the state: Ray ends actors that nobody refers to, and routers may be lost."""

    def replace(self, manifest: Manifest) -> None:
        """Serve a state of the place once all of its groups answer. Those of earlier ones end with their last question.

        Raises CodesearchError, and then goes on serving what was served.
        """
        groups = start_groups(self._ray, self._place, manifest, self._access, self._options)
        replicas = with_relays(self._ray, groups, self._options.replicas, MOST_MEMBERS)
        sources = [shard.source for shard in manifest.shards]
        self._ray.get(self.states.put.remote(Served(self._number + 1, sources, replicas)))
        self._number += 1
        self._kept = groups, replicas

    @property
    def groups(self) -> int:
        """How many there are."""
        return len(self._kept[0])


def _on_this_node(ray: Any) -> Any:
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    return NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)


def deploy(ray: Any, place: str, manifest: Manifest, access: Access, options: ServeOptions) -> Serving:
    """Serve a place, as long as the caller keeps what is returned. Raises CodesearchError."""
    from ray import serve

    serving = Serving(ray, place, access, options)
    serving.replace(manifest)
    logging.getLogger("ray.serve").setLevel(logging.ERROR)
    quiet = {"log_level": "WARNING", "enable_access_log": False}
    router = serve.deployment(Ingress).options(
        name="router",
        ray_actor_options={"num_cpus": 0},
        max_ongoing_requests=_MOST_ONGOING,
        autoscaling_config={"min_replicas": 1, "max_replicas": options.routers},
        logging_config=quiet,
    )
    bound = router.bind(manifest.shards[0].model, options.rerank, serving.states)
    try:
        serve.start(http_options={"host": options.host, "port": options.port}, logging_config=quiet)
        serve.run(bound, name=APPLICATION, route_prefix="/")
    except RuntimeError as error:
        status = serve.status().applications.get(APPLICATION)
        said = [router.message for router in status.deployments.values()] if status else []
        raise CodesearchError(f"{place} can't be served: {_reason(*said, str(error))}") from error
    return serving


def undeploy() -> None:
    """End serving. The groups end with the connection to Ray."""
    from ray import serve

    serve.delete(APPLICATION)


def start_groups(ray: Any, place: str, manifest: Manifest, access: Access, options: ServeOptions) -> Sequence[Replicas]:
    """The replicas of each group, which Ray starts again if they are lost. Raises CodesearchError."""
    cores = max(int(ray.cluster_resources().get("CPU", 1)), 1)
    parts = grouped(manifest.shards, options.groups or cores)
    # half of the cores, so that the groups of the next state fit beside these
    share = min(0.5, max(round(cores / (len(parts) * options.replicas) / 2 - 0.01, 2), 0.01))
    actor = ray.remote(num_cpus=share, max_restarts=-1, scheduling_strategy="SPREAD")(GroupReplica)
    groups = []
    for number, part in enumerate(parts):
        held = {i: manifest.shards[i] for i in part}
        actors = [actor.remote(place, held, manifest.lists, access) for _ in range(options.replicas)]
        groups.append(Replicas(Member((number,), tuple(part)), actors))
    try:
        programs: Sequence[Program] = ray.get([actor.program.remote() for group in groups for actor in group.actors])
    except ray.exceptions.RayError as error:
        raise CodesearchError(f"{place} can't be served: {_reason(str(error))}") from error
    for there in programs:
        if there != Program():
            raise CodesearchError(
                f"a node has codesearch {there.version} (index format {there.index_format}), not {Program().version}",
                "install the same version on each node",
            )
    return groups


def with_relays(ray: Any, groups: Sequence[Replicas], replicas: int, most: int) -> Sequence[Replicas]:
    """What a router asks: up to `most` groups, or relays of as many, or relays of such relays."""
    if len(groups) <= most:
        return groups
    options = {"num_cpus": 0, "max_restarts": -1, "max_concurrency": _MOST_ONGOING, "scheduling_strategy": "SPREAD"}
    actor = ray.remote(**options)(RelayReplica)
    relays = []
    for part in np.array_split(np.arange(len(groups)), math.ceil(len(groups) / most)):
        below = [groups[i] for i in part]
        actors = [actor.remote(below) for _ in range(replicas)]
        relays.append(Replicas(joined([one.member for one in below]), actors, below[0].height + 1))
    return with_relays(ray, relays, replicas, most)


def _reason(*texts: str) -> str:
    """What an error of ours says, if a text of Ray's has the traceback of one; else the last line of all."""
    lines = [line.strip() for text in texts for line in text.splitlines() if line.strip()]
    own = [match["message"] for line in lines if (match := _OWN_ERROR.match(line))]
    return (own or lines or ["Ray says no more"])[-1]
