"""Serving with Ray: the router as a deployment of Serve, and the state of a place that it asks."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from codesearch.cluster.access import Access, AccessDenied
from codesearch.cluster.manifest import Manifest
from codesearch.cluster.protocol import LONGEST_REQUEST, PATH, Record, question_of, result_record
from codesearch.cluster.replicas import (
    MOST_MEMBERS,
    MOST_ONGOING,
    RayGroups,
    Replicas,
    busy_seconds,
    group_starts,
    reason,
    start_groups,
    with_relays,
)
from codesearch.cluster.reranking import offered
from codesearch.cluster.router import Router
from codesearch.cluster.scaling import ScaledGroup
from codesearch.errors import CodesearchError
from codesearch.models.loading import load_encoder
from codesearch.server.bearer import bearer_token

APPLICATION = "codesearch"
SECONDS_BETWEEN_STATES = 2.0
"""Between two looks of a router for a later state."""
SECONDS_TO_END = 20.0
"""To end the routers, which takes less than a second."""


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """How a place is served."""

    host: str
    port: int
    groups: int = 0
    """0 for one for each core."""
    replicas: int = 1
    """Processes for each group, at least."""
    most_replicas: int = 0
    """At most; 0 for no more."""
    routers: int = 1
    """That Serve may start when there are many questions."""
    rerank: str = ""
    """The model with which routers can rerank; none if empty."""


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
            return 200, result_record(self._router.search(bearer_token(authorization), question))
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
        self._most = max(options.replicas, options.most_replicas)
        self._number = 0
        options_of_states = {"num_cpus": 0, "scheduling_strategy": _on_this_node(ray)}
        named = {"name": APPLICATION, "namespace": APPLICATION}  # so that Ray refuses a second one
        try:
            self.states = ray.remote(**options_of_states)(States).options(**named).remote()
            """The actor of States, lost only with this process, whose actors all others are, too."""
        except ray.exceptions.ActorAlreadyExistsError as error:
            raise CodesearchError(
                "this Ray cluster is already used by a codesearch cluster serve",
                "stop that one, or start another Ray cluster for this one",
            ) from error
        self._sources: Sequence[str] = ()
        self._groups: Sequence[Replicas] = ()
        self._scaled: Sequence[ScaledGroup] = ()
        self._asked: Sequence[Replicas] = ()
        """The groups, or relays of them: Ray ends actors that nobody refers to, and routers may be lost."""

    def replace(self, manifest: Manifest) -> None:
        """Serve a state of the place once all of its groups answer. Those of earlier ones end with their last question.

        Raises CodesearchError, and then goes on serving what was served.
        """
        options, had = self._options, max((len(group.actors) for group in self._groups), default=0)
        starts = group_starts(self._ray, self._place, manifest, self._access, options.groups, self._most)
        try:
            groups = start_groups(starts, max(options.replicas, had))
        except CodesearchError as error:
            raise CodesearchError(f"{self._place} can't be served: {error.message}", error.remedy) from error
        self._sources = [shard.source for shard in manifest.shards]
        self._scaled = [
            ScaledGroup(group.actors, start, options.replicas, self._most)
            for group, start in zip(groups, starts, strict=True)
        ]
        self._serve(groups)

    def wait(self, seconds: float) -> None:
        """Let some time pass, and have as many replicas as were needed meanwhile.

        Raises CodesearchError if the Ray cluster is lost.
        """
        time.sleep(seconds)
        if self.is_lost:
            raise CodesearchError("the Ray cluster is lost", "run the command again")
        if self._most > self._options.replicas:
            self.scale()

    def scale(self) -> None:
        """Have as many replicas of each group as were needed since the last time."""
        busy = busy_seconds(self._ray, self._groups)
        for scaled in self._scaled:
            scaled.look(busy)
        groups = [
            replace(group, actors=scaled.replicas) for group, scaled in zip(self._groups, self._scaled, strict=True)
        ]
        if groups != self._groups:
            self._serve(groups)

    def _serve(self, groups: Sequence[Replicas]) -> None:
        asked = with_relays(self._ray, groups, self._options.replicas, MOST_MEMBERS)
        self._ray.get(self.states.put.remote(Served(self._number + 1, self._sources, asked)))
        self._number += 1
        self._groups, self._asked = groups, asked

    @property
    def is_lost(self) -> bool:
        """Whether the actor of States is lost, and so this node or all of Ray."""
        try:
            self._ray.get(self.states.later.remote(self._number), timeout=SECONDS_BETWEEN_STATES)
        except self._ray.exceptions.GetTimeoutError:
            return False  # it is slow
        except self._ray.exceptions.RayError:
            return True
        return False

    @property
    def replicas(self) -> Sequence[int]:
        """How many each group has."""
        return [len(group.actors) for group in self._groups]


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
        max_ongoing_requests=MOST_ONGOING,
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
        raise CodesearchError(f"{place} can't be served: {reason(*said, str(error))}") from error
    return serving


def undeploy() -> None:
    """End serving. The groups end with the connection to Ray."""
    ending = threading.Thread(target=_undeploy, daemon=True)
    ending.start()
    ending.join(SECONDS_TO_END)  # Ray waits forever for a cluster that is lost


def _undeploy() -> None:
    from ray import serve

    serve.delete(APPLICATION)
    if not serve.status().applications:  # else the next one would get the port of this one
        serve.shutdown()
