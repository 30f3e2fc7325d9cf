"""Have the resident server run a command that searches, if one runs: nothing heavy is imported here.

What the server sends is written as it comes. Where it can't be asked, the caller runs the command itself.
"""

from __future__ import annotations

import os
import sys

from codesearch.server import protocol
from codesearch.server.endpoint import Endpoint, Unreachable, Unresponsive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _socket import socket
    from collections.abc import Mapping

OFF = "off"
START = "start"
VARIABLE = "CODESEARCH_SERVER"
"""`off` asks no server; `start` starts one for the questions after this one; anything else uses one that runs."""
NO_SERVER = "--no-server"
FORWARDED = ("NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS", "LINES")
"""Environment variables that decide how hits are printed."""
_INDEX_DIR = "CODESEARCH_INDEX_DIR"
_OWN = ("CODESEARCH_DEVICE", "CODESEARCH_PRECISION", "_CODESEARCH_COMPLETE")
"""Environment variables that a server can't be told of."""
_NOT_FORWARDED = frozenset(("-", "--batch", "--help", "-h", NO_SERVER))
"""Arguments of queries that read stdin, or need no index."""
_CLUSTER = "--cluster"
"""Asked by this process, which has the token."""
_ERROR = 2
_INTERRUPTED = 130
_CLOSED_PIPE = 141


def answer(arguments: list[str]) -> int | None:
    """Have the server run the command in these arguments. Returns the exit code; None if it can't be asked."""
    if os.environ.get(VARIABLE) == OFF or not _NOT_FORWARDED.isdisjoint(arguments):
        return None
    if any(argument.startswith(_CLUSTER) for argument in arguments):
        return None
    if sys.stdout is None or sys.stderr is None or any(os.environ.get(name) for name in _OWN):
        return None
    try:
        connection = _handed_over(request_text(_request(arguments)))
        try:
            return _copy(connection)
        finally:
            connection.close()
    except KeyboardInterrupt:
        return _INTERRUPTED
    except Unresponsive as error:
        os.write(2, f"codesearch: {error}; running without it\n  {error.hint}".rstrip().encode() + b"\n")
        return None
    except (Unreachable, OSError, protocol.ProtocolError):
        if os.environ.get(VARIABLE) == START:
            from codesearch.server.start import start

            start()
        return None


def _handed_over(request: str) -> socket:
    """A connection to a server that has the request. Raises Unreachable, OSError and ProtocolError."""
    endpoint = Endpoint.of_user()
    connection = endpoint.connect()
    try:
        protocol.send(connection, protocol.REQUEST, request.encode())
        protocol.await_receipt(connection)
    except BaseException as error:
        connection.close()
        if isinstance(error, TimeoutError):
            raise endpoint.unresponsive() from None
        raise
    return connection


def _request(arguments: list[str]) -> Mapping[str, object]:
    environment = {name: os.environ[name] for name in FORWARDED if name in os.environ}
    if "COLUMNS" not in environment and sys.stdout.isatty():
        environment["COLUMNS"] = str(os.get_terminal_size(sys.stdout.fileno()).columns)
    if index_dir := os.environ.get(_INDEX_DIR):
        arguments = [arguments[0], "--index-dir", index_dir, *arguments[1:]]  # one that is given overrides it
    return {
        "arguments": arguments,
        "directory": os.path.realpath(os.curdir),
        "environment": environment,
        "stdout": {"is_terminal": sys.stdout.isatty(), "encoding": sys.stdout.encoding},
        "stderr": {"is_terminal": sys.stderr.isatty(), "encoding": sys.stderr.encoding},
    }


def request_text(value: object) -> str:
    """The JSON of strings, truth values, lists and dictionaries; the module json takes 9 ms to import."""
    try:
        from _json import encode_basestring_ascii as quoted
    except ImportError:
        import json

        return json.dumps(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(name)}: {request_text(held)}" for name, held in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(request_text, value)) + "]"
    return quoted(value) if isinstance(value, str) else str(value).lower()


def _copy(connection: socket) -> int | None:
    """Write what the server sends. Returns the exit code; None if it refuses. Raises OSError and ProtocolError."""
    has_begun = False
    streams = {protocol.STDOUT: 1, protocol.STDERR: 2}
    while True:
        try:
            kind, payload = protocol.receive(connection)
        except (OSError, protocol.ProtocolError):
            if not has_begun:
                raise  # nothing is printed yet: the caller can still run the command
            os.write(2, b"codesearch: the server ended before it had answered\n")
            return _ERROR
        if kind in streams:
            has_begun = True
            try:
                _write(streams[kind], payload)
            except BrokenPipeError:
                return _CLOSED_PIPE
            except OSError as error:  # a full disk; a second run here would print everything again
                os.write(2, f"codesearch: {error.strerror}\n".encode())
                return _ERROR
        elif kind == protocol.EXIT:
            return int(payload)
        elif has_begun:
            os.write(2, b"codesearch: the server failed; see its log\n")
            return _ERROR
        else:
            return None


def _write(descriptor: int, payload: bytes) -> None:
    while payload:
        payload = payload[os.write(descriptor, payload) :]
