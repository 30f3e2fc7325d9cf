"""TeX and LaTeX: sections by their level, environments and definitions, by line."""

from __future__ import annotations

import re

from codesearch.chunking.chunk import Unit
from codesearch.chunking.scanners.following import nested_by_level

_LEVELS = {
    name: level
    for level, name in enumerate(
        ("part", "chapter", "section", "subsection", "subsubsection", "paragraph", "subparagraph")
    )
}
_SECTION = re.compile(r"^\s*\\(part|chapter|(?:sub){0,2}section|(?:sub)?paragraph)\*?\s*(?:\[[^\]]*\])?\{(.*)$")
_DEFINITION = re.compile(
    r"^\s*\\(?:(?:re)?newcommand|providecommand|DeclareRobustCommand|DeclareMathOperator|(?:New|Renew|Provide|Declare)"
    r"DocumentCommand|[gex]?def|let|newcounter|newlength|newif|cs_(?:g?set|new)\w*:\w+|newenvironment|"
    r"renewenvironment|"
    r"NewDocumentEnvironment|newtheorem|DeclareOption)\*?\s*\{?\s*(\\?[A-Za-z@_:]+)"
)
_ENVIRONMENT = re.compile(r"\\(begin|end)\s*\{([^{}]+)\}")
_LABEL = re.compile(r"\\label\s*\{([^{}]+)\}")
_MARKUP = re.compile(r"\\[A-Za-z]+\*?|[{}$~]")
_COMMENT = re.compile(r"(?<!\\)%.*")
_SHOWN_ENVIRONMENTS = frozenset(
    "figure table theorem lemma proof definition proposition corollary algorithm equation align listing lstlisting"
    " tikzpicture abstract tabular".split()
)
_VERBATIM = frozenset("verbatim Verbatim lstlisting minted comment".split())
_DEFINITION_LINES = 200


def scan(text: str) -> list[Unit]:
    """Units of a TeX text; what stands in no section belongs to the file."""
    lines = text.split("\n")
    sections: list[tuple[int, Unit]] = []
    units: list[Unit] = []
    environments: list[tuple[str, int]] = []
    covered = 0
    depths: dict[int, int] = {}
    for number, line in enumerate(lines, 1):
        code = _COMMENT.sub("", line)
        if "\\" not in code:
            continue
        if environments and environments[-1][0] in _VERBATIM:
            if not re.search(r"\\end\s*\{" + re.escape(environments[-1][0]), line):
                continue
        elif section := _SECTION.match(code):
            title = _title(section[2])
            sections.append((_LEVELS[section[1]], _unit("section", title, number, number, lines, is_container=True)))
        elif number > covered and (definition := _DEFINITION.match(code)):
            covered = _closing_line(lines, number, depths)
            units.append(_unit("macro", definition[1].lstrip("\\"), number, covered, lines))
        for begins, name in _ENVIRONMENT.findall(code):
            if begins == "begin":
                environments.append((name, number))
            elif environments and environments[-1][0] == name:
                _, first = environments.pop()
                if name.rstrip("*") in _SHOWN_ENVIRONMENTS and not _is_within(environments):
                    units.append(
                        _unit("environment", _environment_name(name, first, number, lines), first, number, lines)
                    )
    units += nested_by_level(sections, lines)
    return sorted(units, key=lambda unit: (unit.start_line, -unit.end_line))


def _is_within(environments: list[tuple[str, int]]) -> bool:
    """Whether one of the open environments is a unit of its own."""
    return any(name.rstrip("*") in _SHOWN_ENVIRONMENTS for name, _ in environments)


def _title(rest: str) -> str:
    depth, end = 1, len(rest)
    for at, sign in enumerate(rest):
        depth += (sign == "{") - (sign == "}")
        if not depth:
            end = at
            break
    return " ".join(_MARKUP.sub(" ", rest[:end]).split())


def _environment_name(name: str, first: int, last: int, lines: list[str]) -> str:
    label = _LABEL.search("\n".join(lines[first - 1 : last]))
    return label[1] if label else name


def _closing_line(lines: list[str], first: int, depths: dict[int, int]) -> int:
    """The line on which the braces opened on line `first` are closed; `first` where they never are."""
    depth = 0
    for number in range(first, min(len(lines), first + _DEFINITION_LINES) + 1):
        if number not in depths:
            code = _COMMENT.sub("", lines[number - 1]).replace("\\{", "").replace("\\}", "")
            depths[number] = code.count("{") - code.count("}")
        depth += depths[number]
        if depth <= 0:
            return number
    return first


def _unit(kind: str, name: str, first: int, last: int, lines: list[str], is_container: bool = False) -> Unit:
    return Unit(kind, name, first, last, first, is_container, signature=" ".join(lines[first - 1].split())[:300])
