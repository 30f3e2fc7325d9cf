"""A client of the Model Context Protocol that speaks it in raw lines, over the pipes of a process."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.support.command_line import CommandLine, take_ctrl_c

_SECONDS = 60
"""After which a server that does not answer is killed, so that a test fails rather than hangs."""


class RawClient:
    """Starts `codesearch mcp` in a folder. Use as a context."""

    def __init__(self, codesearch: CommandLine, folder: Path, *arguments: str, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "codesearch", "mcp", *arguments],
            cwd=folder,
            env=codesearch.environment(**environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=None if sys.platform == "win32" else take_ctrl_c,
        )
        self._timer = threading.Timer(_SECONDS, self.process.kill)
        self._timer.start()
        self._number = 0
        self.notifications: list[Any] = []
        """What the server sent besides answers."""
        self._answers: dict[Any, Any] = {}

    def write(self, line: bytes) -> None:
        """Send bytes as they are."""
        assert self.process.stdin is not None
        self.process.stdin.write(line)
        self.process.stdin.flush()

    def send(self, method: str, parameters: Any = None, number: int | None = None) -> None:
        """Send a notification, or a request with a number."""
        message = {"jsonrpc": "2.0", "method": method} | ({} if number is None else {"id": number})
        self.write(json.dumps(message | ({} if parameters is None else {"params": parameters})).encode() + b"\n")

    def request(self, method: str, parameters: Any = None) -> int:
        """Send a request; returns its number."""
        self._number += 1
        self.send(method, parameters, self._number)
        return self._number

    def answer(self, number: int) -> Any:
        """The answer to a request, whatever comes before it. Every line that the server writes must be a message."""
        assert self.process.stdout is not None
        while number not in self._answers:
            line = self.process.stdout.readline()
            assert line, self.process.stderr and self.process.stderr.read().decode()
            message = json.loads(line)
            assert message["jsonrpc"] == "2.0"
            if "id" in message:
                self._answers[message["id"]] = message
            else:
                self.notifications.append(message)
        return self._answers.pop(number)

    def ask(self, method: str, parameters: Any = None) -> Any:
        """The result of a request."""
        answer = self.answer(self.request(method, parameters))
        assert "result" in answer, answer
        return answer["result"]

    def initialize(self, version: str = "2025-06-18") -> Any:
        """The handshake; returns what the server says of itself."""
        about = {"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "test", "version": "0"}}
        said = self.ask("initialize", about)
        self.send("notifications/initialized")
        return said

    def search(self, query: str, **more: Any) -> str:
        """The text of an answer that is no error."""
        result = self.ask("tools/call", {"name": "search", "arguments": {"query": query} | more})
        assert not result.get("isError"), result
        assert set(result) <= {"content", "isError", "resultType", "_meta"}
        (content,) = result["content"]
        assert content["type"] == "text"
        return str(content["text"])

    def close(self) -> str:
        """End the server by closing its input; returns what it wrote to stderr."""
        assert self.process.stdin and self.process.stdout and self.process.stderr
        self.process.stdin.close()
        rest = self.process.stdout.read()
        said = self.process.stderr.read().decode()
        assert self.process.wait() == 0
        assert all(json.loads(line) for line in rest.splitlines())
        self._timer.cancel()
        return said

    def __enter__(self) -> RawClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
