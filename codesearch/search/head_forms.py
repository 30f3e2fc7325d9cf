"""Heads of definitions that have more than a keyword and a name → the name: `type Context struct` → `Context`.

A head is told from prose by a sign that prose lacks: a bracket, a typed colon, an equals sign or a word such as
`extends` and a type behind the name, or a beginning such as `#define` or `manage ::`. A variable with its value
(`val user = find(id)`) is a line of code rather than a head.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

MODIFIERS = (
    r"abstract|actual|annotation|async|case|const|constexpr|data|declare|default|elemental|expect|explicit|export|extern(?:\s+\"\w*\")?"
    r"|final|implicit|indirect|infix|inline|internal|lateinit|lazy|local|mutating|open|override|partial"
    r"|private(?:\[\w+\])?|protected(?:\[\w+\])?|pub(?:\([^()]*\))?|public|pure|readonly|recursive|sealed|shared|static"
    r"|suspend|tailrec|typedef|unsafe|virtual"
)
_KEYWORDS = (
    "actor|class|contract|def|defguard|defguardp|defmacro|defmacrop|defmodule|defp|defprotocol|entity|enum|extension"
    "|filter|fn|fun|func|function|input|interface|let|macro|message|mixin|module|namespace|object|proc|procedure"
    "|protocol|record|rpc|service|struct|sub|subroutine|trait|type|union|val|var"
)
_BEFORE_KEYWORD = (
    rf"(?:(?:{MODIFIERS}|enum(?=\s+(?:class|struct)\s)|fun(?=\s+interface\s)"
    r"|(?:integer|real|logical|complex|double\s+precision)(?:\([^()]*\))?(?=\s+function\s))\s+)*"
)
_NAME = r"(?P<name>(?:[^\W\d][\w$]*(?:<[^<>]*>)?(?:\.|::|\\|:(?=\w+\()))*[^\W\d][\w$-]*[!?]?)"
_GENERIC = r"<[^<>]*(?:<[^<>]*>[^<>]*)*>"
_BEFORE_NAME = rf"(?:{_GENERIC}\s+|mut\s+|rec\s+|(?-i:[A-Z_]+_(?:API|EXPORT))\s+)?"
_TYPED = r"\s*:\s*(?:(?:public|private|protected)\s+)?(?:(?-i:[A-Z])|[@&?*\[({]|\w+\s*[={<\[(]|$).*"
_SIGNS = (
    rf"\(.*|\s+\([^()]*\)(?:\s+returns\b.*)?|\s*[\[{{].*|\s*<(?!-).*|{_TYPED}|\s*,?\s+do(?:\s.*)?"
    r"|\s+(?:extends|implements)\s+(?-i:[A-Z]).*|\s+final\s*:.*|\s+(?:is|as|where)"
)
"""What may follow the name of what a keyword defines."""
_FIRST_WORDS = frozenset(re.findall(r"[a-z]+", f"{MODIFIERS}|{_KEYWORDS}|member|integer|real|logical|complex|double"))
"""With which a head by keyword begins. Patterns are compiled where they may match, since all take 4 ms."""
_BY_KEYWORD = rf"(?i:{_BEFORE_KEYWORD}(?:{_KEYWORDS})\s+{_BEFORE_NAME}{_NAME}(?:{_SIGNS}))"
_WITH_VALUE = (
    rf"{_BEFORE_KEYWORD}(?P<keyword>const\s+val|def|fun|let|member|module\s+type|module|type|val|var)\s+{_BEFORE_NAME}"
    rf"{_NAME}(?:[^=]*[^=\s<>!])?\s*=\s*(?P<value>[^\s=].*)?"
)
_KEYWORDS_OF_VALUES = ("const", "module", "type")
"""What they define is its value, where what `val` and `let` define is a variable."""
_ACCESS = r"(?:public|private|protected|internal)\s"
_STATEMENT = r"(?:return|await|throw|new|else|yield|case|assert|if|for|while|switch|catch)\b"
_ROUTINE = (
    r"[A-Za-z_][\w\s:.*&,\[\]?]*[\s*&](?P<name>[\w:~.]+)\("
    r"(?:[^()]*\)(?:\s*(?:throws\b|where\b|:|->|=>).*|[^.(]*[{};])?)?"
)
_FIELD = r"[A-Za-z][\w\s.,\[\]?]*\s(?P<name>\w+)\s*(?:=.*|;|\{\s*(?:get|set)\b.*)"
_ANNOTATION = rf"(?:@(?!interface\b)[\w.]+(?:\([^()]*\))?\s+|template\s*{_GENERIC}\s*)+(?=\S)"
_OF_TYPE = r"(?<=[\w\])])<[^<>]*>|(?<=\s)<[^<>]*>(?=\s)"
"""Arguments and parameters of types."""

_ELIXIR_TYPE = r"@\w+\s+(?P<name>\w+[!?]?)(?:\([^()]*(?:\([^()]*\)[^()]*)*\))?\s+::.*"
_CMAKE = r"\w+\(\s*(?P<name>[\w:.-]+)[^()]*\)"
_LISP = r"\(\w+-?\s+\(?(?P<name>[^\s()\[\]]+).*"
_TEX = r"\\\w+\*?\s*\{?(?P<name>\\\w+)\}?.*"
_RUBY = r"\w+\s+:(?P<name>\w+[!?]?).*"
_FORMS: Mapping[str, str] = {
    "type": r"type\s+(?P<name>\w+)\s+"  # Go
    r"(?:(?:struct|interface)\b|func\(|map\[|chan\s|\[|\*|u?int\d*$|string$|bool$).*",
    "data": r"data\s+(?P<name>(?-i:[A-Z])\w*)(?:\s+\w+)*\s*=.*",  # Haskell
    "newtype": r"newtype\s+(?P<name>(?-i:[A-Z])\w*)(?:\s+\w+)*\s*=.*",
    "class": r"class\s+(?:.*=>\s*)?(?P<name>(?-i:[A-Z])\w*)(?:\s+\w+)+\s+where",
    "module": r"module\s+(?P<name>(?-i:[A-Z])[\w.]*)(?:\s*\(.*\))?\s+where",
    "impl": rf"impl(?:{_GENERIC})?\s+(?:\S.*\s+for\s+)?(?P<name>\w+)(?:{_GENERIC})?(?:\s+where\s.*)?\s*\{{?",  # Rust
    "macro_rules!": r"macro_rules!\s+(?P<name>\w+).*",
    "static": r"static\s+(?:mut\s+)?(?P<name>(?-i:[A-Z_]+))\s*:.*",
    "create": r"create\s+(?:or\s+replace\s+)?(?:(?:unique|temp|temporary|materialized)\s+)*"  # SQL
    r"(?:table|view|function|procedure|trigger|index|type|sequence)\s+(?:if\s+not\s+exists\s+)?"
    r"(?P<name>[\w.\"`]+)\s*(?:\(|as\s+(?:select|enum)\b|on\s+\w+\s*\(|@\w|(?:before|after)\s).*",
    "#define": r"#\s*define\s+(?P<name>\w+).*",  # C and C++
    "typedef": r"typedef\s.*\(\s*\*\s*(?P<name>\w+)\s*\)\s*\(.*",
    "using": r"using\s+(?P<name>\w+)\s*=.*",
    "public": r"public\s+"  # Java, Visual Basic
    r"(?:@interface|(?-i:Class|Structure|Module|Interface|Enum))\s+(?P<name>\w+).*",
    **dict.fromkeys(("@callback", "@macrocallback", "@opaque", "@spec", "@type", "@typep"), _ELIXIR_TYPE),
    "extension": r"extension\s+(?P<name>[\w.]+)(?:\s*:\s*[\w., &]+)?\s+where\s.*",  # Swift
    "contract": r"contract\s+(?P<name>\w+)\s+is\s.*",  # Solidity
    "mixin": r"mixin\s+(?P<name>\w+)\s+on\s.*",  # Dart
    "@mixin": r"@mixin\s+(?P<name>[\w-]+).*",  # SCSS
    "def": r"def\s+(?:self\.)?(?P<name>\w+=|[-+*/%<>=!~^|&\[\]]+)\(.*",  # Ruby
    **dict.fromkeys(("alias_method", "attr_accessor", "attr_reader", "attr_writer", "scope"), _RUBY),
    "function": r"function\s+(?:\w+|\[[^\[\]]*\])\s*=\s*(?P<name>\w+)\(.*",  # MATLAB
    **dict.fromkeys(("function(", "macro(", "add_library(", "add_executable("), _CMAKE),
    **dict.fromkeys(("\\newcommand", "\\renewcommand", "\\def"), _TEX),
    **dict.fromkeys(("(defn", "(defun", "(defmacro", "(define"), _LISP),
    "alias": r"alias\s+(?P<name>[\w.-]+)=.*",  # shells
    "export": r"export\s+(?P<name>\w+)=.*",
}
"""By what they begin with, in lower case; only the one that may match is compiled."""
_BEGINNING = re.compile(
    r"(?:#[ \t]*|[\\@(])?\w+!?(?:(?:(?<=function)|(?<=macro)|(?<=add_library)|(?<=add_executable))\()?", re.IGNORECASE
)
_FUNCTION_VALUE = (
    r"(?:local\s+)?(?P<name>[\w.:]+)\s*(?:=|<-)\s*(?:async\s+)?(?:function\b|\([^()]*\)\s*=>|lambda\b).*"
    r"|(?P<variable>[A-Z][A-Z0-9_]*)\s*[:?+]=.*"
)
"""A function as a value in JavaScript, Lua, R and Python, and a variable of a Makefile."""
_SIGNATURE = r"\(?(?P<name>[^\s()]+)\)? :: .+"
"""Haskell's."""


def name_in_head(head: str) -> str:
    """The name, with its owner, of what a head defines; "" if it has none of the forms."""
    found = _by_beginning(head)
    plain = re.sub(_ANNOTATION, "", head, count=1) if head.startswith(("@", "template")) else head
    found = found or _by_sign(plain) or _by_keyword(plain) or _by_type(plain, is_annotated=plain is not head)
    if not found:
        return ""
    name = found["name"] or found["variable"]
    return re.sub(_OF_TYPE, "", name).strip('"`')


def _by_beginning(head: str) -> re.Match[str] | None:
    beginning = _BEGINNING.match(head.removeprefix("pub "))
    form = _FORMS.get(re.sub(r"\s", "", beginning[0]).lower()) if beginning else None
    return re.fullmatch(form, head.removeprefix("pub "), re.IGNORECASE) if form else None


def _by_sign(head: str) -> re.Match[str] | None:
    if " :: " in head:
        return re.fullmatch(_SIGNATURE, head)
    return re.fullmatch(_FUNCTION_VALUE, head) if "=" in head or "<-" in head else None


def _by_keyword(head: str) -> re.Match[str] | None:
    first = re.match(r"[a-zA-Z]*", head)
    if first is None or first[0].lower() not in _FIRST_WORDS:
        return None
    if found := re.fullmatch(_WITH_VALUE, head):
        return found if not found["value"] or found["keyword"].startswith(_KEYWORDS_OF_VALUES) else None
    return re.fullmatch(_BY_KEYWORD, head)


def _by_type(head: str, *, is_annotated: bool) -> re.Match[str] | None:
    """What C, Java and their like define without a keyword: `static int push(ring *r) {`.

    A call in prose has no open bracket at its end, no modifier and no annotation (`is_annotated`) before it.
    """
    has_access = bool(re.match(_ACCESS, head))
    if not (has_access or is_annotated or head.endswith(("{", "}", "("))) or re.match(_STATEMENT, head):
        return None
    while (plain := re.sub(_OF_TYPE, "", head)) != head:
        head = plain
    return re.fullmatch(_ROUTINE, head) or (re.fullmatch(_FIELD, head) if has_access else None)
