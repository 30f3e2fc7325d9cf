"""Extract pairs from Markdown: what introduces a fenced code block, and the block."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from codesearch.languages.registry import by_name
from codesearch.training.clean import introduction
from codesearch.training.pairs import MIN_CODE_LENGTH, Pair

_UNSAID = frozenset(("Text", "Markdown"))
"""Languages of blocks that are output or prose."""
_FRONT_MATTER = re.compile(r"\A---\n(?:title: *(?P<title>.*)\n|(?!---\n).*\n)*---\n")


@dataclass(frozen=True, slots=True)
class _Block:
    """A fenced code block, the last paragraph before it, and the heading if it is the first block below one."""

    language: str
    code: str
    paragraph: str
    heading: str


def example_pairs(text: str) -> Mapping[str, list[Pair]]:
    """The pairs of a Markdown text, by the language that its blocks state."""
    pairs: defaultdict[str, list[Pair]] = defaultdict(list)
    for block in _blocks(_FRONT_MATTER.sub(r"# \g<title>\n", text)):
        if len(block.code) < MIN_CODE_LENGTH:
            continue
        asked = dict.fromkeys((introduction(block.paragraph), introduction(block.heading)))
        pairs[block.language].extend(Pair("example", question, block.code) for question in asked if question)
    return pairs


def _blocks(text: str) -> Iterator[_Block]:
    """The blocks in known languages."""
    from markdown_it import MarkdownIt

    paragraph = heading = parent = ""
    for token in MarkdownIt("commonmark").parse(text):
        if parent == "heading_open":
            heading, paragraph = token.content, ""
        elif parent == "paragraph_open" and token.level == 1:  # not in a list, whose items comment on the block
            paragraph = token.content
        elif token.type == "fence":
            stated = by_name(re.split(r"\W", token.info.lstrip("{. "), maxsplit=1)[0])
            if stated and stated.name not in _UNSAID:
                yield _Block(stated.name, token.content, paragraph, heading)
            paragraph = heading = ""
        parent = token.type
