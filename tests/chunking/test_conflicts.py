"""Files with conflict markers."""

from __future__ import annotations

from codesearch.chunking.chunker import chunk_text
from codesearch.chunking.conflicts import without_theirs
from codesearch.languages.registry import resolve

CONFLICT = """fn open(path: &str) -> bool {
<<<<<<< HEAD
    if path.is_empty() {
||||||| base
    if path == "" {
=======
    if path.len() == 0 {
>>>>>>> other
        return false;
    }
    true
}

fn close() {}
"""


def test_the_first_side_of_a_conflict_is_parsed() -> None:
    chunks = chunk_text("a.rs", CONFLICT, resolve("Rust")).chunks
    found = [(one.name, one.start_line, one.end_line) for chunk in chunks for one in chunk.definitions]
    assert found == [("open", 1, 12), ("close", 14, 14)]
    assert "path.len()" in "".join(chunk.text for chunk in chunks)


def test_only_whole_conflicts_are_resolved() -> None:
    assert without_theirs("a\n<<<<<<< A\nb\n=======\nc\n>>>>>>> B\nd") == "a\n\nb\n\n\n\nd"
    assert without_theirs("<<<<<<< A\n<<<<<<< A\nb\n=======\n>>>>>>> B\n") == "<<<<<<< A\n\nb\n\n\n"
    for text in ("Title\n=======\n", "<<<<<<< A\nb\n=======\nc\n", ">>>>>>> B\n<<<<<<< A\n=======\n"):
        assert without_theirs(text) == text
