"""The resident server: listens, runs queries for clients in threads, and ends when nobody has asked for a while."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import secrets
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import asdict, dataclass
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

import codesearch
from codesearch.errors import CodesearchError, IndexLocked
from codesearch.index.lock import WriterLock
from codesearch.server import SERVED, protocol
from codesearch.server.client import FORWARDED
from codesearch.server.endpoint import Endpoint, Unreachable, check_owner, has_unix_sockets
from codesearch.server.residents import ExistingIndexes, NothingIndexed, ResidentIndexes
from codesearch.server.streams import client_stream

_MOST_AT_ONCE = 16
"""Queries that run at once; others wait."""
IDLE_MINUTES = 60
"""Without a question, after which the server ends."""
_SECONDS_BETWEEN_ROUNDS = 0.15
_SECONDS_BETWEEN_LOOKS = 2.0
"""At the program on disk, and at the socket."""
_SECONDS_TO_FORGET = 600
"""Without a question, after which transformers are let go of: they take a gigabyte."""
_SECONDS_TO_SEND = 30
"""A client may take to send its request."""
_LARGEST_LOG = 200_000
_TOKEN_BYTES = 32

Run = Callable[[list[str], Any], int]
"""Runs a command line for a caller. Returns the exit code."""
OpenPage = Callable[[Sequence[Path], int], str]
"""The address of the page of some folders, at a port or, for 0, any. Raises CodesearchError."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where agents find the server over HTTP."""

    url: str
    token: str


class Service:
    """Serves one endpoint. Raises CodesearchError if another process serves it, or it can't be served."""

    def __init__(self, endpoint: Endpoint, run: Run, idle_minutes: float = IDLE_MINUTES) -> None:
        self._endpoint = endpoint
        self._run = run
        self._idle = idle_minutes * 60
        self._place = Path(endpoint.socket_file if has_unix_sockets() else endpoint.port_file)
        self._log = _logger(endpoint)
        self._started = time.time()
        self._last = time.monotonic()
        self._questions = 0
        self._counting = threading.Lock()
        self._running = 0
        self._waiting = 0
        """Threads that wait for a client."""
        self._places = threading.BoundedSemaphore(_MOST_AT_ONCE)
        self._is_ready = threading.Event()
        """Whether all that is served beside the endpoint has started."""
        self._is_ending = threading.Event()
        self._token = secrets.token_bytes(_TOKEN_BYTES)
        self._code = _code_stamp()
        self._is_outdated = False
        """Whether the program on disk is another than the one that runs."""
        self.http: Address | None = None
        self.open_page: OpenPage | None = None
        self.indexes = ResidentIndexes(Path(endpoint.folder), self._log.info)

    def serve(self, beside: AbstractContextManager[object] | None = None) -> None:
        """Serve until nobody asks any more, or the server is told to end. `beside` is entered while it serves."""
        with _served(self._endpoint, self._token) as listener:
            for _ in range(_MOST_AT_ONCE):
                self._wait_for_clients(listener)
            with beside or nullcontext():
                self._log.info("serving on %s", self._place)
                self._is_ready.set()
                try:
                    self._keep_house()
                finally:
                    self._is_ending.set()
                    with suppress(OSError):
                        listener.shutdown(socket.SHUT_RDWR)  # wakes the threads that wait for clients
                    self.indexes.close()
                    self._log.info("ended after %d questions", self._questions)

    def touch(self) -> None:
        """Somebody has asked for something, by another way than the endpoint."""
        with self._counting:
            self._last = time.monotonic()

    def count(self) -> None:
        """A question has been asked."""
        with self._counting:
            self._questions += 1

    def end(self) -> None:
        """Let the server end, once it has answered what it was asked."""
        self._is_ending.set()

    def _wait_for_clients(self, listener: socket.socket) -> None:
        """Start a thread that answers one client after another."""
        with self._counting:
            self._waiting += 1
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        """Answer one client after another; the thread that accepts a client answers it, which saves a switch.

        There is always a thread that waits, as each client has to be told soon that its request has arrived.
        """
        while not self._is_ending.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with self._counting:
                self._waiting -= 1
                is_last = not self._waiting
            if is_last:
                self._wait_for_clients(listener)
            self._answer(connection)
            with self._counting:
                if self._waiting >= _MOST_AT_ONCE:
                    return
                self._waiting += 1

    def _keep_house(self) -> None:
        """Keep indexes up to date until the server has to end."""
        next_look = time.monotonic() + _SECONDS_BETWEEN_LOOKS
        while not self._is_ending.wait(_SECONDS_BETWEEN_ROUNDS):
            try:
                self.indexes.keep_up(_SECONDS_TO_FORGET)
            except Exception:
                self._log.exception("an update failed")
            if not self._running and time.monotonic() - self._last > self._idle:
                return
            if time.monotonic() > next_look:
                next_look = time.monotonic() + _SECONDS_BETWEEN_LOOKS
                self._is_outdated = _code_stamp() != self._code
                if self._is_outdated or not os.path.lexists(self._place):
                    self._is_ending.set()

    def _answer(self, connection: socket.socket) -> None:
        with self._counting:
            self._running += 1
        try:
            with connection, suppress(OSError, protocol.ProtocolError):
                connection.settimeout(_SECONDS_TO_SEND)
                if not self._is_welcome(connection):
                    return
                kind, payload = protocol.receive(connection)
                if kind == protocol.REQUEST:
                    protocol.send(connection, protocol.RECEIPT, b"")
                    connection.settimeout(None)
                    self._is_ready.wait()
                    self._respond(connection, json.loads(payload))
        except Exception:
            self._log.exception("a request failed")
        finally:
            with self._counting:
                self._running -= 1
                self._last = time.monotonic()

    def _is_welcome(self, connection: socket.socket) -> bool:
        if has_unix_sockets():
            return _peer_user(connection) in (os.getuid(), None)
        return secrets.compare_digest(connection.recv(_TOKEN_BYTES, socket.MSG_WAITALL), self._token)

    def _respond(self, connection: socket.socket, request: Mapping[str, Any]) -> None:
        if "command" in request:
            if request["command"] == "open":
                self._open(Path(request["folder"]))
            answer = self._page(request) if request["command"] == "page" else self._status()
            protocol.send_json(connection, protocol.ANSWER, answer)
            if request["command"] == "stop":
                self._is_ending.set()
        elif self._is_outdated:
            protocol.send(connection, protocol.REFUSAL, b"codesearch was upgraded")
            self._is_ending.set()
        elif request["arguments"][0] not in SERVED:
            protocol.send(connection, protocol.REFUSAL, b"only searches are answered")
        else:
            self.count()
            with self._places:
                self._run_query(connection, request)

    def _open(self, folder: Path) -> None:
        """Open the index of a folder before it is asked for."""
        from codesearch.workspace import Workspace

        with suppress(CodesearchError, NothingIndexed), Workspace(indexes=ExistingIndexes(self.indexes)) as workspace:
            workspace.add([folder])

    def _page(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The address of a page, or why there is none."""
        if self.open_page is None:
            return {"error": "this server shows no pages", "hint": "run: codesearch serve --stop"}
        self.touch()
        try:
            return {"url": self.open_page([Path(folder) for folder in request["folders"]], request["port"])}
        except CodesearchError as error:
            return {"error": error.message, "hint": error.remedy if isinstance(error.remedy, str) else ""}

    def _run_query(self, connection: socket.socket, request: Mapping[str, Any]) -> None:
        from codesearch.caller import Caller, called_by

        environment = {name: value for name, value in request["environment"].items() if name in FORWARDED}
        stdout = client_stream(connection, protocol.STDOUT, request["stdout"])
        stderr = client_stream(connection, protocol.STDERR, request["stderr"])
        caller = Caller(stdout, stderr, environment, Path(request["directory"]), ExistingIndexes(self.indexes))
        try:
            with called_by(caller):
                code = self._run(request["arguments"], caller)
        except NothingIndexed as error:
            protocol.send(connection, protocol.REFUSAL, f"{error} has no index".encode())
            return
        except Exception as error:
            self._log.exception("a query failed")
            protocol.send(connection, protocol.REFUSAL, str(error).encode())
            return
        with suppress(BrokenPipeError):
            stdout.flush()
            stderr.flush()
        protocol.send_json(connection, protocol.EXIT, code)

    def _status(self) -> dict[str, Any]:
        return {
            "version": codesearch.__version__,
            "pid": os.getpid(),
            "since": self._started,
            "questions": self._questions,
            "roots": [str(root) for root in self.indexes.roots],
            "log": self._endpoint.log,
            "http": asdict(self.http) if self.http else None,
        }


@contextlib.contextmanager
def _served(endpoint: Endpoint, token: bytes) -> Iterator[socket.socket]:
    """A socket that listens at the endpoint, whose lock is held. Raises CodesearchError."""
    try:
        Path(endpoint.folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        check_owner(endpoint.folder)
        with _only_one(endpoint):
            listener = _listen(endpoint, token)
            place = Path(endpoint.socket_file if has_unix_sockets() else endpoint.port_file)
            ours = place.stat().st_ino
            try:
                with listener:
                    yield listener
            finally:
                with suppress(OSError):
                    if place.stat().st_ino == ours:
                        place.unlink()
    except Unreachable as error:
        raise CodesearchError(f"the server can't start: {error}") from None
    except OSError as error:
        raise CodesearchError(f"{endpoint.folder}: {error.strerror or error}") from error


@contextlib.contextmanager
def _only_one(endpoint: Endpoint) -> Iterator[None]:
    """Holds the lock of an endpoint. Raises CodesearchError if another process does."""
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(WriterLock(Path(endpoint.lock)))
        except IndexLocked:
            raise CodesearchError("a server is already running", "to stop it, run: codesearch serve --stop") from None
        yield


def _listen(endpoint: Endpoint, token: bytes) -> socket.socket:
    """Raises OSError."""
    if has_unix_sockets():
        Path(endpoint.socket_file).unlink(missing_ok=True)  # of a server that was killed: the lock is ours
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        before = os.umask(0o077)
        try:
            listener.bind(endpoint.socket_file)
        finally:
            os.umask(before)
    else:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    if not has_unix_sockets():
        record = json.dumps({"port": listener.getsockname()[1], "token": token.hex()})
        aside = Path(endpoint.port_file + ".new")
        with os.fdopen(os.open(aside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
            file.write(record)
        aside.replace(endpoint.port_file)
    return listener


def _peer_user(connection: socket.socket) -> int | None:
    """The user at the other end of a Unix socket; None where the system does not tell (its folder is the user's)."""
    if not hasattr(socket, "SO_PEERCRED"):
        return None
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return int(struct.unpack("3i", credentials)[1])


def _code_stamp() -> frozenset[tuple[str, int]]:
    """The modules of this program on disk and their times, which change when it is upgraded."""
    modules = Path(codesearch.__file__).parent.rglob("*.py")
    with suppress(OSError):
        return frozenset((str(module), module.stat().st_mtime_ns) for module in modules)
    return frozenset()


def _logger(endpoint: Endpoint) -> logging.Logger:
    logger = logging.getLogger("codesearch.server")
    handler = RotatingFileHandler(endpoint.log, maxBytes=_LARGEST_LOG, backupCount=1, delay=True, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logger.handlers = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False
    return logger
