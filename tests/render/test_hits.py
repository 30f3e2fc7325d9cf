"""Hits → terminal, grep lines, JSON, formats of the user's own. Each output is compared with a snapshot."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from codesearch import quantities
from codesearch.chunking.chunk import Chunk, Definition
from codesearch.cli.remedies import hint_of
from codesearch.errors import CodesearchError
from codesearch.languages.registry import LANGUAGES
from codesearch.render import excerpt, lexers, lines, listings, paths, records, safe, template
from codesearch.render.terminal import TerminalView
from codesearch.search.hit import Hit, Neighbour, Signal

Snapshot = Callable[[str, str], None]

SHORT = Hit(
    path="src/auth/passwords.py",
    start_line=10,
    end_line=13,
    language="Python",
    kind="function",
    name="hash_password",
    qualified_name="hash_password",
    signature="def hash_password(password: str) -> str",
    score=0.8312,
    snippet='def hash_password(password: str) -> str:\n    """Hash it with a salt."""\n    salt = os.urandom(16)\n'
    "    return salt.hex() + digest(salt, password)",
    best_line=11,
    also=(Neighbour(20, 28, "check_password"),),
)
LONG = Hit(
    path="src/net/retry.go",
    start_line=40,
    end_line=69,
    language="Go",
    kind="method",
    name="Do",
    qualified_name="RetryPolicy.Do",
    signature="func (p RetryPolicy) Do(request func() error) error",
    score=0.5,
    snippet="\n".join(
        [
            "// Do repeats a request.",
            "func (p RetryPolicy) Do(request func() error) error {",
            *[f"\tstep{number}()" for number in range(27)],
            "}",
        ]
    ),
    best_line=60,
    signals=(
        Signal("meaning", 0.7, 0.31, "similar in meaning"),
        Signal("tests", 1.0, -0.1, "a test"),
        Signal("words", 0.2, 0.05),
    ),
)


def shown(hits: list[Hit], *, width: int, colors: bool, make: Callable[[Hit], excerpt.Excerpt] = excerpt.brief) -> str:
    out = io.StringIO()
    console = Console(
        file=out, width=width, force_terminal=colors, color_system="standard" if colors else None, legacy_windows=False
    )
    view = TerminalView(console, links=colors)
    for hit in hits:
        view.show(paths.LocatedHit(hit, hit.path, Path("/repo") / hit.path), make(hit))
    return re.sub(r"\x1b]8;id=\d+;", "\x1b]8;id=0;", out.getvalue())


@pytest.mark.parametrize("width", [60, 100])
def test_terminal_without_colours(width: int, snapshot: Snapshot) -> None:
    text = shown([SHORT, LONG, replace(SHORT, is_stale=True)], width=width, colors=False)
    assert "\x1b" not in text
    assert max(map(len, text.split("\n"))) <= width
    snapshot(f"terminal_{width}.txt", text)


@pytest.mark.skipif(Path("/repo").as_uri() != "file:///repo", reason="the snapshot has POSIX paths")
def test_terminal_with_colours_and_links(snapshot: Snapshot) -> None:
    snapshot("terminal_colours.txt", shown([SHORT, LONG], width=80, colors=True))


def test_whole_hit_at_a_terminal(snapshot: Snapshot) -> None:
    snapshot("terminal_full.txt", shown([LONG], width=80, colors=False, make=excerpt.whole))


def test_every_language_is_highlighted_and_keeps_its_lines() -> None:
    for language in LANGUAGES:
        hit = replace(SHORT, language=language.name)
        plain = shown([hit], width=100, colors=False)
        assert [f"{number} │" in plain for number in range(10, 14)] == [True] * 4, language.name
        assert "salt = os.urandom(16)" in plain


def test_a_known_lexer_for_every_language() -> None:
    from pygments.lexers import get_lexer_by_name

    for language in LANGUAGES:
        if name := lexers.lexer_name(language.name):
            get_lexer_by_name(name)


def test_long_lines_are_cut_and_wide_characters_fit() -> None:
    hit = replace(SHORT, snippet="x = '" + "漢字" * 200 + "'", end_line=10, best_line=10, also=())
    for line in shown([hit], width=60, colors=False).split("\n"):
        assert sum(2 if ch > "\u2e80" else 1 for ch in line) <= 60


def test_the_signature_and_the_best_lines_of_a_long_hit_are_shown() -> None:
    chosen = excerpt.brief(LONG)
    assert [list(run) for run in chosen.shown] == [[41], list(range(58, 66))]
    assert chosen.text(60) == "\tstep18()"


def test_a_gap_of_one_line_is_shown_instead() -> None:
    near = replace(LONG, best_line=45)
    (run,) = excerpt.brief(near).shown
    assert run == range(41, 51)


@pytest.mark.parametrize("best", [0, 3, 40, 69, 500])
def test_the_best_line_always_lies_in_the_hit(best: int) -> None:
    hit = replace(LONG, best_line=best)
    assert hit.start_line <= excerpt.best_line(hit) <= hit.end_line
    assert excerpt.best_text(hit).strip()
    for make in (excerpt.brief, excerpt.whole):
        made = make(hit)
        assert all(made.text(number) is not None for run in made.shown for number in run)


def test_a_hit_whose_file_is_gone_is_still_shown() -> None:
    gone = replace(SHORT, snippet="", is_stale=True)
    assert "hash_password" in shown([gone], width=80, colors=False)
    assert lines.best_line_of(gone, gone.path) == "src/auth/passwords.py:10:"


def test_context_reaches_beyond_the_hit_but_not_beyond_the_file() -> None:
    file_lines = [f"line {number}" for number in range(1, 15)]
    hit = replace(SHORT, snippet="\n".join(file_lines[9:13]), best_line=13)
    around = excerpt.around(hit, 3, file_lines)
    assert around.shown == (range(10, 15),)
    assert around.text(14) == "line 14"
    assert list(lines.excerpt_lines(hit, around, "a.txt")) == [
        "a.txt:10:line 10",
        "a.txt:11:line 11",
        "a.txt:12:line 12",
        "a.txt:13:line 13",
        "a.txt-14-line 14",
    ]


def test_a_path_too_long_for_the_terminal_keeps_its_end_and_the_lines() -> None:
    deep = replace(SHORT, path="/".join(["folder"] * 20) + "/passwords.py")
    heading = shown([deep], width=60, colors=False).split("\n")[0]
    assert re.fullmatch(r"…[/folder]*/passwords\.py:10-13", heading)
    assert len(heading) == 60


def test_grep_lines() -> None:
    assert lines.best_line_of(SHORT, "p.py") == 'p.py:11:    """Hash it with a salt."""'
    assert lines.best_line_of(SHORT, "p.py", null=True) == 'p.py\x0011:    """Hash it with a salt."""'


def test_signals_are_listed_by_what_they_added() -> None:
    assert list(lines.signal_lines(LONG)) == [
        "    +0.310  meaning 0.7  similar in meaning",
        "    -0.100  tests 1  a test",
        "    +0.050  words 0.2",
    ]


def test_json_of_a_hit(snapshot: Snapshot) -> None:
    text = records.json_document([records.hit_record(SHORT, "p.py"), records.hit_record(LONG, "r.go", explained=True)])
    first, second = json.loads(text)
    fields = "path start_line end_line language kind name qualified_name signature score snippet best_line copies fits"
    assert list(first) == fields.split()
    assert list(second) == [*first, "signals"]
    snapshot("hits.json", text)
    assert json.loads(records.json_line(first)) == first
    assert "\n" not in records.json_line(first)


def test_json_of_a_chunk_is_that_of_a_hit_without_score_but_with_documentation() -> None:
    defined = Definition("function", "f", "C.f", "def f()", "Does it.", 1, 2)
    chunk = Chunk(
        *("a.py", "Python", "function", "Does it.", 1, 2, 0, 20, "def f():\n    pass"),
        definition=defined,
        definitions=(defined,),
    )
    record = records.chunk_record(chunk, "a.py")
    fields = set(records.hit_record(SHORT, "a.py")) - {"score", "best_line", "copies", "fits"} | {
        "documentation",
        "definitions",
    }
    assert set(record) == fields
    assert (record["name"], record["qualified_name"], record["signature"]) == ("f", "C.f", "def f()")
    assert record["definitions"] == [
        {
            "name": "f",
            "qualified_name": "C.f",
            "kind": "function",
            "signature": "def f()",
            "documentation": "Does it.",
            "start_line": 1,
            "end_line": 2,
        }
    ]


@given(st.text(st.characters(min_codepoint=0, max_codepoint=0x10FFFF, categories=None)))
def test_json_is_valid_whatever_a_file_holds(text: str) -> None:
    record = records.hit_record(replace(SHORT, snippet=text), text)
    for dumped in (records.json_line(record), records.json_document([record])[1:-1]):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", dumped)
        assert json.loads(dumped.encode("utf-8").decode("utf-8")) == record


@given(st.text(st.characters(min_codepoint=0, max_codepoint=0x10FFFF, categories=None)))
def test_nothing_printable_acts_on_a_terminal(text: str) -> None:
    made = safe.printable(text)
    assert not re.search("[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", made)
    assert len(made.split("\n")) == 1


def test_escape_sequences_in_code_and_paths_are_shown_not_run() -> None:
    evil = replace(
        SHORT, path="a\x1b]0;owned\x07.py", snippet="x = 1 # \x1b[2J\u202e", end_line=10, best_line=10, name="\x1b[31m"
    )
    text = shown([evil], width=100, colors=False)
    assert "\x1b" not in text and "\x07" not in text and "\u202e" not in text
    assert "␛[2J" in text
    assert "\x1b" not in lines.best_line_of(evil, "a.py")


def test_a_format_of_the_users_own() -> None:
    made = template.Template(r"{rank}\t{path:<30}|{start_line}-{end_line} {score:.2f} {{{name}}}\n")
    assert made.line(SHORT, "p.py", 1) == f"1\t{'p.py':<30}|10-13 0.83 {{hash_password}}\n"
    assert template.Template("{best_line}:{best_text}").line(SHORT, "p", 1) == '11:    """Hash it with a salt."""'
    assert template.Template(r"a\\n").line(SHORT, "p", 1) == "a\\n"


def test_formats_show_control_characters_of_a_repository_instead_of_acting() -> None:
    evil = replace(
        SHORT, name="\x1b[2J", kind="a\x9bb", snippet="one\tx\n\x1b[2J\u202e\r", signature="f\n()", best_line=11
    )
    made = template.Template("{path} {name} {kind} {signature} {best_text}|{snippet}").line(evil, "a\x07\udcff\n.py", 1)
    assert made == "a␇\\udcff␊.py ␛[2J a\\x9bb f␊() ␛[2J\\u202e␍|one\tx\n␛[2J\\u202e␍"


def test_widths_up_to_the_largest_are_kept() -> None:
    assert template.Template("{path:>1000}").line(SHORT, "p", 1) == " " * 999 + "p"


def test_json_escapes_what_would_act_on_a_terminal_and_loses_nothing() -> None:
    record = {"path": "a\x7f\x9b\u202e\u2028\udc80\x1b\U0001f600é", "lines": ["\u2066"]}
    for text in (records.json_line(record), records.json_document([record]), records.json_object(record)):
        assert r"a\u007f\u009b\u202e\u2028\udc80\u001b" in text
        assert "😀é" in text
        assert json.loads(text) in (record, [record])


def test_formats_know_every_field_of_json() -> None:
    assert set(records.hit_record(SHORT, "p.py")) - {"copies", "fits"} <= set(template.FIELDS)
    made = template.Template(" ".join(f"{{{field}}}" for field in template.FIELDS))
    assert made.line(SHORT, "p.py", 7).endswith(" 7")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{pth}", "path"),
        ("{qualifiedname}", "qualified_name"),
        ("{}", "field"),
        ("{0}", "field"),
        ("{path.__class__}", "path"),
        ("{path", "invalid"),
        ("{score:d}", "invalid"),
        ("{name:.2f}", "invalid"),
        ("{name!z}", "invalid"),
        ("{name!r}", "conversions"),
        ("{score:{rank.__class__.__init__.__globals__}}", "not a format specification"),
        ("{path:{path}}", "not a format specification"),
        ("{path:{}}", "not a format specification"),
        ("{path:>100000000000}", "wider than 1000 columns"),
        ("{path:>1001}", "wider than 1000 columns"),
        ("{score:.99999999999}", "wider than 1000 columns"),
        ("{start_line:c}", "not a format specification"),
        ("{start_line:٣}", "not a format specification"),
        ("{path[0]}", "path"),
        ("{path.x!r:>9{}}", "path"),
    ],
)
def test_an_unsound_format_is_refused(text: str, said: str) -> None:
    with pytest.raises(CodesearchError) as raised:
        template.Template(text)
    assert said in raised.value.message + hint_of(raised.value)


def test_paths_are_seen_from_the_working_directory(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    (folder := root / "src").mkdir(parents=True)
    (seen,) = paths.located([replace(SHORT, path="src/a b.py")], [root], folder)
    assert seen.path == "a b.py"
    assert seen.absolute == folder / "a b.py"
    (seen,) = paths.located([replace(SHORT, path="src/a b.py")], [root], root / "docs")
    assert Path(seen.path) == Path("../src/a b.py")


def test_listing_of_languages_names_each_once() -> None:
    table = listings.language_table(LANGUAGES)
    for record in listings.language_records(LANGUAGES):
        assert sum(line.startswith(f"{record['name']} ") for line in table.split("\n")) == 1
        assert record["cut_by"] in ("grammar", "scanner", "lines")


def test_quantities() -> None:
    assert [quantities.size(n) for n in (0, 999, 1000, 1_234_567, 98_765_432, 5 * 10**12)] == [
        "0 B",
        "999 B",
        "1.0 kB",
        "1.2 MB",
        "98.8 MB",
        "5.0 TB",
    ]
    assert [quantities.duration(s) for s in (0.1234, 3.21, 42.4, 200)] == ["0.12 s", "3.2 s", "42 s", "3 min 20 s"]
    assert [quantities.count(n, "file") for n in (0, 1, 1200)] == ["0 files", "1 file", "1,200 files"]
