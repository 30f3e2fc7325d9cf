"""Visual Basic by line: VB.NET, VB6, VBA and VBScript, whose blocks all end with `End <keyword>`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from codesearch.chunking.chunk import Member, Unit
from codesearch.chunking.scanners import visual_basic_members
from codesearch.chunking.scanners.extents import last_nonblank_line
from codesearch.chunking.scanners.visual_basic_members import ATTRIBUTES, last_line_of_statement

_MODIFIERS = (
    r"(?:(?:Public|Private|Protected|Friend|Static|Shared|Shadows|Overrides|Overridable|NotOverridable|MustOverride|"
    r"Overloads|MustInherit|NotInheritable|Partial|Default|ReadOnly|WriteOnly|Async|Iterator|Global|Widening|"
    r"Narrowing|Custom|Declare|Delegate|PtrSafe|Auto|Ansi|Unicode)\s+)*"
)
_OPENING = re.compile(
    rf"^{ATTRIBUTES}({_MODIFIERS})(Sub|Function|Property(?:\s+(?:Get|Let|Set))?|Operator|Event|Class|Module|Structure|"
    r"Interface|Enum|Namespace|Type)\s+(?!As\s)(\[?[\w.]+\]?|[-+*/\\^&=<>]+)",
    re.IGNORECASE,
)
_ENDING = re.compile(
    r"^\s*End\s+(Sub|Function|Property|Operator|Event|Class|Module|Structure|Interface|Enum|Namespace|Type)\b",
    re.IGNORECASE,
)
_LAMBDA = re.compile(r"\b(Sub|Function)\((?:[^()]|\([^()]*\))*\)(?:\s+As\s+[\w.]+(?:\([^()]*\))*)?\s*$", re.IGNORECASE)
"""The head of a lambda of several lines, at the end of a line."""
_MOST_PARAMETER_LINES = 20
_ATTRIBUTE_NAME = re.compile(r'^Attribute[ \t]+VB_Name[ \t]*=[ \t]*"([^"\n]+)"', re.IGNORECASE | re.MULTILINE)
_ATTRIBUTES = re.compile(r"\s{0,99}<[^<>]+>(?:\s{0,9}_)?\s{0,9}$")
"""Attributes on a line above a declaration: `<Serializable()> _`."""
_CLASS_FILE = re.compile(r"\s{0,9}VERSION\b", re.IGNORECASE)
_ROUTINES = frozenset(("sub", "function", "operator", "property"))
_ENDED = re.compile(r":\s*End\s+(?:Sub|Function|Property|Operator)\b", re.IGNORECASE)
"""The end of a routine on the line of its head."""
_CONTAINERS = {"class", "module", "structure", "interface", "namespace"}
_OWNERS = frozenset(("class", "module", "struct", "enum"))
"""Kinds of blocks that have members."""
_KINDS = {"sub": "function", "operator": "function", "structure": "struct", "type": "struct"}
_BODILESS = re.compile(r"\b(?:Declare|(Delegate)|MustOverride)\b", re.IGNORECASE)
_GETTER = re.compile(r"^\s*(?:(?:Private|Protected|Friend)\s+)?(?:Get|Set)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _OpenBlock:
    keyword: str
    """Empty for the file."""
    kind: str
    """Empty for a lambda, which is no unit."""
    name: str
    first_line: int
    members: list[Member] = field(default_factory=list)


def scan(text: str) -> list[Unit]:
    """Units of a Visual Basic text. A file with a `VB_Name` is a class or module of that name.

    A routine without an end ends at the next one, other blocks end with the enclosing block.
    """
    return _scan(text)[0]


def members_outside(text: str) -> tuple[Member, ...]:
    """What the statements outside all blocks declare, as in VBScript."""
    return tuple(_scan(text)[1])


@lru_cache(maxsize=1)  # a text's units are asked for, and then its members
def _scan(text: str) -> tuple[list[Unit], list[Member]]:
    lines = text.split("\n")
    units: list[Unit] = []
    outside: list[Member] = []
    open_blocks: list[_OpenBlock] = []
    if name_attribute := _ATTRIBUTE_NAME.search(text):
        first = text.count("\n", 0, name_attribute.start()) + 1
        kind = "class" if _CLASS_FILE.match(text) else "module"
        open_blocks.append(_OpenBlock("", kind, name_attribute[1], first))
    number = 0
    while number < len(lines):
        number += 1
        first, line = number, lines[number - 1]
        if line.lstrip()[:1] in ("", "'"):
            continue
        if ending := _ENDING.match(line):
            _close(units, open_blocks, ending[1].lower(), number, lines)
            continue
        opening = _OPENING.match(line)
        if not opening:
            block = open_blocks[-1] if open_blocks else None
            if block is None:
                outside.extend(visual_basic_members.members(lines, number, "module", ""))
            elif block.kind in _OWNERS:
                block.members.extend(visual_basic_members.members(lines, number, block.kind, block.keyword))
            if lambda_keyword := _lambda_keyword(lines, number):
                open_blocks.append(_OpenBlock(lambda_keyword, "", "", number))
            continue
        number = last_line_of_statement(lines, number)
        keyword = opening[2].lower().split()[0]
        while keyword in _ROUTINES and open_blocks and open_blocks[-1].keyword in _ROUTINES:
            _close(units, open_blocks, open_blocks[-1].keyword, first - 1, lines)
        bodiless = _BODILESS.search(opening[1])
        kind = "delegate" if bodiless and bodiless[1] else _KINDS.get(keyword, keyword)
        block = _OpenBlock(keyword, kind, opening[3].strip("[]"), first)
        in_interface = bool(open_blocks) and open_blocks[-1].keyword == "interface" and keyword not in _CONTAINERS
        if (
            bodiless
            or in_interface
            or (keyword in ("property", "event") and not _has_body(lines, number))
            or _ENDED.search(lines[number - 1])
        ):
            units.append(_unit(block, number, lines))
        else:
            open_blocks.append(block)
    for block in filter(lambda block: block.kind, open_blocks):
        units.append(_unit(block, last_nonblank_line(lines, block.first_line, len(lines)), lines))
    return sorted(units, key=lambda unit: (unit.start_line, -unit.end_line)), outside


def _lambda_keyword(lines: list[str], number: int) -> str:
    """The keyword of the lambda of several lines whose head begins on line `number`; "" if there is none."""
    lowered = lines[number - 1].lower()
    if "sub(" not in lowered and "function(" not in lowered:
        return ""
    code = visual_basic_members.without_comment(lines[number - 1]).rstrip()
    length = len(code)
    for line in lines[number : number + _MOST_PARAMETER_LINES]:
        if not code.endswith(("(", ",", "_")):
            break
        code = f"{code.removesuffix('_')} {visual_basic_members.without_comment(line).strip()}"
    head = _LAMBDA.search(code)
    return head[1].lower() if head and head.start() < length else ""


def _has_body(lines: list[str], number: int) -> bool:
    """Whether a property or event whose header ends on line `number` has a body."""
    header = lines[number - 1].lower()
    if re.search(r"\bproperty\s+(?:get|let|set)\b", header):
        return True
    following = next(
        (line for line in lines[number : number + 20] if line.strip() and not line.lstrip().startswith(("'", "<"))), ""
    )
    return bool(_GETTER.match(following)) or bool(
        re.match(r"\s*(?:AddHandler|RemoveHandler|RaiseEvent)\b", following, re.IGNORECASE)
    )


def _close(units: list[Unit], open_blocks: list[_OpenBlock], keyword: str, number: int, lines: list[str]) -> None:
    if not any(block.keyword == keyword for block in open_blocks):
        return
    while open_blocks:
        block = open_blocks.pop()
        is_match = block.keyword == keyword
        last = number if is_match else last_nonblank_line(lines, block.first_line, number - 1)
        if block.kind:
            units.append(_unit(block, last, lines))
        if is_match:
            return


def _unit(block: _OpenBlock, last: int, lines: list[str]) -> Unit:
    first = start = block.first_line
    signature = " ".join(lines[first - 1].split())[:300]
    is_container = block.kind in _CONTAINERS or block.kind in ("struct", "enum")
    while start > 1 and _ATTRIBUTES.match(lines[start - 2]):
        start -= 1
    members = tuple(block.members)
    return Unit(block.kind, block.name, start, last, first, is_container, signature=signature, members=members)
