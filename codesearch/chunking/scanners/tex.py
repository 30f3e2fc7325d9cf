"""TeX and LaTeX: sections by their level, environments, slides and definitions (LaTeX's, plain TeX's, expl3's)."""

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
_SHOWN_ENVIRONMENTS = frozenset(
    "figure table theorem lemma proof definition proposition corollary algorithm equation align listing lstlisting"
    " tikzpicture abstract tabular".split()
)
_SLIDES = frozenset(("frame", "slide"))
_DOCUMENTING = {"macro": "macro", "environment": "environment", "variable": "variable", "function": "function"}
"""Environments of `.dtx` files that hold a definition and what is said of it, with its kind."""


@dataclass(frozen=True, slots=True)
class _Definer:
    """A command that defines: what, how many groups follow the name, and how many of these belong to the head."""

    kind: str = "macro"
    groups: int = 1
    heads: int = 0
    is_primitive: bool = False
    """Whether its name is never in braces."""


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
"""A name that is not known before the text is run."""
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
"""Lines; a group that is open longer was never meant to be."""
_SIGNATURE_CHARS = 300


def scan(text: str) -> list[Unit]:
    """Units of a TeX text; what stands in no section belongs to the file."""
    return _Scan(tex_code.read(text)).units()


@dataclass(slots=True)
class _Open:
    """An environment that has begun."""

    name: str
    place: int
    head_end: int
    titles: list[str]
    shares: bool = False
    """Whether it stands in or around another one that documents a definition: then both hold several."""


@dataclass(slots=True)
class _Scan:
    """Goes through a text from command to command."""

    source: TexCode
    found: list[Unit] = field(default_factory=list)
    sections: list[tuple[int, Unit]] = field(default_factory=list)
    environments: list[_Open] = field(default_factory=list)

    def units(self) -> list[Unit]:
        place = 0
        while match := _COMMAND.search(self.source.code, place):
            place = max(match.end(), self._take(match))
        self.found += nest_by_level(self.sections, self.source.text.split("\n"))
        return sorted(self.found, key=lambda unit: (unit.start_line, -unit.end_line))

    def _take(self, match: re.Match[str]) -> int:
        """Take what a command begins or ends. Returns the place up to which that is read."""
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
        title = self._titled(match.end())
        if title and "#" not in title:
            line = self.source.line(match.start())
            unit = self._unit("section", title, match.start(), match.end())
            self.sections.append((_LEVELS[match["section"]], replace(unit, end_line=line, is_container=True)))
        return match.end()

    def _begin(self, match: re.Match[str]) -> int:
        name, titles, end = match["environment"].strip(), [], match.end()
        if name.rstrip("*") in _SLIDES:
            titles = [title for title in [self._titled(end)] if title]
        elif name in _DOCUMENTING:
            opening = self._opening(end)
            end = self.source.closings.get(opening, end)
            names = map(_DOCUMENTED_NAME.match, self.source.code[opening:end].split(","))
            titles = [documented[1].strip() for documented in names if documented]
        opened = _Open(name, match.start(), end, titles)
        if name in _DOCUMENTING and self.environments and self.environments[-1].name in _DOCUMENTING:
            opened.shares = self.environments[-1].shares = True
        self.environments.append(opened)
        return match.end()

    def _end(self, match: re.Match[str]) -> int:
        if self.environments and self.environments[-1].name == match["environment"].strip():
            opened = self.environments.pop()
            kind = opened.name.rstrip("*")
            if opened.titles and opened.name in _DOCUMENTING and not opened.shares:
                self._documented(opened, match.end())
            elif opened.titles and kind in _SLIDES:
                self.found.append(self._unit("section", opened.titles[0], opened.place, match.end()))
            elif kind in _SHOWN_ENVIRONMENTS and not self._is_within_shown():
                label = _LABEL.search(self.source.text, opened.place, match.end())
                name = label[1] if label else opened.name
                self.found.append(self._unit("environment", name, opened.place, match.end()))
        return match.end()

    def _is_within_shown(self) -> bool:
        """Whether one of the open environments is a unit of its own."""
        return any(
            opened.name.rstrip("*") in _SHOWN_ENVIRONMENTS or (opened.name.rstrip("*") in _SLIDES and opened.titles)
            for opened in self.environments
        )

    def _documented(self, opened: _Open, end: int) -> None:
        """A definition with its documentation; the command that defines the same name is a part of it."""
        name, *others = opened.titles
        unit = self._unit(_DOCUMENTING[opened.name], name, opened.place, end)
        inner: list[Unit] = []
        while self.found and self.found[-1].start_line >= unit.start_line:
            inner.append(self.found.pop())
        self.found += [other for other in reversed(inner) if other.name != name]
        defined = {other.name for other in inner}
        code = self.source.text.find("\\begin{macrocode", opened.head_end, end)
        said = self.source.text[opened.head_end + 1 : code if code > 0 else end]
        self.found.append(
            replace(
                unit,
                documentation=_DOCUMENTATION_MARK.sub("", said).strip(),
                members=tuple(Member(unit.start_line, other, "macro") for other in others if other not in defined),
            )
        )

    def _frame(self, match: re.Match[str]) -> int:
        """The title of an open slide, or a slide that is a command (`\\frame{\\frametitle{…} …}`)."""
        if match["frame"] == "frametitle":
            slide = next((opened for opened in reversed(self.environments) if opened.name in _SLIDES), None)
            if slide and (title := self._titled(match.end())):
                slide.titles.append(title)
            return match.end()
        place = self._opening(match.end())
        end = self.source.closings.get(place, 0)
        inner = self.source.code.find("\\frametitle", place, end) if end else -1
        if inner < 0:
            return match.end()
        title = self._titled(inner + len("\\frametitle"))
        self.found.append(self._unit("section", title, match.start(), end))
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

    def _definition(self, start: int, place: int, definer: _Definer) -> int:
        """A definition from its command on; `place` is that of its name. Returns its end."""
        source = self.source
        name = _NAME.match(source.code, source.after_option(source.after_blank(place)))
        if not name or (name["group"] and definer.is_primitive):
            return place
        end = head = name.end()
        for number in range(definer.groups):
            opening = self._opening(end, with_parameters=definer.kind == "macro" and number == 0)
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
            self.found.append(unit)
        return end

    def _opening(self, place: int, with_parameters: bool = False) -> int:
        """The place of the group that follows, after options (and the parameters of `\\def`)."""
        source = self.source
        while (after := source.after_option(source.after_blank(place))) != place:
            place = after
        if (
            with_parameters
            and not source.code.startswith("{", place)
            and (match := _PARAMETERS.match(source.code, place))
        ):
            place = match.end()
        return place

    def _titled(self, place: int) -> str:
        """The title in the group that follows, after options and overlays; nothing where none does."""
        if match := _OVERLAY.match(self.source.code, place):
            place = self._opening(match.end())
        if match := _OVERLAY.match(self.source.code, place):
            place = self._opening(match.end())
        return " ".join(_MARKUP.sub(" ", _ESCAPE.sub("", self._group(place))).split())

    def _group(self, place: int) -> str:
        """The text of the group that begins here, up to the line's end where that is never closed."""
        source = self.source
        if not source.code.startswith("{", place):
            return ""
        newline = source.text.find("\n", place)
        end = source.closings.get(place, newline if newline >= 0 else len(source.text))
        return _COMMENT.sub("", source.text[place + 1 : min(end, place + _SIGNATURE_CHARS)])

    def _unit(self, kind: str, name: str, start: int, end: int) -> Unit:
        first = self.source.line(start)
        signature = " ".join(self.source.line_around(start, _SIGNATURE_CHARS).split())
        return Unit(kind, name, first, self.source.line(end), first, signature=signature)
