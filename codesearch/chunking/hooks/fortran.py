"""Fixed-form FORTRAN, rewritten as free form of the same length for the grammar."""

from __future__ import annotations

import re

_FREE_FORM_SIGN = re.compile(r"&[ \t]*(?:!.*)?$", re.MULTILINE)
_FIXED_COMMENT = re.compile(
    r"^[cC*](?!all\b|ontains\b|lose\b|ycle\b|ontinue\b|haracter\b|omplex\b|ommon\b|lass\b)", re.MULTILINE
)
_CONTINUED = re.compile(r"^ {5}[^ 0\n!]|^\t[1-9]", re.MULTILINE)
_STATEMENT_AT_MARGIN = re.compile(
    r"^ {0,4}(?:module|program|subroutine|function|contains|use|implicit|integer|real|type|end|if|do|call)\b",
    re.MULTILINE | re.IGNORECASE,
)


def is_fixed_form(text: str) -> bool:
    """Whether a text is in fixed form: continued in column 6, comments in column 1, statements from column 7."""
    if _FREE_FORM_SIGN.search(text) or _STATEMENT_AT_MARGIN.search(text):
        return False
    return bool(_CONTINUED.search(text) or _FIXED_COMMENT.search(text))


def prepare(text: str) -> str:
    """Free form with every line as long as before; free form is returned as it is."""
    if not is_fixed_form(text):
        return text
    lines = text.split("\n")
    last_code = -1
    for index, line in enumerate(lines):
        if line[:1] in ("c", "C", "*", "d", "D", "!"):
            lines[index] = "!" + line[1:]
        elif line[:1] == "#" or not line.strip():
            continue
        elif _CONTINUED.match(line):
            lines[index] = _blanked_mark(line)
            if last_code >= 0:
                lines[last_code] = _continued(lines[last_code])
            last_code = index
        else:
            last_code = index
    return "\n".join(lines)


def _blanked_mark(line: str) -> str:
    column = 1 if line[0] == "\t" else 5
    return line[:column] + " " + line[column + 1 :]


def _continued(line: str) -> str:
    """The line with `&` at its end, in the place of a trailing blank, comment or sequence number if there is one."""
    code = line[:72].rstrip()
    return code + "&" + " " * (len(line) - len(code) - 1)
