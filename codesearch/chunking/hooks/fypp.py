"""Fypp, a preprocessor of FORTRAN: its directives are blanked, and its expressions replaced by what may stand there."""

from __future__ import annotations

import re

_LINE = re.compile(r"^[ \t]*(?:#[:!]|[$@]:)(?:.*&[ \t]*\n)*.*$|#\{(?:(?!\}#|#\{).)*\}#", re.MULTILINE)
_INSERTED = r"\$\{(?:(?!\}\$|\$\{).)*\}\$"
"""An expression in code; a further `${` ends the search, so that no text takes long."""
_IN_NAME = re.compile(rf"(?<=[\w.])_?{_INSERTED}|{_INSERTED}_?(?=\w)")
_EXPRESSION = re.compile(_INSERTED)


def expanded(text: str) -> str:
    """A text without Fypp. Names lose what is inserted: `sort_${kind}$` is `sort`. Lines are kept."""
    text = _LINE.sub(lambda match: "\n" * match[0].count("\n"), text)
    text = _IN_NAME.sub("", text)
    return _EXPRESSION.sub("integer", text)
