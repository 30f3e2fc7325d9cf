"""Searching a small repository: what comes first, filters, phrases, folding, explanations."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from codesearch.api import Index
from codesearch.cli.remedies import hint_of
from codesearch.errors import CodesearchError
from codesearch.search.hit import Filters

FILES = {
    "src/store/session.py": '''"""Sessions: cookies that remember who a visitor is."""

import hmac


class SessionStore:
    """Keeps sessions by their key.

    A session is a cookie whose value anyone may read but only the server may write: it carries a signature made
    with the secret key. Keys are rotated by giving several; the first signs, all verify.
    """

    def __init__(self, secret_key, lifetime=3600):
        """Use a secret key; sessions end after a lifetime in seconds."""
        self.secret_key = secret_key
        self.lifetime = lifetime
        self.opened = {}

    def open_session(self, request):
        """Open the session of a request, verifying the signature of its cookie."""
        return self.verify_signature(request.cookies["session"])

    def verify_signature(self, cookie):
        """Check the HMAC of a signed cookie; raises BadSignature."""
        return hmac.compare_digest(cookie.digest, self.sign(cookie.value))

    def sign(self, value):
        """Sign a value with the secret key."""
        return hmac.new(self.secret_key, value)
''',
    "src/net/retry.py": '''def retry_with_backoff(call, attempts=5):
    """Call again with exponentially growing pauses until it succeeds."""
    for attempt in range(attempts):
        try:
            return call()
        except ConnectionError:
            sleep(2 ** attempt)
''',
    "src/net/pool.go": """package net

// ConnectionPool keeps idle connections open for reuse.
type ConnectionPool struct { idle []Conn }

// Acquire takes an idle connection from the pool or dials a new one.
func (p *ConnectionPool) Acquire() Conn {
	return p.idle[0]
}
""",
    "tests/test_session.py": '''def test_verify_signature_of_cookie():
    """Verify the signature of a signed session cookie."""
    assert SessionStore().verify_signature(cookie)
''',
    "docs/sessions.md": "# Sessions\n\nHow the signature of a session cookie is verified: see the store.\n",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    root = tmp_path_factory.mktemp("repository")
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    with Index.create(root) as made:
        made.update()
        yield made


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("how is a signed cookie verified", "SessionStore.verify_signature"),
        ("retry a failed request with growing pauses", "retry_with_backoff"),
        ("SessionStore", "SessionStore"),
        ("verify_signature", "SessionStore.verify_signature"),
        ("SessionStore.sign", "SessionStore.sign"),
        ("connection_pool", "ConnectionPool"),
        ("Acquire", "ConnectionPool.Acquire"),
    ],
)
def test_the_code_that_answers_comes_first(index: Index, question: str, name: str) -> None:
    hit = index.search(question).hits[0]
    assert hit.qualified_name == name


def test_code_comes_before_its_tests_and_documentation(index: Index) -> None:
    paths = list(dict.fromkeys(hit.path for hit in index.search("verify the signature of a session cookie").hits))
    assert paths[0] == "src/store/session.py"
    assert {"tests/test_session.py", "docs/sessions.md"} <= set(paths)


def test_a_question_for_tests_finds_them_first(index: Index) -> None:
    assert index.search("tests for the signature of a session cookie").hits[0].path == "tests/test_session.py"


def test_a_place_in_the_question_counts(index: Index) -> None:
    hit = index.search('File "src/store/session.py", line 20, in open_session').hits[0]
    assert (hit.path, hit.name) == ("src/store/session.py", "open_session")


def test_scores_fall_and_lie_between_0_and_1(index: Index) -> None:
    for question in ("signature", "how is a signed cookie verified", 'cookie "BadSignature"', "Session"):
        scores = [hit.score for hit in index.search(question).hits]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)


@pytest.mark.parametrize(
    ("filters", "paths"),
    [
        (Filters(languages=("go",)), {"src/net/pool.go"}),
        (Filters(paths=("src/net/",)), {"src/net/pool.go", "src/net/retry.py"}),
        (Filters(paths=("!src", "!docs")), {"tests/test_session.py"}),
        (Filters(kinds=("struct",)), {"src/net/pool.go"}),
        (Filters(names=("*session",)), {"src/store/session.py"}),
        (Filters(languages=("python",), paths=("tests/",)), {"tests/test_session.py"}),
    ],
)
def test_filters_come_before_the_cut(index: Index, filters: Filters, paths: set[str]) -> None:
    assert {hit.path for hit in index.search("signature of a cookie", filters=filters).hits} == paths


def test_hits_with_quoted_words_and_without_dashed_ones_come_before_the_others(index: Index) -> None:
    result = index.search('signature "BadSignature"')
    holds = ["badsignature" in hit.snippet.lower() for hit in result.hits]
    assert any(holds)
    assert holds == sorted(holds, reverse=True)
    assert [not hit.is_beyond for hit in result.hits] == holds
    assert result.operators == '"BadSignature"'
    without = index.search("signature of a cookie -hmac")
    assert [hit.is_beyond for hit in without.hits] == ["hmac" in hit.snippet.lower() for hit in without.hits]
    assert without.operators == "-hmac"


def test_enough_hits_that_fit_leave_no_room_for_others(index: Index) -> None:
    result = index.search('signature "BadSignature"', 1)
    assert [hit.is_beyond for hit in result.hits] == [False]
    assert not index.search("signature").operators


def test_where_nothing_fits_the_nearest_are_shown(index: Index) -> None:
    result = index.search('signature "no such phrase anywhere"')
    assert result.hits
    assert all(hit.is_beyond for hit in result.hits)


def test_what_a_message_quotes_is_a_value_and_no_phrase(index: Index) -> None:
    """The rest of the question is in a chunk word for word, and the quoted word is not."""
    result = index.search('exponentially growing pauses until it succeeds "deadline"')
    assert result.hits[0].path == "src/net/retry.py"
    assert not any(hit.is_beyond for hit in result.hits)
    assert not result.operators
    excluding = index.search('exponentially growing pauses until it succeeds "deadline" -attempts')
    assert excluding.operators == "-attempts"
    assert "src/net/retry.py" not in {hit.path for hit in excluding.hits}
    phrase = index.search('pauses "until it succeeds"')
    assert phrase.operators == '"until it succeeds"'


def test_a_hit_is_the_text_as_it_stands(index: Index) -> None:
    hit = index.search("retry_with_backoff").hits[0]
    lines = (index.root / hit.path).read_text(encoding="utf-8").split("\n")
    assert hit.snippet == "\n".join(lines[hit.start_line - 1 : hit.end_line])
    assert hit.start_line <= hit.best_line <= hit.end_line


def test_minimum_score_and_the_nearest_below_it(index: Index) -> None:
    everything = index.search("signature of a cookie").hits
    limit = everything[0].score
    result = index.search("signature of a cookie", min_score=limit)
    assert all(hit.score >= limit for hit in result.hits)
    nothing = index.search("signature of a cookie", min_score=1.0)
    assert nothing.hits == ()
    assert nothing.nearest_score == pytest.approx(limit, abs=1e-3)


def test_explanations_sum_to_the_score(index: Index) -> None:
    import math

    from codesearch.search.question import QuestionKind
    from codesearch.search.weights import INTERCEPT

    hit = index.search("how is a signed cookie verified", explain=True).hits[0]
    odds = sum(signal.contribution for signal in hit.signals) + INTERCEPT[QuestionKind.PROSE]
    assert 1 / (1 + math.exp(-odds)) == pytest.approx(hit.score, abs=1e-3)
    assert all(signal.reason for signal in hit.signals)


def test_nothing_matches_and_nothing_is_asked(index: Index) -> None:
    assert index.search("zzzz", filters=Filters(paths=("nowhere/",))).hits == ()
    for question in ("", "  \n"):
        with pytest.raises(CodesearchError, match="empty"):
            index.search(question)


def test_unknown_languages_are_refused_with_the_nearest(index: Index) -> None:
    with pytest.raises(CodesearchError) as refused:
        index.search("x", filters=Filters(languages=("pyton",)))
    assert "Python" in refused.value.message + hint_of(refused.value)


@pytest.mark.parametrize("k", [0, -1])
def test_there_is_at_least_one_hit_to_ask_for(index: Index, k: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        index.search("sessions", k)
