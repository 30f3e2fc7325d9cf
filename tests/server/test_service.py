"""The resident server, asked by the command line and by what only looks like it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from codesearch.cli import run as run_here
from codesearch.errors import CodesearchError
from codesearch.server import endpoint as endpoint_module
from codesearch.server import protocol
from codesearch.server import service as service_module
from codesearch.server.endpoint import Endpoint, Unreachable
from codesearch.server.service import Service
from tests.support.command_line import CommandLine, Run
from tests.support.places import ROOT
from tests.support.servers import Server

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="Python has no Unix sockets here"),
]
PASSWORDS = "how are passwords hashed"


@pytest.fixture
def idle(codesearch: CommandLine) -> Iterator[Server]:
    """A place for a server, short enough for a socket, where none runs."""
    folder = Path(tempfile.mkdtemp(prefix="cs-"))
    server = Server(codesearch, folder)
    yield server
    server("serve", "--stop", cwd=folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def server(idle: Server) -> Iterator[Server]:
    """One that runs."""
    process = idle.start()
    yield idle
    process.kill()
    process.wait()


def questions_of(server: Server) -> object:
    return (server.status() or {})["questions"]


def without_links(run: Run) -> Run:
    """The run without the random names of its links."""
    return replace(run, out=re.sub(r"\x1b]8;id=\d+;", "\x1b]8;;", run.out))


ARGUMENTS = [
    (PASSWORDS,),
    (PASSWORDS, "-n", "2", "--json"),
    (PASSWORDS, "--jsonl", "--explain"),
    (PASSWORDS, "-l", "-0"),
    (PASSWORDS, "--color", "always"),
    (PASSWORDS, "--format", "{path}:{start_line}", "server"),
    (PASSWORDS, "-C", "2", "--lang", "go,python"),
    (PASSWORDS, "--min-score", "0.99"),
    (PASSWORDS, "--name", "nothing*"),
    ("a question of nothing", "nowhere"),
    (PASSWORDS, "--lang", "klingon"),
    (PASSWORDS, "--json", "-l"),
    (PASSWORDS, "--limit", "x"),
    ("",),
    (PASSWORDS, "--index-dir", ".codesearch", "--no-refresh"),
]


@pytest.mark.parametrize("arguments", ARGUMENTS, ids=" ".join)
def test_the_output_is_that_of_no_server(server: Server, indexed_shop: Path, arguments: tuple[str, ...]) -> None:
    here = server("query", *arguments, "--no-server", cwd=indexed_shop)
    served = server("query", *arguments, cwd=indexed_shop)
    assert without_links(served) == without_links(here)
    assert questions_of(server) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("references", "hash_password", "server"),
        ("references", "nowhere_at_all", "--json"),
        ("similar", "server/passwords.py:12", "--jsonl"),
        ("similar", "server"),
        ("outline", "server/passwords.py", "--json"),
        ("outline",),
        ("query", "-e", "salt", "--vimgrep", "--max-tokens", "60"),
        ("query", "--commits", "salt"),
    ],
    ids=" ".join,
)
def test_other_commands_are_served_too(server: Server, indexed_shop: Path, arguments: tuple[str, ...]) -> None:
    here = server(*arguments, cwd=indexed_shop, CODESEARCH_SERVER="off")
    assert server(*arguments, cwd=indexed_shop) == here
    assert questions_of(server) == 1


def test_environment_and_folder_are_the_clients(server: Server, indexed_shop: Path) -> None:
    for variables in (
        {"NO_COLOR": "1"},
        {"FORCE_COLOR": "1", "COLUMNS": "60"},
        {"CODESEARCH_INDEX_DIR": str(indexed_shop / ".codesearch")},
    ):
        for cwd in (indexed_shop, indexed_shop / "server"):
            here = server("query", PASSWORDS, cwd=cwd, **variables, CODESEARCH_SERVER="off")
            assert without_links(server("query", PASSWORDS, cwd=cwd, **variables)) == without_links(here)
    assert questions_of(server) == 6


def test_edits_are_seen_at_once(server: Server, shop: Path) -> None:
    server("index", "-q", cwd=shop)
    for number in range(20):
        text = f'def fetch_{number}():\n    """Fetch the parcel number {number}."""\n    return {number}\n'
        (shop / "server" / f"parcel{number % 3}.py").write_text(text)
        run = server("query", f"fetch_{number}", "-n", "1", "--format", "{name}", cwd=shop)
        assert run.out == f"fetch_{number}\n", run.err
    assert questions_of(server) == 20


def test_a_folder_without_an_index_gets_one_from_the_client(server: Server, shop: Path) -> None:
    run = server("query", PASSWORDS, "-n", "1", cwd=shop)
    assert (run.code, "creating one" in run.err) == (0, True)
    assert server("query", PASSWORDS, "-n", "1", cwd=shop).err == ""


def test_many_changes_are_worked_on_between_questions(server: Server, shop: Path) -> None:
    server("index", "-q", cwd=shop)
    server("query", PASSWORDS, cwd=shop)
    for number in range(300):
        (shop / f"many{number}.py").write_text(f"def many_{number}():\n    return {number}\n")
    end = time.monotonic() + 60
    while time.monotonic() < end:
        run = server("query", "many_299", "-n", "1", "--format", "{name}", cwd=shop)
        assert run.code == 0
        if run == Run(0, "many_299\n", ""):
            return
        assert "stale" in run.err or "updating" in run.err
        time.sleep(0.1)
    pytest.fail("the server did not update the index")


def test_an_index_that_was_deleted_and_made_anew(server: Server, shop: Path) -> None:
    server("index", "-q", cwd=shop)
    first = server("query", PASSWORDS, cwd=shop)
    shutil.rmtree(shop / ".codesearch")
    assert "creating one" in server("query", PASSWORDS, cwd=shop).err
    assert server("query", PASSWORDS, cwd=shop) == first


def test_status_and_stop(idle: Server, shop: Path) -> None:
    for option in ("--status", "--stop"):
        assert idle("serve", option, cwd=shop) == Run(1, "", "codesearch: no server is running\n")
    run = idle("serve", str(shop), cwd=idle.folder)
    assert (run.code, "serving as process" in run.err) == (0, True)
    again = idle("serve", cwd=shop)
    assert again.err == run.err.splitlines(keepends=True)[-1], "one server is enough"
    assert f"Index:   {shop}" in idle("serve", "--status", cwd=shop).out.splitlines()
    assert "stopped process" in idle("serve", "--stop", cwd=shop).err
    assert idle("serve", "--status", cwd=shop).code == 1
    assert [file.suffix for file in (idle.folder / "codesearch").glob("*.sock")] == []


def test_there_is_one_server(server: Server) -> None:
    second = server("serve", "--foreground", cwd=server.folder)
    assert second.code == 2
    assert second.err.startswith("codesearch: a server is already running\n")


def test_after_a_kill_another_takes_its_place(idle: Server, indexed_shop: Path) -> None:
    for _ in range(2):
        process = idle.start()
        assert idle("query", PASSWORDS, cwd=indexed_shop).code == 0
        assert questions_of(idle) == 1
        process.kill()
        process.wait()
        assert idle("query", PASSWORDS, cwd=indexed_shop).code == 0, "a socket that nobody serves is passed over"


def test_a_server_that_hangs_is_named_and_passed_over(idle: Server, indexed_shop: Path) -> None:
    process = idle.start()
    here = idle("query", PASSWORDS, "--no-server", cwd=indexed_shop)
    process.send_signal(signal.SIGSTOP)
    try:
        hung = f"codesearch: the server, process {process.pid}, does not answer"
        hint = f"\n  to end it, run: kill -9 {process.pid}\n"
        for arguments in (("--status",), ("--stop",), ()):
            assert idle("serve", *arguments, cwd=indexed_shop) == Run(2, "", hung + hint)
        run = idle("query", PASSWORDS, cwd=indexed_shop)
        assert run == replace(here, err=f"{hung}; running without it{hint}{here.err}")
        _fill_the_queue(idle)
        assert idle("serve", "--status", cwd=indexed_shop) == Run(2, "", hung + hint)
    finally:
        process.send_signal(signal.SIGCONT)
    assert idle("query", PASSWORDS, cwd=indexed_shop) == here
    assert idle("serve", "--stop", cwd=indexed_shop).code == 0
    assert process.wait(30) == 0


def _fill_the_queue(server: Server) -> None:
    (place,) = (server.folder / "codesearch").glob("*.sock")
    with suppress(BlockingIOError):
        for _ in range(10_000):
            with socket.socket(socket.AF_UNIX) as connection:
                connection.setblocking(False)
                connection.connect(str(place))


def test_it_ends_when_told_and_when_nobody_asks(idle: Server) -> None:
    process = idle.start()
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert idle.start("--idle", "0.001").wait(30) == 0


def test_the_first_query_can_start_it(idle: Server, indexed_shop: Path) -> None:
    assert idle("query", PASSWORDS, cwd=indexed_shop, CODESEARCH_SERVER="start").code == 0
    end = time.monotonic() + 60
    while idle.status() is None and time.monotonic() < end:
        time.sleep(0.05)
    assert idle("query", PASSWORDS, cwd=indexed_shop).code == 0
    assert questions_of(idle) == 1


def test_a_reader_that_is_gone_ends_the_client_quietly(server: Server, indexed_shop: Path) -> None:
    command = [sys.executable, "-m", "codesearch", "query", PASSWORDS, "--full", "-n", "100"]
    environment = server.codesearch.environment(**server.variables)
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(command, cwd=indexed_shop, env=environment, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")
    assert server("query", PASSWORDS, cwd=indexed_shop).code == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_disk_is_said_once(server: Server, indexed_shop: Path) -> None:
    command = [sys.executable, "-m", "codesearch", "query", PASSWORDS]
    environment = server.codesearch.environment(**server.variables)
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, cwd=indexed_shop, env=environment, stdout=full, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (2, b"codesearch: No space left on device\n")


@pytest.mark.parametrize("data", [b"", b"GET / HTTP/1.1\r\n\r\n", b"q\xff\xff\xff\xff", b"q\0\0\0\2{]", b"q\0\0\0\2{}"])
def test_what_is_no_request_is_passed_over(server: Server, indexed_shop: Path, data: bytes) -> None:
    (place,) = (server.folder / "codesearch").glob("*.sock")
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(place))
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        with suppress(OSError):
            connection.recv(100)
    assert server("query", PASSWORDS, cwd=indexed_shop).code == 0
    assert server.status()


def test_a_folder_that_others_may_write_to_is_not_used(server: Server, indexed_shop: Path) -> None:
    (server.folder / "codesearch").chmod(0o777)
    assert server("query", PASSWORDS, cwd=indexed_shop).code == 0
    run = server("serve", "--status", cwd=indexed_shop)
    assert (run.code, "belongs to another user, or others may write to it" in run.err) == (2, True)
    (server.folder / "codesearch").chmod(0o700)
    assert questions_of(server) == 0


# in this process


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    folder = tempfile.mkdtemp(prefix="cs-")
    yield Endpoint(folder, "serve-test")
    shutil.rmtree(folder)


@pytest.fixture
def serve(endpoint: Endpoint) -> Iterator[Callable[[], Service]]:
    """Starts a server in a thread."""
    started: list[tuple[Service, threading.Thread]] = []

    def start() -> Service:
        service = Service(endpoint, lambda arguments, _: run_here(arguments))
        thread = threading.Thread(target=service.serve)
        thread.start()
        started.append((service, thread))
        end = time.monotonic() + 30
        while ask(endpoint, {"command": "status"}) is None and time.monotonic() < end:
            time.sleep(0.01)
        return service

    yield start
    for service, thread in started:
        service.end()
        thread.join()


def ask(endpoint: Endpoint, request: object) -> bytes | None:
    try:
        with closing(endpoint.connect()) as connection:
            protocol.send_json(connection, protocol.REQUEST, request)
            protocol.await_receipt(connection)
            return protocol.receive(connection)[0]
    except (Unreachable, OSError, protocol.ProtocolError):
        return None


def query(folder: Path) -> dict[str, object]:
    stream = {"is_terminal": False, "encoding": "utf-8"}
    return {
        "arguments": ["query", PASSWORDS],
        "directory": str(folder),
        "environment": {},
        "stdout": stream,
        "stderr": stream,
    }


def test_a_port_of_the_loopback_interface_asks_for_its_token(
    endpoint: Endpoint, serve: Callable[[], Service], indexed_shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (endpoint_module, service_module):
        monkeypatch.setattr(module, "has_unix_sockets", lambda: False)
    serve()
    assert ask(endpoint, query(indexed_shop)) == protocol.STDOUT
    record = json.loads(Path(endpoint.port_file).read_text())
    assert Path(endpoint.port_file).stat().st_mode & 0o077 == 0
    Path(endpoint.port_file).write_text(json.dumps(record | {"token": "00" * 32}))
    assert ask(endpoint, query(indexed_shop)) is None
    Path(endpoint.port_file).write_text(json.dumps(record))


def test_a_program_that_was_upgraded_is_not_asked(
    endpoint: Endpoint, serve: Callable[[], Service], indexed_shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_module, "_SECONDS_BETWEEN_LOOKS", 0.05)
    serve()
    assert ask(endpoint, query(indexed_shop)) == protocol.STDOUT
    monkeypatch.setattr(service_module, "_code_stamp", lambda: frozenset([("another", 1)]))
    end = time.monotonic() + 30
    while ask(endpoint, {"command": "status"}) is not None and time.monotonic() < end:
        time.sleep(0.02)
    assert ask(endpoint, query(indexed_shop)) is None


def test_a_fault_of_the_server_is_the_clients_to_work_around(
    endpoint: Endpoint, serve: Callable[[], Service], indexed_shop: Path
) -> None:
    serve()._run = broken  # type: ignore[assignment]
    assert ask(endpoint, query(indexed_shop)) == protocol.REFUSAL
    assert "ZeroDivisionError" in Path(endpoint.log).read_text()


def test_a_busy_server_still_says_that_it_has_a_request(
    endpoint: Endpoint, serve: Callable[[], Service], indexed_shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_module, "_MOST_AT_ONCE", 2)
    may_end = threading.Event()
    service = serve()
    service._run = lambda *_: int(not may_end.wait(60))
    connections = [endpoint.connect() for _ in range(5)]
    for connection in connections:
        protocol.send_json(connection, protocol.REQUEST, query(indexed_shop))
        protocol.await_receipt(connection)
    assert ask(endpoint, {"command": "status"}) == protocol.ANSWER
    may_end.set()
    for connection in connections:
        with closing(connection):
            assert protocol.receive(connection) == (protocol.EXIT, b"0")


def test_other_commands_are_refused(endpoint: Endpoint, serve: Callable[[], Service], indexed_shop: Path) -> None:
    serve()
    assert ask(endpoint, query(indexed_shop) | {"arguments": ["clean", "--yes"]}) == protocol.REFUSAL
    assert (indexed_shop / ".codesearch").exists()


def broken(*_: object) -> int:
    return 1 // 0


def test_a_place_that_is_not_there(endpoint: Endpoint) -> None:
    Path(endpoint.folder, "file").write_text("")
    with pytest.raises(CodesearchError):
        Service(Endpoint(f"{endpoint.folder}/file", "x"), lambda *_: 0).serve()


def test_the_modules_of_every_query_are_light() -> None:
    script = "import sys; import codesearch.__main__, codesearch.server.client; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-S", "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    heavy = "numpy typer pathlib dataclasses inspect re json socket typing".split()
    assert set(heavy).isdisjoint(done.stdout.split())
