"""Labelled questions: both formats, and what is wrong with bad ones."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesearch.cli.remedies import hint_of
from codesearch.evaluation.questions import BadQuestions, LabelledQuestion, RelevantItem, read_questions

_TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"], exclude_characters="\\/."), min_size=1)
_ITEMS = st.builds(
    lambda path, lines: RelevantItem(path, *sorted(lines)),
    _TEXTS,
    st.just((0, 0)) | st.tuples(*[st.integers(1, 999)] * 2),
)
_QUESTIONS = st.builds(
    LabelledQuestion, _TEXTS, st.lists(_ITEMS, min_size=1, unique=True).map(tuple), st.just("none") | _TEXTS
)


def test_json_lines() -> None:
    text = (
        '{"query": "hash it", "relevant": [{"path": "a.py", "start_line": 3, "end_line": 9}], "category": "x"}\n'
        "\n"
        '{"query": "retry", "relevant": [{"path": "b.go"}, {"path": "c.go", "start_line": 4}]}\n'
    )
    assert read_questions(text) == [
        LabelledQuestion("hash it", (RelevantItem("a.py", 3, 9),), "x"),
        LabelledQuestion("retry", (RelevantItem("b.go"), RelevantItem("c.go", 4, 4))),
    ]


def test_an_annotation_file_of_sembles_benchmark() -> None:
    text = json.dumps(
        [
            {"query": "q", "relevant": ["src/a.h"], "secondary": ["src/b.h"], "category": "semantic"},
            {"query": "r", "relevant": [{"path": "c", "start_line": 1, "end_line": 2}], "secondary": [], "seed": 7},
        ],
        indent=2,
    )
    first, second = read_questions(text)
    assert first == LabelledQuestion("q", (RelevantItem("src/a.h"), RelevantItem("src/b.h")), "semantic")
    assert second.relevant == (RelevantItem("c", 1, 2),)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_byte_order_marks_and_line_ends_of_windows(end: str) -> None:
    line = '{"query": "q", "relevant": ["a.py"]}'
    assert len(read_questions("\ufeff" + line + end + line + end)) == 2


@pytest.mark.parametrize(
    ("written", "meant"),
    [("./a/b.py", "a/b.py"), ("a\\b.py", "a/b.py"), ("a/", "a"), ("./", "."), (".", "."), (".github/x", ".github/x")],
)
def test_paths_are_written_in_several_ways(written: str, meant: str) -> None:
    (question,) = read_questions(json.dumps({"query": "q", "relevant": [written]}))
    assert question.relevant[0].path == meant


def test_an_item_that_is_named_twice_is_one() -> None:
    (question,) = read_questions('{"query": "q", "relevant": ["a.py", {"path": "a.py"}]}')
    assert question.relevant == (RelevantItem("a.py"),)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "invalid JSON"),
        ("query: retry", "invalid JSON"),
        ("3", "an object"),
        ('{"relevant": ["a"]}', "query is missing"),
        ('{"query": " ", "relevant": ["a"]}', "query must be a string"),
        ('{"query": 3, "relevant": ["a"]}', "query must be a string"),
        ('{"query": "q"}', "relevant is missing"),
        ('{"query": "q", "relevant": []}', "relevant is missing"),
        ('{"query": "q", "relevant": "a.py"}', "relevant must be a list"),
        ('{"query": "q", "relevant": [3]}', "path"),
        ('{"query": "q", "relevant": [{"file": "a.py"}]}', "path is missing"),
        (
            '{"query": "q", "relevant": [{"path": "a", "start_line": 0}]}',
            "start_line must be a whole number from 1, not 0",
        ),
        ('{"query": "q", "relevant": [{"path": "a", "start_line": "3"}]}', 'not "3"'),
        ('{"query": "q", "relevant": [{"path": "a", "start_line": true}]}', "not true"),
        ('{"query": "q", "relevant": [{"path": "a", "end_line": 3}]}', "without start_line"),
        ('{"query": "q", "relevant": [{"path": "a", "start_line": 9, "end_line": 3}]}', "end_line 3 is before"),
        ('{"query": "q", "relevant": ["a"], "category": 3}', "category must be a string"),
        ('{"query": "q", "relevant": [{"path": "a", "start_line": NaN}]}', "not NaN"),
        ('{"query": "q", "relevant": [{"path": "a", "start_line": -Infinity}]}', "not -Infinity"),
        ('{"query": "q", "relevant": [{"path": "a", "start_line": 1.0}]}', "not 1.0"),
        ('{"query": "q", "relevant": [{"path": "a", "start_line": 18446744073709551616}]}', "at most 2,147,483,647"),
        ('{"query": "q", "relevant": [{"path": "a", "start_line": ' + "9" * 5000 + "}]}", "a number is too long"),
        ('{"query": "q", "relevant": [{"path": "a", "start_line": "' + "x" * 5000 + '"}]}', "x…"),
        ('{"query": "q", "relevant": ' + "[" * 100_000, "nested too deeply"),
        ('{"query": "q", "relevant": {}}', "relevant is missing"),
        ('{"query": "q", "relevant": [[]]}', "path"),
        ("null", "an object"),
    ],
)
def test_bad_lines_are_named_with_what_is_wrong(line: str, said: str) -> None:
    good = '{"query": "q", "relevant": ["a.py"]}'
    with pytest.raises(BadQuestions) as caught:
        read_questions(f"{good}\n\n{line}\n{good}\n")
    assert caught.value.message.startswith("line 3: ")
    assert said in caught.value.message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[" * 100_000, "nested too deeply"),
        ("[" + "9" * 5000 + "]", "a number is too long"),
        ("[1,\n2", "line 2: invalid JSON"),
        ("[NaN]", "question 1: a question must be an object"),
        ("\0", "line 1: invalid JSON"),
    ],
)
def test_arrays_that_are_none_are_refused(text: str, said: str) -> None:
    with pytest.raises(BadQuestions, match=said):
        read_questions(text)


def test_all_bad_lines_are_counted() -> None:
    with pytest.raises(BadQuestions) as caught:
        read_questions("{}\n" * 9)
    assert caught.value.message.startswith("line 1: ")
    assert hint_of(caught.value) == "also wrong: line 2, line 3, line 4, line 5, line 6 and 3 more"


def test_bad_questions_of_an_array() -> None:
    with pytest.raises(BadQuestions, match="question 2: query is missing"):
        read_questions('[{"query": "q", "relevant": ["a"]},\n {"relevant": ["a"]}]')
    with pytest.raises(BadQuestions, match="line 2: invalid JSON"):
        read_questions('[{"query": "q", "relevant": ["a"]},\n {"relevant"]')


@pytest.mark.parametrize("text", ["", "\n\n", "[]"])
def test_no_questions(text: str) -> None:
    with pytest.raises(BadQuestions, match="no questions"):
        read_questions(text)


@given(st.lists(_QUESTIONS, min_size=1), st.booleans())
def test_what_is_written_is_read(questions: list[LabelledQuestion], is_array: bool) -> None:
    records = [
        {
            "query": question.query,
            "category": question.category,
            "relevant": [
                {"path": item.path, "start_line": item.start_line or None, "end_line": item.end_line or None}
                for item in question.relevant
            ],
        }
        for question in questions
    ]
    text = json.dumps(records) if is_array else "\n".join(json.dumps(each, ensure_ascii=False) for each in records)
    assert read_questions(text) == questions
