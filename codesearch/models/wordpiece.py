"""BERT's tokenizer, as tokenizer.json describes it: words and punctuation in lower case, then longest pieces.

As BertNormalizer, BertPreTokenizer and WordPiece of the library tokenizers, which needs a hub client and takes 40 MB
(Devlin et al. 2019, https://arxiv.org/abs/1810.04805; Wu et al. 2016, https://arxiv.org/abs/1609.08144).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

_ASCII_WORD = re.compile(r"[!-/:-@\[-`{-~]|[^\s!-/:-@\[-`{-~]+")
_ASCII_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""The form feed and its like are control characters here, not space."""
_CONTROL = frozenset(("Cc", "Cf", "Co", "Cs"))
"""Unassigned characters are words, as in the library, whose tables are those of an older Unicode."""
_CACHED_WORDS = 1 << 16
_REPLACEMENT = "\ufffd"
_IDEOGRAPHS = (
    *((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F)),
    *((0x2B740, 0x2B81F), (0x2B920, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F)),
)
"""Each is a word of its own."""


class WordPiece:
    """Texts → token ids."""

    def __init__(self, path: Path) -> None:
        """Read a tokenizer.json. Raises OSError, or ValueError if it is not of this kind."""
        described = json.loads(path.read_text(encoding="utf-8"))
        try:
            _check(described)
            model = described["model"]
            self._vocabulary: Mapping[str, int] = model["vocab"]
            self._unknown = self._vocabulary[model["unk_token"]]
            self._longest = int(model["max_input_chars_per_word"])
            self._first, self._last = self._vocabulary["[CLS]"], self._vocabulary["[SEP]"]
            self._special = {token["content"]: int(token["id"]) for token in described["added_tokens"]}
        except (KeyError, TypeError) as error:
            raise ValueError(f"it has no {error}") from error
        self._special_pattern = re.compile("(" + "|".join(map(re.escape, self._special)) + ")")
        self._pieces: dict[str, list[int]] = {}

    def ids(self, text: str, max_length: int) -> list[int]:
        """The token ids of a text with [CLS] and [SEP], at most `max_length`."""
        parts = self._special_pattern.split(text) if "[" in text else [text]
        found = chain.from_iterable(map(self._ids_of_part, parts))
        return [self._first, *(number for number, _ in zip(found, range(max_length - 2), strict=False)), self._last]

    def _ids_of_part(self, part: str) -> Iterator[int]:
        if part in self._special:
            return iter((self._special[part],))
        return chain.from_iterable(map(self._ids_of_word, _words(part)))

    def _ids_of_word(self, word: str) -> list[int]:
        if len(word) > self._longest:
            return [self._unknown]  # and is not kept: a file may be one word
        ids = self._pieces.get(word)
        if ids is None:
            if len(self._pieces) >= _CACHED_WORDS:
                self._pieces.clear()
            ids = self._pieces[word] = self._longest_pieces(word)
        return ids

    def _longest_pieces(self, word: str) -> list[int]:
        """The longest known pieces from the left; the unknown token if any part is in none."""
        ids: list[int] = []
        start = 0
        while start < len(word):
            prefix = "##" if start else ""
            for end in range(len(word), start, -1):
                if (known := self._vocabulary.get(prefix + word[start:end])) is not None:
                    ids.append(known)
                    start = end
                    break
            else:
                return [self._unknown]
        return ids


def _check(described: Mapping[str, Any]) -> None:
    """Raises ValueError if a tokenizer works in another way."""
    normalizer, model = described["normalizer"], described["model"]
    kinds = normalizer["type"], described["pre_tokenizer"]["type"], model["type"], model["continuing_subword_prefix"]
    flags = tuple(normalizer[name] for name in ("clean_text", "handle_chinese_chars", "strip_accents", "lowercase"))
    if kinds != ("BertNormalizer", "BertPreTokenizer", "WordPiece", "##") or flags != (True, True, None, True):
        raise ValueError("it is not an uncased BERT's")


def _words(text: str) -> list[str]:
    """The words and punctuation of a text, in lower case and without accents."""
    if text.isascii():
        return _ASCII_WORD.findall(_ASCII_CONTROL.sub("", text).lower())
    cleaned = "".join(map(_cleaned, text))
    plain = "".join(c for c in unicodedata.normalize("NFD", cleaned) if unicodedata.category(c) != "Mn")
    spaced = "".join(f" {c} " if _is_punctuation(c) else c for c in plain)
    return "".join(map(str.lower, spaced)).split()


def _cleaned(character: str) -> str:
    if character in "\t\n\r":
        return " "
    if character == _REPLACEMENT or unicodedata.category(character) in _CONTROL:
        return ""
    code = ord(character)
    return f" {character} " if any(first <= code <= last for first, last in _IDEOGRAPHS) else character


def _is_punctuation(character: str) -> bool:
    if character.isascii():
        return bool(_ASCII_WORD.match(character)) and not character.isalnum()
    return unicodedata.category(character)[0] == "P"
