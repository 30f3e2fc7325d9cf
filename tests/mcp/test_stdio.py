"""`codesearch mcp` as a process: the protocol in raw lines, and the SDK's own client."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.command_line import CommandLine
from tests.support.protocol import RawClient

pytestmark = pytest.mark.slow
pytest.importorskip("mcp")

ROUNDS = 20


@pytest.mark.parametrize("version", ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])
def test_versions_are_negotiated(codesearch: CommandLine, indexed_shop: Path, version: str) -> None:
    with RawClient(codesearch, indexed_shop) as client:
        said = client.initialize(version)
        assert said["protocolVersion"] == version
        assert said["serverInfo"]["name"] == "codesearch"
        assert "search" in said["instructions"] and "grep" in said["instructions"]
        assert "hash_password" in client.search("how are passwords hashed")
        assert client.close() == ""


def test_an_unknown_version_gets_one_that_the_server_speaks(codesearch: CommandLine, indexed_shop: Path) -> None:
    with RawClient(codesearch, indexed_shop) as client:
        assert client.initialize("1999-01-01")["protocolVersion"] == "2025-11-25"
        assert client.ask("ping") == {}


def test_the_stateless_version_needs_no_handshake(codesearch: CommandLine, indexed_shop: Path) -> None:
    about = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "0"},
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    with RawClient(codesearch, indexed_shop) as client:
        discovered = client.ask("server/discover", {"_meta": about})
        assert "2026-07-28" in discovered["supportedVersions"]
        call = {"name": "search", "arguments": {"query": "hash a password"}, "_meta": about}
        assert "hash_password" in client.ask("tools/call", call)["content"][0]["text"]


def test_lines_that_are_no_messages_do_no_harm(codesearch: CommandLine, indexed_shop: Path) -> None:
    with RawClient(codesearch, indexed_shop) as client:
        client.initialize()
        for line in (
            b"not json\n",
            b"{}\n",
            b"[1, 2]\n",
            b'{"jsonrpc": "2.0", "method": "no/such"}\n',
            b"\xff\xfe\n",
            b"\n",
        ):
            client.write(line)
        assert client.answer(client.request("no/such"))["error"]
        assert client.answer(client.request("tools/call", {"name": 3}))["error"]
        assert client.ask("tools/call", {"name": "none", "arguments": {}})["isError"]
        assert "hash_password" in client.search("how are passwords hashed")


def test_half_a_surrogate_pair_is_read_as_an_unknown_character(codesearch: CommandLine, indexed_shop: Path) -> None:
    with RawClient(codesearch, indexed_shop) as client:
        client.initialize()
        assert "hash_password" in client.search("how are passwords hashed \ud800")
        assert "hash_password" in client.search("how are passwords hashed \\ud800 \udfff\ud83d\ude00")
        assert client.ask("tools/call", {"name": "\ud800", "arguments": {}})["isError"]


def test_a_first_index_is_made_with_progress_and_nothing_else_on_stdout(codesearch: CommandLine, shop: Path) -> None:
    for i in range(400):
        (shop / f"more{i}.py").write_text(f"def generated_{i}(value):\n    return value + {i}\n" * 20)
    with RawClient(codesearch, shop) as client:
        client.initialize()
        call = {"name": "search", "arguments": {"query": "hash a password"}, "_meta": {"progressToken": "p"}}
        first, second = client.request("tools/call", call), client.request("tools/call", call)
        assert client.ask("ping") == {}  # while it indexes
        texts = [client.answer(number)["result"]["content"][0]["text"] for number in (second, first)]
        assert all("hash_password" in text for text in texts)
        assert any("indexed just now" in text for text in texts)
        assert all(message["method"] == "notifications/progress" for message in client.notifications)
        client.close()


def test_a_cancelled_call_does_no_harm(codesearch: CommandLine, shop: Path) -> None:
    with RawClient(codesearch, shop) as client:
        client.initialize()
        for _ in range(3):
            number = client.request("tools/call", {"name": "search", "arguments": {"query": "hash a password"}})
            client.send("notifications/cancelled", {"requestId": number})
        assert "hash_password" in client.search("how are passwords hashed")
        client.close()


def test_it_ends_with_its_client_while_a_first_index_is_made(codesearch: CommandLine, shop: Path) -> None:
    for i in range(300):
        (shop / f"more{i}.py").write_text(f"def generated_{i}(value):\n    return value + {i}\n" * 50)
    with RawClient(codesearch, shop) as client:
        client.initialize()
        client.request("tools/call", {"name": "search", "arguments": {"query": "hash a password"}})
        client.close()
    assert "hash_password" in codesearch("query", "hash a password", cwd=shop).out


def test_what_was_asked_before_stdin_is_closed_is_answered(codesearch: CommandLine, indexed_shop: Path) -> None:
    about = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "0"}}
    call = {"name": "search", "arguments": {"query": "hash a password"}}
    asked = [
        {"id": 1, "method": "initialize", "params": about},
        {"method": "notifications/initialized"},
        *({"id": number, "method": "tools/call", "params": call} for number in (2, 3)),
        {"id": 4, "method": "ping"},
    ]
    run = subprocess.run(
        [sys.executable, "-m", "codesearch", "mcp"],
        cwd=indexed_shop,
        env=codesearch.environment(),
        input="".join(json.dumps({"jsonrpc": "2.0"} | one) + "\n" for one in asked),
        capture_output=True,
        text=True,
    )
    answers = {answer["id"]: answer.get("result") for answer in map(json.loads, run.stdout.splitlines())}
    assert (run.returncode, answers.keys()) == (0, {1, 2, 3, 4})
    assert all("hash_password" in answers[number]["content"][0]["text"] for number in (2, 3))


def test_it_ends_quietly_with_a_client_that_does_not_read(codesearch: CommandLine, indexed_shop: Path) -> None:
    with RawClient(codesearch, indexed_shop) as client:
        client.initialize()
        client.request("tools/call", {"name": "search", "arguments": {"query": "hash a password"}})
        assert client.process.stdin and client.process.stdout and client.process.stderr
        client.process.stdout.close()
        client.process.stdin.close()
        assert client.process.stderr.read() == b""
        assert client.process.wait() == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT")
def test_ctrl_c_ends_it_at_once(codesearch: CommandLine, indexed_shop: Path) -> None:
    with RawClient(codesearch, indexed_shop) as client:
        client.initialize()
        client.process.send_signal(signal.SIGINT)
        assert client.process.wait() == 130
        assert client.process.stderr is not None
        assert client.process.stderr.read() == b""


def test_no_answer_is_stale(codesearch: CommandLine, shop: Path) -> None:
    with RawClient(codesearch, shop) as client:
        client.initialize()
        for number in range(ROUNDS):
            file = shop / "server" / f"round{number % 3}.py"
            file.write_text(f"def function_of_round_{number}():\n    return {number}\n")
            text = client.search(f"function_of_round_{number}", limit=1)
            assert text.startswith("fresh: ")
            assert f":1-2 function function_of_round_{number}\n" in text
            if number % 5 == 4:
                file.unlink()
                assert f"function_of_round_{number}\n" not in client.search(f"function_of_round_{number}")
        client.close()


def test_nothing_heavy_is_imported_before_the_handshake() -> None:
    code = (
        "import sys, codesearch.cli.mcp, codesearch.mcp.stdio, codesearch.mcp.session, codesearch.mcp.roots\n"
        "print([name for name in ('numpy', 'tree_sitter', 'faiss', 'codesearch.api') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"


def test_the_sdk_of_the_protocol_agrees(codesearch: CommandLine, indexed_shop: Path) -> None:
    import anyio
    from mcp import Client
    from mcp.client.stdio import StdioServerParameters

    heard: list[float] = []

    async def progress(done: float, total: float | None, message: str | None) -> None:
        heard.append(done)

    async def ask(mode: Any) -> None:
        server = StdioServerParameters(
            command=sys.executable,
            args=["-m", "codesearch", "mcp"],
            cwd=indexed_shop,
            env=codesearch.environment(),
        )
        async with Client(server, mode=mode) as client:
            tools = (await client.list_tools()).tools
            assert [tool.name for tool in tools] == ["search", "similar", "references", "outline"]
            assert all(tool.annotations is not None and tool.annotations.read_only_hint for tool in tools)
            results: list[Any] = []

            async def search(query: str) -> None:
                results.append(await client.call_tool("search", {"query": query}, progress_callback=progress))

            async with anyio.create_task_group() as group:
                for query in ("how are passwords hashed", "RetryPolicy", "validate an address"):
                    group.start_soon(search, query)
            assert len(results) == 3
            assert not any(result.is_error or result.structured_content for result in results)

    for mode in ("auto", "legacy"):
        anyio.run(ask, mode)


def test_roots_that_are_no_folders_are_refused_at_once(codesearch: CommandLine, tmp_path: Path) -> None:
    run = codesearch("mcp", "gone", cwd=tmp_path)
    assert (run.code, run.out) == (2, "")
    assert run.err == "codesearch: gone does not exist\n"


def test_without_the_extra_it_says_what_to_install(codesearch: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "mcp.py").write_text("raise ImportError('No module', name='mcp')\n")
    run = codesearch("mcp", cwd=tmp_path, PYTHONPATH=f"{tmp_path}:{codesearch.environment()['PYTHONPATH']}")
    assert run.code == 2
    assert "pip install 'codesearch-local[mcp]'" in run.err


def test_the_list_of_tools_is_short(codesearch: CommandLine, indexed_shop: Path) -> None:
    with RawClient(codesearch, indexed_shop) as client:
        client.initialize()
        listed = json.dumps(client.ask("tools/list")["tools"], separators=(",", ":"))
    assert len(listed) <= 3_000
    for word in ("anyOf", "oneOf", "$defs", "$ref", '"title"', "outputSchema"):
        assert word not in listed
