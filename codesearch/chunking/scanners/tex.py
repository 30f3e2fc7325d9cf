"""TeX and LaTeX: sections, environments, slides, and definitions of LaTeX, plain TeX and expl3."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from codesearch.chunking.chunk import Member, Unit
from codesearch.chunking.scanners import tex_code
from codesearch.chunking.scanners.extents import nest_by_level
from codesearch.chunking.scanners.tex_code import TexCode

_LEVELS = {
    name: level
    for level, name in enumerate(
        ("part", "chapter", "section", "subsection", "subsubsection", "paragraph", "subparagraph")
    )
} | {"addpart": 0, "addchap": 1, "addsec": 2}
_UNIT_ENVIRONMENTS = frozenset(
    "figure table theorem lemma proof definition proposition corollary algorithm equation align listing lstlisting"
    " tikzpicture abstract tabular".split()
)
_SLIDES = frozenset(("frame", "slide"))
_DOCUMENTING = {"macro": "macro", "environment": "environment", "variable": "variable", "function": "function"}
"""Environments of `.dtx` files that contain a definition and its documentation → kind."""


@dataclass(frozen=True, slots=True)
class _Definer:
    """A defining command: the kind it defines, the number of groups after the name, and how many belong to the head."""

    kind: str = "macro"
    groups: int = 1
    heads: int = 0
    is_primitive: bool = False
    """Whether the name is never in braces."""


def _definers() -> dict[str, _Definer]:
    definers: dict[str, _Definer] = {}
    for definer, names in {
        _Definer(is_primitive=True): "def edef gdef xdef",
        _Definer(groups=0, is_primitive=True): "let newif newcount newdimen newskip newtoks newbox newread newwrite"
        " chardef mathchardef",
        _Definer(groups=0): "newcounter newlength newsavebox cslet csletcs",
        _Definer(): "newcommand renewcommand providecommand DeclareRobustCommand newrobustcmd renewrobustcmd"
        " newcommandx @namedef csdef csedef csgdef csxdef DeclareMathOperator DeclareOption newcolumntype"
        " newglossaryentry lstdefinestyle newbibmacro renewbibmacro DeclareBibliographyDriver",
        _Definer(groups=2): "DeclarePairedDelimiter definecolor lstdefinelanguage newacronym",
        _Definer(groups=2, heads=1): " ".join(
            f"{verb}{expandable}DocumentCommand"
            for verb in ("New", "Renew", "Provide", "Declare")
            for expandable in ("", "Expandable")
        ),
        _Definer("environment"): "newtheorem newtcolorbox newmdenv declaretheorem lstnewenvironment newfloat",
        _Definer("environment", groups=2): "newenvironment renewenvironment provideenvironment newenvironmentx",
        _Definer("environment", groups=3, heads=1): "NewDocumentEnvironment RenewDocumentEnvironment"
        " ProvideDocumentEnvironment DeclareDocumentEnvironment",
    }.items():
        definers |= dict.fromkeys(names.split(), definer)
    return definers


_DEFINERS = _definers()
_COMMAND = re.compile(
    rf"""(?<!\\string)(?<!\\noexpand)\\(?:
    (?P<section>{"|".join(_LEVELS)})\*?(?![A-Za-z@])
    |(?P<edge>begin|end)[ \t]*\{{(?P<environment>[^{{}}\n]+)\}}
    |(?P<frame>frame(?:title)?)(?![A-Za-z@])
    |(?P<definer>{"|".join(_DEFINERS)})(?![A-Za-z@])\*?
    |(?P<expl>cs_(?:g?set|new)\w*|prg_(?:g?set|new)\w*_conditional|keys_define|[a-z]+_(?:new|const)(?=:[Nc]))
     :(?P<signature>[A-Za-z]+))""",
    re.VERBOSE,
)
_NAME = re.compile(
    r"(?:\\expandafter\s*)?(?:\\csname\s*(?P<csname>[^{}\n]{1,200}?)\s*\\endcsname|\{\s*\\?(?P<group>[^{}]{1,200}?)\s*\}"
    r"|\\(?P<plain>[A-Za-z@_:]+|[^\sA-Za-z]))"
)
_COMPUTED = re.compile(r"[\\#].")
"""A name that is computed when TeX runs."""
_LET = re.compile(r"[ \t]*=?[ \t]*\\[A-Za-z@_:]+")
_OVERLAY = re.compile(r"(?:<[^<>\n]*>)?")
_PARAMETERS = re.compile(r"[^{}\n]{0,500}(?:\n[^{}\n]{0,500})?")
_LABEL = re.compile(r"\\label\s*\{([^{}]+)\}")
_COMMENT = re.compile(r"(?<!\\)%.*")
_MARKUP = re.compile(r"\\(?:(?:label|index|footnote|thanks)\s*\{[^{}]*\}|[A-Za-z]+\*?|[\\ ,;!/])|[{}$~]")
_ESCAPE = re.compile(r"\\(?=[&%#$_])")
_DOCUMENTED_NAME = re.compile(r"[\s{\\]*([^{}\\\[\]]+)")
_DOCUMENTATION_MARK = re.compile(r"^%+[ \t]*", re.MULTILINE)
_LONGEST_DEFINITION = 500
"""Lines. A group that is open for longer is taken to be unbalanced."""
_SIGNATURE_CHARS = 300


def scan(text: str) -> list[Unit]:
    """Units of a TeX text."""
    return _Scanner(tex_code.read(text)).units()


@dataclass(slots=True)
class _OpenEnvironment:
    """An open environment."""

    name: str
    start: int
    head_end: int
    titles: list[str]
    shares: bool = False
    """Whether it is nested with another documenting environment; then neither documents a single definition."""


@dataclass(slots=True)
class _Scanner:
    """Scans a text command by command."""

    source: TexCode
    units_found: list[Unit] = field(default_factory=list)
    sections: list[tuple[int, Unit]] = field(default_factory=list)
    environments: list[_OpenEnvironment] = field(default_factory=list)

    def units(self) -> list[Unit]:
        position = 0
        while match := _COMMAND.search(self.source.code, position):
            position = max(match.end(), self._process(match))
        self.units_found += nest_by_level(self.sections, self.source.text.split("\n"))
        return sorted(self.units_found, key=lambda unit: (unit.start_line, -unit.end_line))

    def _process(self, match: re.Match[str]) -> int:
        """Process a command. Returns the position at which to continue."""
        if match["section"]:
            return self._section(match)
        if match["edge"] == "begin":
            return self._begin(match)
        if match["edge"]:
            return self._end(match)
        if match["frame"]:
            return self._frame(match)
        if match["definer"]:
            return self._definition(match.start(), match.end(), _DEFINERS[match["definer"]])
        return self._expl3(match)

    def _section(self, match: re.Match[str]) -> int:
        title = self._title(match.end())
        if title and "#" not in title:
            line = self.source.line(match.start())
            unit = self._unit("section", title, match.start(), match.end())
            self.sections.append((_LEVELS[match["section"]], replace(unit, end_line=line, is_container=True)))
        return match.end()

    def _begin(self, match: re.Match[str]) -> int:
        name, titles, end = match["environment"].strip(), [], match.end()
        if name.rstrip("*") in _SLIDES:
            titles = [title for title in [self._title(end)] if title]
        elif name in _DOCUMENTING:
            opening = self._group_start(end)
            end = self.source.closings.get(opening, end)
            names = map(_DOCUMENTED_NAME.match, self.source.code[opening:end].split(","))
            titles = [title for documented in names if documented and (title := documented[1].strip())]
        opened = _OpenEnvironment(name, match.start(), end, titles)
        if name in _DOCUMENTING and self.environments and self.environments[-1].name in _DOCUMENTING:
            opened.shares = self.environments[-1].shares = True
        self.environments.append(opened)
        return match.end()

    def _end(self, match: re.Match[str]) -> int:
        if self.environments and self.environments[-1].name == match["environment"].strip():
            opened = self.environments.pop()
            kind = opened.name.rstrip("*")
            if opened.titles and opened.name in _DOCUMENTING and not opened.shares:
                self._add_documented(opened, match.end())
            elif opened.titles and kind in _SLIDES:
                self.units_found.append(self._unit("section", opened.titles[0], opened.start, match.end()))
            elif kind in _UNIT_ENVIRONMENTS and not self._is_inside_unit():
                label = _LABEL.search(self.source.text, opened.start, match.end())
                name = label[1] if label else opened.name
                self.units_found.append(self._unit("environment", name, opened.start, match.end()))
        return match.end()

    def _is_inside_unit(self) -> bool:
        """Whether one of the open environments is a unit."""
        return any(
            opened.name.rstrip("*") in _UNIT_ENVIRONMENTS or (opened.name.rstrip("*") in _SLIDES and opened.titles)
            for opened in self.environments
        )

    def _add_documented(self, opened: _OpenEnvironment, end: int) -> None:
        """Add a definition with its documentation, replacing units inside that define the same name."""
        name, *aliases = opened.titles
        unit = self._unit(_DOCUMENTING[opened.name], name, opened.start, end)
        if name not in unit.signature:  # the names are on the lines below
            unit = replace(unit, signature=f"{unit.signature} {{\\{name}}}")
        inner: list[Unit] = []
        while self.units_found and self.units_found[-1].start_line >= unit.start_line:
            inner.append(self.units_found.pop())
        self.units_found += [child for child in reversed(inner) if child.name != name]
        defined = {child.name for child in inner}
        code = self.source.text.find("\\begin{macrocode", opened.head_end, end)
        documentation = self.source.text[opened.head_end + 1 : code if code > 0 else end]
        self.units_found.append(
            replace(
                unit,
                documentation=_DOCUMENTATION_MARK.sub("", documentation).strip(),
                members=tuple(
                    Member(unit.start_line, alias, "macro", signature=f"\\{alias}")
                    for alias in aliases
                    if alias not in defined
                ),
            )
        )

    def _frame(self, match: re.Match[str]) -> int:
        """Set the title of the open slide, or add a slide given as a command (`\\frame{\\frametitle{…} …}`)."""
        if match["frame"] == "frametitle":
            slide = next((opened for opened in reversed(self.environments) if opened.name in _SLIDES), None)
            if slide and (title := self._title(match.end())):
                slide.titles.append(title)
            return match.end()
        position = self._group_start(match.end())
        end = self.source.closings.get(position, 0)
        inner = self.source.code.find("\\frametitle", position, end) if end else -1
        if inner < 0:
            return match.end()
        title = self._title(inner + len("\\frametitle"))
        self.units_found.append(self._unit("section", title, match.start(), end))
        return end

    def _expl3(self, match: re.Match[str]) -> int:
        signature = match["signature"]
        kind = "macro"
        if match["expl"].endswith("_const"):
            kind = "constant"
        elif match["expl"].endswith("_new") and match["expl"] != "cs_new":
            kind = "variable"
        groups = len(signature[1:].replace("N", "").replace("p", "").replace("w", ""))
        heads = int(match["expl"].endswith("_conditional"))
        return self._definition(match.start(), match.end(), _Definer(kind, groups, heads))

    def _definition(self, start: int, position: int, definer: _Definer) -> int:
        """Add a definition; `start` is the position of its command, `position` that of its name. Returns its end."""
        source = self.source
        name = _NAME.match(source.code, source.after_option(source.after_blank(position)))
        if not name or (name["group"] and definer.is_primitive):
            return position
        end = head = name.end()
        for number in range(definer.groups):
            opening = self._group_start(end, with_parameters=definer.kind == "macro" and number == 0)
            closing = source.closings.get(opening)
            if closing is None or source.line(closing) - source.line(start) > _LONGEST_DEFINITION:
                break
            head = opening if number <= definer.heads else head
            end = closing + 1
        if not definer.groups and (alias := _LET.match(source.code, end)):
            end = alias.end()
        title = " ".join((name["csname"] or name["group"] or name["plain"]).split())
        unit = self._unit(definer.kind, title, start, max(end - 1, start))
        if unit.end_line > unit.start_line:
            signature = " ".join(source.text[start:head].replace("%\n", "\n").split())
            unit = replace(unit, signature=signature[:_SIGNATURE_CHARS])
        if not _COMPUTED.search(title):
            self.units_found.append(unit)
        return end

    def _group_start(self, position: int, with_parameters: bool = False) -> int:
        """The position of the next group, after options (and the parameters of `\\def`)."""
        source = self.source
        while (after := source.after_option(source.after_blank(position))) != position:
            position = after
        if (
            with_parameters
            and not source.code.startswith("{", position)
            and (match := _PARAMETERS.match(source.code, position))
        ):
            position = match.end()
        return position

    def _title(self, position: int) -> str:
        """The title in the next group, after options and overlays; "" if there is none."""
        if match := _OVERLAY.match(self.source.code, position):
            position = self._group_start(match.end())
        if match := _OVERLAY.match(self.source.code, position):
            position = self._group_start(match.end())
        return " ".join(_MARKUP.sub(" ", _ESCAPE.sub("", self._group_text(position))).split())

    def _group_text(self, position: int) -> str:
        """The text of the group at `position`, up to the end of the line if it is never closed."""
        source = self.source
        if not source.code.startswith("{", position):
            return ""
        newline = source.text.find("\n", position)
        end = source.closings.get(position, newline if newline >= 0 else len(source.text))
        return _COMMENT.sub("", source.text[position + 1 : min(end, position + _SIGNATURE_CHARS)])

    def _unit(self, kind: str, name: str, start: int, end: int) -> Unit:
        first = self.source.line(start)
        signature = " ".join(self.source.line_around(start, _SIGNATURE_CHARS).split())
        return Unit(kind, name, first, self.source.line(end), first, signature=signature)
