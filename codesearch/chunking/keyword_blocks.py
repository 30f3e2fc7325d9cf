"""Blocks between keywords (`if … end`) that are left open, told by the indentation of what ends another one."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import NamedTuple

from codesearch.chunking import literal_patterns
from codesearch.chunking.blanks import blanked
from codesearch.chunking.brackets import MOST_EDITS, Edit
from codesearch.languages.literals import Blocks, Literals
from codesearch.languages.registry import Language

_INDENTED = re.compile(r"\n([ \t]*)(?=\S)")


class _Open(NamedTuple):
    """An open block."""

    indent: int
    start: int
    head_end: int


def edits_of(text: str, language: Language, literals: Literals) -> list[Edit]:
    """Edits that end the blocks that are left open. Stops after more than `MOST_EDITS`."""
    if literals.blocks is None:
        return []
    code = _without_literals(text, language, literals)
    edits: list[Edit] = []
    blocks: list[_Open] = []
    indents: Counter[int] = Counter()
    for line in _lines(literals.blocks).finditer(code):
        indent = len(line["indent"])
        if line.lastgroup == "opener":
            blocks.append(_Open(indent, line.start(), line.end()))
            indents[indent] += 1
            continue
        while indents[indent] and blocks[-1].indent != indent:
            edits.append(_ending(code, blocks[-1], literals.blocks))
            indents[blocks.pop().indent] -= 1
            if len(edits) > MOST_EDITS:
                return edits
        if line.lastgroup == "closer" and blocks and blocks[-1].indent >= indent:
            indents[blocks.pop().indent] -= 1
    return edits + [_ending(code, block, literals.blocks) for block in blocks[: MOST_EDITS + 1]]


def _ending(code: str, block: _Open, blocks: Blocks) -> Edit:
    """The edit that ends a block after the lines that are indented below its head."""
    end = block.head_end
    for line in _INDENTED.finditer(code, block.head_end):
        if len(line[1]) <= block.indent:
            break
        newline = code.find("\n", line.end())
        end = newline if newline >= 0 else len(code)
    end = len(code[:end].rstrip(" \t"))
    return Edit(end, end, blocks.ending, block.start)


@cache
def _lines(blocks: Blocks) -> re.Pattern[str]:
    """Lines that begin, continue or end a block, by the name of the group."""
    whole = rf"(?!.*\b(?:{blocks.closer})\b)"
    return re.compile(
        rf"^(?P<indent>[ \t]*)(?:(?P<closer>(?:{blocks.closer})\b.*)|(?P<middle>(?:{blocks.middle})\b.*)"
        rf"|(?P<opener>{whole}(?:{blocks.opener}).*))",
        re.MULTILINE,
    )


def _without_literals(text: str, language: Language, literals: Literals) -> str:
    """The text with `_` for literals, also those of several lines, and blanks for comments and heredocs.

    Offsets stay.
    """
    comments = (*language.line_comments, *(opener for opener, _ in literal_patterns.block_comments(language)))

    def filled(match: re.Match[str]) -> str:
        return blanked(match[0]) if match[0].startswith(comments) else "_" * len(match[0])

    if literals.heredoc and "<<" in text:
        text = literal_patterns.heredocs(literals).sub(_blank_heredoc, text)
    return literal_patterns.comments_and_literals(language, literals).sub(filled, text)


def _blank_heredoc(match: re.Match[str]) -> str:
    """A heredoc of blanks, but for the rest of the line in which it begins."""
    start, end = match.start("rest") - match.start(), match.end("rest") - match.start()
    return "_" * start + match["rest"] + blanked(match[0][end:])
