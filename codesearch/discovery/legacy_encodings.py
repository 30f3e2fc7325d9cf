"""Legacy encodings: the one that a file declares, or else the one that is detected."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

FALLBACK = "Windows-1252"
_DECLARED_BYTES = 1024
"""The declaration must be within these bytes, as in HTML."""
_DECLARATION = re.compile(
    rb"\A(?:[^\n]*\n)?[^\n]*?coding[ \t]*[:=][ \t]*[\"']?(?P<line>[\w.:-]+)"  # editors, Python, Ruby, XML
    rb"|\A@charset[ \t]+\"(?P<css>[\w.:-]+)"
    rb"|<meta\b[^>]*?\bcharset[ \t]*=[ \t]*[\"']?(?P<html>[\w.:-]+)",
    re.IGNORECASE,
)
_DECORATION = re.compile(r"^x-|-(?:unix|dos|mac)$")
_DECLARABLE = re.compile(r"(?:big5|cp|euc|gb|hp|hz|iso|johab|koi8|kz|mac|ptcp|shift|tis|viscii)[\w-]*")
_SUPERSETS = {
    **dict.fromkeys(("gb2312", "gbk"), "gb18030"),
    **dict.fromkeys(("shift_jis", "windows-31j"), "cp932"),
    **{"big5": "cp950", "euc_kr": "cp949", "iso8859-1": "cp1252"},
}
"""Encodings → supersets that are commonly used under their name."""

_NON_ASCII = re.compile(rb"[\x80-\xff]")
_SAMPLE_BYTES = 1 << 16
"""Bytes of non-ASCII lines passed to the detector; ASCII lines would only lower its confidence."""
_CONTEXT_BYTES = 40
_WORD = re.compile(r"[\w─-╿]*[^\W\d_a-zA-Z][\w─-╿]*")
"""A word with a non-ASCII letter. Box-drawing characters inside are a sign of another encoding."""
_SHARE_OF_WORDS = 0.6
_PENALTY = 0.05
"""Subtracted from the confidence in encodings that differ from Windows-1252 in a few letters; chosen so that Western
European texts are decoded correctly."""
_CJK = r"A-Za-z0-9_①-⓿㈀-㏿\uff01-\uffee"
"""Also circled digits and full-width letters."""
_HAN = re.compile(f"[{_CJK}々〇一-鿿]+")
_HAN_OR_KANA = re.compile(f"[{_CJK}々〇一-鿿぀-ヿ]+")
_HANGUL = re.compile("[A-Za-z0-9_가-힣]+")
_CYRILLIC = re.compile("[0-9_Ѐ-ӿ]+")
_GREEK = re.compile("[0-9_Ͱ-Ͽ]+")
_ALPHABETS = (_CYRILLIC, _GREEK)
_TWO_LETTERS = re.compile(r"[^\W\d_a-zA-Z]{2}")
"""Two adjacent letters. Letters that occur only singly are more likely symbols in Windows-1252 (`10 × 20`, `£5`)."""


@dataclass(frozen=True, slots=True)
class _Legacy:
    """An encoding that the detector may return."""

    name: str
    codecs: tuple[str, ...]
    """Codecs to try in order."""
    words: re.Pattern[str] | None = None
    """Pattern of most non-ASCII words in the encoding; None accepts any."""
    is_near_fallback: bool = False
    """Whether it differs from Windows-1252 only in a few letters."""


# By codec as named by the detector. Only the most common encodings: rarer ones, as for Hebrew, would match a lone é
# (docs/files.md has figures).
_LEGACY = {
    "gb18030": _Legacy("GB18030", ("gb18030",), _HAN),
    "big5hkscs": _Legacy("Big5", ("cp950", "big5hkscs"), _HAN),
    "cp932": _Legacy("Shift_JIS", ("cp932", "shift_jis_2004"), _HAN_OR_KANA),
    "euc_jis_2004": _Legacy("EUC-JP", ("euc_jp", "euc_jis_2004"), _HAN_OR_KANA),
    "cp949": _Legacy("EUC-KR", ("cp949",), _HANGUL),
    "koi8-r": _Legacy("KOI8-R", ("koi8-r",), _CYRILLIC),
    "cp1251": _Legacy("Windows-1251", ("cp1251",), _CYRILLIC),
    "cp866": _Legacy("IBM866", ("cp866",), _CYRILLIC),
    "cp1253": _Legacy("Windows-1253", ("cp1253",), _GREEK),
    "cp1254": _Legacy("Windows-1254", ("cp1254",), is_near_fallback=True),
    "cp1250": _Legacy("Windows-1250", ("cp1250",), is_near_fallback=True),
    "iso8859-2": _Legacy("ISO-8859-2", ("iso8859-2",), is_near_fallback=True),
    "cp1252": _Legacy(FALLBACK, ("cp1252",)),
}
_NAMES = {codec: legacy.name for legacy in _LEGACY.values() for codec in legacy.codecs}


def decode_legacy(data: bytes) -> tuple[str, str]:
    """Decode data that is not UTF-8. Returns the text and the name of the encoding."""
    for codec in chain(_declared(data), _detected(data)):
        try:
            return data.decode(codec), _NAMES.get(codec, codec.upper())
        except UnicodeDecodeError:
            continue
    return data.decode("cp1252", "replace"), FALLBACK


def _declared(data: bytes) -> Iterator[str]:
    """Codecs for the declared encoding, unless it would change the ASCII text of the declaration itself."""
    match = _DECLARATION.search(data, 0, _DECLARED_BYTES)
    if not match:
        return
    name = _DECORATION.sub("", (match["line"] or match["css"] or match["html"]).decode("ascii", "replace").lower())
    try:
        codec = codecs.lookup(_SUPERSETS.get(name, name)).name
    except LookupError:
        return
    if _DECLARABLE.fullmatch(codec) and match[0].isascii() and match[0].decode(codec, "replace") == match[0].decode():
        yield _SUPERSETS.get(codec, codec)
        yield codec


def _detected(data: bytes) -> Iterator[str]:
    """Codecs of detected encodings, most likely first."""
    import chardet

    sample = _non_ascii_lines(data)
    guesses: list[tuple[float, _Legacy]] = []
    for guess in chardet.detect_all(
        sample, ignore_threshold=True, max_bytes=_SAMPLE_BYTES, compat_names=False, include_encodings=_LEGACY
    ):
        legacy = _LEGACY.get(codecs.lookup(guess["encoding"]).name) if guess["encoding"] else None
        if legacy:
            guesses.append((guess["confidence"] - _PENALTY * legacy.is_near_fallback, legacy))
    for _, legacy in sorted(guesses, key=lambda pair: -pair[0]):
        if _reads_well(sample, legacy):
            yield from legacy.codecs


def _non_ascii_lines(data: bytes) -> bytes:
    """The first non-ASCII lines, each from shortly before its first non-ASCII character."""
    lines: list[bytes] = []
    size = 0
    for line in data.splitlines(keepends=True):
        if match := _NON_ASCII.search(line):
            start = max(0, match.start() - _CONTEXT_BYTES)
            lines.append(line[start:])
            size += len(lines[-1])
            if size >= _SAMPLE_BYTES:
                break
    return b"".join(lines)


def _reads_well(sample: bytes, legacy: _Legacy) -> bool:
    """Whether most non-ASCII words are in the encoding's script."""
    if legacy.words is None:
        return True
    text = sample[:_SAMPLE_BYTES].decode(legacy.codecs[-1], "ignore")
    if legacy.words in _ALPHABETS and not _TWO_LETTERS.search(text):
        return False
    words = _WORD.findall(text)
    return sum(bool(legacy.words.fullmatch(word)) for word in words) >= _SHARE_OF_WORDS * len(words)
