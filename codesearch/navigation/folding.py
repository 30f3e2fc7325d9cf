"""Leaving blocks that don't contain a name out of a text before it is parsed: a file is parsed many times faster.

What is left has the same lines in the same places. Only blocks in braces that are laid out as usual are left out: the
line that closes one is indented like the line that opens it, and what is between is balanced.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codesearch.languages.registry import Language

MIN_SIZE = 5_000
"""Characters of a text for which it is worthwhile: smaller ones are parsed in a millisecond."""
_NEEDS_BLOCKS = frozenset(("Scala",))
"""Languages in which syntax depends on what is in a block: `for {} yield` is none."""
_LARGEST_BLOCK = 50_000
"""Characters; looking for the end of a larger one, again and again, could take long."""
_OPENING = re.compile(r"\{[ \t]*\n")
_INDENT = re.compile(r"[ \t]*")
_DIRECTIVE = re.compile(r"^[ \t]*#.*", re.MULTILINE)
"""A preprocessor's, which may belong to one outside the block."""
_PAIRS = (("{", "}"), ("/*", "*/"))
_EVEN = ("`", '"""', "'''")


def without_other_blocks(text: str, language: Language, name: str) -> str:
    """The text without the lines of blocks in which a name does not occur, if the language has braces."""
    has_braces = "//" in language.line_comments and language.name not in _NEEDS_BLOCKS
    if len(text) < MIN_SIZE or not has_braces:
        return text
    return "".join(_parts(text, name))


def _parts(text: str, name: str) -> Iterator[str]:
    done = 0
    for opening in _OPENING.finditer(text):
        begin = opening.end()
        if begin < done:
            continue
        indent = _INDENT.match(text, text.rfind("\n", 0, begin - 1) + 1)
        assert indent
        end = text.find(f"\n{indent[0]}}}", begin - 1, begin + _LARGEST_BLOCK) + 1
        if end > begin and text.find(name, begin, end) < 0 and _is_balanced(text, begin, end):
            yield text[done:begin]
            yield from _blank(text[begin:end])
            done = end
    yield text[done:]


def _is_balanced(text: str, begin: int, end: int) -> bool:
    return all(text.count(one, begin, end) == text.count(other, begin, end) for one, other in _PAIRS) and not any(
        text.count(sign, begin, end) % 2 for sign in _EVEN
    )


def _blank(block: str) -> Iterator[str]:
    """The newlines of a block, and its directives."""
    done = 0
    for directive in _DIRECTIVE.finditer(block):
        yield "\n" * block.count("\n", done, directive.start())
        yield directive[0]
        done = directive.end()
    yield "\n" * block.count("\n", done)
