"""The vocabulary of a static model."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from codesearch import models
from codesearch.models.static import StaticEncoder, pieces_of
from codesearch.models.vocabulary import Vocabulary

ENCODER = StaticEncoder.default()


def default() -> Vocabulary:
    """The vocabulary of the default model, without its dictionary."""
    return Vocabulary(Path(models.__file__).parent / "default" / "vocab.txt")


def test_every_token_is_found_in_the_text_where_it_is_in_the_dictionary() -> None:
    found, rows = default(), ENCODER.vocabulary
    assert len(found) == len(rows)
    assert [found.get(token) for token in list(rows)[::101]] == list(range(0, len(rows), 101))
    assert found.fastest is found


@given(st.lists(st.text(st.sampled_from("abceinorst中é#x9"), min_size=1, max_size=8), max_size=20))
def test_words_have_the_same_pieces_with_and_without_a_dictionary(words: list[str]) -> None:
    """Also where the dictionary is made on the way, after many pieces that are no tokens."""
    found = default()
    assert [pieces_of(word, found) for word in words] == [pieces_of(word, ENCODER.vocabulary) for word in words]


def test_after_many_misses_there_is_a_dictionary() -> None:
    found = default()
    assert not any(found.get(f"no such token {i}") for i in range(100))
    assert found.fastest == ENCODER.vocabulary


def test_a_part_of_a_line_is_no_token(tmp_path: Path) -> None:
    (tmp_path / "vocab.txt").write_text("read\nreader\n##er\n", encoding="utf-8")
    found = Vocabulary(tmp_path / "vocab.txt")
    assert [found.get(token) for token in ("read", "reader", "##er", "er", "rea", "")] == [0, 1, 2, None, None, None]
