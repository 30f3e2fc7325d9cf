"""The tools behind the Model Context Protocol, by its official SDK; `serve_stdio` reaches them over stdin and stdout.

The server that `build` returns also has `streamable_http_app`, for HTTP.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
from collections.abc import AsyncIterable
from typing import Any, NoReturn

import anyio
import anyio.to_thread
from anyio.streams.memory import MemoryObjectSendStream
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage
from mcp_types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    NotificationParams,
    PaginatedRequestParams,
    TextContent,
    ToolAnnotations,
    jsonrpc_message_adapter,
)
from mcp_types import Tool as Listed
from pydantic import ValidationError

import codesearch
from codesearch.mcp.tools import Answer, Tool, ToolSet
from codesearch.server.progress import Progress

_SECONDS_BETWEEN_REPORTS = 0.5
SECONDS_TO_ANSWER = 50.0
"""Clients give up after a minute. A first index is made to its end meanwhile, whether somebody waits or not."""

_INTERRUPTED = 128 + signal.SIGINT
"""The exit code after Ctrl-C, as of every command."""

_ESCAPE = re.compile(r"\\(?:u[dD][89abAB]\w\w\\u[dD][c-fC-F]|(?P<half>u[dD][89a-fA-F]\w\w)|.)")
"""An escape in JSON; `half` is one half of a surrogate pair without the other."""

Received = SessionMessage | Exception
Context = Any
"""The SDK's context of a request."""


def build(tools: ToolSet[Any]) -> Server[dict[str, Any]]:
    """A server that offers the tools."""
    listed = ListToolsResult(tools=[_listed(tool) for tool in tools])

    async def list_tools(context: Context, parameters: PaginatedRequestParams | None) -> ListToolsResult:
        tools.session.warm_up()
        return listed

    async def call_tool(context: Context, parameters: CallToolRequestParams) -> CallToolResult:
        answer = await _call(tools, parameters, context)
        return CallToolResult(content=[TextContent(type="text", text=answer.text)], is_error=answer.is_error)

    async def initialized(context: Context, parameters: NotificationParams | None) -> None:
        tools.session.warm_up()

    server: Server[dict[str, Any]] = Server(
        "codesearch",
        version=codesearch.__version__,
        instructions=tools.instructions,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )
    server.add_notification_handler("notifications/initialized", NotificationParams, initialized)
    return server


def serve_stdio(tools: ToolSet[Any]) -> None:
    """Serve the process that started this one, until it closes stdin. Nothing else reaches stdout meanwhile."""
    server = build(tools)

    async def serve() -> None:
        async with stdio_server() as (received, sent), anyio.create_task_group() as group:
            forward, readable = anyio.create_memory_object_stream[Received](0)
            group.start_soon(_forward, received, forward)
            await server.run(readable, sent, server.create_initialization_options())
        _end(tools, 0)

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else a shell has it ignored
        # That of asyncio waits for the thread that reads stdin.
        signal.signal(signal.SIGINT, lambda *_: _end(tools, _INTERRUPTED))
    anyio.run(serve)


def _end(tools: ToolSet[Any], code: int) -> NoReturn:
    """End this process. A thread may be at work on a first index, which the next process resumes."""
    tools.session.close()
    for worker in multiprocessing.active_children():
        worker.kill()
    os._exit(code)


async def _forward(received: AsyncIterable[Received], forward: MemoryObjectSendStream[Received]) -> None:
    """Send on what was received. Requests with half a surrogate pair, which pydantic can't read, are answered, too."""
    async with forward:
        async for one in received:
            await forward.send(_without_half_pairs(one) if isinstance(one, ValidationError) else one)


def _without_half_pairs(error: ValidationError) -> Received:
    """The message that could not be read, with U+FFFD for halves of surrogate pairs; the error if it still can't be."""
    line = str(error.errors()[0]["input"])
    try:
        whole = _ESCAPE.sub(lambda escape: r"\ufffd" if escape["half"] else escape[0], line)
        return SessionMessage(jsonrpc_message_adapter.validate_json(whole, by_name=False))
    except ValidationError:
        return error


def _listed(tool: Tool[Any]) -> Listed:
    annotations = ToolAnnotations(read_only_hint=True)
    return Listed(name=tool.name, description=tool.description, input_schema=tool.schema(), annotations=annotations)


async def _call(tools: ToolSet[Any], parameters: CallToolRequestParams, context: Context) -> Answer:
    """Answer in a thread, so that other requests are answered meanwhile; it goes on if nobody waits for it any more."""
    progress = Progress()
    answer: Answer | None = None
    async with anyio.create_task_group() as group:
        group.start_soon(_report, context, progress)
        with anyio.move_on_after(SECONDS_TO_ANSWER):
            answer = await anyio.to_thread.run_sync(
                tools.call, parameters.name, parameters.arguments or {}, progress, abandon_on_cancel=True
            )
        group.cancel_scope.cancel()
    return answer or Answer(f"not ready yet ({str(progress) or 'searching'}); ask again in a minute")


async def _report(context: Context, progress: Progress) -> None:
    """Tell the client how far an update is, when that changes."""
    told = -1.0
    while True:
        await anyio.sleep(_SECONDS_BETWEEN_REPORTS)
        if progress.phase and progress.done > told:
            told = progress.done
            await context.session.report_progress(progress.done, progress.total or None, str(progress))
