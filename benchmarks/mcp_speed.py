"""How fast `codesearch mcp` answers, and what it costs: seconds to initialize, warm searches, memory, schema.

    ./dev bench mcp_speed REPOSITORY [--calls 200]

The repository is indexed first. Each warm search asks another question, made of names in the index.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codesearch.api import Index


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident megabytes of a process: all, and those of its own, without the mapped files of index and libraries."""

    resident: float
    own: float


class Client:
    """Speaks the protocol in lines of JSON."""

    def __init__(self, folder: Path) -> None:
        """Starts a server in a folder."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "codesearch", "mcp"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._number = 0

    def ask(self, method: str, **parameters: Any) -> Any:
        """The result of a request."""
        self._number += 1
        self.send({"id": self._number, "method": method, "params": parameters})
        while True:
            assert self._process.stdout is not None
            answer = json.loads(self._process.stdout.readline())
            if answer.get("id") == self._number:
                return answer["result"]

    def send(self, message: dict[str, Any]) -> None:
        """Send a message."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"jsonrpc": "2.0"} | message).encode() + b"\n")
        self._process.stdin.flush()

    def initialize(self) -> None:
        """The handshake."""
        client = {"name": "benchmark", "version": "1"}
        self.ask("initialize", protocolVersion="2025-06-18", capabilities={}, clientInfo=client)
        self.send({"method": "notifications/initialized"})

    def search(self, query: str) -> str:
        """The text of an answer."""
        text: str = self.ask("tools/call", name="search", arguments={"query": query})["content"][0]["text"]
        return text

    @property
    def memory(self) -> Memory:
        """What the server takes now."""
        lines = Path(f"/proc/{self._process.pid}/status").read_text().splitlines()
        sizes = dict(line.split(":", 1) for line in lines)
        return Memory(*(int(sizes[name].split()[0]) / 1024 for name in ("VmRSS", "RssAnon")))

    def close(self) -> None:
        """End the server."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def questions(folder: Path, count: int) -> list[str]:
    """Two names each."""
    with Index.open(folder) as index:
        names = [name for letter in "abcdefghijklmnopqrstuvw" for name in index.names(letter, 50)]
    return [f"where is {names[i % len(names)]} used with {names[7 * i % len(names)]}" for i in range(count)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", type=Path)
    parser.add_argument("--calls", type=int, default=200)
    options = parser.parse_args()
    subprocess.run([sys.executable, "-m", "codesearch", "index", "-q", os.fspath(options.repository)], check=True)
    asked = questions(options.repository, options.calls)
    started = []
    for _ in range(5):
        began = time.perf_counter()
        client = Client(options.repository)
        client.initialize()
        started.append(time.perf_counter() - began)
        client.close()
    client = Client(options.repository)
    client.initialize()
    tools = client.ask("tools/list")["tools"]
    began = time.perf_counter()
    client.search("how does it begin")
    first = time.perf_counter() - began
    seconds = []
    for question in asked:
        began = time.perf_counter()
        client.search(question)
        seconds.append(time.perf_counter() - began)
    milliseconds = sorted(1000 * one for one in seconds)
    print(f"initialize: {min(started):.2f} to {max(started):.2f} s")
    print(f"first search: {first:.2f} s")
    p50, p99 = milliseconds[len(seconds) // 2], milliseconds[-len(seconds) // 100 - 1]
    print(f"warm search: p50 {p50:.1f} ms, p99 {p99:.1f} ms")
    memory = client.memory
    print(f"memory: {memory.resident:.0f} MB, {memory.own:.0f} MB without mapped files")
    print(f"tools/list: {len(json.dumps(tools, separators=(',', ':')))} characters")
    client.close()


if __name__ == "__main__":
    main()
