"""Text that a terminal may show: control characters in code and file names must not act on it."""

from __future__ import annotations

import re

_INVISIBLE = "\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
"""DEL and C1 controls, marks that reorder text (CVE-2021-42574), line separators, lone surrogates."""
_UNSAFE = re.compile(f"[\x00-\x08\x0a-\x1f{_INVISIBLE}]")
"""All of these, and C0 controls but the tab."""
_UNSAFE_IN_JSON = re.compile(f"[{_INVISIBLE}]")
_CONTROL_PICTURES = 0x2400


def printable(text: str) -> str:
    """The text on one line, with each control character as a visible sign (ESC as `␛`)."""
    return _UNSAFE.sub(_picture, text)


def printable_lines(text: str) -> str:
    """The text with its newlines and tabs, and every other control character as a visible sign."""
    return "\n".join(map(printable, text.split("\n")))


def printable_json(text: str) -> str:
    """JSON, which has its C0 controls escaped already, with what else could act on a terminal as `\\uXXXX`.

    Such characters stand only inside its strings, so it stays the same JSON.
    """
    return _UNSAFE_IN_JSON.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def _picture(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(_CONTROL_PICTURES + code)
    if code == 0x7F:
        return "␡"
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"
