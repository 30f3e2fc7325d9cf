"""The page's application: what it answers, and whom."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette")

from starlette.testclient import TestClient

from codesearch.api import Index
from codesearch.cli.remedies import hint_of
from codesearch.page.app import build
from codesearch.page.site import Site
from codesearch.server.residents import ResidentIndexes
from tests.support.command_line import run_here

TOKEN = "secret"
ADDRESS = "http://127.0.0.1:8901"
QUESTION = "how are passwords hashed"


@contextmanager
def served(*folders: Path, cookies: Path) -> Iterator[TestClient]:
    """The page of some folders, with the token."""
    cookies.mkdir(exist_ok=True)
    indexes = ResidentIndexes(cookies, lambda _: None)
    site = Site("shop", folders, indexes)
    site.prepare()
    app = build({"shop": site}, 8901, TOKEN, hint_of)
    with TestClient(app, ADDRESS, headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        yield client
    indexes.close()


def wait(client: TestClient) -> None:
    """Until the index is made, or can't be."""
    end = time.monotonic() + 60
    while client.get("/api/state").json().get("ready") is False and time.monotonic() < end:
        time.sleep(0.01)


def ask(client: TestClient, name: str, **parameters: Any) -> Any:
    response = client.get(f"/api/{name}", params=parameters)
    assert response.status_code == 200, response.text
    return response.json()


def refused(client: TestClient, name: str, **parameters: Any) -> tuple[int, str]:
    response = client.get(f"/api/{name}", params=parameters)
    return response.status_code, response.json()["error"]["message"]


@pytest.fixture(scope="module")
def shop_page(indexed_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with served(indexed_shop, cookies=tmp_path_factory.mktemp("cookies")) as client:
        wait(client)
        yield client


@pytest.mark.parametrize(
    ("parameters", "options"),
    [
        ({}, []),
        ({"limit": 3}, ["-n", "3"]),
        ({"lang": "py", "kind": "function"}, ["--lang", "py", "--kind", "function"]),
        ({"lang": ["python", "go"], "path": "!docs/**"}, ["--lang", "python,go", "--path", "!docs/**"]),
        ({"in": "server"}, ["server"]),
        ({"name": "hash_*"}, ["--name", "hash_*"]),
    ],
)
def test_a_search_is_what_the_command_line_prints(
    shop_page: TestClient, indexed_shop: Path, parameters: dict[str, Any], options: list[str]
) -> None:
    printed = run_here("query", QUESTION, *options, "--json", cwd=indexed_shop)
    response = shop_page.get("/api/search", params={"q": QUESTION} | parameters)
    assert printed.code == 0
    assert (response.text, response.headers["content-type"]) == (printed.out, "application/json")


def test_the_other_answers_are_what_the_command_line_prints(shop_page: TestClient, indexed_shop: Path) -> None:
    for command, name, parameters in (
        (["similar", "server/passwords.py:12"], "similar", {"path": "server/passwords.py", "line": 12}),
        (["references", "ROUNDS"], "references", {"symbol": "ROUNDS"}),
        (["outline", "server/passwords.py"], "outline", {"path": "server/passwords.py"}),
        (["outline"], "outline", {}),
    ):
        printed = run_here(*command, "--json", cwd=indexed_shop)
        assert shop_page.get(f"/api/{name}", params=parameters).text == printed.out


def test_hits_are_shown_in_colours_with_the_words_to_mark(shop_page: TestClient) -> None:
    answer = ask(shop_page, "hits", q=QUESTION, limit=2)
    first = answer["hits"][0]
    assert (len(answer["hits"]), answer["is_more"], first["name"]) == (2, True, "hash_password")
    (part,) = first["excerpt"]
    assert part["start_line"] == 10
    assert part["lines"][0][:4] == ["k", "def ", "f", "hash_password"]
    assert "\n".join("".join(line[1::2]) for line in part["lines"]) == first["snippet"]
    assert {"password", "passwords", "hash", "hashes", "hashed", "hashing"} <= set(answer["words"])
    assert "how" not in answer["words"]
    assert answer["freshness"].startswith("fresh: ")


def test_facets_are_of_all_hits_whatever_is_chosen(shop_page: TestClient) -> None:
    spread = ask(shop_page, "hits", q=QUESTION)["spread"]
    narrowed = ask(shop_page, "hits", q=QUESTION, lang="go")
    assert {hit["language"] for hit in narrowed["hits"]} == {"Go"}
    assert narrowed["spread"] == spread
    assert {"Python", "Go"} <= {place["language"] for place in spread}
    assert set(spread[0]) == {"path", "language", "kind", "score"}


def test_what_is_to_be_said_about_the_hits_is_said(shop_page: TestClient) -> None:
    (remark,) = ask(shop_page, "hits", q='"no such phrase" password')["remarks"]
    assert remark.startswith("no hit matches")
    misspelt = ask(shop_page, "hits", q="hash_pasword")["remarks"]
    assert misspelt[-1] == "hash_pasword is not defined here; did you mean hash_password?"


def test_a_file_has_its_text_its_outline_and_colours(shop_page: TestClient, indexed_shop: Path) -> None:
    file = ask(shop_page, "file", path="server/passwords.py", q="salt")
    text = (indexed_shop / "server/passwords.py").read_text()
    assert (file["path"], file["language"], file["text"], file["words"][0]) == (
        "server/passwords.py",
        "Python",
        text,
        "salt",
    )
    assert ("hash_password", 10) in {(one["name"], one["start_line"]) for one in file["definitions"]}
    lines = ask(shop_page, "colors", path="server/passwords.py")["lines"]
    assert "\n".join("".join(line[1::2]) for line in lines) == text


def test_the_overview_has_languages_and_folders_by_size(shop_page: TestClient, indexed_shop: Path) -> None:
    overview = ask(shop_page, "overview")
    with Index.open(indexed_shop) as index:
        files = index.snapshot().files
    assert overview["files"] == len(files)
    assert overview["tree"]["size"] == sum(overview["languages"].values()) == sum(file.stamp.size for file in files)
    assert {"server", "web"} <= {child["path"] for child in overview["tree"]["children"]}


def test_without_the_token_nothing_is_answered(shop_page: TestClient) -> None:
    for given in ({"Authorization": ""}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}):
        response = shop_page.get("/api/search", params={"q": "x"}, headers=given)
        assert response.status_code == 401
        assert response.json()["error"] == {
            "code": "unauthorized",
            "message": "the token is missing or out of date",
            "hint": "run: codesearch serve --open",
        }
    assert shop_page.get("/api/state", headers={"Authorization": f"bearer {TOKEN}"}).status_code == 200
    assert shop_page.get(f"/api/search?q=x&token={TOKEN}", headers={b"Authorization": b"\xe9"}).status_code == 401


@pytest.mark.parametrize("path", ["/api/state", "/shop/", "/static/app.js", "/nothing"])
def test_other_hosts_and_origins_are_refused(shop_page: TestClient, path: str) -> None:
    for host in ("evil.example", "evil.example:8901", "127.0.0.1", "127.0.0.1:8902", "127.0.0.1.evil.example:8901", ""):
        assert shop_page.get(path, headers={"Host": host}).status_code == 421
    for origin in ("https://evil.example", "http://127.0.0.1:8902", "https://127.0.0.1:8901", "null"):
        assert shop_page.get(path, headers={"Origin": origin}).status_code == 403
    assert shop_page.get(path, headers={"Host": "localhost:8901", "Origin": ADDRESS}).status_code in (200, 404)


@pytest.mark.parametrize("path", ["/api/state", "/api/search", "/shop/", "/static/app.js", "/nothing"])
def test_every_answer_forbids_what_is_not_the_pages_own(shop_page: TestClient, path: str) -> None:
    headers = shop_page.get(path).headers
    policy = dict(directive.split(" ", 1) for directive in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert {policy[name] for name in ("script-src", "style-src", "connect-src")} == {"'self'"}
    assert (policy["require-trusted-types-for"], policy["trusted-types"]) == ("'script'", "'none'")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] == ("no-store" if path.startswith("/api/") else "no-cache")
    assert "access-control-allow-origin" not in headers


def test_the_pages_own_files_name_nothing_elsewhere(shop_page: TestClient) -> None:
    page = shop_page.get("/shop/").text
    for file in ("style.css", "app.js", "icon.svg"):
        assert f'"/static/{file}"' in page
        text = shop_page.get(f"/static/{file}").text
        assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "http" not in page
    assert shop_page.get("/", follow_redirects=False).headers["location"] == "/shop/"


@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt",
        "/etc/passwd",
        "server/../../secret.txt",
        ".git/config",
        ".codesearch/index.db",
        "link.txt",
        "\0",
    ],
)
def test_only_indexed_files_are_shown(shop: Path, tmp_path: Path, path: str) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    (shop / "link.txt").symlink_to(tmp_path / "secret.txt")
    with served(shop, cookies=tmp_path / "cookies") as client:
        wait(client)
        for name in ("file", "colors", "similar"):
            status, message = refused(client, name, path=path)
            assert (status in (400, 404), "secret" in message.replace(path, "")) == (True, False)


def test_static_files_alone_are_served(shop_page: TestClient) -> None:
    for path in (
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static//etc/passwd",
        "/static/",
    ):
        assert shop_page.get(path).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "status", "message"),
    [
        ("GET", "/api/nothing", 404, "there is nothing at this address"),
        ("GET", "/static/nothing.js", 404, "there is nothing at this address"),
        ("POST", "/api/search", 405, "only GET is answered"),
        ("OPTIONS", "/api/search", 405, "only GET is answered"),
        ("PUT", "/shop/", 405, "only GET is answered"),
    ],
)
def test_what_is_not_served_is_one_sentence(
    shop_page: TestClient, method: str, path: str, status: int, message: str
) -> None:
    response = shop_page.request(method, path)
    assert (response.status_code, response.json()["error"]["message"]) == (status, message)


def test_a_wrong_question_is_one_sentence(shop_page: TestClient) -> None:
    assert refused(shop_page, "search") == (400, "the question is empty")
    assert refused(shop_page, "search", q="x", limit=0) == (400, "limit is not a number from 1 to 1,000")
    assert refused(shop_page, "search", q="x", limit="٣")[0] == 400
    assert refused(shop_page, "search", q="x", lang="klingon")[0] == 400
    assert refused(shop_page, "hits", q="x", kind="klingon")[0] == 400
    assert refused(shop_page, "search", q="x", **{"in": "nowhere"}) == (404, "nowhere is not in shop, or not any more")
    assert refused(shop_page, "file") == (400, "the path is empty")
    assert refused(shop_page, "file", path="server") == (400, "server is a folder")
    assert refused(shop_page, "file", path="server/gone.py")[0] == 404
    assert refused(shop_page, "file", path="long" * 1000)[0] == 404
    assert refused(shop_page, "similar", path="server/passwords.py", line=999)[0] == 400
    assert refused(shop_page, "similar", path="server/passwords.py") == (400, "line is missing")
    assert refused(shop_page, "similar", path="server/passwords.py", line=0)[0] == 400
    assert refused(shop_page, "references", symbol="a b")[0] == 400
    assert refused(shop_page, "search", q="x", page="other") == (404, "there is no such page")
    assert shop_page.get("/other/").status_code == 404


def test_an_edit_is_seen_and_a_file_that_is_gone_is_said_to_be(shop: Path, tmp_path: Path) -> None:
    with served(shop, cookies=tmp_path / "cookies") as client:
        wait(client)
        (shop / "parcel.py").write_text("def fetch_parcel(number):\n    return number\n")
        assert ask(client, "search", q="fetch_parcel")[0]["path"] == "parcel.py"
        assert ask(client, "file", path="parcel.py")["definitions"][0]["name"] == "fetch_parcel"
        (shop / "parcel.py").unlink()
        assert refused(client, "file", path="parcel.py") == (404, "parcel.py is not in shop, or not any more")


def test_an_index_that_is_being_made_is_said_to_be(shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Site, "_make", lambda site: site.progress("chunking", 3, 8, 20))
    with served(shop, cookies=tmp_path / "cookies") as client:
        assert refused(client, "search", q="x") == (503, "the index of shop is being made")
        state = ask(client, "state")
        assert (state["ready"], state["phase"], state["done"], state["total"]) == (False, "chunking", 3, 8)


def test_an_index_that_was_deleted_is_made_again(shop: Path, tmp_path: Path) -> None:
    with served(shop, cookies=tmp_path / "cookies") as client:
        wait(client)
        with Index.open(shop) as index:
            index.clean()
        client.get("/api/search", params={"q": "password"})
        wait(client)
        assert ask(client, "search", q=QUESTION)[0]["name"] == "hash_password"


def test_why_there_is_no_index_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codesearch.discovery.roots.MOST_ENTRIES", 1)
    large = tmp_path / "large"
    large.mkdir()
    for name in "abc":
        (large / f"{name}.py").write_text("x = 1\n")
    with served(large, cookies=tmp_path / "cookies") as client:
        wait(client)
        for name in ("state", "search"):
            status, message = refused(client, name, q="x")
            assert (status, "is not a git repository" in message) == (400, True)


def test_names_with_markup_and_odd_letters_are_json(shop: Path, tmp_path: Path) -> None:
    name = "<img src=x onerror=alert(1)>.py"
    (shop / name).write_text("def fetch_parcel(number):\n    return '</script>\u202e'\n")
    with served(shop, cookies=tmp_path / "cookies") as client:
        wait(client)
        response = client.get("/api/hits", params={"q": "fetch_parcel"})
        assert response.headers["content-type"] == "application/json"
        assert "\u202e" not in response.text
        assert json.loads(response.text)["hits"][0]["path"] == name
        assert ask(client, "file", path=name)["path"] == name


def test_several_folders_are_one_page(shop: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "parcel.py").write_text("def fetch_parcel(number):\n    return number\n")
    with served(shop, other, cookies=tmp_path / "cookies") as client:
        wait(client)
        assert ask(client, "search", q="fetch_parcel")[0]["path"] == "other/parcel.py"
        assert ask(client, "search", q=QUESTION)[0]["path"] == "shop/server/passwords.py"
        for name in ("search", "hits"):
            assert "parcel.py" in str(ask(client, name, q="fetch_parcel", path="other/**"))
        assert ask(client, "search", q="fetch_parcel", path="/parcel.py") == []
        assert {hit["path"].split("/")[0] for hit in ask(client, "search", q="x", path="!other/")} == {"shop"}
        assert ask(client, "file", path="other/parcel.py")["path"] == "other/parcel.py"
        assert {child["path"] for child in ask(client, "overview")["tree"]["children"]} == {"shop", "other"}
