"""Assembly (NASM, GAS, MASM, ARM, ca65): procedures, labels, macros and structures, by line.

The available grammar fails on 94 of 100 files, while labels and directives are on separate lines in every dialect.
"""

from __future__ import annotations

import re
from dataclasses import replace

from codesearch.chunking.chunk import Member, Unit
from codesearch.chunking.scanners.extents import last_nonblank_line

_NAME = r"([A-Za-z_$?@.][\w$?@.]*)"
# Includes loops, which `endm` closes too; otherwise, macros would end early.
_BLOCK = re.compile(
    r"\s*+(?:(?P<loop>(?:rept|irpc?|repeat|while|forc?)\b)|"
    rf"(?:%i?r?macro|\.?macro|\.mac)\s+(?P<macro>{_NAME})|\.?struc\s+(?P<struc>{_NAME})|"
    r"\.(?:(?:struct|union)\s+(?P<struct>[A-Za-z_]\w*)|enum\s+(?P<enum>[A-Za-z_]\w*)|scope\s+(?P<namespace>\w+)|"
    r"(?P<nameless>struct|union|enum|scope)\s*(?:;|$))|"
    rf"(?P<arm>MACRO)\s*(?:;|$)|(?P<name>{_NAME})\s++(?:(?P<masm>\.?MACRO)(?![\w.])|"
    r"(?P<record>STRUCT?|UNION)(?:[\s,]+(?:\d+|[DQ]?WORD|BYTE|NONUNIQUE))*\s*(?:;|$)))",
    re.IGNORECASE,
)
_KINDS = {
    "macro": "macro",
    "masm": "macro",
    "arm": "macro",
    "struc": "struct",
    "struct": "struct",
    "record": "struct",
    "enum": "enum",
    "namespace": "namespace",
}
"""The kinds of blocks by the last group of `_BLOCK`."""
_BLOCK_END = re.compile(
    r"^\s*(?:%endmacro|%endm|\.?endm|\.endmac(?:ro)?|mend|wend|endstruc|\.end(?:struct|union|enum|scope|st|u|e)|"
    r"(?:[\w$?@]+\s+)?ENDS)\b",
    re.IGNORECASE,
)
_ARM_PROTOTYPE = re.compile(r"(?:\$\S*)?\s+([A-Za-z_]\w*)")
"""The line below the `MACRO` of ARM's assembler: `$label name $argument`."""
_ENUMERATOR = re.compile(r"\s*([A-Za-z_]\w*)")
_PROCEDURE = re.compile(rf"^\s*{_NAME}\s+\.?(?:PROC|FUNCTION)(?![\w.])", re.IGNORECASE)
_FUNCTION = re.compile(
    r"^\s*(?!\w*_?END(?:_\w+)?\b)(?:SYM_(?:FUNC|CODE|TYPED_FUNC)\w*|"
    r"(?:(?:LEAF|NESTED|STATIC|WRITE_BARRIER)_|AS|[EL_])?ENTRY(?:_\w+)?|_?GLOBAL(?:_TOC)?|WEAK|FUNC\w*|function|cglobal|"
    r"cvisible|LEAF|NESTED|(?i:BEGIN_(?:FUNC|PROC)\w*|\.?PROC(?:EDURE)?|\.FUNC))(?:\s*\(|\s)\s*(?!near\b|far\b)([A-Za-z_]\w*)"
)
"""Directives and macros before a name: of Linux, the BSDs, glibc, .NET; `proc` in lower case is FASM's, `.proc` of
assemblers for the 6502."""
_GO_NAME = r"(?:\S*[^\w\s<>+])?(\w+)(?:<\w*>)?(?:\+\d+)?\(SB\)"
"""A symbol of Go without its package: `·add(SB)`, `math∕big·add(SB)`, `main·add<>(SB)`."""
_GO_FUNCTION = re.compile(rf"^TEXT\s+{_GO_NAME}")
_GO_DATA = re.compile(rf"^(?:DATA|GLOBL)\s+{_GO_NAME}")
_ENTRY_INSIDE = re.compile(
    r"^\s*(?:SYM_INNER_LABEL\w*|ALTERNATE_ENTRY|ALTENTRY|PATCH_LABEL)(?:\s*\(|\s)\s*([A-Za-z_]\w*)"
)
_LABEL = re.compile(r"^(?:[A-Za-z]\w*\()?([A-Za-z_$?@.][\w$?@.]*)\)?:(?!=)")
_ARM_AREA = re.compile(r"^[ \t]+AREA[ \t]+\S+[ \t]*,", re.MULTILINE)
"""In a text of ARM's assembler, what begins at the margin is a label."""
_ARM_LABEL = re.compile(
    r"^([A-Za-z_]\w*):?(?=\s|$)(?!\s+(?:RN|[QDSC]N|CP|SET[ALS]|EQU|MACRO|DC[A-Z]+|SPACE|FILL|FIELD|\*|#|%)(?:\s|$))",
    re.IGNORECASE,
)
_DATA = re.compile(r"^([A-Za-z_]\w*)\s+(?:d[bwdqt]|res[bwdq]|equ|byte|d?word|qword|dc[bwdqi]u?|space)\s", re.IGNORECASE)
_LOCAL = re.compile(
    r"\.|L(?:BB|C|CPI|JTI|CFI|VL|F[BE]|LST|ASF|EH[BE]|B[BEI]|[SE]FDE|tmp|func_begin|func_end|set|loh|exception)?\d+(?:_\d+)*\b|"
    r"L+\(|\$?L\$|\$L|@@|\d"
)
"""Labels that compilers number, and those that are marked as local."""
_END = re.compile(
    r"^\s*(?:[\w$?@]+\s+(?:ENDP|ENDFUNC)\b|"
    r"(?:SYM_(?:TYPED_)?(?:FUNC|CODE)|FUNC(?:TION)?|PROC|LEAF|NESTED|WRITE_BARRIER)_END(?:_\w+)?\b|"
    r"(?:END|ENDF|END_CHK|SET_SIZE)\s*\(|END_(?:FUNC|PROC)|\.?END(?:FUNC|P|PROC)\b|\.PEND\b)",
    re.IGNORECASE,
)
_DIRECTIVE = re.compile(
    r"^\s*(?:\.?global|\.globl|\.type|\.align|\.balign|\.p2align|\.hidden|\.weak|\.thumb_func|align)\b"
)
_MOST_LABELS = 500
"""Maximum number of local labels of a procedure that become its members."""


def scan(text: str) -> list[Unit]:
    """Units of an assembly text. Labels extend to the next non-local label, procedures to their end or the next one."""
    lines = text.split("\n")
    blocks = _blocks(lines)
    scopes = [block for block in blocks.values() if block.kind == "namespace"]
    ends_of_labels = {line for scope in scopes for line in (scope.start_line, scope.end_line)}
    label_form = _ARM_LABEL if "AREA" in text and _ARM_AREA.search(text) else _LABEL
    units: list[Unit] = []
    current: Unit | None = None
    number = 0
    while number < len(lines):
        number += 1
        line = lines[number - 1]
        if number in blocks and blocks[number] not in scopes:
            _close(units, current, number - 1, lines)
            current = None
            units.append(blocks[number])
            number = blocks[number].end_line
        elif number in ends_of_labels:
            if current and current.kind != "function":
                _close(units, current, number - 1, lines)
                current = None
        elif current and _END.match(line):
            units.append(replace(current, end_line=number))
            current = None
        elif (heading := _heading(line, number, label_form)) and not _is_inside(heading, current):
            _close(units, current, number - 1, lines)
            current = _with_directives(heading, lines, units)
        elif (
            current
            and (label := _ENTRY_INSIDE.match(line) or label_form.match(line))
            and len(current.members) < _MOST_LABELS
        ):
            current = replace(current, members=(*current.members, Member(number, label[1].lstrip("."), "label")))
    _close(units, current, len(lines), lines)
    return units + scopes


def _blocks(lines: list[str]) -> dict[int, Unit]:
    """Complete macros, structures, enumerations and scopes by first line."""
    blocks: dict[int, Unit] = {}
    open_blocks: list[tuple[int, str, str]] = []
    for number, line in enumerate(lines, 1):
        if match := _BLOCK.match(line):
            open_blocks.append((number, *_kind_and_name(match, lines[number : number + 1])))
        elif open_blocks and _BLOCK_END.match(line):
            first, kind, name = open_blocks.pop()
            if name:
                block = _unit(kind, name, first, number, lines[first - 1])
                blocks[first] = replace(block, members=_enumerators(lines, block)) if kind == "enum" else block
    return blocks


def _kind_and_name(block: re.Match[str], below: list[str]) -> tuple[str, str]:
    """Kind and name of a block, given the line below its first one. Loops and nameless blocks have no name."""
    form = block.lastgroup or ""
    if form == "arm":
        prototype = _ARM_PROTOTYPE.match("".join(below))
        return _KINDS[form], prototype[1] if prototype else ""
    return (_KINDS[form], block["name"] or block[form]) if form in _KINDS else ("", "")


def _enumerators(lines: list[str], block: Unit) -> tuple[Member, ...]:
    inside = enumerate(lines[block.start_line : block.end_line - 1], block.start_line + 1)
    return tuple(Member(number, name[1], "enumerator") for number, line in inside if (name := _ENUMERATOR.match(line)))


def _heading(line: str, number: int, label_form: re.Pattern[str]) -> Unit | None:
    if not line or line[0] in ";#*/":
        return None
    if match := _FUNCTION.match(line) or _PROCEDURE.match(line) or _GO_FUNCTION.match(line):
        return _unit("function", match[1], number, number, line)
    if match := _ENTRY_INSIDE.match(line):
        return _unit("label", match[1], number, number, line)
    if match := _GO_DATA.match(line):
        return _unit("variable", match[1], number, number, line)
    if line[0].isspace():
        return None
    if (match := label_form.match(line)) and not _LOCAL.match(line):
        return _unit("label", match[1], number, number, line)
    if match := _DATA.match(line):
        return _unit("constant", match[1], number, number, line)
    return None


def _is_inside(heading: Unit, current: Unit | None) -> bool:
    """Whether a label or constant belongs to the open procedure, or a line of data to the variable above."""
    if current is None:
        return False
    if heading.kind == "variable":
        return (current.kind, current.name) == (heading.kind, heading.name)
    return current.kind == "function" and heading.kind != "function"


def _with_directives(unit: Unit, lines: list[str], units: list[Unit]) -> Unit:
    """The unit with the directives (`.globl`, `.align`) right above it."""
    first = unit.start_line
    floor = units[-1].end_line if units else 0
    while first - 1 > floor and _DIRECTIVE.match(lines[first - 2]):
        first -= 1
    return replace(unit, start_line=first)


def _close(units: list[Unit], current: Unit | None, last: int, lines: list[str]) -> None:
    """Add the open unit to `units`, ending before comments and directives that belong to the next unit."""
    if current:
        while last > current.header_end and _belongs_to_next(lines[last - 1]):
            last -= 1
        units.append(replace(current, end_line=last_nonblank_line(lines, current.header_end, last)))


def _belongs_to_next(line: str) -> bool:
    text = line.strip()
    return not text or text[0] in ";#@|*" or text.startswith(("//", "/*")) or bool(_DIRECTIVE.match(line))


def _unit(kind: str, name: str, first: int, last: int, line: str) -> Unit:
    is_container = kind == "namespace"
    return Unit(kind, name, first, last, first, is_container, signature=" ".join(line.split())[:300])
