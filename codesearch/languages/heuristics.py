"""Content → language, for extensions that several languages share and for files with unknown names.

The rules follow GitHub Linguist's heuristics. "Text" stands for source in an unsupported language, "" for data.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_HEAD_CHARS = 50_000
"""The part of a file that rules examine; leaves room for a long licence at the top."""

Rule = Callable[[str], str]
"""Gets a newline and the head of a file: a pattern that begins with the newline is found much faster than with `^`."""


def by_content(extension: str, text: str) -> str | None:
    """The language's name for a file with an ambiguous extension (in lower case); None if it is not ambiguous."""
    rule = _RULES.get(extension)
    return None if rule is None else rule("\n" + text[:_HEAD_CHARS])


def looks_like_source(text: str) -> bool:
    """Whether a text is more likely source than data, logs or prose."""
    lines = [line for line in text[:8_000].split("\n")[:200] if line.strip()]
    if len(lines) < 3 or max(map(len, lines)) > 1_000 or _DATA_START.match(text):
        return False
    logged = sum(bool(_LOG_LINE.match(line)) for line in lines)
    code = sum(bool(_CODE_LINE.search(line)) for line in lines)
    return logged * 2 < len(lines) and code * 10 >= len(lines) * 4


_DATA_START = re.compile(
    r"\s*(?:<\?xml|<svg|<!DOCTYPE|[\[{]\s*[\[{\"\]}]|-----BEGIN |%PDF|[\d.,;\s+-]+\n[\d.,;\s+-]+\n)"
)
_LOG_LINE = re.compile(r"\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d|\[?\d\d:\d\d:\d\d|[A-Z][a-z]{2} +\d+ \d\d:\d\d:\d\d")
_CODE_LINE = re.compile(
    r"[;{}(]\s*$|^\s*[})\]]|\w\s?\([^()\n]*\)|\w\s*(?::=|\+=|==|->|=>|=)\s*\S|^\s*(?://|/\*|\*|#|--|;;|%)|"
    r"^\s*(?:def|class|function|fn|func|fun|import|include|use|var|let|const|if|else|for|while|return|begin|end|"
    r"proc|sub|module|package|struct|type|enum|interface|impl|pub|public|private|local|set)\b"
)


def _first(*rules: tuple[str, str], otherwise: str) -> Rule:
    """A rule that returns the language of the first pattern found in the text."""

    def choose(text: str) -> str:  # patterns are compiled on first use; all of them take 30 ms
        return next((language for pattern, language in rules if re.search(pattern, text, re.MULTILINE)), otherwise)

    return choose


_OBJECTIVE_C = (
    r"^[ \t]*@(?:interface|implementation|protocol|property|end|import|class[ \t]+\w+[ \t]*[;,])\b|"
    r"^#import[ \t]+[<\"]",
    "Text",
)
_CPP_HEADERS = (
    r"cstd\w+|string|vector|map|list|array|memory|iostream|utility|type_traits|functional|algorithm|tuple|optional|atomic"
    r"|mutex|thread|string_view|bitset|queue|stack|unordered_\w+|[\w/]+\.hpp"
)
# Each pattern begins with literal characters, which are found fast.
_CPP = tuple(
    (form, "C++")
    for form in (
        rf"\n[ \t]*+(?:#[ \t]*include[ \t]*<(?:{_CPP_HEADERS})>|template[ \t]*<|catch[ \t]*\("
        r"|(?:(?:inline|static)[ \t]+)?(?:try|constexpr|consteval|constinit)\b"
        r"|(?:virtual|explicit)[ \t]+[\w:~<>*&, \t]+\(|(?:class|(?:using[ \t]+)?namespace)[ \t]+\w"
        r"|(?:private|public|protected)[ \t]*:|using[ \t]+\w+[ \t]*=)",
        r"std::(?<!\wstd::)\w",
        r"operator(?<!\woperator)[ \t]*(?:\(\)|[-+*/=<>!\[]+)[ \t]*\(",
        r"\((?:(?<=\w\()|(?<=\w\s\())[^()\n]*\)[ \t]*(?:const[ \t]*)?(?:noexcept|override|= ?delete|= ?default)\b",
    )
)
_FORTRAN = (
    r"(?i)^(?:[c*][^a-z]|      (?:subroutine|program|integer|real|function|implicit|common|parameter|double|do|"
    r"call)\b|"
    r"[ \t]*!|[ \t]*(?:program|module|subroutine|(?:recursive |pure |elemental |real |integer )*function)[ \t]+\w+)",
    "FORTRAN",
)
_FORTH = (r"^: ", "Text")
_PROLOG = (r"^[^#\n]*:-|^[ \t]*[a-z]\w*\([^()\n]*\)[ \t]*\.[ \t]*(?:%.*)?$", "Text")
_PERL = (
    r"\buse[ \t]+(?:strict\b|warnings\b|v?5\b|[A-Z][\w:]+(?:\s|;))|^[ \t]*package[ \t]+[A-Za-z][\w:]*[ \t]*[;{]|"
    r"^[ \t]*sub[ \t]+\w+[ \t]*(?:\([^)]{0,200}\)[ \t]*)?\{|\bmy[ \t]*[$@%(]|^=(?:head[1-4]|pod|cut)\b|"
    r"\brequire[ \t]+[A-Z\"'][\w:./]+",
    "Perl",
)
_RAKU = (
    r"^[ \t]*(?:use[ \t]+v6\b|(?:my[ \t]+|unit[ \t]+)?(?:module|class|role|grammar)[ \t]+[\w:-]+[ \t]*[;{]|"
    r"multi[ \t]+(?:sub|method)\s)",
    "Text",
)
_VB_HEADER = (
    r"(?i)^[ \t]*(?:VERSION[ \t]+[0-9]\.[0-9]+(?:[ \t]+CLASS)?|Attribute[ \t]+VB_\w+|"
    r"Option[ \t]+(?:Explicit|Compare|Base|Private|Strict))\b",
    "Visual Basic",
)
_VB_ROUTINE = (
    r"(?i)^[ \t]*(?:(?:Public|Private|Friend|Static|Declare)[ \t]+)*"
    r"(?:Sub|Function|Property[ \t]+(?:Get|Let|Set))[ \t]+\w+",
    "Visual Basic",
)
_XML = (r"\A\s{0,99}<(?:\?xml\b|!DOCTYPE TS\b|TS\b|tileset\b)", "")
_SQL = (
    r"(?i)^[ \t]*(?:CREATE|ALTER|DROP|INSERT[ \t]+INTO|SELECT|UPDATE[ \t]+\w|DELETE[ \t]+FROM|GRANT|DECLARE|"
    r"COMMENT[ \t]+ON|BEGIN|PACKAGE|PROCEDURE|FUNCTION|TRIGGER|SET[ \t]+\w+)\b",
    "SQL",
)
_ASSEMBLY = (
    r"(?i)^[ \t]*(?:%(?:macro|define|include|if\w*)\b|\.(?:macro|text|globl|global|section|equ|set|include|ifn?def|"
    r"long|byte|word)\b|(?:section|segment|global|extern|bits|org|public|extrn)\s|"
    r"(?:[a-z_$.]\w*:?[ \t]+)?(?:mov\w*|push|pop|jmp|call|ldr|str|lda|sta|"
    r"equ|db|dw|dd|dq|macro|proc|struc|lea|xor|int)[ \t]+\S)",
    "Assembly",
)
_C_LIKE = (r"^[ \t]*#[ \t]*(?:include|define|ifndef|ifdef|if|undef)\b|;[ \t]*$", "C")
_SHELL_LIKE = (r"^[ \t]*(?:fi|done|esac)\b|^[ \t]*if \[", "Shell")

_TEX_CLASS = (r"^[ \t]*\\(?:NeedsTeXFormat|ProvidesClass|ProvidesExplClass|newcommand|def|LoadClass)\b", "TeX")
_SWIG = (r"^[ \t]*%(?:module|include|\{|inline|template|ignore|rename)", "Text")
_REASON = (r"^[ \t]*(?:let[ \t]+(?:module[ \t]+\w+|rec[ \t]+\w+|\w+[ \t]*=)|open[ \t]+\w+|module[ \t]+type\s)", "Text")
_SCALA = (r"^[ \t]*(?:object|class|trait|def|import|val|package|case|enum|given|extension)\s|^//> using", "Scala")

_COMMENT = r"/(?:\*[^*]*+(?:\*(?!/)[^*]*+)*+(?:\*/)?|/[^\n]*)"
# Not valid in C: const methods, references, default arguments, destructors, structs with bases, and functions and
# constructors in structs. Each begins with literal characters, too.
_CPP_FORMS = tuple(
    (form, "C++")
    for form in (
        r"\)[ \t]*const[ \t]*[;{]",
        r"const[ \t]+[\w:]+(?:<[^<>\n]*>)?[ \t]*&[ \t]*\w",
        r"&(?:(?<=int&)|(?<=char&)|(?<=bool&)|(?<=double&)|(?<=float&)|(?<=long&)|(?<=_t&))[ \t]*\w+[ \t]*[,)]",
        r"\((?<!for\()(?<!for \()(?:[^()\n;]*,)?[ \t]*(?:const[ \t]+)?[A-Za-z_]\w*[ \t*&]+\w+[ \t]*=[^=();\n]+[,)]",
        r"\n[ \t]*~[A-Za-z_]\w*[ \t]*\([ \t]*(?:void[ \t]*)?\)",
        r"enum[ \t]+(?:class|struct)[ \t]+\w",
        r"auto[ \t]+\w+\([^()\n]*\)[ \t]*->",
        r"struct[ \t]+\w+[ \t]*:[ \t]*(?:public[ \t]+|private[ \t]+|virtual[ \t]+)*[A-Za-z_][\w:<>, \t]*\s*\{",
        r"struct[ \t]+(\w+)[ \t]*\{[^{}]{0,5000}?(?:\s\1[ \t]*\([^()*\n]*\)|"
        r"\w[ \t*&]+(?!__)(?![A-Z0-9_]+\()[A-Za-z]\w*\([^()*\n]*\))\s*[;:{]",
    )
)


def _header(text: str) -> str:
    """C, C++ or Objective-C."""
    words = ("interface", "implementation", "protocol", "property", "class", "import")
    if "@" in text and any(f"@{word}" in text for word in words):
        return _first(_OBJECTIVE_C, *_CPP, otherwise="C")(text)
    if "#import" in text and re.search(_OBJECTIVE_C[0], text, re.MULTILINE):
        return "Text"
    return _first(*_CPP, *_CPP_FORMS, otherwise="C")(re.sub(_COMMENT, "", text))


_RULES: dict[str, Rule] = {
    ".h": _header,
    ".m": _first(otherwise="Text"),
    ".inc": _first(
        (r"^<\?(?:php|=)", "PHP"),
        *_CPP,
        (r"^[ \t]*#[ \t]*(?:include|define|ifndef|ifdef|undef)\b", "C"),
        (r"(?i)^[ \t]*(?:CREATE|ALTER)[ \t]+(?:OR[ \t]+REPLACE[ \t]+)?(?:TABLE|VIEW|FUNCTION|PROCEDURE)\b", "SQL"),
        _ASSEMBLY,
        (r"^[ \t]*<(?:div|html|body|head|table|p|ul|!DOCTYPE|!--)\b", "HTML"),
        (r"^[ \t]*(?:static |const )?(?:int|char|void|unsigned|struct)\b.*[;{(][ \t]*$", "C"),
        otherwise="Text",
    ),
    ".pl": _first(_PROLOG, _PERL, _RAKU, otherwise="Perl"),
    ".pm": _first((r"\A\s{0,99}/\* XPM \*/", ""), _PERL, _RAKU, otherwise="Perl"),
    ".t": _first(
        _PERL,
        _RAKU,
        (r"^[ \t]*%[ \t]|^[ \t]*var[ \t]+\w+[ \t]*:=[ \t]*\w+|^[ \t]*local\s|^terra\s", "Text"),
        otherwise="Text",
    ),
    ".al": _first(_PERL, otherwise="Text"),
    ".ph": _first(_PERL, (r"#[ \t]*(?:include|define)", "C"), otherwise="Text"),
    ".cgi": _first(_PERL, (r"^(?:import|from|def) \w", "Python"), _SHELL_LIKE, otherwise="Text"),
    ".fcgi": _first(_PERL, (r"^<\?php", "PHP"), (r"^(?:import|from|def) \w", "Python"), _SHELL_LIKE, otherwise="Text"),
    ".cls": _first(_VB_HEADER, _TEX_CLASS, _VB_ROUTINE, otherwise="Text"),
    ".bas": _first(
        (r"(?i)\A\s{0,99}(?:B4[AJRi]=true|#lang\b|\$lang:)", "Text"), _VB_HEADER, _VB_ROUTINE, otherwise="Text"
    ),
    ".frm": _first(_VB_HEADER, (r"(?i)^[ \t]*Begin[ \t]+(?:\{[\w-]+\}|VB\.\w+)", "Visual Basic"), otherwise=""),
    ".ctl": _first(_VB_HEADER, otherwise="Text"),
    ".dsr": _first(_VB_HEADER, otherwise=""),
    ".vba": _first((r"^[ \t]*(?:UseVimball|\" )", "Text"), otherwise="Visual Basic"),
    ".ts": _first(_XML, otherwise="TypeScript"),
    ".tsx": _first(_XML, otherwise="TypeScript"),
    ".md": _first((r"\n\(define_(?:insn|expand|attr|mode)", "Text"), otherwise="Markdown"),
    ".scd": _first((r"\b(?:SynthDef|Server\.\w+|Pbind)\b", "Text"), otherwise="Markdown"),
    ".d": _first(
        (
            r"^[ \t]*(?:module|import)[ \t]+[\w.]+[ \t]*[;:(]|^[ \t]*(?:unittest|void|class|struct|alias|enum|"
            r"version)\b",
            "Text",
        ),
        (r"^[ \t]*(?:#pragma D|(?:dtrace|pid\d*|syscall|profile|fbt)::?)", "Text"),
        (r"^[^#\s:][^:\n]*:(?!=)(?:\s.*)?(?:\\?$)", "Makefile"),
        otherwise="Text",
    ),
    ".f": _first(_FORTH, (r"flowop\b", "Text"), _FORTRAN, otherwise="Text"),
    ".for": _first(_FORTH, _FORTRAN, otherwise="Text"),
    ".fpp": _first(_FORTRAN, otherwise="Text"),
    ".cs": _first(
        (r"\n![\w \t]{1,99}methodsFor: '", "Text"), (r"\n[ \t]*+\w++[ \t]++subclass: #", "Text"), otherwise="C#"
    ),
    ".i": _first(_SWIG, _C_LIKE, _ASSEMBLY, otherwise="Text"),
    ".ms": _first(
        (r"^[.'][A-Za-z]{2}(?:\s|$)", "Text"),
        (r"^[ \t]*\.(?:text|globl|section|include)\b", "Assembly"),
        otherwise="Text",
    ),
    ".sc": _first(
        (r"(?i)^[ \t]*(?:SynthDef|~\w+[ \t]*=|var[ \t]+[\w, ]+;|\^)|\+[ \t]*\w+[ \t]*\{$", "Text"),
        _SCALA,
        otherwise="Text",
    ),
    ".es": _first((r"^[ \t]*(?:%%|-module\(|main[ \t]*\(.*?\)[ \t]*->)", "Text"), otherwise="JavaScript"),
    ".gs": _first((r"^#version[ \t]+\d+|^[ \t]*(?:uses|init|layout[ \t]*\()|\bgl_\w+", "Text"), otherwise="JavaScript"),
    ".re": _first(_REASON, *_CPP, otherwise="Text"),
    ".hh": _first((r"<\?hh", "Text"), otherwise="C++"),
    ".php": _first((r"\A\s{0,99}<\?hh", "Text"), otherwise="PHP"),
    ".rs": _first(
        _XML, (r"\n[ \t]*+#pragma[ \t]+(?:version|rs)\b", "Text"), (r"__attribute__", "Text"), otherwise="Rust"
    ),
    ".rpy": _first((r"^[ \t]*(?:label|screen|init|define|transform)[ \t]+[\w-].*:?$", "Text"), otherwise="Python"),
    ".spec": _first((r"^%(?:prep|build|install|files|description|changelog)\b|^Name:\s", "Text"), otherwise="Ruby"),
    ".pluginspec": _first(_XML, otherwise="Ruby"),
    ".trigger": _first((r"\A\n#!|" + _SHELL_LIKE[0], "Shell"), otherwise="Text"),
    ".toc": _first((r"^## |@no-lib-strip@", "Text"), otherwise="TeX"),
    ".aux": _first((r"^\\(?:newlabel|@writefile|relax)", ""), otherwise="Text"),
    ".vw": _first(_SQL, otherwise=""),
    ".tab": _first(_SQL, otherwise=""),
    ".udf": _first(_SQL, otherwise="Text"),
    ".pls": _first((r"\A\s{0,99}\[playlist\]", ""), otherwise="SQL"),
    ".prc": _first(_SQL, otherwise="Text"),
    ".plb": _first(_SQL, otherwise="Text"),
    ".command": _first(otherwise="Shell"),
}
