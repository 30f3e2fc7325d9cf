"""HTTP on the loopback interface: a port, and an application that a thread serves there."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import uvicorn

from codesearch.errors import CodesearchError

HOST = "127.0.0.1"
_SECONDS_TO_STOP = 5.0

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
"""An ASGI application."""


def listen(port: int) -> socket.socket:
    """A socket that listens at a port, or at a free one for 0. Raises CodesearchError if the port is in use."""
    try:
        listener = socket.create_server((HOST, port))
    except OSError as error:
        message = f"port {port} can't be served: {os.strerror(error.errno or 0)}"
        raise CodesearchError(message, "choose another port") from error
    # Connections inherit it. Without, the second part of an answer waits 40 ms until the first is acknowledged.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


@contextmanager
def serving(app: App, listener: socket.socket) -> Iterator[None]:
    """Inside, a thread serves the app at the socket, which is closed at the end."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join(_SECONDS_TO_STOP)
        listener.close()
