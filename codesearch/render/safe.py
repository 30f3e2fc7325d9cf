"""Text that a terminal may show: control characters in code and file names must not act on it."""

from __future__ import annotations

import re

_UNSAFE = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""C0 and C1 controls but the tab, marks that reorder text (CVE-2021-42574), line separators, lone surrogates."""
_CONTROL_PICTURES = 0x2400


def printable(text: str) -> str:
    """The text on one line, with each control character as a visible sign (ESC as `␛`)."""
    return _UNSAFE.sub(_picture, text)


def _picture(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(_CONTROL_PICTURES + code)
    if code == 0x7F:
        return "␡"
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"
