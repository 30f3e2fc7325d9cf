"""The static encoder: words to tokens, and a text's vector from its tokens' vectors, counts and places."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesearch.arrays import save_arrays
from codesearch.errors import ModelUnavailable
from codesearch.identifiers import vocabulary_words
from codesearch.models.static import VOCABULARY_FILE, WEIGHTS_FILE, StaticEncoder, pieces_of

TOKENS = ["<unk>", "open", "file", "close", "sock", "##et", "buffer"]
VECTORS = np.random.default_rng(0).integers(-127, 128, (len(TOKENS), 8)).astype(np.int8)


def model(folder: Path, **more: np.ndarray) -> StaticEncoder:
    """A model without heads over TOKENS."""
    save_arrays(folder / WEIGHTS_FILE, {"embeddings": VECTORS, "scales": np.ones(len(TOKENS), np.float16), **more})
    (folder / VOCABULARY_FILE).write_text("".join(f"{token}\n" for token in TOKENS), encoding="utf-8")
    return StaticEncoder(folder, "mine")


def unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)


def test_a_text_is_the_sum_of_its_tokens_by_their_counts(tmp_path: Path) -> None:
    encoder = model(tmp_path)
    opened, file, *socket = VECTORS[[1, 2, 4, 5]].astype(np.float32)
    expected = opened * (1 + np.log(2)) + file + sum(socket)
    np.testing.assert_allclose(encoder.encode_query("openFile open_socket"), unit(expected), atol=1e-6)
    np.testing.assert_allclose(encoder.encode_documents(["openFile open_socket"])[0], unit(expected), atol=1e-6)


def test_the_first_tokens_weigh_as_their_places_say_each_side_by_its_own(tmp_path: Path) -> None:
    encoder = model(tmp_path, **{"document.places": np.array([3.0, 2.0], np.float16)})
    first, second, third = VECTORS[1:4].astype(np.float32)
    text = "open file close file"
    document = 3 * first + 2 * (1 + np.log(2)) * second + third
    np.testing.assert_allclose(encoder.encode_documents([text])[0], unit(document), atol=1e-6)
    np.testing.assert_allclose(encoder.encode_query(text), unit(first + (1 + np.log(2)) * second + third), atol=1e-6)
    np.testing.assert_allclose(encoder.encode_documents(["open"])[0], unit(first), atol=1e-6)


def test_texts_without_a_known_token_give_zero_rows(tmp_path: Path) -> None:
    assert not model(tmp_path).encode_documents(["", "§§ ()"]).any()


@given(st.text(max_size=80))
def test_every_word_is_lower_case_and_of_the_text(text: str) -> None:
    for word in vocabulary_words(text):
        assert word == word.lower()
        assert word in text.lower() or not text.isascii()


def test_unknown_words_are_cut_into_the_longest_pieces() -> None:
    vocabulary = {token: number for number, token in enumerate(TOKENS)}
    assert pieces_of("socket", vocabulary) == [4, 5]
    assert pieces_of("xbuffer", vocabulary) == []
    assert pieces_of("buffer", vocabulary) == [6]


def test_weights_and_vocabulary_must_fit(tmp_path: Path) -> None:
    model(tmp_path)
    (tmp_path / VOCABULARY_FILE).write_text("one\n", encoding="utf-8")
    with pytest.raises(ModelUnavailable, match="1 tokens, the weights 7"):
        StaticEncoder(tmp_path, "mine")


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"scales": np.ones(3, np.float16)}, "don't fit each other"),
        ({"scales": np.full(len(TOKENS), np.nan, np.float16)}, "finite"),
        ({"embeddings": VECTORS.ravel()}, "don't fit each other"),
        ({"embeddings": VECTORS[:, :0]}, "don't fit each other"),
        ({"question.places": np.ones((2, 2), np.float16)}, "places of the question"),
        ({"question.bias": np.ones(3, np.float16)}, "head of the question"),
        (
            {
                "document.expand": np.ones((8, 3), np.float16),
                "document.bias": np.ones(3, np.float16),
                "document.contract": np.ones((2, 8), np.float16),
            },
            "head of the document",
        ),
    ],
)
def test_weights_that_do_not_fit_each_other_are_refused(
    tmp_path: Path, arrays: dict[str, np.ndarray], said: str
) -> None:
    with pytest.raises(ModelUnavailable, match=said):
        model(tmp_path, **arrays)


@pytest.mark.parametrize(
    "header",
    [
        b"[" * 100_000,
        b"[1]",
        b'{"embeddings": 3}',
        b'{"embeddings": {"dtype": "I8", "shape": ["a"], "data_offsets": [0, 1]}}',
        b'{"embeddings": {"dtype": "I8", "shape": [1e400], "data_offsets": [0, 1]}}',
        b'{"embeddings": {"dtype": "I8", "shape": [1], "data_offsets": [0.5, 1]}}',
        b'{"embeddings": {"dtype": [], "shape": [1], "data_offsets": [0, 1]}}',
        b'{"__metadata__": [1], "embeddings": {"dtype": "I8", "shape": [1], "data_offsets": [0, 1]}}',
        b"\xff",
        b"",
    ],
)
def test_hostile_headers_are_refused(tmp_path: Path, header: bytes) -> None:
    (tmp_path / WEIGHTS_FILE).write_bytes(len(header).to_bytes(8, "little") + header + b"\0")
    with pytest.raises(ModelUnavailable, match="is not a static model's weights"):
        StaticEncoder(tmp_path, "mine")


def test_a_vocabulary_may_have_the_newlines_of_windows(tmp_path: Path) -> None:
    model(tmp_path)
    file = tmp_path / VOCABULARY_FILE
    expected = StaticEncoder(tmp_path, "mine").vocabulary
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert StaticEncoder(tmp_path, "mine").vocabulary == expected


def test_a_vocabulary_that_is_no_text_is_refused(tmp_path: Path) -> None:
    model(tmp_path)
    (tmp_path / VOCABULARY_FILE).write_bytes(b"\xff\n")
    with pytest.raises(ModelUnavailable, match="not UTF-8"):
        StaticEncoder(tmp_path, "mine")


def test_a_texts_vector_does_not_depend_on_the_texts_beside_it() -> None:
    """Or an answer would depend on which files were indexed together."""
    encoder = StaticEncoder.default()
    words = list(encoder.vocabulary)
    texts = [" ".join(words[number * 7 % 40_000 :: 997]) for number in range(300)]
    together = encoder.encode_documents(texts)
    np.testing.assert_array_equal(np.concatenate([encoder.encode_documents([text]) for text in texts]), together)
    for size in (2, 7, 64):
        parts = [encoder.encode_documents(texts[i : i + size]) for i in range(0, len(texts), size)]
        np.testing.assert_array_equal(np.concatenate(parts), together)
