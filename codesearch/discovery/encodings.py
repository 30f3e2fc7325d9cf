"""A file's bytes → its text, in whatever encoding it is written."""

from __future__ import annotations

import codecs
import unicodedata
from dataclasses import dataclass

UTF8 = "UTF-8"
SNIFFED_BYTES = 8192
"""A file with a zero byte has one among the first so many; git looks at about as many."""
_MARKS = (
    (codecs.BOM_UTF8, UTF8),
    (codecs.BOM_UTF32_LE, "UTF-32LE"),
    (codecs.BOM_UTF32_BE, "UTF-32BE"),
    (codecs.BOM_UTF16_LE, "UTF-16LE"),
    (codecs.BOM_UTF16_BE, "UTF-16BE"),
    (b"\x841\x953", "GB18030"),
)
_ESCAPE = b"\x1b"
"""Looked for first: one byte is found 300 times as fast as two."""
_ISO_2022_JP = _ESCAPE + b"$"
"""Begins double bytes, all of them in ASCII's range."""
_CONTROLS = bytes(set(range(32)) - set(b"\b\t\n\v\f\r\x1a\x1b"))
_MOST_CONTROLS = 0.01
"""Of a text's bytes; of random ones 9 % are such characters."""
_FEWEST_ZEROS = 0.1
"""Of a UTF-16 text's characters: source is mostly in ASCII, in whatever language its comments are."""
_SOUND_TO_DAMAGED = 4
"""UTF-8 has so many sound characters outside ASCII for each damaged one; other encodings hardly have any."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text and the name of the encoding that it was in."""

    text: str
    encoding: str = UTF8


def has_mark(data: bytes) -> bool:
    """Whether a byte order mark opens the file."""
    return any(data.startswith(mark) for mark, _ in _MARKS)


def decode(data: bytes) -> Decoded | None:
    """The text, or None where the bytes are none."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            text = data[len(mark) :].decode(encoding, "replace")
            return None if "\0" in text[:SNIFFED_BYTES] else Decoded(text, encoding)
    if b"\0" in data[:SNIFFED_BYTES]:
        return _unmarked(data)
    if _ESCAPE in data and _ISO_2022_JP in data and (text := _strictly(data, "iso2022_jp_2")):
        return Decoded(text, "ISO-2022-JP")
    try:
        return Decoded(data.decode())
    except UnicodeDecodeError:
        return None if _is_binary(data) else _damaged(data) or _legacy(data)


def _unmarked(data: bytes) -> Decoded | None:
    """UTF-16 or UTF-32 without a mark, told by where its zeros lie."""
    head = data[:SNIFFED_BYTES]
    first, second = head[0::2].count(0), head[1::2].count(0)
    order = "LE" if second > first else "BE"
    if max(first, second) * 2 < _FEWEST_ZEROS * len(head):
        return None
    for encoding in (f"UTF-32{order}", f"UTF-16{order}"):
        if (text := _strictly(data, encoding)) and _is_text(text[:SNIFFED_BYTES]):
            return Decoded(text, encoding)
    return None


def _strictly(data: bytes, encoding: str) -> str:
    """The text, or nothing where the bytes are not in the encoding."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return ""


def _is_text(text: str) -> bool:
    """Whether all characters are assigned, and some part words."""
    return (" " in text or "\n" in text) and all(
        character in "\t\n\f\r" or unicodedata.category(character) not in ("Cc", "Cn", "Co", "Cs") for character in text
    )


def _is_binary(data: bytes) -> bool:
    head = data[:SNIFFED_BYTES]
    return len(head) - len(head.translate(None, _CONTROLS)) > _MOST_CONTROLS * len(head)


def _damaged(data: bytes) -> Decoded | None:
    """UTF-8 but for a few bytes, which a legacy encoding would make a text of that nobody wrote."""
    text = data.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    sound = len(text) - len(text.encode("ascii", "ignore")) - damaged
    return Decoded(text) if sound >= _SOUND_TO_DAMAGED * damaged else None


def _legacy(data: bytes) -> Decoded:
    from codesearch.discovery.legacy_encodings import decode_legacy

    return Decoded(*decode_legacy(data))
