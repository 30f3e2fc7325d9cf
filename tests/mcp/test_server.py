"""Calls run in threads and tell of their progress, whatever the transport."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp")

import anyio
from mcp import Client

from codesearch.cli.remedies import hint_of
from codesearch.mcp import server
from codesearch.mcp.roots import Roots
from codesearch.mcp.session import Session
from codesearch.mcp.tools import Answer, Tools
from codesearch.server.progress import Progress


class Slow(Tools):
    """Answers once it is told to."""

    def __init__(self, folder: Path) -> None:
        super().__init__(Session(Roots([folder], folder), lambda _: pytest.fail("opened")), hint_of)
        self.session.warm_up = lambda: None  # type: ignore[method-assign]
        self.may_end = threading.Event()

    def call(self, name: str, arguments: Any, progress: Progress) -> Answer:
        progress("indexing", 3, 9, 0)
        assert self.may_end.wait(30)
        return Answer(f"answered {arguments['query']}")


def text_of(result: Any) -> str:
    return str(result.content[0].text)


def test_progress_is_told_while_a_call_runs_and_others_are_answered(tmp_path: Path) -> None:
    tools = Slow(tmp_path)
    heard: list[tuple[float, float | None, str | None]] = []

    async def hear(done: float, total: float | None, message: str | None) -> None:
        heard.append((done, total, message))
        tools.may_end.set()

    async def main() -> None:
        async with Client(server.build(tools)) as client:
            async with anyio.create_task_group() as group:
                group.start_soon(client.call_tool, "search", {"query": "b"})
                result = await client.call_tool("search", {"query": "a"}, progress_callback=hear)
            assert text_of(result) == "answered a"

    anyio.run(main)
    assert heard[0] == (3, 9, "indexing: 3 of 9 files")


def test_who_waits_too_long_is_told_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "SECONDS_TO_ANSWER", 0.1)
    tools = Slow(tmp_path)

    async def main() -> None:
        async with Client(server.build(tools)) as client:
            result = await client.call_tool("search", {"query": "a"})
            assert text_of(result) == "not ready yet (indexing: 3 of 9 files); ask again in a minute"
            tools.may_end.set()
            assert text_of(await client.call_tool("search", {"query": "b"})) == "answered b"

    anyio.run(main)


def test_it_can_be_served_over_http(tmp_path: Path) -> None:
    assert server.build(Slow(tmp_path)).streamable_http_app() is not None
