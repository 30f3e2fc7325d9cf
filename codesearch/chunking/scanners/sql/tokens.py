"""Patterns of the SQL tokens that `statements` searches for: those that begin, end or hide statements and blocks.

Patterns begin with a set of characters, so that others are skipped fast; hence the lookbehinds at the start of groups.
"""

from __future__ import annotations

import re
from functools import lru_cache

FLAGS = re.IGNORECASE | re.MULTILINE
_BATCH = r"[ \t]*(?:GO(?:[ \t]+\d+)?[ \t]*;?|/)[ \t]*(?:--[^\n]*)?$"
_TOKENS = (
    r"(?P<skip>(?<=')(?<!q.)[^'\\\n]*'(?!')|(?<=\")[^\"\\\n]*\"(?!\")|(?<=`)[^`\n]*`|(?<=\[)\w[^\[\]\n]*\])"
    r"|(?P<comment>(?<=-)-(?!#SET\b)[^\n]*|(?<=/)\*|(?<=\*)/|(?<=#)(?<![^\s;,(].))"
    r"|(?P<quote>(?<=['\"]))"
    r"|(?P<dollar>(?<=\$)(?<![\w$].)(?:[^\W\d]\w*)?\$)"
    r"|(?P<go>(?<=\\)(?<=[ \t].)g\w*[^\n]*)"
)
_LINE = (
    rf"(?P<batch>{_BATCH})"
    r"|(?P<delimiter>[ \t]*(?:DELIMITER|SET[ \t]+TERM|--#SET[ \t]+TERMINATOR)[ \t]+\S{1,9}[^\n]*)"
    r"|(?P<command>[ \t]*(?:(?:\\[a-z!?]|//)[^\n]*"
    r"|(?:\.[a-z]+|@@?[\w/.]+|REM|REMARK|PRO|PROMPT|HOST|ECHO|SPOOL|WHENEVER"
    r"|:(?:r|setvar|connect|on|out))\b[^\n]*"
    r"|SET[ \t]+\w+[^;=\n']*[ \t](?:ON|OFF|\d+)[ \t;]*$))"
)
_WORD = r"(?P<word>(?:CREATE|ALTER|REPLACE|BEGIN|DECLARE|COPY|END)\b)"
_BOUND = r"(?P<bound>[ \t]*(?:DELETE|DROP|EXEC|EXECUTE|GRANT|IF|INSERT|MERGE|PRINT|SELECT|SET|TRUNCATE|UPDATE|USE)\b)"
_PLAIN_LINE = rf"{_LINE}|[ \t]*{_WORD}|{_BOUND}"
_BLOCK_WORD = (
    r"(?P<word>(?<![\w.@#$].)(?:(?<=B)EGIN(?!\s*;|\s+(?:TRAN|TRANSACTION|DISTRIBUTED|DIALOG|CONVERSATION|WORK)\b)"
    r"|(?<=E)ND(?![ \t]+(?:IF|LOOP|WHILE|REPEAT|FOR|FOREACH|CONVERSATION)\b)(?:[ \t]+CASE\b)?"
    r"|(?<=C)(?:ASE|REATE)|(?<=A)(?:LTER|S)|(?<=R)EPLACE"
    r"|(?<=D)ECLARE|(?<=F)UNCTION|(?<=P)ROCEDURE|(?<=I)S|(?<=C)OMPOUND(?=\s+TRIGGER\b))\b)"
)
BATCH_LINE = re.compile(f"^{_BATCH}", FLAGS)
FIRST_LINE = re.compile(_PLAIN_LINE, FLAGS)
"""Matches at the beginning of a text, where no newline precedes."""
HEAD = re.compile(rf"[ \t]*{_WORD}", FLAGS)
"""Matches the beginning of a statement after another, or a comment, on the same line."""


@lru_cache(maxsize=64)
def pattern(delimiter: str, in_block: bool) -> re.Pattern[str]:
    """Pattern of the tokens outside blocks or, `in_block`, where blocks may open; `delimiter` ends statements.

    Delimiters of one character other than `;` count only at the end of a line, since they may be operators.
    """
    first, remainder = delimiter[0], delimiter[1:]
    end = re.escape(remainder) or ("" if delimiter == ";" else r"(?=[ \t]*$)")
    tail = rf"(?<=\n)(?:{_LINE}|{_BOUND})|{_BLOCK_WORD}" if in_block else rf"(?<=\n)(?:{_PLAIN_LINE})"
    characters = re.escape(
        "'\"`[$;#/*-\\\n" + first.lower() + first.upper() + ("ABCDEFIPRabcdefipr" if in_block else "")
    )
    return re.compile(
        rf"[{characters}](?i:(?P<end>(?<={re.escape(first)}){end}|(?<=;))|{_TOKENS}|{tail})", re.MULTILINE
    )
