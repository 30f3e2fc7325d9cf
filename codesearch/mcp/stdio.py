"""The tools over stdin and stdout, for the process that started this one."""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
from collections.abc import AsyncIterable, Awaitable, Callable
from typing import Any, NoReturn

import anyio
from anyio.streams.memory import MemoryObjectSendStream
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage
from mcp_types import (
    JSONRPCError,
    JSONRPCNotification,
    JSONRPCRequest,
    JSONRPCResponse,
    RequestId,
    jsonrpc_message_adapter,
)
from pydantic import ValidationError

from codesearch.mcp.server import build
from codesearch.mcp.tools import ToolSet

_SECONDS_TO_FINISH = 10.0
"""For requests that were read before stdin was closed. A client that does not want to wait sends SIGTERM."""
_INTERRUPTED = 128 + signal.SIGINT
"""The exit code after Ctrl-C, as of every command."""

_ESCAPE = re.compile(r"\\(?:u[dD][89abAB]\w\w\\u[dD][c-fC-F]|(?P<half>u[dD][89a-fA-F]\w\w)|.)")
"""An escape in JSON; `half` is one half of a surrogate pair without the other."""

Received = SessionMessage | Exception


class Unanswered:
    """The requests that were received, and neither answered nor cancelled since."""

    def __init__(self) -> None:
        self._numbers: set[RequestId | None] = set()
        self._are_none = anyio.Event()

    def received(self, one: Received) -> None:
        """Take note of a message to the server."""
        if isinstance(one, Exception):
            return
        match one.message:
            case JSONRPCRequest(id=number):
                if not self._numbers:
                    self._are_none = anyio.Event()
                self._numbers.add(number)
            case JSONRPCNotification(method="notifications/cancelled", params={"requestId": str() | int() as number}):
                self._settle(number)

    def sent(self, one: SessionMessage) -> None:
        """Take note of a message from the server."""
        if isinstance(one.message, JSONRPCResponse | JSONRPCError):
            self._settle(one.message.id)

    async def are_none(self) -> None:
        """Return once there are none."""
        if self._numbers:
            await self._are_none.wait()

    def _settle(self, number: RequestId | None) -> None:
        self._numbers.discard(number)
        if not self._numbers:
            self._are_none.set()


def serve_stdio(tools: ToolSet[Any]) -> None:
    """Serve the process that started this one, until it closes stdin. Nothing else reaches stdout meanwhile."""
    server = build(tools)

    async def serve() -> None:
        unanswered = Unanswered()
        async with stdio_server() as (received, sent), sent, anyio.create_task_group() as group:
            requests, to_server = anyio.create_memory_object_stream[Received](0)
            from_server, answers = anyio.create_memory_object_stream[SessionMessage](0)
            group.start_soon(_receive, received, requests, unanswered)
            group.start_soon(_send, answers, sent.send, unanswered)
            await server.run(to_server, from_server, server.create_initialization_options())
        _end(tools, 0)

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else a shell has it ignored
        # That of asyncio waits for the thread that reads stdin.
        signal.signal(signal.SIGINT, lambda *_: _end(tools, _INTERRUPTED))
    try:
        anyio.run(serve)
    except* BrokenPipeError:  # the client has ended
        _end(tools, 0)


def _end(tools: ToolSet[Any], code: int) -> NoReturn:
    """End this process. A thread may be at work on a first index, which the next process resumes."""
    tools.session.close()
    for worker in multiprocessing.active_children():
        worker.kill()
    os._exit(code)


async def _receive(
    received: AsyncIterable[Received], requests: MemoryObjectSendStream[Received], unanswered: Unanswered
) -> None:
    """Send on what was received, and end once it is answered.

    Requests with half a surrogate pair, which pydantic can't read, are answered, too.
    """
    async with requests:
        async for one in received:
            message = _without_half_pairs(one) if isinstance(one, ValidationError) else one
            unanswered.received(message)
            await requests.send(message)
        with anyio.move_on_after(_SECONDS_TO_FINISH):
            await unanswered.are_none()


async def _send(
    answers: AsyncIterable[SessionMessage], send: Callable[[SessionMessage], Awaitable[None]], unanswered: Unanswered
) -> None:
    """Send what the server answers."""
    async for one in answers:
        await send(one)
        unanswered.sent(one)


def _without_half_pairs(error: ValidationError) -> Received:
    """The message that could not be read, with U+FFFD for halves of surrogate pairs; the error if it still can't be."""
    line = str(error.errors()[0]["input"])
    try:
        whole = _ESCAPE.sub(lambda escape: r"\ufffd" if escape["half"] else escape[0], line)
        return SessionMessage(jsonrpc_message_adapter.validate_json(whole, by_name=False))
    except ValidationError:
        return error
