"""Text → lexical terms: identifiers split and whole, the same for every spelling."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from codesearch.index.letters import fold
from codesearch.index.terms import name_key, question_terms, split_identifier, terms, words


@pytest.mark.parametrize(
    ("identifier", "parts"),
    [
        ("getHTTPResponse", ("get", "http", "response", "gethttpresponse")),
        ("get_http_response", ("get", "http", "response", "gethttpresponse")),
        ("HTTPServer2", ("http", "server", "2", "httpserver2")),
        ("MAX_SIZE", ("max", "size", "maxsize")),
        ("x", ("x",)),
        ("__init__", ("init",)),
        ("IOError", ("io", "error", "ioerror")),
        ("größe", ("grösse",)),
        ("GRÖSSE_ändern", ("grösse", "ändern", "grösseändern")),
        ("naïveBayes", ("naïve", "bayes", "naïvebayes")),
        ("ПолучитьЦену", ("получить", "цену", "получитьцену")),
        ("HTTPСервер2", ("http", "сервер", "2", "httpсервер2")),
        ("μΣύνολο", ("μ", "σύνολο", "μσύνολο")),
        ("नमस्ते", ("नमस्ते",)),
        ("日", ("日",)),
        ("日本", ("日本", "日", "本")),
        ("割引率", ("割引", "引率", "割", "引", "率")),
        ("カート", ("カー", "ート")),
        ("get割引", ("get", "割引", "割", "引")),
        ("사용자", ("사용", "용자", "사", "용", "자")),
        ("ราคา", ("รา", "าค", "คา")),
        ("___", ()),
    ],
)
def test_parts_and_the_whole(identifier: str, parts: tuple[str, ...]) -> None:
    assert split_identifier(identifier) == parts


def test_a_text_gives_the_terms_of_its_identifiers_in_order() -> None:
    assert terms("def readFile(path): # reads") == ["def", "read", "file", "readfile", "path", "reads"]
    assert terms(" \n\t+-*/ ___ ") == []


def test_long_runs_are_cut_and_not_joined() -> None:
    assert terms("a" * 1000) == ["a" * 64]
    assert terms("a" * 60 + "_" + "b" * 60) == ["a" * 60, "b" * 60]


def test_the_key_of_an_operator_is_its_name() -> None:
    assert [name_key(name) for name in ("<=>", "⊕", "∘=", "∂x")] == ["<=>", "⊕", "∘=", "x"]


@given(st.lists(st.sampled_from(["get", "http", "response", "size", "max"]), min_size=2, max_size=5))
def test_every_spelling_of_a_name_has_the_same_terms_and_key(parts: list[str]) -> None:
    snake = "_".join(parts)
    camel = parts[0] + "".join(part.capitalize() for part in parts[1:])
    loud = snake.upper()
    assert terms(snake) == terms(camel) == terms(loud) == [*parts, "".join(parts)]
    assert name_key(snake) == name_key(camel) == name_key(loud) == "".join(parts)
    assert words(camel) == tuple(dict.fromkeys(parts))


@given(st.text())
def test_any_text_gives_short_lower_case_terms_without_blanks(text: str) -> None:
    for term in terms(text):
        assert term
        assert term == fold(term)
        assert not any(character.isspace() for character in term)
    assert terms(text + " \n" + text) == 2 * terms(text)


_OLD_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


@given(st.text(st.characters(max_codepoint=127), max_size=80))
def test_ascii_identifiers_are_split_as_ever_beside_other_letters_too(text: str) -> None:
    """Three lines of ASCII rules, as the indexes that exist were made by them."""
    expected = []
    for identifier in re.findall(r"\w+", text):
        parts = [part.lower()[:64] for part in _OLD_PART.findall(identifier)]
        whole = "".join(parts)
        expected += [*parts, whole] if len(parts) > 1 and len(whole) <= 64 else parts
    assert terms(text) == question_terms(text) == expected
    assert terms(text + " é") == [*expected, "é"]


_CHARACTERS = st.characters(min_codepoint=0x20, max_codepoint=0x2FFFF, exclude_categories=("Cs", "Cn"))
_WRITTEN = st.text(_CHARACTERS, max_size=40)


@given(_WRITTEN)
@example("\u2024")  # a sign that is an ASCII one in another form
def test_composed_decomposed_and_full_width_letters_are_the_same(text: str) -> None:
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        other = unicodedata.normalize(form, text)
        assert terms(other) == terms(text)
        assert question_terms(other) == question_terms(text)
        assert (name_key(other), words(other)) == (name_key(text), words(text))


@given(_WRITTEN)
def test_folding_folds_all(text: str) -> None:
    assert fold(fold(text)) == fold(text)


_IN_TWO_CASES = [c for c in map(chr, range(0x2FFF)) if c.isalpha() and c.islower() and c.upper().isupper()]


@given(st.text(st.sampled_from(_IN_TWO_CASES)))
def test_the_case_of_a_word_does_not_matter(word: str) -> None:
    assert fold(word.upper()) == fold(word)
    assert set(question_terms(word)) == set(question_terms(word.upper()))


@pytest.mark.parametrize("spelling", ["İstanbul", "ISTANBUL", "istanbul", "ıstanbul", "İSTANBUL", "ＩＳＴＡＮＢＵＬ"])
def test_dotted_and_dotless_i_are_one_letter(spelling: str) -> None:
    assert terms(spelling) == ["istanbul"]


@pytest.mark.parametrize(
    "text",
    [
        "顧客の種別ごとに割引率を計算する",
        "使用HTTP协议传输数据并返回结果",
        "사용자를인증하는함수",
        "คำนวณราคาสินค้า",
        "データベースへの接続を確立する",
    ],
)
def test_text_without_spaces_is_found_by_any_part_of_it(text: str) -> None:
    held = set(terms(text))
    for length in range(2, len(text) + 1):
        for at in range(len(text) - length + 1):
            if text[at].isalnum():  # no mark without its letter
                assert {term for term in question_terms(text[at : at + length]) if not term.isascii()} <= held


def test_one_han_or_hangul_character_is_found_in_a_longer_run() -> None:
    assert question_terms("税") == ["税"]
    assert "税" in terms("消費税を計算する")
    assert "값" in terms("값을 읽는다")
    assert "税" not in question_terms("消費税")


def test_zero_width_joiners_are_not_read() -> None:
    assert terms("می\u200cخواهم") == terms("میخواهم")
    assert terms("ex\u00adample") == ["example"]
    assert terms("✔\ufe0f 1\ufe0f\u20e3") == terms("✔ 1") == ["1"]
