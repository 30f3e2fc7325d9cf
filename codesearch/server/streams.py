"""The stdout and stderr of a client, to which commands print as to their own."""

from __future__ import annotations

import io
import socket
from collections.abc import Mapping

from codesearch.server import protocol


class _Frames(io.RawIOBase):
    """Sends what is written as frames of a kind."""

    def __init__(self, connection: socket.socket, kind: bytes, *, is_terminal: bool) -> None:
        self._connection = connection
        self._kind = kind
        self._is_terminal = is_terminal

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._is_terminal

    def write(self, data: object, /) -> int:
        payload = bytes(data)  # type: ignore[call-overload]
        protocol.send(self._connection, self._kind, payload)
        return len(payload)


def client_stream(connection: socket.socket, kind: bytes, stream: Mapping[str, object]) -> io.TextIOWrapper:
    """A text stream that sends frames of a kind; `stream` is the client's record of it. Raises LookupError."""
    frames = _Frames(connection, kind, is_terminal=bool(stream["is_terminal"]))
    encoding = str(stream["encoding"])
    buffer = io.BufferedWriter(frames, 1 << 16)
    is_stderr = kind == protocol.STDERR
    return io.TextIOWrapper(
        buffer, encoding, "backslashreplace", "\n", line_buffering=is_stderr or bool(stream["is_terminal"])
    )
