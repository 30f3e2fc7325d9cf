"""A chunk → its weighted terms and the text that is encoded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesearch.chunking.chunk import Chunk
from codesearch.chunking.chunker import chunk_text
from codesearch.index import fields
from codesearch.index.fields import (
    BODY_WEIGHT,
    DOCUMENTATION_WEIGHT,
    NAME_WEIGHT,
    PATH_WEIGHT,
    STEM_WEIGHT,
    count_words,
    encoder_text,
)
from codesearch.index.terms import terms
from codesearch.languages.registry import resolve
from codesearch.models.loading import DEFAULT_MODEL, load_encoder
from codesearch.models.static import StaticEncoder

SOURCE = '''\
import hashlib


def hash_password(password, salt):
    """Derive a key with scrypt."""
    return hashlib.scrypt(password, salt=salt)


class Vault:
    """Keeps secrets."""

    def open_door(self):
        """Turn the key twice."""
        self.turned = 2
        return self.turned
'''
(PASSWORD,) = [
    c for c in chunk_text("src/auth/login.py", SOURCE, resolve("python")).chunks if c.name == "hash_password"
]


TEXTS = st.text(st.sampled_from("abXY01_ .:/\n<éß漢字İ"), max_size=30)
PATHS = st.sampled_from(("a/b.py", "x.tar.gz", "é/getHTTP_2"))


def counted(chunks: Sequence[Chunk]) -> list[dict[str, float]]:
    """The weighted terms of each chunk."""
    found = count_words(chunks).terms
    ends = np.cumsum(found.sizes)
    return [
        {found.terms[i]: float(w) for i, w in zip(found.term_ids[a:b], found.weights[a:b], strict=True)}
        for a, b in zip(ends - found.sizes, ends, strict=True)
    ]


def weighted(chunk: Chunk) -> dict[str, float]:
    """The weighted terms of a chunk, field by field."""
    path = PurePosixPath(chunk.path)
    sums: Counter[str] = Counter()
    for text, weight in (
        (chunk.text, BODY_WEIGHT),
        (chunk.documentation, DOCUMENTATION_WEIGHT - BODY_WEIGHT),
        (str(path.parent), PATH_WEIGHT),
        (path.stem, STEM_WEIGHT),
        (" ".join(chunk.defines), NAME_WEIGHT),
    ):
        for term in terms(text):
            sums[term] += weight  # type: ignore[assignment]
    return {term: weight for term, weight in sums.items() if weight > 0}


def chunk_of(text: str, documentation: str = "", name: str = "", path: str = "a/b.py") -> Chunk:
    return Chunk(path, "Python", "file", documentation, 1, 1, 0, 1, text, (name,) if name else ())


@given(st.lists(st.builds(chunk_of, TEXTS, TEXTS, TEXTS, PATHS), max_size=5))
def test_the_terms_of_many_chunks_are_those_of_each(chunks: list[Chunk]) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(fields, "_CHARS_AT_ONCE", 20)
        assert counted(chunks) == list(map(weighted, chunks))


def test_long_words_that_begin_alike_are_one_term() -> None:
    chunk = chunk_of(f"{'a' * 70} {'a' * 80} {'a' * 64}")
    assert counted([chunk])[0]["a" * 64] == 3 * BODY_WEIGHT
    assert counted([chunk])[0] == weighted(chunk)


@given(st.lists(st.builds(chunk_of, TEXTS, TEXTS, TEXTS, PATHS), min_size=1, max_size=5))
def test_the_words_of_chunks_are_encoded_as_their_texts(chunks: list[Chunk]) -> None:
    encoder = load_encoder(DEFAULT_MODEL)
    assert isinstance(encoder, StaticEncoder)
    texts = encoder.encode_documents(list(map(encoder_text, chunks)))
    np.testing.assert_array_equal(encoder.encode_words(count_words(chunks).words), texts)


def test_names_count_more_than_the_stem_of_the_path_and_that_more_than_the_body() -> None:
    counts = counted([PASSWORD])[0]
    assert counts["hashpassword"] > counts["login"] > counts["auth"] > counts["return"] == 1.0
    assert "vault" not in counts
    assert all(weight > 0 for weight in counts.values())


def test_documentation_counts_half() -> None:
    counts = counted([PASSWORD])[0]
    assert counts["derive"] == 0.5 * counts["return"]


def test_a_name_is_found_by_its_parts() -> None:
    counts = counted([PASSWORD])[0]
    assert counts["hash"] >= counts["hashpassword"]


def test_the_encoder_sees_path_names_and_body() -> None:
    text = encoder_text(PASSWORD)
    lines = text.split("\n")
    assert lines[0] == lines[1] == "src/auth/login.py"
    assert "hash_password" in lines[2]
    assert text.endswith(PASSWORD.text)


def test_documentation_is_not_encoded_twice() -> None:
    assert encoder_text(PASSWORD).count("Derive a key with scrypt.") == 1
