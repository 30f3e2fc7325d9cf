"""Exact search over the files of an index."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from codesearch.api import Index
from codesearch.errors import CodesearchError
from codesearch.exact.pattern import Pattern
from codesearch.exact.request import Case
from codesearch.index import freshness
from codesearch.search.hit import Filters
from codesearch.workspace import Observer, Workspace
from tests.support.repositories import write

RETRY = '''"""Sending again."""

LIMIT = 5


class Sender:
    """Sends requests."""

    def send_again(self, request):
        for attempt in range(LIMIT):
            if request.send():
                return attempt
        raise ConnectionError("limit reached")


def wait(seconds):
    sleep(seconds)  # no limit here
'''
CELL = {"cell_type": "code", "source": ["limit = 1\n", 'print("limit")\n']}
FILES = {
    "a/retry.py": RETRY,
    "a-b/other.go": "package other\n\nfunc Limit(n int) int {\n\treturn n // limit\n}\n",
    "a.md": "# Limits\n\nThe limit is é\u200b5.\n",
    "b/long.js": "var limit = '" + "x" * 3000 + "';\nvar other = 1;\n",
    "b/latin.py": "LIMIT = 'é'\n",
    "book.ipynb": json.dumps(
        {"cells": [{"cell_type": "code", "source": ["limit = 1\n", 'print("limit")\n']}]}, indent=1
    ),
}


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    write(tmp_path, FILES)
    (tmp_path / "b" / "latin.py").write_bytes(FILES["b/latin.py"].encode("latin-1"))
    (tmp_path / "crlf.py").write_bytes(b"limit = 1\r\nother = limit\r\n")
    with Index.create(tmp_path) as made:
        made.update()
        yield made


def places(index: Index, pattern: Pattern, filters: Filters | None = None) -> list[str]:
    return [f"{found.file.path}:{line.number}" for found in index.grep(pattern, filters) for line in found.lines]


def test_all_matching_lines_in_the_order_of_paths(index: Index) -> None:
    assert places(index, Pattern("limit$")) == ["a-b/other.go:4", "crlf.py:2"]
    assert places(index, Pattern("limit", case=Case.IGNORED, whole_words=True)) == [
        *("a/retry.py:3", "a/retry.py:10", "a/retry.py:13", "a/retry.py:17"),
        *("a-b/other.go:3", "a-b/other.go:4"),
        "a.md:3",
        *("b/latin.py:1", "b/long.js:1"),
        *("book.ipynb:6", "book.ipynb:7"),
        *("crlf.py:1", "crlf.py:2"),
    ]
    assert places(index, Pattern("nowhere")) == []


def test_texts_are_decoded_as_for_the_index(index: Index) -> None:
    assert places(index, Pattern("'é'$")) == ["b/latin.py:1"]
    assert places(index, Pattern('print\\("limit"\\)')) == ["book.ipynb:7"]


def test_filters(index: Index) -> None:
    limit = Pattern("limit", case=Case.IGNORED)
    assert places(index, limit, Filters(languages=("go",))) == ["a-b/other.go:3", "a-b/other.go:4"]
    assert places(index, limit, Filters(paths=("*.md",))) == ["a.md:1", "a.md:3"]
    assert places(index, limit, Filters(within=("a",)))[0] == "a/retry.py:3"
    assert places(index, limit, Filters(names=("send_again",))) == ["a/retry.py:10", "a/retry.py:13"]
    assert places(index, limit, Filters(kinds=("class",))) == ["a/retry.py:10", "a/retry.py:13"]
    assert places(index, limit, Filters(kinds=("function",), languages=("python",))) == ["a/retry.py:17"]
    with pytest.raises(CodesearchError, match="language"):
        places(index, limit, Filters(languages=("klingon",)))


def test_a_line_as_a_hit_has_the_definition_around_it(index: Index) -> None:
    (found,) = index.grep(Pattern("limit reached"))
    (hit,) = index.line_hits(found)
    assert (hit.path, hit.start_line, hit.end_line, hit.best_line) == ("a/retry.py", 13, 13, 13)
    assert (hit.kind, hit.qualified_name, hit.language) == ("method", "Sender.send_again", "Python")
    assert hit.snippet == '        raise ConnectionError("limit reached")'


def test_files_are_read_as_they_are_now(index: Index) -> None:
    (index.root / "a.md").write_text("# Limits\n\nNothing.\nThe limit is higher.\n")
    (index.root / "crlf.py").unlink()
    assert places(index, Pattern("limit is")) == ["a.md:4"]
    assert index.refresh() == ""
    assert places(index, Pattern("higher")) == ["a.md:4"]


def test_a_changed_file_is_read_whatever_the_index_knows_of_it(index: Index) -> None:
    (index.root / "a.md").write_text("# Limits\n\nQuite unheard of.\n")
    (index.root / "b" / "long.js").unlink()
    assert places(index, Pattern("unheard")) == ["a.md:3"]
    assert places(index, Pattern("unheard"), Filters(languages=("go",))) == []
    assert [hit.path for hit in index.search("limits", pattern=Pattern("Quite")).hits] == ["a.md"]


def test_changes_that_are_too_many_to_index_before_a_search_are_found(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freshness, "MAX_FILES_REFRESHED", 0)
    (index.root / "a.md").write_text("# Limits\n\nQuite unheard of.\n")
    stale: list[str] = []
    observer = Observer()
    monkeypatch.setattr(observer, "stale", lambda index, reason: stale.append(reason))
    with Workspace(observer=observer) as workspace:
        workspace.add([index.root])
        assert stale == ["1 file changed since the last update"]
        for _ in range(2):
            (found,) = workspace.grep(Pattern("unheard"))
            assert found.matches.file.path == "a.md"


def test_a_workspace_looks_at_all_files_again_unless_it_has_just_done_so(index: Index) -> None:
    with Workspace() as workspace:
        workspace.add([index.root])
        assert list(workspace.grep(Pattern("unheard"))) == []
        (index.root / "a.md").write_text("# Limits\n\nQuite unheard of.\n")
        assert len(list(workspace.grep(Pattern("unheard")))) == 1


@pytest.mark.skipif(not hasattr(Path, "symlink_to"), reason="needs links")
def test_links_are_not_followed(index: Index, tmp_path_factory: pytest.TempPathFactory) -> None:
    secret = tmp_path_factory.mktemp("secret") / "secret.md"
    secret.write_text("# Limits\n\nThe limit is secret.\n")
    (index.root / "a.md").unlink()
    (index.root / "a.md").symlink_to(secret)
    assert places(index, Pattern("limit is")) == []


def test_merged_segments_keep_signatures(index: Index) -> None:
    for number in range(12):
        write(index.root, {f"more/file_{number}.py": f"def added_{number}():\n    return 'limit{number}'\n"})
        index.update()
    write(index.root, {"more/file_3.py": "def replaced():\n    return 'other'\n"})
    index.update()
    assert places(index, Pattern("limit[0-9]+'")) == [f"more/file_{n}.py:2" for n in (0, 1, 10, 11, 2, *range(4, 10))]
    assert places(index, Pattern("replaced")) == ["more/file_3.py:1"]
    assert places(index, Pattern("LIMIT = 5")) == ["a/retry.py:3"]


def test_a_question_ranks_only_what_matches(index: Index) -> None:
    found = index.search("how often is a request sent again", pattern=Pattern("limit", case=Case.IGNORED))
    assert found.hits[0].qualified_name.startswith("Sender")
    for hit in found.hits:
        lines = hit.snippet.split("\n")
        assert "limit" in lines[hit.best_line - hit.start_line].lower()
    only = index.search("how often is a request sent again", pattern=Pattern("no limit"))
    assert [(hit.name, hit.best_line) for hit in only.hits] == [("wait", 17)]
    assert index.search("how often is a request sent again", pattern=Pattern("nowhere")).hits == ()


def test_a_question_about_another_definition_of_a_chunk_shows_the_one_that_matches(index: Index) -> None:
    text = "".join(f"def short_{number}():\n    return {number}\n\n\n" for number in range(6))
    write(index.root, {"short.py": text})
    index.update()
    (hit,) = index.search("short_1", pattern=Pattern("return 4")).hits
    assert (hit.name, hit.best_line) == ("short_4", 18)
    assert index.search("short", filters=Filters(names=("short_1",)), pattern=Pattern("return 4")).hits == ()


RIPGREP = shutil.which("rg")
WORDS = ("limit", "Limit", "LIMIT", "return", "é", "for", "x", "5", "send")
PIECES = (*WORDS, r"\b", r"\s+", ".*", r"\w", "^", "$", "[a-m]+", r"\W", "(a|i)", "?", "{1,2}", r"\.", "(?i:l)")


@pytest.mark.skipif(not RIPGREP, reason="needs ripgrep")
@pytest.mark.parametrize("options", [(), ("-i",), ("-S",), ("-w",), ("-F",)])
def test_the_lines_are_those_of_ripgrep(index: Index, options: Sequence[str]) -> None:
    draw = random.Random(" ".join(options))
    files = ["a/retry.py", "a-b/other.go", "a.md", "b/long.js"]
    case = Case.IGNORED if "-i" in options else Case.SMART if "-S" in options else Case.SENSITIVE
    for _ in range(60):
        expression = draw.choice(WORDS) + "".join(draw.choices(PIECES, k=draw.randint(0, 3)))
        pattern = Pattern(expression, case=case, is_literal="-F" in options, whole_words="-w" in options)
        command = [str(RIPGREP), "--no-config", "-nH", "--no-heading", *options, "-e", expression, *files]
        done = subprocess.run([*command, "--sort", "path"], cwd=index.root, capture_output=True, text=True)
        assert done.returncode < 2, done.stderr
        lines = [line.split(":", 2) for line in done.stdout.split("\n")[:-1]]
        found = [place for place in places(index, pattern) if place.split(":")[0] in files]
        assert found == [f"{path}:{number}" for path, number, _ in lines], expression
