"""The tools behind the Model Context Protocol, by its official SDK, whatever the transport."""

from __future__ import annotations

from typing import Any

import anyio
import anyio.to_thread
from mcp.server.lowlevel import Server
from mcp_types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    NotificationParams,
    PaginatedRequestParams,
    TextContent,
    ToolAnnotations,
)
from mcp_types import Tool as Listed

import codesearch
from codesearch.mcp.tools import Answer, Tool, ToolSet
from codesearch.server.progress import Progress

_SECONDS_BETWEEN_REPORTS = 0.5
SECONDS_TO_ANSWER = 50.0
"""Clients give up after a minute. A first index is made to its end meanwhile, whether somebody waits or not."""

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
