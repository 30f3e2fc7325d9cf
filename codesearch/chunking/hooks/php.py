"""PHP: constants with a type that are named like a keyword (`const string DEFAULT = "none"`)."""

from __future__ import annotations

import re

INSERTED = "\u01c0"
"""Follows such a name, which the grammar does not parse."""
_TYPED_CONSTANT = re.compile(
    r"const(?<!\wconst)[ \t]+[\w?|\\]+[ \t]+"
    r"(?i:abstract|array|as|break|callable|case|catch|clone|const|continue|declare|default"
    r"|do|echo|else|empty|end|enum|exit|extends|final|finally|fn|for|foreach|from|function|global|goto|if|implements"
    r"|include|interface|isset|list|match|namespace|new|null|parent|print|private|protected|public|readonly|require"
    r"|return|self|static|switch|throw|trait|true|false|try|unset|use|var|while|yield)(?=[ \t]*=)"
)


def prepare(text: str) -> str:
    """Insert `INSERTED`. Lines are kept."""
    return _TYPED_CONSTANT.sub(rf"\g<0>{INSERTED}", text)
