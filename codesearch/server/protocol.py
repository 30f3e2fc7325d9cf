"""What a server and its clients send each other: frames of a kind, a length and that many bytes.

A client sends one request. A server says at once that it has it, then sends what the command prints, as it is printed,
and at the end its exit code; or it refuses, before anything is printed, and the client runs the command itself.

Imported by every query before anything else: the modules socket, json and typing alone take 10 ms.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _socket import socket
    from typing import Any

REQUEST = b"q"
RECEIPT = b"k"
"""The request has arrived; without it, the server hangs."""
STDOUT = b"o"
STDERR = b"e"
EXIT = b"x"
"""An exit code, as JSON."""
ANSWER = b"a"
"""To a request about the server itself, as JSON."""
REFUSAL = b"r"
"""The request is not answered; the payload says why."""

_LENGTH_BYTES = 4
LARGEST = 1 << 24
"""Bytes of a frame: a question of a megabyte fits, and what is no frame is not read into memory."""


class ProtocolError(Exception):
    """What was received is no frame, or the other side is gone."""


def send(connection: socket, kind: bytes, payload: bytes) -> None:
    """Send bytes in as many frames as they need. Raises OSError."""
    for start in range(0, max(len(payload), 1), LARGEST):
        part = payload[start : start + LARGEST]
        connection.sendall(kind + len(part).to_bytes(_LENGTH_BYTES, "big") + part)


def send_json(connection: socket, kind: bytes, value: Any) -> None:
    """Send what JSON can hold. Raises OSError."""
    import json

    send(connection, kind, json.dumps(value).encode())


def receive(connection: socket) -> tuple[bytes, bytes]:
    """The kind and payload of the next frame. Raises ProtocolError, or OSError (TimeoutError among them)."""
    head = _read(connection, 1 + _LENGTH_BYTES)
    kind, length = head[:1], int.from_bytes(head[1:], "big")
    if length > LARGEST:
        raise ProtocolError(f"a frame of {length:,} bytes")
    return kind, _read(connection, length)


def await_receipt(connection: socket) -> None:
    """Wait until the server has the request, at most for the connection's timeout, which is taken off.

    Raises ProtocolError, or OSError (TimeoutError if the server hangs).
    """
    kind, _ = receive(connection)
    if kind != RECEIPT:
        raise ProtocolError("no receipt")
    connection.settimeout(None)


def _read(connection: socket, length: int) -> bytes:
    parts = []
    while length:
        part = connection.recv(min(length, 1 << 16))
        if not part:
            raise ProtocolError("the connection was closed")
        parts.append(part)
        length -= len(part)
    return b"".join(parts)
