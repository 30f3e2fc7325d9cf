"""Bytes → text: every encoding that source is written in is told from the others, and from what is no text."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codesearch.discovery.encodings import decode
from codesearch.discovery.source import SkippedFile, SourceText, read_source

CODE = "def total(items):\n    # {}\n    return sum(item.price * 2 for item in items)\n\n" * 3
COMMENTS = {
    "GB18030": ("gbk", "计算购物车中所有商品的总价，并应用折扣"),
    "Big5": ("big5", "計算購物車中所有商品的總價，並套用折扣"),
    "Shift_JIS": ("shift_jis", "カートに入っている商品の合計金額を計算する"),
    "EUC-JP": ("euc_jp", "カートに入っている商品の合計金額を計算する"),
    "ISO-2022-JP": ("iso2022_jp", "カートに入っている商品の合計金額を計算する"),
    "EUC-KR": ("euc_kr", "장바구니에 담긴 모든 상품의 합계를 계산한다"),
    "KOI8-R": ("koi8_r", "Вычисляет сумму всех товаров в корзине"),
    "Windows-1251": ("cp1251", "Вычисляет сумму всех товаров в корзине"),
    "IBM866": ("cp866", "Вычисляет сумму всех товаров в корзине"),
    "Windows-1252": ("latin_1", "Berechnet die Summe über alle Körbe, abzüglich der Ermäßigung"),
    "Windows-1250": ("cp1250", "Vypočítá celkovou cenu všeho zboží v košíku a přičte slevu, jestliže nějaká je"),
    "Windows-1253": ("cp1253", "Υπολογίζει το σύνολο όλων των προϊόντων στο καλάθι"),
}
UNICODE = ["utf_16", "utf_16_le", "utf_16_be", "utf_32", "utf_32_le", "utf_32_be", "utf_8_sig", "utf_8"]


def code_with(comment: str) -> str:
    return CODE.replace("{}", comment)


def text_of(data: bytes) -> str:
    decoded = decode(data)
    assert decoded is not None
    return decoded.text


@pytest.mark.parametrize("name", COMMENTS)
def test_code_with_comments_in_a_legacy_encoding(name: str) -> None:
    codec, comment = COMMENTS[name]
    text = code_with(comment)
    decoded = decode(text.encode(codec))
    assert decoded is not None
    assert (decoded.encoding, decoded.text) == (name, text)


@pytest.mark.parametrize("codec", UNICODE)
@pytest.mark.parametrize("name", COMMENTS)
def test_code_with_comments_in_unicode(name: str, codec: str) -> None:
    text = code_with(COMMENTS[name][1])
    decoded = decode(text.encode(codec))
    assert decoded is not None
    assert decoded.text == text
    assert decoded.encoding.replace("-", "_").lower().startswith(codec.removesuffix("_sig").replace("_le", "le")[:6])


@pytest.mark.parametrize(
    "text",
    [
        "// © 2001 A. Müller\nint x;\n",
        " * @author José García\n",
        "Å = 'Ødegård'",
        'c == "é"',
        "// ±5 µm at 20°C\n",
        "s = '£5 €6' # “quoted” – ’s\n",
        "// Calcule le total du panier, réduit après\n",
        "año",
        "// 10 × 20\n",
        "£5 and ¥6",
        "// ©  2010 A. Body\n",
    ],
)
def test_a_few_letters_of_western_europe(text: str) -> None:
    assert text_of(text.encode("cp1252")) == text


@pytest.mark.parametrize(
    ("head", "codec"),
    [
        ("# -*- coding: iso-8859-5 -*-\n# товар\n", "iso8859_5"),
        ("#!/usr/bin/ruby\n# encoding: Windows-31J\n# 表\n", "cp932"),
        ("/* vim: set fileencoding=cp1255 : */\n// מוצר\n", "cp1255"),
        (";; -*- mode: lisp; coding: euc-jp-unix -*-\n; 表示する\n", "euc_jp"),
        ('<?xml version="1.0" encoding="GB2312"?>\n<!-- 表镕 -->\n', "gbk"),
        ('<html>\n<head>\n<meta http-equiv=Content-Type content="text/html; charset=big5">\n表\n', "big5"),
        ('<meta name="a">\n\n\n<META CHARSET=windows-1256>\nمنتج\n', "cp1256"),
        ('@charset "ISO-8859-7";\n/* είδος */\n', "iso8859_7"),
    ],
)
def test_a_declared_encoding_is_believed(head: str, codec: str) -> None:
    assert text_of(head.encode(codec)) == head


@pytest.mark.parametrize(
    "declared", ["ascii", "utf-8", "utf-16", "punycode", "unicode_escape", "rot13", "cp037", "base64", "no-such"]
)
def test_a_declaration_that_can_not_be_meant_is_not_believed(declared: str) -> None:
    text = f"# coding: {declared}\n# Größe\nsize = 1\n"
    assert text_of(text.encode("cp1252")) == text


def test_what_declares_another_encoding_and_is_utf8_is_utf8() -> None:
    text = "# -*- coding: gbk -*-\n# 计算总价\n"
    assert text_of(text.encode()) == text


def test_utf8_with_a_damaged_byte_stays_utf8() -> None:
    data = ("计算购物车中所有商品的总价\n" * 3).encode()
    decoded = decode(data[:42] + b"\xff" + data[42:-2])
    assert decoded is not None
    assert (decoded.encoding, decoded.text.count("购物车")) == ("UTF-8", 3)


def test_letters_far_into_a_file_count_too() -> None:
    codec, comment = COMMENTS["Shift_JIS"]
    text = "x = 1\n" * 50_000 + code_with(comment)
    assert text_of(text.encode(codec)) == text


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\1\0\b\6\0\0\0",
        b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0",
        b"GIF89a\1\0\1\0\x80\0\0\xff\xff\xff\0\0\0!\xf9\4\1",
        b"\x7fELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0>\0",
        b"PK\3\4\x14\0\0\0\b\0",
        b"x = '\0'\n",
        b"".join(number.to_bytes(2, "little") for number in range(0, 3000, 3)),
        b"".join(number.to_bytes(4, "big") for number in range(3000)),
        bytes(byte or 1 for byte in random.Random(1).randbytes(5000)),
        "binary\0".encode("utf-16"),
        b"\0" * 100,
    ],
)
def test_what_is_no_text(data: bytes) -> None:
    assert decode(data) is None


@pytest.mark.parametrize(
    "data",
    [
        random.Random(1).randbytes(10_000).translate(None, bytes(range(128))) * 200,
        "汉字".encode("gbk") * 250_000,
        "ёa─".encode("koi8_r") * 300_000,
        b"\xe4x\r" * 300_000,
        b"coding" * 150_000 + b"\xff",
        b"<meta " * 150_000 + b"\xff",
        b"# coding: punycode\n" + b"a\xff" * 500_000,
        "汉 ".encode("utf-16-le") * 250_000,
    ],
)
def test_a_megabyte_takes_no_time(data: bytes) -> None:
    decode(b"\xff")
    started = time.process_time()
    decode(data)
    assert time.process_time() - started < 1


def test_a_file_says_its_encoding(tmp_path: Path) -> None:
    for name in COMMENTS:
        codec, comment = COMMENTS[name]
        (tmp_path / "a.py").write_bytes(code_with(comment).replace("\n", "\r\n").encode(codec))
        source = read_source(tmp_path, "a.py")
        assert isinstance(source, SourceText)
        assert (source.encoding, source.text) == (name, code_with(comment))


def test_binary_comes_before_minified(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"\x7fELF\0" + b"x" * 50_000)
    source = read_source(tmp_path, "a.bin")
    assert isinstance(source, SkippedFile) and source.reason == "binary"


@given(st.binary(max_size=400))
@settings(deadline=None, max_examples=300)
def test_any_bytes_have_an_answer(data: bytes) -> None:
    decoded = decode(data)
    assert decoded is None or "\0" not in decoded.text
