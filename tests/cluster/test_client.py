"""Questions and answers over HTTP, without Ray: an answerer in a thread."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from codesearch.api import Index
from codesearch.cluster.access import Access, digest
from codesearch.cluster.client import Cluster
from codesearch.cluster.deployment import Ingress, json_response
from codesearch.cluster.group import ShardGroup
from codesearch.cluster.held_shard import HeldShard
from codesearch.cluster.protocol import Invalid, question_of, question_record, result_of_record, result_record
from codesearch.cluster.reranking import offered
from codesearch.cluster.router import ClusterQuestion, ClusterResult, Router
from codesearch.errors import CodesearchError
from codesearch.exact.request import Case, PatternRequest
from codesearch.models.loading import load_encoder
from codesearch.search.hit import Filters, Hit, Neighbour, Place, Retrieval, SearchResult, Signal
from tests.support.cluster import GroupsHere
from tests.support.command_line import run_here
from tests.support.encoders import Words
from tests.support.repositories import write

TOKEN = "secret"
QUESTION = ClusterQuestion(
    "open the door",
    3,
    Filters(languages=("python",), kinds=("function",), paths=("!x/**",), names=("open*",)),
    ("acme/*",),
    0.1,
    True,
    Retrieval.LEXICAL,
    "small",
    PatternRequest(("door(s)?", "x"), Case.SMART, whole_words=True),
)


def test_a_question_survives_json() -> None:
    assert question_of(json.loads(json.dumps(question_record(QUESTION)))) == QUESTION


def test_an_answer_survives_json() -> None:
    hit = Hit(
        "src/a.py", 1, 2, "Python", "function", "a", "A.a", "def a()", 0.5, "x\ny", 2, True,
        (Neighbour(3, 4, "b"),), (Place("src/b.py", 5, 6, 1),), (Signal("s", 1.0, 0.5, "why"),), 0, True,
    )  # fmt: skip
    answer = ClusterResult(SearchResult("q", (hit,), 0.1, 2, '"x"', True), {0: "acme/a", 1: "acme/b"}, 3, (2,))
    assert result_of_record("q", json.loads(json.dumps(result_record(answer)))) == answer


@pytest.mark.parametrize(
    "changes",
    [
        {"pattern": []},
        {"pattern": {"expressions": []}},
        {"pattern": {"expressions": ["x"], "case": "odd", "is_literal": False, "whole_words": False}},
        {"pattern": {"expressions": ["x"], "case": "smart", "is_literal": 1, "whole_words": False}},
        {"version": 3},
        {"k": 0},
        {"k": True},
        {"question": 1},
        {"kinds": [1]},
        {"retrieval": "all"},
    ],
)
def test_what_is_no_question(changes: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        question_of({**json.loads(json.dumps(question_record(QUESTION))), **changes})


NO_HITS = json.loads(json.dumps(result_record(ClusterResult(SearchResult("q", ()), {}, 1))))


@pytest.mark.parametrize(
    "record",
    [
        [],
        {},
        {"version": 2},
        {"version": 2, "hits": [{}], "repositories": {}},
        {**NO_HITS, "groups": float("inf")},
        {**NO_HITS, "outdated": float("nan")},
    ],
)
def test_what_is_no_answer(record: object) -> None:
    with pytest.raises(Invalid):
        result_of_record("q", record)


def test_control_characters_of_an_answer_reach_no_terminal() -> None:
    hit = Hit("src/\x1b[2Ja.py", 1, 1, "Python", "function", "a\x07", "a", "", 0.5, "x")
    record = json.loads(json.dumps(result_record(ClusterResult(SearchResult("q", (hit,)), {0: "a\x1bb"}, 1))))
    answer = result_of_record("q", record)
    assert "\x1b" not in answer.result.hits[0].path + answer.repositories[0]
    assert "\x07" not in answer.result.hits[0].name


def test_paths_are_those_of_the_files() -> None:
    """Tabs and newlines do nothing to a terminal, and a path without them leads nowhere."""
    hit = Hit("a\tb/c\nd.py", 1, 1, "Python", "function", "a", "a", "", 0.5, "x", copies=(Place("\t", 1, 1, 0),))
    answer = ClusterResult(SearchResult("q", (hit,)), {0: "/srv/e\tf"}, 1)
    assert result_of_record("q", json.loads(json.dumps(result_record(answer)))) == answer


Answer = Callable[[str, bytes], tuple[int, Any]]


@pytest.fixture
def serving() -> Iterator[Callable[[Answer], str]]:
    """Starts a server that answers with a function; returns its address."""
    servers = []

    def start(answer: Answer) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["Content-Length"]))
                status, record = answer(self.headers["Authorization"], content)
                sent = record if isinstance(record, bytes) else json.dumps(record).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(sent)))
                self.end_headers()
                self.wfile.write(sent)

            def log_message(self, *_: Any) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def ingress(tmp_path: Path) -> Ingress:
    """The router of two repositories, of which the token may read all."""
    access = Access({digest(TOKEN): ("*",)})
    shards = []
    for number, name in enumerate(("barn", "house")):
        write(tmp_path / name / "files", {"src/door.py": f"def open_{name}(door):\n    return door.open({number})\n"})
        with Index.create(tmp_path / name / "files", index_dir=tmp_path / name / "index") as index:
            index.update()
        shards.append(HeldShard(number, f"github.com/acme/{name}", tmp_path / name))
    made = Ingress.__new__(Ingress)
    groups = GroupsHere([ShardGroup([shard], access) for shard in shards])
    made._router = Router(groups, load_encoder(), [shard.source for shard in shards])
    made.groups = groups  # type: ignore[attr-defined]
    return made


def test_a_query_prints_what_a_cluster_answers(
    serving: Callable[[Answer], str], ingress: Ingress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = serving(ingress.answer)
    asked = ("query", "open the barn", "--cluster", address)
    run = run_here(*asked, cwd=tmp_path, CODESEARCH_CLUSTER_TOKEN=TOKEN)
    assert run.code == 0, run.err
    assert run.out.startswith("github.com/acme/barn/src/door.py:1:def open_barn(door):\n")
    record = json.loads(run_here(*asked, "--json", "-n", "1", cwd=tmp_path, CODESEARCH_CLUSTER_TOKEN=TOKEN).out)
    assert [(hit["path"], hit["name"]) for hit in record] == [("github.com/acme/barn/src/door.py", "open_barn")]
    for place in ("github.com/acme/house", "https://github.com/acme/house.git", "*/house"):
        run = run_here(*asked, "--in", place, "-l", cwd=tmp_path, CODESEARCH_CLUSTER_TOKEN=TOKEN)
        assert run.out == "github.com/acme/house/src/door.py\n"
    assert run_here(*asked, "--kind", "class", cwd=tmp_path, CODESEARCH_CLUSTER_TOKEN=TOKEN).code == 1
    run = run_here(*asked, "--kind", "nonsense", cwd=tmp_path, CODESEARCH_CLUSTER_TOKEN=TOKEN)
    assert (run.code, "nonsense" in run.err) == (2, True)


def test_lines_of_a_cluster_are_printed_as_those_of_one_machine(
    serving: Callable[[Answer], str], ingress: Ingress, tmp_path: Path
) -> None:
    address = serving(ingress.answer)

    def printed(*arguments: str) -> str:
        run = run_here("query", *arguments, "--cluster", address, cwd=tmp_path, CODESEARCH_CLUSTER_TOKEN=TOKEN)
        assert (run.code, run.err) == (0, "")
        return run.out

    barn, house = "github.com/acme/barn/src/door.py", "github.com/acme/house/src/door.py"
    assert printed("-e", "def open") == f"{barn}:1:def open_barn(door):\n{house}:1:def open_house(door):\n"
    assert printed("-e", "OPEN.*[01]", "-i", "-n", "1") == f"{barn}:2:    return door.open(0)\n"
    assert printed("-e", "door", "-c") == f"{barn}:2\n{house}:2\n"
    assert printed("-e", "house", "-l") == f"{house}\n"
    assert printed("-e", "door", "--vimgrep", "--in", "*/house") == (
        f"{house}:1:16:def open_house(door):\n{house}:2:12:    return door.open(1)\n"
    )
    records = json.loads(printed("-e", r"open\(1", "--json"))
    assert [(hit["path"], hit["start_line"], hit["name"]) for hit in records] == [(house, 2, "open_house")]
    assert printed("open the door", "-e", "house", "-l") == f"{house}\n"
    run = run_here("query", "-e", "window", "--cluster", address, cwd=tmp_path, CODESEARCH_CLUSTER_TOKEN=TOKEN)
    assert (run.code, run.out) == (1, "")


def test_all_lines_are_not_sent(
    serving: Callable[[Answer], str], ingress: Ingress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("codesearch.cluster.protocol.MOST_HITS", 3)
    address = serving(ingress.answer)
    run = run_here("query", "-e", "door", "--cluster", address, cwd=tmp_path, CODESEARCH_CLUSTER_TOKEN=TOKEN)
    assert len(run.out.splitlines()) == 3
    assert "showing only the first 3 matching lines\n  narrow the search with --in or --path" in run.err


def test_only_the_reranker_that_is_offered_is_used(
    serving: Callable[[Answer], str], ingress: Ingress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = Words()
    monkeypatch.setattr("codesearch.cluster.reranking.load_encoder", lambda _: encoder)
    address = serving(ingress.answer)
    asked = ("query", "open the door", "--cluster", address, "--jsonl", "--rerank")
    run = run_here(*asked, "small", cwd=tmp_path, CODESEARCH_CLUSTER_TOKEN=TOKEN)
    assert (run.code, run.out) == (2, "")
    assert run.err == "codesearch: the cluster does not rerank with small\n  serve it with --rerank small\n"
    ingress._router._rerankers = offered("small")
    run = run_here(*asked, "other", cwd=tmp_path, CODESEARCH_CLUSTER_TOKEN=TOKEN)
    assert run.err == "codesearch: the cluster does not rerank with other\n  it does with small\n"
    run = run_here(*asked, "small", cwd=tmp_path, CODESEARCH_CLUSTER_TOKEN=TOKEN)
    assert (run.code, run.err) == (0, "")
    assert encoder.encoded > 1


def test_groups_that_are_gone_are_named(serving: Callable[[Answer], str], ingress: Ingress, tmp_path: Path) -> None:
    ingress.groups.groups[1] = None  # type: ignore[attr-defined]
    address = serving(ingress.answer)
    run = run_here("query", "open the door", "--cluster", address, cwd=tmp_path, CODESEARCH_CLUSTER_TOKEN=TOKEN)
    assert run.code == 0
    assert "1 of 2 groups did not answer; hits from their repositories are missing" in run.err
    assert "house" not in run.out


def test_a_wrong_token(serving: Callable[[Answer], str], ingress: Ingress, tmp_path: Path) -> None:
    address = serving(ingress.answer)
    run = run_here("query", "open the door", "--cluster", address, cwd=tmp_path, CODESEARCH_CLUSTER_TOKEN="other")
    assert (run.code, run.out) == (2, "")
    assert run.err == "codesearch: the token is missing or wrong\n  set CODESEARCH_CLUSTER_TOKEN\n"


def test_names_that_are_no_unicode_are_answered(ingress: Ingress) -> None:
    pytest.importorskip("starlette")
    asked = question_record(ClusterQuestion("door", repositories=("\udcff",)))
    status, record = ingress.answer(f"Bearer {TOKEN}", json.dumps(asked).encode())
    assert status == 400
    assert json.loads(json_response(status, record).body)["error"].startswith("the cluster has no repository \udcff ")


def test_a_question_that_is_nested_deeply_is_refused(ingress: Ingress) -> None:
    status, record = ingress.answer(f"Bearer {TOKEN}", b"[" * 100_000)
    assert status == 400
    assert record["error"].startswith("the question can't be read: ")


@pytest.mark.parametrize("token", ["a\nb", "\u65e5", "\udcff"])
def test_a_token_that_is_none(token: str) -> None:
    with pytest.raises(CodesearchError, match="CODESEARCH_CLUSTER_TOKEN contains an invalid character"):
        Cluster("127.0.0.1:9", {"CODESEARCH_CLUSTER_TOKEN": token})


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((200, b"[" * 100_000), "does not answer as a codesearch cluster (HTTP 200)"),
        ((200, b"<html>"), "does not answer as a codesearch cluster (HTTP 200)"),
        ((500, {"x": 1}), "failed"),
        ((200, {"version": 3}), "speaks version 3 of the protocol, not 2"),
        ((400, {"error": "no such thing", "hint": "try another"}), "no such thing\n  try another"),
    ],
)
def test_strange_answers(serving: Callable[[Answer], str], tmp_path: Path, answer: tuple[int, Any], said: str) -> None:
    run = run_here("query", "door", "--cluster", serving(lambda *_: answer), cwd=tmp_path)
    assert run.code == 2
    assert said in run.err


def test_an_address_where_nobody_listens(tmp_path: Path) -> None:
    run = run_here("query", "door", "--cluster", "127.0.0.1:9", cwd=tmp_path)
    assert run.code == 2
    assert run.err.startswith("codesearch: the cluster at 127.0.0.1:9 can't be reached: ")


@pytest.mark.parametrize("address", ["nowhere", "ftp://x:1", "http://host:99999", "http://", "http://[::1"])
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(CodesearchError, match="is not the address of a cluster"):
        Cluster(address, {})


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["door", "--no-refresh"], "--no-refresh cannot be used with --cluster"),
        (["door", "--since", "v1"], "--since cannot be used with --cluster: a cluster has no history"),
        (["door", "--changed"], "--changed cannot be used with --cluster: a cluster has no history"),
        (["door", "--commits"], "--commits cannot be used with --cluster: a cluster has no history"),
        (["-e", "x", "--rerank", "small"], "--rerank needs a question"),
        (["-e", "x", "-C", "2"], "--context with --cluster needs a question"),
        (["-e", "(x"], "the group is not closed"),
        (["door", "src"], "local paths cannot be used with --cluster"),
    ],
)
def test_options_that_a_cluster_does_not_have(tmp_path: Path, arguments: list[str], said: str) -> None:
    (tmp_path / "src").mkdir()
    run = run_here("query", *arguments, "--cluster", "127.0.0.1:9", cwd=tmp_path)
    assert (run.code, run.out) == (2, "")
    assert said in run.err
