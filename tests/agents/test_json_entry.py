"""An entry is put into JSON with comments, and taken out of it, and all else stays to the byte."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codesearch.agents.edits import Unmergeable, cut, inserted, spans
from codesearch.agents.json_entry import JsonEntry
from codesearch.agents.jsonc import parse

SERVER = {"command": "/bin/codesearch", "args": ["mcp"]}
ENTRY = JsonEntry(("mcpServers",), SERVER, '"mcp"')
HOOK = JsonEntry(("hooks", "Start"), {"command": "echo codesearch"}, "codesearch", is_element=True)


def installed(text: str, entry: JsonEntry = ENTRY) -> str:
    """The text with the entry; that undoing it restores the text is asserted."""
    insertions = entry.insertions(text)
    after = inserted(text, insertions)
    assert cut(after, spans(insertions)) == text
    assert entry.is_in(after)
    return after


KEPT = {
    "other servers": '{\n  "mcpServers": {\n    "a": {"command": "x"}\n  }\n}\n',
    "comments": '// head\n{\n  /* b */ "mcpServers": {\n    "a": 1 // why\n    // end\n  } // tail\n}\n// foot\n',
    "trailing commas": '{\n  "mcpServers": {\n    "a": 1, // c\n  },\n}\n',
    "comma after a comment": '{"mcpServers": {\n "a": 1 /* c */ ,\n "b": [1, 2,], // d\n}\n}',
    "tabs and CRLF": '{\r\n\t"mcpServers": {\r\n\t\t"a": {}\r\n\t}\r\n}\r\n',
    "byte order mark": '\ufeff{\n  "x": 1\n}\n',
    "one line": '{"x": 1, "mcpServers": {"a": {"command": "x", "args": []}}}',
    "brackets on lines of their own": '{\n    "mcpServers":\n    {\n        "a": 1\n    }\n}',
    "other keys only": '{\n  "theme": "dark" // nice\n}\n',
    "strings with signs": '{\n  "a": "// no comment, \\" { /* ",\n  "mcpServers": {"u": "\\u007d"}\n}\n',
    "comments around a bracket": '{\n  "mcpServers": {"a": 1\n, "b": 2/* c */}/* d */\n}',
    "three spaces": '{\n   "a": {\n      "b": 1\n   }\n}\n',
}


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
@pytest.mark.parametrize("entry", [ENTRY, HOOK], ids=["member", "element"])
def test_the_rest_stays_and_an_edited_file_loses_only_the_entry(text: str, entry: JsonEntry) -> None:
    after = installed(text, entry)
    assert entry.without(after) == text


@pytest.mark.parametrize(
    "text", ["", "\n", "\ufeff", "{}", "{ }", "{\n}\n", "{ // c\n}", '{"mcpServers": {}}', "{ /* c */ }"]
)
def test_what_is_empty_is_filled(text: str) -> None:
    after = installed(text)
    assert parse(after).value == {"mcpServers": {"codesearch": SERVER}}
    without = ENTRY.without(after)
    assert parse(without).value == {}
    assert without.count(" c") == text.count(" c")


@pytest.mark.parametrize("text", ['{"hooks":{} // note\n,}', '{"hooks": {"Start": [] /* note */ ,}}'])
def test_a_comment_before_the_comma_of_what_goes_is_kept(text: str) -> None:
    without = HOOK.without(installed(text, HOOK))
    assert not HOOK.is_in(without)
    assert without.count("note") == 1
    assert _without_empty(parse(without).value, HOOK) == {}


def test_members_are_indented_as_the_others_are() -> None:
    after = installed('{\n\t"mcpServers": {\n\t\t"a": 1\n\t}\n}\n')
    assert '\n\t\t"codesearch": {\n\t\t\t"command": "/bin/codesearch",\n' in after


def test_comments_stay_with_what_they_are_about() -> None:
    assert '"a": 1, // why\n' in installed(KEPT["comments"])


def test_an_older_entry_goes_wherever_it_stands() -> None:
    text = '{\n  "mcpServers": {\n    "codesearch": {"command": "old", "args": ["mcp"]}, "b": 2 // c\n  }\n}'
    assert ENTRY.without(text) == '{\n  "mcpServers": {\n "b": 2 // c\n  }\n}'
    assert parse(ENTRY.without(text)).value == {"mcpServers": {"b": 2}}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"a": }', "not valid JSON"),
        ('{"a": 1', "not valid JSON"),
        ("{'a': 1}", "not valid JSON"),
        ('{"a": 1} x', "not valid JSON"),
        ('{"a": 01}', "not valid JSON"),
        ("[]", "not an object"),
        ('{"mcpServers": []}', "not an object"),
        ('{"mcpServers": {"codesearch": {"url": "http://x"}}}', "another's making"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_what_cannot_be_merged_is_refused(text: str, why: str) -> None:
    with pytest.raises(Unmergeable, match=why):
        installed(ENTRY.without(text))


def _space(draw: Any) -> str:
    return draw(st.sampled_from(["", " ", "\n", "\r\n", "\t", " // note\n", "/* note */", "\n  "]))


@st.composite
def documents(draw: Any) -> str:
    """Objects with white space, comments and trailing commas in all places."""

    def write(value: Any) -> str:
        if isinstance(value, dict):
            members = [
                _space(draw) + json.dumps(k) + _space(draw) + ":" + _space(draw) + write(v) for k, v in value.items()
            ]
            return _joined("{", members, "}")
        if isinstance(value, list):
            return _joined("[", [_space(draw) + write(v) for v in value], "]")
        return json.dumps(value)

    def _joined(opening: str, parts: list[str], closing: str) -> str:
        text = opening + (_space(draw) + ",").join(parts) + _space(draw)
        return text + (draw(st.sampled_from(["", ","])) if parts else "") + _space(draw) + closing

    keys = st.sampled_from(["a", "b", "mcpServers", "hooks", "Start", '"', "//"])
    leaves = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
    inner = st.recursive(leaves, lambda s: st.lists(s, max_size=2) | st.dictionaries(keys, s, max_size=3), max_leaves=6)
    value: dict[str, Any] = draw(st.dictionaries(keys, inner, max_size=4))
    for entry in (ENTRY, HOOK):
        _make_room(value, entry)
    return _space(draw) + write(value) + _space(draw)


def _make_room(value: dict[str, Any], entry: JsonEntry) -> None:
    """Drop what stands where objects or lists must be."""
    for key in entry.path:
        if not isinstance(value.get(key, {}), list if entry.is_element and key == entry.path[-1] else dict):
            value.pop(key, None)
            return
        value = value.get(key, {})


@settings(max_examples=300, deadline=None)
@given(documents(), st.sampled_from([ENTRY, HOOK]))
def test_any_document_keeps_its_values_and_comments(text: str, entry: JsonEntry) -> None:
    after = installed(text, entry)
    without = entry.without(after)
    assert not entry.is_in(without)
    assert _without_empty(parse(without).value, entry) == _without_empty(parse(text).value, entry)
    assert len(re.findall("note", without)) == len(re.findall("note", text))


def _without_empty(value: dict[str, Any], entry: JsonEntry) -> dict[str, Any]:
    """The value without those objects and lists on the entry's path that hold nothing."""
    key, *rest = entry.path
    if rest and isinstance(value.get(key), dict):
        value = value | {key: _without_empty(value[key], JsonEntry(tuple(rest), None, "", entry.is_element))}
    return value if value.get(key) else {k: v for k, v in value.items() if k != key}
