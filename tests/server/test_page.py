"""`codesearch serve --open`: the page of the resident server."""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

pytest.importorskip("starlette")

import httpx2

from tests.support.command_line import CommandLine
from tests.support.servers import Server

pytestmark = pytest.mark.slow


@pytest.fixture
def server(codesearch: CommandLine, shop: Path) -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="cs-"))
    server = Server(codesearch, folder)
    yield server
    server("serve", "--stop", cwd=shop)
    shutil.rmtree(folder, ignore_errors=True)


def state(address: str) -> dict[str, object]:
    parts = urlsplit(address)
    headers = {"Authorization": f"Bearer {parts.fragment.removeprefix('token=')}"}
    response = httpx2.get(f"http://{parts.netloc}/api/state?page={parts.path.strip('/')}", headers=headers)
    assert response.status_code == 200, response.text
    return dict(response.json())


def test_it_prints_the_address_of_the_repository_around_the_working_directory(server: Server, shop: Path) -> None:
    run = server("serve", "--open", cwd=shop / "server")
    assert run.code == 0, run.err
    assert state(run.out.strip())["folders"] == [str(shop)]
    narrower = server("serve", "--open", "web", cwd=shop)
    assert state(narrower.out.strip())["folders"] == [str(shop / "web")]
    assert urlsplit(narrower.out).netloc == urlsplit(run.out).netloc


def test_the_server_that_runs_shows_it_and_answers_the_command_line_too(server: Server, shop: Path) -> None:
    assert server("serve", ".", cwd=shop).code == 0
    before = server.status()
    assert server("serve", "--open", cwd=shop).code == 0
    after = server.status()
    assert before and after and before["pid"] == after["pid"]
    assert server("query", "how are passwords hashed", cwd=shop).code == 0


def test_the_browser_is_opened_if_there_is_a_display(server: Server, shop: Path, tmp_path: Path) -> None:
    opened = tmp_path / "opened"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}\n')
    browser.chmod(0o755)
    run = server("serve", "--open", cwd=shop, BROWSER=f"{browser} %s", DISPLAY="")
    assert opened.read_text() == run.out
    opened.unlink()
    assert server("serve", "--open", cwd=shop, BROWSER="", DISPLAY="", WAYLAND_DISPLAY="").code == 0
    assert not opened.exists()


def test_what_can_not_be_shown_is_one_sentence(server: Server, shop: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        run = server("serve", "--open", "--port", port, cwd=shop)
    assert (run.code, run.out) == (2, "")
    assert f"codesearch: port {port} can't be served: Address already in use" in run.err.splitlines()
    for arguments, message in (
        (("--open", "nowhere"), "codesearch: nowhere does not exist"),
        (("server/passwords.py",), "codesearch: server/passwords.py is not a folder"),
        (("--port", "8900"), "--port needs --open"),
        (("--json",), "--json needs --status"),
        (("--stop", "--json"), "--json needs --status"),
        (("--open", "--status"), "--open cannot be used with --status or --stop"),
    ):
        run = server("serve", *arguments, cwd=shop)
        assert (run.code, message in run.err) == (2, True), run.err


def test_without_the_package_it_is_said(server: Server, shop: Path, tmp_path: Path) -> None:
    (tmp_path / "starlette.py").write_text("raise ImportError('no', name='starlette')\n")
    path = f"{tmp_path}:{server.codesearch.environment()['PYTHONPATH']}"
    run = server("serve", "--open", cwd=shop, PYTHONPATH=path)
    assert (run.code, run.err.splitlines()[0]) == (2, "codesearch: serving a page needs the package starlette")
    assert "codesearch-local[serve]" in run.err
