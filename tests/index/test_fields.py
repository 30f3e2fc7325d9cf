"""A chunk → its weighted terms and the text that is encoded."""

from __future__ import annotations

from codesearch.chunking.chunker import chunk_text
from codesearch.index.fields import encoder_text, lexical_terms
from codesearch.languages.registry import resolve

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


def test_names_count_more_than_the_stem_of_the_path_and_that_more_than_the_body() -> None:
    counts = lexical_terms(PASSWORD)
    assert counts["hashpassword"] > counts["login"] > counts["auth"] > counts["return"] == 1.0
    assert "vault" not in counts
    assert all(weight > 0 for weight in counts.values())


def test_documentation_counts_half() -> None:
    counts = lexical_terms(PASSWORD)
    assert counts["derive"] == 0.5 * counts["return"]


def test_a_name_is_found_by_its_parts() -> None:
    counts = lexical_terms(PASSWORD)
    assert counts["hash"] >= counts["hashpassword"]


def test_the_encoder_sees_path_names_and_body() -> None:
    text = encoder_text(PASSWORD)
    lines = text.split("\n")
    assert lines[0] == lines[1] == "src/auth/login.py"
    assert "hash_password" in lines[2]
    assert text.endswith(PASSWORD.text)


def test_documentation_is_not_encoded_twice() -> None:
    assert encoder_text(PASSWORD).count("Derive a key with scrypt.") == 1
