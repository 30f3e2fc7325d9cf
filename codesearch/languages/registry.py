"""The table of languages. Adding one is an entry here and a query file in `queries/`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """A language that files can be in.

    `grammar` is "module:function" of a tree-sitter wheel; `scanner` names a module of `chunking/scanners`
    instead, where no sound grammar wheel exists. With neither, files are cut into line windows.
    """

    name: str
    aliases: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    filenames: tuple[str, ...] = ()
    interpreters: tuple[str, ...] = ()
    grammar: str = ""
    query: str = ""
    scanner: str = ""
    line_comments: tuple[str, ...] = ()
    separator: str = "."
    """Joins the parts of a qualified name."""
    extra: str = ""
    """The extra of the distribution that brings the grammar, where the core does not."""
