"""Entries in TOML and Markdown files."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesearch.agents.edits import Entry, Unmergeable, cut, inserted, spans
from codesearch.agents.text_entry import BEGIN, END, Block, Whole
from codesearch.agents.toml_entry import TomlEntry

TABLE = TomlEntry("mcp_servers", "codesearch", {"command": "/bin/co de\\search", "args": ["mcp"]}, '"mcp"')
BLOCK = Block("## Finding code\n\nAsk.\n")


def installed(text: str, entry: Entry) -> str:
    insertions = entry.insertions(text)
    after = inserted(text, insertions)
    assert cut(after, spans(insertions)) == text
    assert entry.is_in(after)
    return after


TOML = {
    "empty": "",
    "comments": "# mine\nmodel = 'x' # why\n\n[mcp_servers.a] # c\ncommand = \"a\"\n# end\n",
    "no newline at the end": "model = 'x'",
    "CRLF": "model = 'x'\r\n\r\n[features]\r\nhooks = true\r\n",
    "byte order mark": "\ufeffmodel = 'x'\n",
    "text that looks like a table": "note = '''\n[mcp_servers.codesearch]\n'''\n",
    "dotted keys": "a.b = 1\n[projects.'/home/me']\ntrust_level = \"trusted\"\n",
}


@pytest.mark.parametrize("text", TOML.values(), ids=TOML)
def test_a_table_is_added_and_all_lines_stay(text: str) -> None:
    after = installed(text, TABLE)
    assert after.startswith(text)
    assert ("\r\n" in text) == ("\r\n" in after)
    assert tomllib.loads(after.removeprefix("\ufeff"))["mcp_servers"]["codesearch"] == TABLE.values
    if "'''" not in text:
        assert TABLE.without(after).strip() == text.strip()


def test_a_table_goes_with_what_others_put_in_it_and_the_next_stays_with_its_comments() -> None:
    text = (
        'a = 1\n\n[mcp_servers.codesearch]\ncommand = "old"\nargs = ["mcp"]\n\n[mcp_servers.codesearch.tools.search]\n'
        'approval_mode = "approve"\n\n# about b\n[mcp_servers.b]\ncommand = "b"\n'
    )
    assert TABLE.without(text) == 'a = 1\n\n# about b\n[mcp_servers.b]\ncommand = "b"\n'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a = ", "not valid TOML"),
        ("mcp_servers = { a = { command = 'x' } }\n", "changed safely"),
        ("mcp_servers.codesearch.args = ['mcp']\n", "changed safely"),
        ("[mcp_servers.codesearch]\nurl = 'http://x'\n", "another's making"),
        ("note = '''\n[mcp_servers.codesearch]\n'''\n[mcp_servers.codesearch]\nargs = ['mcp']\n", "changed safely"),
    ],
)
def test_a_table_that_cannot_be_merged_is_refused(text: str, why: str) -> None:
    with pytest.raises(Unmergeable, match=why):
        installed(TABLE.without(text), TABLE)


@given(st.text(alphabet="ab \n#", max_size=40), st.sampled_from(["\n", "\r\n"]))
def test_a_block_is_added_and_taken_out_of_any_text(text: str, newline: str) -> None:
    text = text.replace("\n", newline)
    after = installed(text, BLOCK)
    assert after.startswith(text)
    assert BLOCK.without(after).rstrip("\r\n") == text.rstrip("\r\n")
    more = after + "more" + newline
    assert BLOCK.without(more).endswith("more" + newline)
    assert BEGIN not in BLOCK.without(more)


@pytest.mark.parametrize("text", [f"{BEGIN}\n", f"{END}\n{BEGIN}\n", f"{BEGIN}\n{END}\n{BEGIN}\n{END}\n"])
def test_markers_that_are_no_pair_are_left_alone(text: str) -> None:
    with pytest.raises(Unmergeable):
        BLOCK.without(text)


def test_a_file_of_anothers_making_is_not_replaced() -> None:
    entry = Whole("ours, by us", "by us")
    assert entry.without("ours of old, by us") == ""
    with pytest.raises(Unmergeable):
        entry.without("theirs")
