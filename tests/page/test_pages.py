"""The pages of a server: their port, names and addresses."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

pytest.importorskip("starlette")

import httpx2

from codesearch.cli.remedies import hint_of
from codesearch.errors import CodesearchError
from codesearch.page.pages import Pages
from codesearch.server.residents import ResidentIndexes


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Pages]:
    indexes = ResidentIndexes(tmp_path, lambda _: None)
    with Pages(indexes, hint_of, lambda: None) as pages:
        yield pages
    indexes.close()


def folder(parent: Path, name: str) -> Path:
    (parent / name).mkdir(parents=True)
    return parent / name


def test_an_address_leads_to_the_page_and_its_token_to_the_answers(pages: Pages, shop: Path) -> None:
    address = urlsplit(pages.open([shop]))
    assert (address.hostname, address.path) == ("127.0.0.1", "/shop/")
    place = f"http://{address.netloc}"
    assert httpx2.get(f"{place}/shop/").status_code == 200
    assert httpx2.get(f"{place}/api/state").status_code == 401
    token = {"Authorization": f"Bearer {address.fragment.removeprefix('token=')}"}
    assert httpx2.get(f"{place}/api/state", headers=token).json()["name"] == "shop"


def test_each_set_of_folders_has_one_page(pages: Pages, tmp_path: Path) -> None:
    one, other = folder(tmp_path, "a/src"), folder(tmp_path, "b/src")
    paths = [urlsplit(pages.open(folders)).path for folders in ([one], [other], [one], [one, other], [other, one])]
    assert paths == ["/src/", "/src-2/", "/src/", "/src-src/", "/src-src/"]


def test_which_of_several_pages_is_asked_has_to_be_said(pages: Pages, tmp_path: Path) -> None:
    for name in ("click", "c++"):
        address = urlsplit(pages.open([folder(tmp_path, name)]))
    token = {"Authorization": f"Bearer {address.fragment.removeprefix('token=')}"}

    def asked(**parameters: str) -> tuple[int, str]:
        url = f"http://{address.netloc}/api/state"
        response = httpx2.get(url, params=parameters, headers=token)
        error = response.json().get("error", {})
        return response.status_code, f"{error.get('message')}; {error.get('hint')}"

    assert asked() == (400, "there are several pages; add page=NAME, one of click, c--")
    assert asked(page="other") == (404, "there is no such page; run: codesearch serve --open")
    assert asked(page="c--")[0] == 200


def test_names_are_no_parts_of_addresses(pages: Pages, tmp_path: Path) -> None:
    names = ("api", "static", "a b?c#d", "é")
    paths = [urlsplit(pages.open([folder(tmp_path, name)])).path for name in names]
    assert paths == ["/api-2/", "/static-2/", "/a-b-c-d/", "/%C3%A9/"]


def test_a_port_is_the_one_that_is_asked_for_or_said_to_be_in_use(pages: Pages, shop: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CodesearchError, match=f"port {port} can't be served: Address already in use"):
            pages.open([shop], port)
    assert urlsplit(pages.open([shop], port)).port == port
    assert urlsplit(pages.open([shop])).port == port
    with pytest.raises(CodesearchError, match=f"at port {port} already"):
        pages.open([shop], port + 1)
