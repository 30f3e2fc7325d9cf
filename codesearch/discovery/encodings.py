"""Decoding files in Unicode and legacy encodings."""

from __future__ import annotations

import codecs
import unicodedata
from typing import NamedTuple

UTF8 = "UTF-8"
SNIFFED_BYTES = 8192
"""Bytes searched for NULs to recognise binary files; git uses about as many."""
_BOMS = (
    (codecs.BOM_UTF8, UTF8),
    (codecs.BOM_UTF32_LE, "UTF-32LE"),
    (codecs.BOM_UTF32_BE, "UTF-32BE"),
    (codecs.BOM_UTF16_LE, "UTF-16LE"),
    (codecs.BOM_UTF16_BE, "UTF-16BE"),
    (b"\x841\x953", "GB18030"),
)
_ESCAPE = b"\x1b"
"""Searched for first: finding one byte is 300 times as fast as finding two."""
_ISO_2022_JP = _ESCAPE + b"$"
"""Switches to a double-byte character set; the text is all ASCII bytes."""
_CONTROLS = bytes(set(range(32)) - set(b"\b\t\n\v\f\r\x1a\x1b"))
_MOST_CONTROLS = 0.01
"""Maximum share of control characters in text; in random bytes it is 9 %."""
_FEWEST_ZEROS = 0.1
"""Minimum share of characters with a zero byte in UTF-16; source is mostly ASCII, whatever the comments' language."""
_VALID_PER_DAMAGED = 4
"""Minimum of valid non-ASCII characters per invalid one in damaged UTF-8; other encodings rarely have any."""


class Decoded(NamedTuple):
    """A text and the name of its original encoding."""

    text: str
    encoding: str = UTF8


def has_bom(data: bytes) -> bool:
    """Whether the data begins with a byte order mark."""
    return any(data.startswith(bom) for bom, _ in _BOMS)


def decode(data: bytes) -> Decoded | None:
    """Decode a file; None if it is binary."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            text = data[len(bom) :].decode(encoding, "replace")
            return None if "\0" in text[:SNIFFED_BYTES] else Decoded(text, encoding)
    if b"\0" in data[:SNIFFED_BYTES]:
        return _without_bom(data)
    if _ESCAPE in data and _ISO_2022_JP in data and (text := _decode_strictly(data, "iso2022_jp_2")):
        return Decoded(text, "ISO-2022-JP")
    try:
        return Decoded(data.decode())
    except UnicodeDecodeError:
        return None if _is_binary(data) else _decode_damaged(data) or _decode_legacy_encoding(data)


def _without_bom(data: bytes) -> Decoded | None:
    """UTF-16 or UTF-32 without a byte order mark, recognised by the positions of zero bytes."""
    head = data[:SNIFFED_BYTES]
    first, second = head[0::2].count(0), head[1::2].count(0)
    order = "LE" if second > first else "BE"
    if max(first, second) * 2 < _FEWEST_ZEROS * len(head):
        return None
    for encoding in (f"UTF-32{order}", f"UTF-16{order}"):
        if (text := _decode_strictly(data, encoding)) and _is_text(text[:SNIFFED_BYTES]):
            return Decoded(text, encoding)
    return None


def _decode_strictly(data: bytes, encoding: str) -> str:
    """The text, or "" if the data is invalid in the encoding."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return ""


def _is_text(text: str) -> bool:
    """Whether all characters are assigned and printable, and there is whitespace."""
    return (" " in text or "\n" in text) and all(
        character in "\t\n\f\r" or unicodedata.category(character) not in ("Cc", "Cn", "Co", "Cs") for character in text
    )


def _is_binary(data: bytes) -> bool:
    head = data[:SNIFFED_BYTES]
    return len(head) - len(head.translate(None, _CONTROLS)) > _MOST_CONTROLS * len(head)


def _decode_damaged(data: bytes) -> Decoded | None:
    """UTF-8 with a few invalid bytes, which would be garbled if decoded in a legacy encoding."""
    text = data.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    valid = len(text) - len(text.encode("ascii", "ignore")) - damaged
    return Decoded(text) if valid >= _VALID_PER_DAMAGED * damaged else None


def _decode_legacy_encoding(data: bytes) -> Decoded:
    from codesearch.discovery.legacy_encodings import decode_legacy

    return Decoded(*decode_legacy(data))
