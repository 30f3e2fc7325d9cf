"""Ray: connecting to a cluster, and building shards as its tasks."""

from __future__ import annotations

import os
import re
import signal
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from codesearch.cluster.build import BuildRequest, Failed, Outcome, build
from codesearch.cluster.list_training import train_lists
from codesearch.cluster.manifest import Lists, Shard
from codesearch.errors import CodesearchError, InstallExtra
from codesearch.models.hub import expand_user

LOCAL, AUTO = "local", "auto"
OBJECT_STORE_BYTES = 200_000_000
"""Of a cluster that is started on this machine: only requests and their outcomes are in its store."""
SECONDS_TO_CONNECT = 10.0
_HOST_AND_PORT = re.compile(r"(?:ray://)?(?P<host>\[[0-9a-fA-F:]+\]|[^:/]+):(?P<port>[0-9]{1,5})")
MOST_WAITING = 1_000
"""Tasks that Ray has at once: an autoscaler sees the demand, and the driver's waiting stays quick."""
MOST_RETRIES = 8
"""Of a task whose node or process was lost."""


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """The module ray, connected to a cluster; `local` starts one on this machine, which ends with the context.

    SIGTERM is KeyboardInterrupt from then on, as Ctrl-C is.

    Raises CodesearchError if Ray is not installed, or the cluster can't be reached.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    if address != LOCAL and _has_token():
        os.environ.setdefault("RAY_AUTH_MODE", "token")  # Ray shows it to no cluster unless it is told to
    try:
        import ray
    except ImportError as error:
        raise CodesearchError("a cluster needs Ray", InstallExtra("cluster")) from error
    keep_off_stdout(ray)
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR", "configure_logging": True}
    _check_address(address)
    if address == LOCAL:
        options |= {"include_dashboard": False, "object_store_memory": OBJECT_STORE_BYTES}
    try:
        ray.init(address=address, **options)
    except UnicodeEncodeError as error:
        raise CodesearchError("Ray needs a command line and a working folder in UTF-8") from error
    except (OSError, RuntimeError, ValueError) as error:
        if address == AUTO:
            raise CodesearchError(
                "no Ray cluster runs on this machine", "to start one, run: ray start --head"
            ) from error
        said = str(error).strip().splitlines() or [type(error).__name__]
        raise CodesearchError(
            f"the Ray cluster at {address} can't be reached: {said[0]}", "if it asks for a token, set RAY_AUTH_TOKEN"
        ) from error
    with suppress(ValueError):  # outside the main thread
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # Ray's own prints a stack trace and aborts
    try:
        yield ray
    finally:
        ray.shutdown()


def keep_off_stdout(ray: Any) -> None:
    """Stop the module ray from printing to stdout what nodes say about lost processes, which answers and reports name.

    Ray has no option against it. A version without this function prints as it likes.
    """
    with suppress(AttributeError):
        ray._private.worker.print_to_stdstream = lambda *_, **__: None


def _has_token() -> bool:
    """Whether the user has a token of Ray."""
    kept = expand_user("~/.ray/auth_token")
    return any(os.environ.get(name) for name in ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH")) or kept.is_file()


def _check_address(address: str) -> None:
    """Raises CodesearchError if nothing listens at HOST:PORT: Ray tries for minutes, and then ends the process."""
    match = _HOST_AND_PORT.fullmatch(address)
    if not match:
        return
    try:
        socket.create_connection((match["host"].strip("[]"), int(match["port"])), SECONDS_TO_CONNECT).close()
    except (OSError, OverflowError) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise CodesearchError(f"the Ray cluster at {address} can't be reached: {said}") from error


def check_port(host: str, port: int) -> None:
    """Raises CodesearchError if a port of this machine is in use: Serve would share it with whoever listens there."""
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        said = (error.strerror or str(error)).partition(" (")[0]
        raise CodesearchError(
            f"port {port} of {host} can't be served: {said}", "choose another one with --port"
        ) from error


class RayTasks:
    """Builds shards as tasks of Ray, each on one core; those of a node that is lost are started again elsewhere."""

    def __init__(self, ray: Any) -> None:
        self._ray = ray
        self._build = ray.remote(num_cpus=1, max_retries=MOST_RETRIES)(build)
        self._requests: dict[Any, BuildRequest] = {}

    @property
    def running(self) -> int:
        """See Tasks."""
        return len(self._requests)

    @property
    def has_room(self) -> bool:
        """See Tasks."""
        return self.running < MOST_WAITING

    def start(self, request: BuildRequest) -> None:
        """See Tasks."""
        self._requests[self._build.remote(request)] = request

    def next(self) -> Outcome:
        """See Tasks."""
        (reference, *_), _ = self._ray.wait([*self._requests], num_returns=1)
        request = self._requests.pop(reference)
        try:
            outcome: Outcome = self._ray.get(reference)
        except self._ray.exceptions.RayError as error:
            return Failed(request, f"its task failed: {_reason(error)}")
        return outcome

    def train_lists(self, place: str, shards: Sequence[Shard]) -> Lists | None:
        """See Tasks."""
        train = self._ray.remote(num_cpus=1, max_retries=MOST_RETRIES)(train_lists)
        try:
            lists: Lists | None = self._ray.get(train.remote(place, shards))
        except self._ray.exceptions.RayError as error:
            raise CodesearchError(f"the lists of vectors could not be trained: {_reason(error)}") from error
        return lists


def _reason(error: BaseException) -> str:
    """The last line of what Ray says, or its first for a lost process."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if not lines:
        return type(error).__name__
    return lines[-1] if type(error).__name__.startswith("RayTaskError") else lines[0]
