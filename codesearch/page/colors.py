"""Code in colours: each line as runs of text with a class."""

from __future__ import annotations

from functools import lru_cache

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Name, Number, Operator, String, Token, _TokenType
from pygments.util import ClassNotFound

from codesearch.render.lexers import lexer_name

Line = list[str]
"""Alternately a class and a text; the texts together are the line."""

PLAIN = ""
_CLASSES = {
    Comment: "c",
    Comment.Preproc: "m",
    Comment.PreprocFile: "s",
    Keyword: "k",
    Keyword.Constant: "n",
    Keyword.Type: "t",
    Name.Attribute: "a",
    Name.Builtin: "b",
    Name.Class: "t",
    Name.Decorator: "m",
    Name.Exception: "t",
    Name.Function: "f",
    Name.Namespace: PLAIN,
    Name.Tag: "k",
    Number: "n",
    Operator.Word: "k",
    String: "s",
    String.Doc: "c",
    String.Escape: "n",
    String.Interpol: "n",
    Token.Generic.Heading: "f",
    Token.Generic.Subheading: "f",
    Token.Generic.Strong: "k",
}
"""Those of style.css. A kind of token that is not listed has the class of the one it is a kind of."""
MAX_CHARACTERS = 2_000_000
"""Of a text in colours: two seconds."""
MAX_LINE = 5_000
"""Characters. Lexers of some languages take long for longer lines, which nobody reads."""
_KEPT = 1024
"""Excerpts: as a question is typed, the same hits come again."""


def colored(text: str, language: str) -> list[Line]:
    """The lines of a text; without colours in a language that has no lexer, and where that would take long."""
    lines = text.split("\n")
    lexer = _lexer(language)
    if not lexer or len(text) > MAX_CHARACTERS or max(map(len, lines)) > MAX_LINE:
        return [[PLAIN, line] for line in lines]
    found: list[Line] = [[]]
    for kind, token in lexer.get_tokens(text):
        name = _class_of(kind)
        for i, part in enumerate(token.split("\n")):
            if i:
                found.append([])
            if part:
                _extend(found[-1], name, part)
    is_whole = len(found) == len(lines) and all("".join(f[1::2]) == line for f, line in zip(found, lines, strict=True))
    return found if is_whole else [[PLAIN, line] for line in lines]


excerpt = lru_cache(_KEPT)(colored)
"""As `colored`, for texts that come again. Not to be changed."""


def _extend(line: Line, name: str, text: str) -> None:
    if line and (line[-2] == name or text.isspace()):
        line[-1] += text
    else:
        line += (name, text)


@lru_cache
def _lexer(language: str) -> Lexer | None:
    name = lexer_name(language)
    try:
        return get_lexer_by_name(name, stripnl=False, ensurenl=False) if name else None
    except ClassNotFound:
        return None


@lru_cache(1024)
def _class_of(kind: _TokenType) -> str:
    return next((_CLASSES[one] for one in reversed(kind.split()) if one in _CLASSES), PLAIN)
