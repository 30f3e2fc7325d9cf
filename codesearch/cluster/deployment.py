"""Ray Serve: a deployment for each group of shards, and one for the router, which answers HTTP."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from codesearch.cluster.access import Access, AccessDenied
from codesearch.cluster.build import Program
from codesearch.cluster.group import ShardGroup
from codesearch.cluster.holding import delete_unused_copies, grouped, hold
from codesearch.cluster.manifest import Manifest, Shard
from codesearch.cluster.place import open_place
from codesearch.cluster.protocol import LONGEST_REQUEST, PATH, Invalid, Record, question_of, result_record
from codesearch.cluster.router import Router
from codesearch.errors import CodesearchError
from codesearch.models.loading import load_encoder

APPLICATION = "codesearch"
SECONDS_FOR_A_ROUND = 10.0
"""After which a group counts as gone."""
SECONDS_FOR_A_LOST_GROUP = 0.25
"""For one that was gone when it was last asked: Serve may be starting it elsewhere, and nobody should wait for that."""
_MOST_ONGOING = 32
"""Questions that a replica has at once; further ones wait in the router."""


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """How a place is served."""

    host: str
    port: int
    groups: int
    """0 for one for each core."""
    replicas: int
    """Of each group."""
    most_replicas: int
    """That Serve may start when there are many questions."""


class GroupReplica(ShardGroup):
    """A replica of a group of shards."""

    def __init__(self, place: str, shards: Mapping[int, Shard], access: Access) -> None:
        opened = open_place(place)
        delete_unused_copies()
        super().__init__([hold(opened, shard, number) for number, shard in shards.items()], access)

    def program(self) -> Program:
        """The program that runs here."""
        return Program()


class RayGroups:
    """Groups as deployments, which are asked at once."""

    def __init__(self, handles: Sequence[Any]) -> None:
        self._handles = handles
        self._lost: set[int] = set()

    @property
    def count(self) -> int:
        """See Groups."""
        return len(self._handles)

    def call(self, method: str, arguments: Mapping[int, tuple[object, ...]]) -> Mapping[int, Any]:
        """See Groups."""
        begin = time.monotonic()
        asked = {group: getattr(self._handles[group], method).remote(*given) for group, given in arguments.items()}
        answered = {}
        for group, response in asked.items():
            patience = SECONDS_FOR_A_LOST_GROUP if group in self._lost else SECONDS_FOR_A_ROUND
            try:
                answered[group] = response.result(timeout_s=max(begin + patience - time.monotonic(), 0.01))
                self._lost.discard(group)
            except Exception as error:  # Ray's own errors have no common base
                cause = getattr(error, "cause", error)
                if isinstance(cause, CodesearchError):
                    raise cause from None
                self._lost.add(group)
        return answered


class Ingress:
    """The router behind HTTP."""

    def __init__(self, model: str, sources: Sequence[str], *handles: Any) -> None:
        self._router = Router(RayGroups(handles), load_encoder(model), sources)

    async def __call__(self, request: Any) -> Any:
        """Answer one request."""
        from starlette.responses import JSONResponse

        if request.url.path != PATH or request.method != "POST":
            return JSONResponse({"error": f"POST to {PATH}"}, 404)
        content = await request.body()
        status, record = await asyncio.to_thread(self.answer, request.headers.get("authorization", ""), content)
        return JSONResponse(record, status)

    def answer(self, authorization: str, content: bytes) -> tuple[int, Record]:
        """The HTTP status and the answer."""
        try:
            if len(content) > LONGEST_REQUEST:
                raise Invalid("the request is too long")
            question = question_of(json.loads(content))
            return 200, result_record(self._router.search(authorization.removeprefix("Bearer "), question))
        except AccessDenied as error:
            return 401, _error(error)
        except CodesearchError as error:
            return 400, _error(error)
        except ValueError as error:
            return 400, {"error": f"the question can't be read: {error}"}


def _error(error: CodesearchError) -> Record:
    return {"error": error.message, "hint": error.remedy if isinstance(error.remedy, str) else ""}


def deploy(ray: Any, place: str, manifest: Manifest, access: Access, options: ServeOptions) -> int:
    """Serve a place; returns the number of groups once all answer. Raises CodesearchError."""
    from ray import serve

    logging.getLogger("ray.serve").setLevel(logging.ERROR)
    serve.start(http_options={"host": options.host, "port": options.port})
    cores = max(int(ray.cluster_resources().get("CPU", 1)), 1)
    parts = grouped(manifest.shards, options.groups or cores)
    share = min(1.0, max(round(cores / (len(parts) * options.replicas) - 0.01, 2), 0.01))
    handles = [
        serve.deployment(GroupReplica)
        .options(
            name=f"group-{number}",
            ray_actor_options={"num_cpus": share},
            max_ongoing_requests=_MOST_ONGOING,
            **_scale(options),
        )
        .bind(place, {i: manifest.shards[i] for i in part}, access)
        for number, part in enumerate(parts)
    ]
    ingress = serve.deployment(Ingress).options(
        name="router", ray_actor_options={"num_cpus": 0}, max_ongoing_requests=_MOST_ONGOING
    )
    sources = [shard.source for shard in manifest.shards]
    try:
        serve.run(ingress.bind(manifest.shards[0].model, sources, *handles), name=APPLICATION, route_prefix="/")
    except RuntimeError as error:
        raise CodesearchError(f"{place} can't be served: {_reason(error)}") from error
    _check_programs(serve, len(parts))
    return len(parts)


def undeploy() -> None:
    """End serving."""
    from ray import serve

    serve.delete(APPLICATION)


def _scale(options: ServeOptions) -> dict[str, Any]:
    if options.most_replicas <= options.replicas:
        return {"num_replicas": options.replicas}
    return {"autoscaling_config": {"min_replicas": options.replicas, "max_replicas": options.most_replicas}}


def _check_programs(serve: Any, groups: int) -> None:
    """Raises CodesearchError if a node has another version of codesearch."""
    for number in range(groups):
        there = serve.get_deployment_handle(f"group-{number}", APPLICATION).program.remote().result()
        if there != Program():
            serve.delete(APPLICATION)
            raise CodesearchError(
                f"a node has codesearch {there.version} (index format {there.index_format}), not {Program().version}",
                "install the same version on each node",
            )


def _reason(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    found = [line for line in lines if "CodesearchError" in line]
    return (found or lines or [type(error).__name__])[-1]
