"""Rust: items inside macro calls (`cfg_if! { … }`, `bitflags! { … }`), which the grammar leaves as bare tokens.

Tokens that are valid items are parsed unchanged. Others are parsed in pieces. A piece that begins like an item but is
not valid uses the macro's own syntax: only its head and the delimiters of its body are parsed, and the tokens in the
body are treated like those of a macro call. Of other pieces, only items within braces are found (the branches of
`cfg_if!`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from tree_sitter import Node, Range, Tree

Parse: TypeAlias = "Callable[[Sequence[Range]], Tree]"
"""Parses these ranges of the file as if they were the whole file."""

_DEEPEST = 4
"""Levels of nested braces; at each level, all tokens may be parsed three times."""
_KEYWORD = re.compile(rb"\b(?:fn|struct|enum|union|trait|impl|mod|static|const|type|macro_rules)\b")
_KEYWORDS = frozenset("fn struct enum union trait impl mod static const type macro_rules".split())
_CONTAINERS = frozenset("struct enum union trait impl mod".split())
"""Items whose bodies contain items, or something similar (`const READ = 1;` in `bitflags!`)."""
_VALUES = frozenset(("static", "const", "type"))
"""Items that end with a semicolon, not with a body."""
_LEADING = frozenset("# ! pub token_tree unsafe safe async default extern auto string_literal".split())
"""Tokens that may precede an item's keyword: attributes, visibility, qualifiers."""
_COMMENTS = frozenset(("line_comment", "block_comment"))


class _Piece(NamedTuple):
    """Tokens up to a body in braces or a semicolon; `head` counts the tokens up to an item's keyword (0: no item)."""

    tokens: Sequence[Node]
    head: int

    @property
    def keyword(self) -> str:
        """The item's keyword; "" if there is no item, or it has no name."""
        if self.head in (0, len(self.tokens)):
            return ""
        keyword = _word(self.tokens[self.head - 1])
        return keyword if keyword == "impl" or self.tokens[self.head].type not in ("token_tree", ";") else ""

    @property
    def braces(self) -> Node | None:
        return self.tokens[-1] if _is_tree(self.tokens[-1], "{") else None


def trees(tokens: Node, source: bytes, parse: Parse) -> Iterator[Tree]:
    """Trees of the items in a macro's tokens, with their positions in the file."""
    stack = [(tokens, 0)]
    while stack:
        tokens, depth = stack.pop()
        if depth == _DEEPEST or not _KEYWORD.search(source, tokens.start_byte, tokens.end_byte):
            continue
        tree = parse([_inner_range(tokens)])
        if not tree.root_node.has_error:
            yield tree
            continue
        for piece in _pieces(tokens):
            if piece.keyword:
                tree = parse([_span(piece.tokens)])
                if _is_one_item(tree.root_node, piece):
                    yield tree
                    continue
                yield parse(_skeleton(piece))
            if piece.braces and (not piece.keyword or piece.keyword in _CONTAINERS):
                stack.append((piece.braces, depth + 1))


def _pieces(tokens: Node) -> Iterator[_Piece]:
    piece: list[Node] = []
    head = 0
    leads = True
    for token in tokens.children[1:-1]:
        if token.type in _COMMENTS or (not piece and token.type in (",", ";")):
            continue
        if token.type == "," and not head:  # arguments before an item: `slot! { Name, fn get() {} }`
            piece, leads = [], True
            continue
        piece.append(token)
        word = _word(token)
        if leads and word in _KEYWORDS:
            head = len(piece)  # the last one: `fn` of `const fn`
        leads = leads and (token.type in _LEADING or word in _LEADING or word == "const")
        is_value = bool(head) and _word(piece[head - 1]) in _VALUES
        if word == ";" or (not is_value and _is_tree(token, "{")):
            yield _Piece(piece, head)
            piece, head, leads = [], 0, True
    if piece:
        yield _Piece(piece, head)


def _skeleton(piece: _Piece) -> list[Range]:
    """Ranges of an item's head up to its name, a function's parentheses, and the body's braces or the semicolon."""
    last = piece.tokens[-1]
    if piece.keyword == "impl":
        return [_span(piece.tokens[:-1]), *_delimiters(last)] if piece.braces else [_span(piece.tokens)]
    ranges = [_span(piece.tokens[: piece.head + 1])]
    if piece.keyword == "fn":
        parameters = next((token for token in piece.tokens[piece.head :] if _is_tree(token, "(")), None)
        ranges += _delimiters(parameters) if parameters else []
    if piece.braces:
        return [*ranges, *_delimiters(last)]
    return [*ranges, _span([last])] if last.type == ";" else ranges


def _is_one_item(root: Node, piece: _Piece) -> bool:
    """Whether a piece was parsed as exactly one item. A function or constant may have errors inside, such as
    `x in 0..9` for a parameter."""
    items = [child for child in root.named_children if child.type not in ("attribute_item", "inner_attribute_item")]
    if len(items) != 1 or items[0].is_error or items[0].end_byte != piece.tokens[-1].end_byte:
        return False
    name = items[0].child_by_field_name("name")
    heads = piece.tokens[piece.head : piece.head + 2]  # the second in `static ref X`
    is_named = name is not None and any(name.start_byte == token.start_byte for token in heads)
    return not root.has_error or (is_named and piece.keyword not in _CONTAINERS)


def _word(token: Node) -> str:
    """The token's text, or "" if it is too long for a keyword."""
    if token.end_byte - token.start_byte > len("macro_rules"):
        return ""
    return (token.text or b"").decode("utf-8", "replace")


def _is_tree(token: Node, opening: str) -> bool:
    return token.type == "token_tree" and token.children[0].type == opening


def _span(tokens: Sequence[Node]) -> Range:
    from tree_sitter import Range

    first, last = tokens[0], tokens[-1]
    return Range(first.start_point, last.end_point, first.start_byte, last.end_byte)


def _inner_range(tree: Node) -> Range:
    """The range between a token tree's delimiters."""
    from tree_sitter import Range

    first, last = tree.children[0], tree.children[-1]
    return Range(first.end_point, last.start_point, first.end_byte, last.start_byte)


def _delimiters(tree: Node) -> list[Range]:
    return [_span([tree.children[0]]), _span([tree.children[-1]])]
