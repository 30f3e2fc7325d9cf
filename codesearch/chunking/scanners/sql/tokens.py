"""What begins, ends or hides a part of SQL: the patterns that `statements` searches for.

They begin with a set of characters, so that the search skips all others fast; their groups stand behind that one.
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
"""What a text may begin with, where no newline stands before it."""
HEAD = re.compile(rf"[ \t]*{_WORD}", FLAGS)
"""What a statement may begin with on the line where another, or a comment, ends."""


@lru_cache(maxsize=64)
def pattern(delimiter: str, in_block: bool) -> re.Pattern[str]:
    """The tokens of text outside of blocks, or of text in which they may open; a delimiter ends statements.

    Delimiters of one character do so at the end of a line only: they may be operators.
    """
    first, rest = delimiter[0], delimiter[1:]
    end = re.escape(rest) or ("" if delimiter == ";" else r"(?=[ \t]*$)")
    tail = rf"(?<=\n)(?:{_LINE}|{_BOUND})|{_BLOCK_WORD}" if in_block else rf"(?<=\n)(?:{_PLAIN_LINE})"
    characters = re.escape(
        "'\"`[$;#/*-\\\n" + first.lower() + first.upper() + ("ABCDEFIPRabcdefipr" if in_block else "")
    )
    return re.compile(
        rf"[{characters}](?i:(?P<end>(?<={re.escape(first)}){end}|(?<=;))|{_TOKENS}|{tail})", re.MULTILINE
    )
