"""Escaping for terminals: control characters in code and file names must not take effect."""

from __future__ import annotations

import re

_INVISIBLE = "\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
"""DEL and C1 controls, bidirectional controls (CVE-2021-42574), line separators, lone surrogates."""
_UNSAFE = re.compile(f"[\x00-\x08\x0a-\x1f{_INVISIBLE}]")
"""The same and all C0 controls except tab."""
_UNSAFE_IN_JSON = re.compile(f"[{_INVISIBLE}]")
_CONTROL_PICTURES = 0x2400


def printable(text: str) -> str:
    """The text on one line, with control characters as visible symbols (ESC as `␛`)."""
    return _UNSAFE.sub(_picture, text)


def printable_lines(text: str) -> str:
    """As `printable`, but newlines are kept."""
    return "\n".join(map(printable, text.split("\n")))


def printable_json(text: str) -> str:
    """JSON with the control characters that `json.dumps` leaves (C1, bidirectional, surrogates) as `\\uXXXX`.

    They occur only inside strings, so the JSON is equivalent.
    """
    return _UNSAFE_IN_JSON.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def _picture(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(_CONTROL_PICTURES + code)
    if code == 0x7F:
        return "␡"
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"
