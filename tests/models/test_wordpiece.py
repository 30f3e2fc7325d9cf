"""BERT's tokenizer beside that of the library tokenizers."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesearch.models.wordpiece import WordPiece
from tests.support.places import ROOT

tokenizers = pytest.importorskip("tokenizers")
pytestmark = pytest.mark.torch

FILE = ROOT / "packages/small/codesearch_small/model/tokenizer.json"
OURS = WordPiece(FILE)
THEIRS = tokenizers.Tokenizer.from_file(str(FILE))
THEIRS.no_padding()
THEIRS.enable_truncation(256)


def is_old(character: str) -> bool:
    """Whether the library, whose tables are of Unicode 8, knows a character."""
    return unicodedata.ucd_3_2_0.category(character) == unicodedata.category(character)


MODULES = [path for path in sorted((ROOT / "codesearch").rglob("*.py")) if path.stat().st_size]
old = st.characters(exclude_categories=["Cs"]).filter(is_old)
specials = st.sampled_from(["[CLS]", "[MASK]", "[x]", "\n", "\t", "é", "ß", "İ", "漢字", "x" * 120])


@given(st.lists(st.text(old) | specials).map("".join))
def test_any_text_has_the_library_s_ids(text: str) -> None:
    assert OURS.ids(text, 256) == THEIRS.encode(text).ids


@pytest.mark.parametrize("path", MODULES[::5], ids=lambda path: path.name)
def test_code_has_the_library_s_ids(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert OURS.ids(text, 256) == THEIRS.encode(text).ids
    assert len(OURS.ids(text, 9)) == 9


@pytest.mark.parametrize(
    ("part", "change"),
    [("normalizer", {"lowercase": False}), ("model", {"type": "BPE"}), ("pre_tokenizer", {"type": "ByteLevel"})],
)
def test_other_tokenizers_are_refused(tmp_path: Path, part: str, change: dict[str, object]) -> None:
    described = json.loads(FILE.read_text(encoding="utf-8"))
    described[part] |= change
    (tmp_path / "tokenizer.json").write_text(json.dumps(described), encoding="utf-8")
    with pytest.raises(ValueError, match="not an uncased BERT"):
        WordPiece(tmp_path / "tokenizer.json")


def test_long_words_are_unknown_and_not_kept() -> None:
    tokenizer = WordPiece(FILE)
    text = " ".join(f"{'x' * 5000}{i}" for i in range(50)) + " read"
    assert tokenizer.ids(text, 256) == THEIRS.encode(text).ids
    assert [*tokenizer._pieces] == ["read"]
