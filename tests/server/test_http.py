"""The server over HTTP, for agents."""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

anyio = pytest.importorskip("anyio")
pytest.importorskip("mcp")

import httpx2  # noqa: E402
from mcp import Client  # noqa: E402
from mcp.client.streamable_http import streamable_http_client  # noqa: E402

from tests.support.command_line import CommandLine  # noqa: E402
from tests.support.servers import Server  # noqa: E402

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Served:
    """A server with an address for agents."""

    server: Server
    url: str
    token: str


@pytest.fixture
def served(codesearch: CommandLine, shop: Path) -> Iterator[Served]:
    folder = Path(tempfile.mkdtemp(prefix="cs-"))
    server = Server(codesearch, folder)
    codesearch("index", "-q", cwd=shop)
    process = server.start("--http", str(free_port()), str(shop))
    status: Any = server.status()
    yield Served(server, status["http"]["url"], status["http"]["token"])
    process.kill()
    process.wait()
    shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def post(served: Served, **headers: str) -> httpx2.Response:
    usual = {
        "Authorization": f"Bearer {served.token}",
        "Accept": "application/json, text/event-stream",
        "Content-Type": "application/json",
    }
    call = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "0"}},
    }
    return httpx2.post(served.url, json=call, headers=usual | headers)


def test_an_agent_searches_and_sees_edits(served: Served, shop: Path) -> None:
    async def ask() -> list[str]:
        answers = []
        async with (
            httpx2.AsyncClient(headers={"Authorization": f"Bearer {served.token}"}) as http,
            Client(streamable_http_client(served.url, http_client=http)) as client,
        ):
            assert "search" in {tool.name for tool in (await client.list_tools()).tools}
            for query in ("how are passwords hashed", "fetch_parcel"):
                result = await client.call_tool("search", {"query": query, "limit": 1})
                answers.append(result.content[0].text)
                (shop / "parcel.py").write_text("def fetch_parcel(number):\n    return number\n")
            result = await client.call_tool("search", {"query": "x", "root": "/"})
            answers.append(result.content[0].text)
        return answers

    first, second, outside = anyio.run(ask)
    assert "hash_password" in first
    assert "parcel.py:1-2 function fetch_parcel" in second
    assert "is not one of the folders" in outside
    assert (served.server.status() or {})["questions"] == 3


def test_the_command_line_is_served_too(served: Served, shop: Path) -> None:
    assert served.server("query", "how are passwords hashed", cwd=shop).code == 0
    shown = served.server("serve", "--status", cwd=shop).out
    assert f"HTTP:    {served.url}, token {served.token}" in shown


def test_the_token_and_the_host_are_checked(served: Served) -> None:
    for right in (f"Bearer {served.token}", f"bearer {served.token}"):
        assert post(served, Authorization=right).status_code == 200
    for wrong in ("", "Bearer x", f"Basic {served.token}", served.token):
        refused = post(served, Authorization=wrong)
        assert (refused.status_code, "token is missing or wrong" in refused.text) == (401, True)
    assert post(served, Host="evil.example").status_code == 421
    assert post(served, Origin="https://evil.example").status_code == 403


def test_a_port_in_use_is_said(codesearch: CommandLine, shop: Path) -> None:
    folder = Path(tempfile.mkdtemp(prefix="cs-"))
    server = Server(codesearch, folder)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        runs = [server("serve", *more, "--http", port, ".", cwd=shop) for more in ((), ("--foreground",))]
    message = f"codesearch: port {port} can't be served: Address already in use"
    assert all(run.code == 2 and message in run.err.splitlines() for run in runs)
    without = server("serve", "--http", port, cwd=shop)
    assert (without.code, "needs the folders" in without.err) == (2, True)
    shutil.rmtree(folder)


def test_it_starts_in_the_background(codesearch: CommandLine, shop: Path) -> None:
    folder = Path(tempfile.mkdtemp(prefix="cs-"))
    server = Server(codesearch, folder)
    run = server("serve", "--http", str(free_port()), ".", cwd=shop)
    try:
        status: Any = server.status()
        assert run.code == 0, run.err
        assert post(Served(server, status["http"]["url"], status["http"]["token"])).status_code == 200
        again = server("serve", "--http", str(free_port()), ".", cwd=shop)
        assert (again.code, again.err.splitlines()[-2]) == (2, "codesearch: a server is already running")
    finally:
        server("serve", "--stop", cwd=shop)
        shutil.rmtree(folder, ignore_errors=True)


def test_without_the_package_it_is_said(codesearch: CommandLine, shop: Path, tmp_path: Path) -> None:
    (tmp_path / "mcp").mkdir()
    (tmp_path / "mcp/__init__.py").write_text("raise ImportError('no', name='mcp')\n")
    environment = codesearch.environment()
    path = f"{tmp_path}:{environment['PYTHONPATH']}"
    run = codesearch("serve", "--foreground", "--http", "8901", ".", cwd=shop, PYTHONPATH=path)
    assert (run.code, run.err.splitlines()[0]) == (2, "codesearch: serving agents needs the package mcp")
