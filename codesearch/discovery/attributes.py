"""`.gitattributes`: files marked as generated or vendored, as on GitHub (`linguist-generated`, `linguist-vendored`), or
marked as neither (`-linguist-generated`), which overrides our own rules."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from codesearch.globs import attribute_expression
from codesearch.opening import open_beneath

FILE_NAME = ".gitattributes"
GENERATED = "linguist-generated"
VENDORED = "linguist-vendored"
_LARGEST = 1_000_000
_MOST_FILES = 1000
_MOST_RULES = 1000
"""Limits per repository; further files and rules are ignored. Few have more than ten."""
_LINE = re.compile(r'(?:"((?:[^"\\]|\\.)*)"|([^\s"]\S*))[ \t]+(.*)')
_ATTRIBUTE = re.compile(rf"(?:^|\s)([-!]?)({GENERATED}|{VENDORED})(?:=(\S*))?(?=\s|$)")
_ESCAPE = re.compile(r'\\(["\\])')


class Rule(NamedTuple):
    """A value of an attribute for the files that a regular expression matches."""

    expression: str
    attribute: str
    value: bool | None
    """None resets the attribute (`!linguist-generated`)."""


@dataclass(frozen=True)
class Attributes:
    """The rules of a repository; later ones take precedence."""

    rules: tuple[Rule, ...] = ()

    def value(self, path: str, attribute: str) -> bool | None:
        """Whether a file has an attribute; None if it is unspecified."""
        if not (self.rules and self._any.fullmatch(path)):
            return None
        values = (
            rule.value
            for rule, expression in reversed(self._compiled)
            if rule.attribute == attribute and expression.fullmatch(path)
        )
        return next(values, None)

    @cached_property
    def digest(self) -> str:
        """A digest of the rules that override our own (`-linguist-generated`); "" if there are none."""
        overrides = [
            (rule.expression, rule.value) for rule in self.rules if rule.attribute == GENERATED and not rule.value
        ]
        text = repr(overrides).encode("utf-8", "surrogateescape")
        return hashlib.blake2b(text, digest_size=8).hexdigest() if overrides else ""

    @cached_property
    def _compiled(self) -> list[tuple[Rule, re.Pattern[str]]]:
        return [(rule, re.compile(rule.expression, re.DOTALL)) for rule in self.rules]

    @cached_property
    def _any(self) -> re.Pattern[str]:
        """Matches paths that any rule matches; most paths don't."""
        return re.compile("|".join(dict.fromkeys(rule.expression for rule in self.rules)), re.DOTALL)


def read_attributes(root: Path, paths: Iterable[str]) -> Attributes:
    """Read the `.gitattributes` files among `paths`. Unreadable ones are ignored."""
    files = sorted(paths, key=lambda path: (path.count("/"), path))
    rules: list[Rule] = []
    for path in files[:_MOST_FILES]:
        folder, _, name = path.rpartition("/")
        if name == FILE_NAME:
            rules += parse(_text(root, path), folder + "/" if folder else "")
    return Attributes(tuple(rules[:_MOST_RULES]))


def parse(text: str, folder: str = "") -> Sequence[Rule]:
    """The rules of a `.gitattributes` in `folder` that concern these two attributes."""
    if "linguist-" not in text:
        return ()
    rules = []
    for line in text.splitlines():
        match = _LINE.fullmatch(line.strip())
        if match is None or line.lstrip().startswith("#"):
            continue
        pattern = _ESCAPE.sub(r"\1", match[1]) if match[1] is not None else match[2]
        for sign, attribute, value in _ATTRIBUTE.findall(match[3]):
            if (expression := attribute_expression(pattern)) is not None:
                setting = None if sign == "!" else sign != "-" and value != "false"
                rules.append(Rule(f"{re.escape(folder)}(?:{expression})", attribute, setting))
    return rules


def _text(root: Path, path: str) -> str:
    try:
        with os.fdopen(open_beneath(root, path), "rb") as file:
            return file.read(_LARGEST).decode("utf-8", "surrogateescape")
    except OSError:
        return ""
