"""Replacing macros that the C and C++ grammars can't parse with spaces. Lines are kept."""

from __future__ import annotations

import re

from codesearch.chunking.blanks import blank_group, blank_match, blanked

# Parentheses nested up to three deep, on one line.
_NESTED = r"\((?>[^()\n]++|\([^()\n]*+\))*+\)"
_STRING = r"\"(?:\\.|[^\"\\\n])*+\""
_ARGUMENTS = rf"\((?>[^()\"\n]++|{_STRING}|{_NESTED})*+\)"
_LONG_ARGUMENTS = (
    rf"\((?>[^()\"]{{1,500}}+|{_STRING}|\((?>[^()\"]{{1,500}}+|{_STRING}|{_NESTED}){{0,20}}+\)){{0,20}}+\)"
)
"""On several lines."""
# Macros alone on their lines (`FMT_EXPORT`, `EXPORT_SYMBOL(name)`). If a body follows, the last one is the head of a
# definition (`TEST_IMPL(name)` and `{` on the next line); if a name follows on the next line, it is a type.
_BARE_MACRO = (
    rf"\n(?:static[ \t]+|[A-Z][A-Z0-9_]+_INLINE[ \t]+|[ \t]*)[A-Z][A-Z0-9_]{{2,}}(?:{_LONG_ARGUMENTS})?[ \t]*$"
)
_BARE_MACROS = re.compile(
    rf"{_BARE_MACRO}(?:{_BARE_MACRO})*(?!\s*[{{(=,;.?:|&+\-\])]|\s?[ \t]*[a-z]\w*[ \t]*\()", re.MULTILINE
)
_DECLARATION_ENDS = (";", "{", "}", ">", ":")
_EXPRESSION_CONTINUES = ("\\", ",", "|", "&", "+", "-", "=", "(", "?", "<", "return")
_CHARS_ABOVE = 2000
"""Characters before a macro that are searched for the preceding code."""
# `class API Foo : Base {`, `struct __packed foo {`, `class API Foo;`, and `enum API E {`
_MACROS_AND_NAME = (
    r"\s+(?P<macros>(?:(?:[A-Z][A-Z0-9_]+|__\w+)(?:\([^()\n]*\))?\s+)+)"
    r"(?=(?:\[\[[^\]\n]*\]\]\s*)?[A-Za-z_][\w:]*(?:<[^;{}]{0,300}>(?:::\w+)*)?(?:\s+final)?"
    r"\s*(?:\{|:[^:]|(?P<end>;)))"
)
_TYPE_MACROS = tuple(re.compile(keyword + _MACROS_AND_NAME) for keyword in ("class", "struct", "union", "enum"))
"""A search for one word takes a tenth of one for any of several."""
# Without a body, capitals after `struct` may be a type (`struct POINT p;`), unless they say what such macros do.
_NAME_OF_MACRO = re.compile(
    r"[A-Z0-9_]*(?:API|EXPORT(?:S|ED)?|IMPORT|DLL|PUBLIC|HIDDEN|VISIBLE|DEPRECATED|PACKED|ALIGNED)\b"
)
# `typedef struct PACKED {`, `} PACKED;`
_PACKED = re.compile(r"(?:\b(?:struct|union|enum)\s+|\}\s*)((?:[A-Z0-9]+_)*PACKED\b)(?=\s*[\w{;])")
# Attributes of GNU C and Linux between type and name, which the grammar takes for names.
_ATTRIBUTE = re.compile(
    r"__(?<!\w__)(?:__)?(?:acquires|aligned|always_inline|always_unused|assume_aligned|alloc_size|attribute_const__|bitwise"
    r"|cacheline\w*|cold|cond_lock|designated_init|exit|exitdata|force|hot|init|init_memblock|init_or_module"
    r"|initconst|initdata\w*|iomem|irq_entry|kernel|kprobes|latent_entropy|malloc|maybe_unused"
    r"|mem(?:init|exit)\w*|must_check|must_hold|net_(?:init|exit)\w*|no_\w+|noclone|noreturn|packed"
    r"|page_aligned\w*|percpu|printf|pure|randomize_layout|rcu|read_mostly|ref|refdata|releases"
    r"|ro_after_init|scanf|sched|section|softirq_entry|unused|used|user"
    r"|visible|weak)\b(?:\([^()\n]*\))?"
)
# Linux's words for attributes, which are no macros by their form
_WORD = re.compile(r"(?<![\w#])(?:noinline(?:_for_stack)?|notrace|noinstr|asmlinkage)(?=[ \t]+[A-Za-z_])")
# `int name __attribute__((weak)) = 1;`
_ATTRIBUTE_OF_VARIABLE = re.compile(rf"(__attribute__[ \t]*{_ARGUMENTS})(?=\s*=[^=])")
# `enum Mode { Fast API_DEPRECATED = 1, Slow [[deprecated]] };`: of the enumerators
_ENUMERATORS = re.compile(rf"enum\b[^;{{}}()=]{{0,200}}\{{(?>[^}}\"]++|{_STRING})*+")
_OF_ENUMERATOR = rf"(?:(?:[A-Z][A-Z0-9_]{{2,}}|__\w+)(?:{_ARGUMENTS})?|\[\[(?>[^\[\]\"\n]++|{_STRING})*+\]\])"
_ENUMERATOR = re.compile(
    rf"([\n{{,][ \t]*+\w++(?:[ \t]*+=[^,{{}}\n\"]*?[\w)'])?)((?:\s+{_OF_ENUMERATOR})+)(?=\s*(?:[,}}=]|$|/[/*]))",
    re.MULTILINE,
)
# `API_EXPORT int name(`, `EXTERN char name[];`, `API foo_t name;`, `API template <…>`: before the type. Without an
# underscore it may be the type itself.
_TYPE = (
    r"\s+(?:const\s+)?(?:struct|union|enum|unsigned|char|short|int|long|float|double|void|constexpr|inline|static"
    r"|template|class|using)\b"
)
_TYPE_AND_NAME = (
    r"\s+(?:const\s+)?(?!const\b|volatile\b)[A-Za-z_][\w:]*(?:<[^;{}()\n]{0,200}>)?[\s*&]{1,100}"
    r"(?:[\w* \t]{0,100}\(|\w+\s*+[;=\[{])"
)
# `handle_t *WINAPI name(`: the grammar multiplies
_CONVENTION_OF_POINTER = re.compile(r"\*[ \t]*([A-Z][A-Z0-9_]{3,})(?=\s+[A-Za-z_]\w*[ \t]*\()")
# `JNIEXPORT jint JNICALL name(`
_EXPORT_AND_CONVENTION = re.compile(
    r"(\n[ \t]*(?:extern[ \t]+)?)([A-Z][A-Z0-9_]{2,})"
    r"(\s+(?!(?:const|enum|extern|inline|static|struct|union|unsigned)\b)[A-Za-z_]\w*[\s*]{1,100})([A-Z][A-Z0-9_]{2,})"
    r"(?=\s+(?![A-Z0-9_]+\s*\()[A-Za-z_]\w*\s*\()"
)
_LEADING_MACRO = re.compile(
    r"\n[ \t]*(?:(?:static|inline|extern)[ \t]+)*"
    rf"((?:[A-Z][A-Z0-9]*_[A-Z0-9_]++|EXTERN|GLOBAL)(?={_TYPE}|{_TYPE_AND_NAME})|[A-Z][A-Z0-9]{{2,}}(?={_TYPE}))"
)
# A line that begins, after specifiers, with two capitals or a capital and an underscore close together (`PyAPI`).
_CAPITALS = re.compile(
    r"\n[ \t]*+(?:(?:static|inline|extern|virtual|explicit|friend|constexpr|\[\[\w+\]\])[ \t]++)*+"
    r"[A-Z][a-z]{0,2}[A-Z0-9_]"
)
# `char *name(int a API_UNUSED, int b)`
_PARAMETER_MACRO = re.compile(r"[ \t]([A-Z_]*(?:UNUSED|_BOUND)[A-Z_]*(?:\([^()\n]*\))?)(?=[ \t]*[,)])")
# `name(…) const API_PURE {`: after the parameters
_TRAILING_MACRO = re.compile(
    r"\)(?: const| noexcept| override| final| ?&&?)*+\s*+(?<=[\s&])"
    rf"([A-Z][A-Z0-9]*_[A-Z0-9_]*(?:{_ARGUMENTS})?)(?=\s*\{{)"
)
_MACRO_CALL = re.compile(r"[ \t]*[A-Z][A-Z0-9_]{2,}\(")
# `int name(…) API_PRINTF(1, 2);`: after the parameters of a prototype
_PROTOTYPE_MACRO = re.compile(rf"\)[ \t]*+(\n[ \t]++)?+([A-Z][A-Z0-9]*_[A-Z0-9_]*(?:{_ARGUMENTS})?)(?=;)")
# `API(int) name(…`, but not consecutive calls of macros
_MACRO_AROUND_TYPE = re.compile(
    r"\n(?:extern[ \t]+)?([A-Z]\w{0,40}\()([\w \t*]{1,100})(\))(?!\s*\1|\s*\n[ \t]*[A-Z][A-Z0-9_]+[ \t]*\()"
    r"(?=[ \t]*\n?[ \t]*\*?\w+[ \t]*\()"
)
# `DEFINE_FLAG(int, name, 1, "what it does").then(f);` at the margin
_CALL_AT_MARGIN = re.compile(
    rf"\n((?=[A-Z]+_?[A-Z])\w{{3,80}}\((?>[^()\"]++|{_STRING}|{_NESTED})*+\)(?:\.\w+\([^()\n]*\))?;)"
)
# `SCOPE_EXIT {` in a function
_BLOCK_MACRO = re.compile(r"\n[ \t]+([A-Z][A-Z0-9]*_[A-Z0-9_]*)(?=[ \t]*\{[ \t]*$)", re.MULTILINE)
# The grammar ends a macro's replacement text at a comment, even if more text follows.
_COMMENT = r"/\*(?>[^*]|\*(?!/)){0,1000}+\*/"
_DEFINITION = re.compile(rf"#[ \t]*define\b(?>[^\n/\\]++|\\\n|{_COMMENT}|[/\\])*+")
_COMMENT_INSIDE = re.compile(rf"{_COMMENT}(?=[ \t]*\S)")
# `typedef BOOL (WINAPI *name)(…)`
_CALLING_CONVENTION = re.compile(r"\([ \t]*([A-Z][A-Z0-9_]{2,})[ \t]*(?=\*[ \t]*\w+[ \t]*\)[ \t]*\n?[ \t]*\()")


def without_comments_in_definitions(text: str) -> str:
    """Blank comments inside the replacement text of macros."""
    return _DEFINITION.sub(_without_comments, text) if "define" in text and "/*" in text else text


def without_macros(text: str, *leading: re.Pattern[str]) -> str:
    """Blank what is recognised as a macro by its form, name or position.

    `leading` are additional patterns of macros at the beginning of a line; their first group is the macro.
    """
    if any(end in text for end in ("UNUSED,", "UNUSED)", "_BOUND)")):
        text = _PARAMETER_MACRO.sub(blank_group, text)
    if "typedef" in text:
        text = _CALLING_CONVENTION.sub(blank_group, text)
    if "noin" in text or "notrace" in text:
        text = _WORD.sub(blank_match, text)
    if "__" in text:
        text = _ATTRIBUTE_OF_VARIABLE.sub(blank_group, text)
        text = _ATTRIBUTE.sub("", text)
    text = _ENUMERATORS.sub(_without_macros_of_enumerators, text)
    text = _CONVENTION_OF_POINTER.sub(blank_group, text)
    text = _PROTOTYPE_MACRO.sub(_blank_prototype_macro, text)
    for type_macro in _TYPE_MACROS:
        text = type_macro.sub(_blank_type_macro, text)
    if "PACKED" in text:
        text = _PACKED.sub(blank_group, text)
    text = _TRAILING_MACRO.sub(_blank_trailing_macro, text)
    return _without_leading_macros("\n" + text, leading)[1:]


def _without_leading_macros(text: str, leading: tuple[re.Pattern[str], ...]) -> str:
    """Try all patterns only at lines that begin with capitals; a search for each would take most of the time."""
    parts: list[str] = []
    done = 0

    def blank_bare_macros(macros: re.Match[str]) -> str:
        return _blank_bare_macros(macros, done)

    forms = (
        (_MACRO_AROUND_TYPE, _unwrap_type),
        (_EXPORT_AND_CONVENTION, _blank_around_type),
        *((form, blank_group) for form in (_CALL_AT_MARGIN, _LEADING_MACRO, _BLOCK_MACRO)),
        (_BARE_MACROS, blank_bare_macros),
        *((form, blank_group) for form in leading),
    )
    for line in _CAPITALS.finditer(text):
        if (start := line.start()) < done:
            continue
        for form, replacement in forms:
            if (match := form.match(text, start)) and (replaced := replacement(match)) != match[0]:
                parts += (text[done:start], replaced)
                done = match.end()
                break
    return "".join(parts) + text[done:]


def _without_comments(definition: re.Match[str]) -> str:
    return _COMMENT_INSIDE.sub(_blank_comment, definition[0]) if "/*" in definition[0] else definition[0]


def _blank_comment(comment: re.Match[str]) -> str:
    """Spaces for a comment, with continuations at line ends, since the macro goes on."""
    *lines, last = comment[0].split("\n")
    return "".join(" " * (len(line) - 1) + "\\\n" for line in lines) + " " * len(last)


def _without_macros_of_enumerators(enumerators: re.Match[str]) -> str:
    return _ENUMERATOR.sub(lambda one: one[1] + blanked(one[2]), enumerators[0])


def _blank_bare_macros(match: re.Match[str], done: int) -> str:
    """Blank macros where a declaration can begin: at the margin unless in an expression, else after a complete one.

    Before `done`, all macros are replaced: if only comments follow, what is before them is complete.
    """
    macros, text = match[0], match.string
    preceding_code = _code_before(text, done, match.start())
    at_margin = not macros[1].isspace() and not preceding_code.endswith(_EXPRESSION_CONTINUES)
    after_complete = not preceding_code or preceding_code.endswith(_DECLARATION_ENDS) or preceding_code[0] == "#"
    blank = at_margin or (after_complete and not preceding_code.endswith("\\"))
    return blanked(macros) if blank else macros


def _blank_type_macro(match: re.Match[str]) -> str:
    """Blank macros before the name of a type, but not the type of a variable (`struct POINT p;`)."""
    macros = match["macros"]
    if match["end"] and not match[0].startswith("class") and not _NAME_OF_MACRO.match(macros):
        return match[0]
    return match[0].removesuffix(macros) + blanked(macros)


def _blank_prototype_macro(match: re.Match[str]) -> str:
    """Blank a macro unless it is an operand."""
    text = match.string
    line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
    if match[1] or not ("=" in line or "return" in line):
        return match[0][: match.start(2) - match.start()] + " " * len(match[2])
    return match[0]


def _blank_trailing_macro(match: re.Match[str]) -> str:
    """Blank a macro unless it is the head of a definition below another macro (`SUITE(a)` and `TEST_CASE(b) {`)."""
    text, start = match.string, match.start()
    is_below = "\n" in text[start : match.start(1)]
    is_head = is_below and _MACRO_CALL.match(text, text.rfind("\n", 0, start) + 1)
    return match[0] if is_head else blank_group(match)


def _unwrap_type(match: re.Match[str]) -> str:
    return match[0].replace(match[1] + match[2] + match[3], " " * len(match[1]) + match[2] + " ")


def _blank_around_type(match: re.Match[str]) -> str:
    return match[1] + blanked(match[2]) + match[3] + blanked(match[4])


def _code_before(text: str, start: int, end: int) -> str:
    """The last line of code from `start` to `end`, without comments; "" if there is none nearby."""
    preceding = text[max(start, end - _CHARS_ABOVE) : end].rstrip()
    while preceding:
        line = preceding[preceding.rfind("\n") + 1 :]
        if line.endswith("*/") and "/*" in preceding:
            preceding = preceding[: preceding.rfind("/*")].rstrip()
        elif "//" in line:
            preceding = preceding[: preceding.rfind("//")].rstrip()
        else:
            return line.strip()
    return ""
