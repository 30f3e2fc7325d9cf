"""Where the server of a user listens: a Unix socket, or a port of the loopback interface that asks for a token.

Imported by every query before anything else: nothing heavy may be imported here.
"""

from __future__ import annotations

import _socket
import os
import stat

import codesearch
from codesearch.state import state_folder

_LONGEST_SOCKET_PATH = 100
"""Bytes; the smallest limit of a system is 104."""
_NAME_BYTES = 32
_SECONDS_TO_ANSWER = 2.0
"""For connecting, and then for the receipt of a request. A server sends that at once, however busy it is."""


class Unreachable(Exception):
    """No server can be asked; the message says why if that is not simply because none runs."""


class Unresponsive(Unreachable):
    """A server runs, but does not answer."""

    def __init__(self, process: int | None) -> None:
        """`process` is the server's; None if it is not known."""
        named = f", process {process}," if process else ""
        super().__init__(f"the server{named} does not answer")
        self.hint = f"to end it, run: {kill_command(process)}" if process else ""


class Endpoint:
    """The place of the one server of a user and an installation."""

    def __init__(self, folder: str, name: str) -> None:
        """Only its user may enter `folder`; `name` tells installations and versions apart."""
        self.folder = folder
        self.name = name

    @classmethod
    def of_user(cls) -> Endpoint:
        """That of the user who runs this process. Raises Unreachable where there is no place for it."""
        identity = f"{codesearch.__version__}\0{os.path.dirname(codesearch.__file__)}"  # noqa: PTH120
        return cls(_folder(), f"serve-{_digest(identity)}")

    @property
    def socket_file(self) -> str:
        """The path of the Unix socket."""
        return os.path.join(self.folder, f"{self.name}.sock")  # noqa: PTH118

    @property
    def port_file(self) -> str:
        """Holds the port and the token, where there are no Unix sockets."""
        return os.path.join(self.folder, f"{self.name}.json")  # noqa: PTH118

    @property
    def lock(self) -> str:
        """Locked by the process that serves."""
        return os.path.join(self.folder, f"{self.name}.lock")  # noqa: PTH118

    @property
    def log(self) -> str:
        """What the server says."""
        return os.path.join(self.folder, f"{self.name}.log")  # noqa: PTH118

    def connect(self) -> _socket.socket:
        """A connection to the server, to be closed, with a timeout for the receipt. Raises Unreachable."""
        check_owner(self.folder)
        try:
            return self._connect_to_socket() if has_unix_sockets() else self._connect_to_port()
        except BlockingIOError:  # the queue of a server that accepts no more clients is full
            raise self.unresponsive() from None
        except (OSError, ValueError, KeyError, TypeError):
            raise Unreachable("") from None

    def unresponsive(self) -> Unresponsive:
        """The error for a server that does not answer in time; who holds the lock is that server."""
        import json

        try:
            with open(self.lock, encoding="utf-8") as file:  # noqa: PTH123
                return Unresponsive(int(json.load(file)["pid"]))
        except (OSError, ValueError, KeyError, TypeError):
            return Unresponsive(None)

    def _connect_to_socket(self) -> _socket.socket:
        check_owner(self.socket_file)
        connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
        connection.settimeout(_SECONDS_TO_ANSWER)
        try:
            connection.connect(self.socket_file)
        except BaseException:
            connection.close()
            raise
        return connection

    def _connect_to_port(self) -> _socket.socket:
        import json
        import socket

        with open(self.port_file, encoding="utf-8") as file:  # noqa: PTH123
            record = json.load(file)
        connection = socket.create_connection(("127.0.0.1", int(record["port"])), _SECONDS_TO_ANSWER)
        connection.sendall(bytes.fromhex(record["token"]))
        return connection


def has_unix_sockets() -> bool:
    """Whether this system has them; Python offers none on Windows."""
    return hasattr(_socket, "AF_UNIX")


def kill_command(process: int) -> str:
    """The command that ends a process whatever it does."""
    return f"taskkill /F /PID {process}" if os.name == "nt" else f"kill -9 {process}"


def check_owner(path: str) -> None:
    """Raises Unreachable for what is not this user's alone."""
    try:
        info = os.lstat(path)
    except OSError:
        raise Unreachable("") from None
    if hasattr(os, "getuid") and (info.st_uid != os.getuid() or (stat.S_ISDIR(info.st_mode) and info.st_mode & 0o077)):
        raise Unreachable(f"{path} belongs to another user, or others may write to it")


def _folder() -> str:
    """The folder of sockets: the user's own for running programs, else the one for state, or one with a short path."""
    runtime, state = os.environ.get("XDG_RUNTIME_DIR", ""), state_folder()
    if runtime and os.path.isdir(runtime):  # noqa: PTH112
        state = os.path.join(runtime, "codesearch")  # noqa: PTH118
    if not state:
        raise Unreachable("there is no folder for the socket: HOME is not set")
    if len(os.fsencode(state)) + _NAME_BYTES <= _LONGEST_SOCKET_PATH:
        return state
    import tempfile

    return os.path.join(tempfile.gettempdir(), f"codesearch-{_digest(state)}")  # noqa: PTH118


def _digest(text: str) -> str:
    from _blake2 import blake2b

    return blake2b(os.fsencode(text), digest_size=6).hexdigest()
