"""Macros that the C and C++ grammars can't place are blanked out before parsing; lines stay as they are."""

from __future__ import annotations

import re

# A macro alone on its line (`FMT_EXPORT`, `EXPORT_SYMBOL(name)`), unless a body follows, for then it is the head
# of a definition (`TEST_IMPL(name)` and `{` on the next line).
_BARE_MACRO = re.compile(
    r"\n[ \t]*[A-Z][A-Z0-9_]{2,}(?:\([^()\n;{}]*\))?[ \t]*$(?!\s*[{(=,;.?:|&+\-\])])", re.MULTILINE
)
_DECLARATION_ENDS = (";", "{", "}", ">", ":", "*/")
_EXPRESSION_GOES_ON = ("\\", ",", "|", "&", "+", "-", "=", "(", "?", "<", "return")
# `class API Foo : Base {`, `struct __packed foo {`
_TYPE_MACRO = re.compile(
    r"(?:class|struct|union)\s+((?:(?:[A-Z][A-Z0-9_]+|__\w+)(?:\([^()\n]*\))?\s+)+)"
    r"(?=[A-Za-z_]\w*(?:<[^;{}()]*>)?(?:\s+final)?\s*(?:\{|:[^:]))"
)
# Attributes of GNU C and Linux that stand between type and name, where the grammar takes them for names.
_ATTRIBUTE = re.compile(
    r"__(?<!\w__)(?:__)?(?:acquires|aligned|always_inline|always_unused|assume_aligned|alloc_size|attribute_const__|bitwise"
    r"|cacheline\w*|cold|cond_lock|designated_init|exit|exitdata|force|hot|init|init_memblock|init_or_module"
    r"|initconst|initdata\w*|iomem|irq_entry|kernel|kprobes|latent_entropy|malloc|maybe_unused"
    r"|mem(?:init|exit)\w*|must_check|must_hold|net_(?:init|exit)\w*|no_\w+|noclone|noreturn|packed"
    r"|page_aligned\w*|percpu|printf|pure|randomize_layout|rcu|read_mostly|ref|refdata|releases"
    r"|ro_after_init|scanf|sched|section|softirq_entry|unused|used|user"
    r"|visible|weak)\b(?:\([^()\n]*\))?"
)
# `API_EXPORT int name(`: before the return type
_LEADING_MACRO = re.compile(
    r"\n[ \t]*(?:(?:static|inline|extern)[ \t]+)*([A-Z][A-Z0-9]*_[A-Z0-9_]+)"
    r"(?=[ \t]+(?:const[ \t]+)?[A-Za-z_]\w*[ \t*]+[\w* \t]*\()"
)
# `name(…) const API_PURE {`: after the parameters
_TRAILING_MACRO = re.compile(
    r"\)(?: const| noexcept| override| final)*\s+"
    r"([A-Z][A-Z0-9]*_[A-Z0-9_]*(?:\((?:[^()\n]|\([^()\n]*\))*\))?)(?=\s*\{)"
)
# #ifdef __cplusplus / extern "C" { / #endif, and its closing counterpart
_EXTERN_C = re.compile(
    r"#[ \t]*if(?:def|[ \t]+defined)?[ \t(]*__cplusplus\)?[^\n]*\n"
    r'((?:[ \t]*(?:extern[ \t]*"C"[ \t]*\{?|\{|\}|/[/*][^\n]*)*[ \t]*\n){1,4})[ \t]*#[ \t]*endif',
    re.MULTILINE,
)
_NOT_NEWLINE = re.compile(r"[^\n]")


def prepare(text: str) -> str:
    """The text without such macros."""
    if "__cplusplus" in text:
        text = _EXTERN_C.sub(blank_group, text)
    if "__" in text:
        text = _ATTRIBUTE.sub("", text)
    for macro in (_TYPE_MACRO, _LEADING_MACRO, _TRAILING_MACRO):
        text = macro.sub(blank_group, text)
    return _BARE_MACRO.sub(_blank_bare_macro, text)


def _blank_bare_macro(match: re.Match[str]) -> str:
    """Spaces where a declaration can begin: at the margin unless an expression goes on, else after a whole one."""
    macro, text = match[0], match.string
    before = text[text.rfind("\n", 0, match.start()) + 1 : match.start()].strip()
    at_margin = not macro[1].isspace() and not before.endswith(_EXPRESSION_GOES_ON)
    after_whole = not before or before.endswith(_DECLARATION_ENDS) or before[0] == "#"
    blank = at_margin or (after_whole and not before.endswith("\\"))
    return "\n" + " " * (len(macro) - 1) if blank else macro


def blank_group(match: re.Match[str]) -> str:
    """What matched, with its first group turned to spaces."""
    start, end = match.start(1) - match.start(), match.end(1) - match.start()
    whole = match[0]
    return whole[:start] + _NOT_NEWLINE.sub(" ", whole[start:end]) + whole[end:]
