"""C++: as C, plus modules, nullability, and macros before constructors, destructors and scoped names."""

from __future__ import annotations

import re
from dataclasses import replace

from codesearch.chunking.blanks import blank_group
from codesearch.chunking.chunk import Unit
from codesearch.chunking.hooks import c_family

# `API_CONSTEXPR auto ns::name(`, `API_CONSTEXPR ~name(`, `API_CONSTEXPR bool operator==(`
_LEADING_MACRO = re.compile(
    r"\n[ \t]*(?:(?:static|inline|virtual|explicit|friend|constexpr|extern|\[\[\w+\]\])[ \t]+)*"
    r"([A-Z][A-Z0-9]*_[A-Z0-9_]++)"
    r"(?=\s+(?:[A-Za-z_][\w:<>, \t]{0,200}[>\w*&][\s*&]{1,100})?~?(?!Q_)[A-Za-z_][\w:]*"
    r"(?:(?<=operator)[^\w\s(]{1,3})?\()"
)
# `HRESULT STDMETHODCALLTYPE name(` in a class, where the grammar takes the macro for a field
_CONVENTION = re.compile(
    r"\n[ \t]+(?:(?:static|virtual)[ \t]+)*[A-Z][\w:]*[ \t*&]+([A-Z][A-Z0-9_]{3,})(?=[ \t]+[A-Za-z_]\w*[ \t]*\()"
)
# `STDMETHOD(name)(int a)`, `STDMETHOD_(ULONG, name)()`
_COM_METHOD = re.compile(r"STDMETHOD(?:_\(\s*(\w+)[ \t]*,|\()[ \t]*(\w+)[ \t]*\)(?=[ \t]*\()")
# `int name(…) API_LOCKS_EXCLUDED(mutex);`, `int name API_GUARDED_BY(mutex);`
_THREAD_ANNOTATION = re.compile(
    r"(?<!define)\s([A-Z_]*(?:GUARDED_BY|ACQUIRED_(?:BEFORE|AFTER)|LOCKS_EXCLUDED|LOCK_RETURNED|LOCKS?_REQUIRED"
    r"|(?:TRY)?LOCK_FUNCTION|REQUIRES(?:_SHARED)?)\((?>[^()\n]++|\([^()\n]*+\))*+\))"
)
# `constexpr A::operator int() const {`: the grammar parses `A::operator` as a type
_CONVERSION_SPECIFIER = re.compile(r"\n[ \t]*((?:(?:constexpr|inline)[ \t]+)+)(?=[\w:<>]+::operator[ \t]+\w)")
# `extern template class name<int>;` defines nothing
_INSTANTIATION = re.compile(r"\n[ \t]*(extern[ \t]+template\b[^;{}]{0,2000};)")
# `const char* absl_nonnull name(`
_NULLABILITY = re.compile(r"\*[ \t]*(\w{0,50}(?:non_?null|nullable|Nonnull|Nullable)\w*)(?=[ \t]+\w)")
# `export module a.b:part;`, `module;`, `import <vector>;`, alone on their lines
_MODULE = re.compile(r"^[ \t]*(?:export[ \t]+)?(?:module\b|import[ \t]+[<\"\w:])[^;(){}\n]*;", re.MULTILINE)
_EXPORT = re.compile(r"^[ \t]*export\b(?=(\s*\{)?)", re.MULTILINE)
_INLINE_NAMESPACE = re.compile(r"::(\s*inline\s+)(\w+)")
# `signals:`, `public slots:`
_QT_ACCESS = re.compile(
    r"^[ \t]*(?:signals|Q_SIGNALS|(?:public|protected|private)[ \t]+(?:slots|Q_SLOTS))[ \t]*:", re.MULTILINE
)
# `SIGNAL(toggled(bool))`: the grammar takes no type as an argument
_QT_METHOD = re.compile(r"\b(?:SIGNAL|SLOT)(\(\s*\w+\([^()\n]*\)\s*\))")


def prepare(text: str) -> str:
    """Blank such macros and module syntax. Lines are kept."""
    if text.startswith(("export", "module")) or "\nexport" in text or "\nmodule" in text:
        text = _without_modules(text)
    if "::inline" in text:
        text = _INLINE_NAMESPACE.sub(lambda match: "::" + match[2] + " " * len(match[1]), text)
    if "Q_OBJECT" in text:
        text = _QT_ACCESS.sub(lambda match: "public:".rjust(len(match[0])), text)
    if "SIGNAL(" in text or "SLOT(" in text:
        text = _QT_METHOD.sub(blank_group, text)
    if "::operator " in text:
        text = _CONVERSION_SPECIFIER.sub(blank_group, text)
    if "extern template" in text:
        text = _INSTANTIATION.sub(blank_group, text)
    if any(word in text for word in ("GUARDED_BY(", "LOCKS_", "LOCK_FUNCTION", "_REQUIRES(")):
        text = _THREAD_ANNOTATION.sub(blank_group, text)
    if "null" in text:
        text = _NULLABILITY.sub(blank_group, text)
    if "STDMETHOD" in text:
        text = _COM_METHOD.sub(_as_method, text)
    return c_family.prepare(text, _LEADING_MACRO, _CONVENTION)


def refine(units: list[Unit], lines: list[str]) -> list[Unit]:
    """Remove loops, and macros from names: the grammar parses `API name` in `void API name() {` as a qualified name."""
    return [_without_macro_in_name(unit) for unit in c_family.refine(units, lines)]


def _without_macro_in_name(unit: Unit) -> Unit:
    if unit.kind != "function":
        return unit
    if " " in unit.qualifier:
        return replace(unit, qualifier=unit.qualifier.rsplit(" ", 1)[1])
    if " " in unit.name and not unit.name.startswith("operator"):
        return replace(unit, name=unit.name.rsplit(" ", 1)[1])
    return unit


def _as_method(head: re.Match[str]) -> str:
    return f"{head[1] or 'HRESULT'} {head[2]}".ljust(len(head[0]))


def _without_modules(text: str) -> str:
    """Blank module declarations and `export`. An export block becomes a nameless namespace."""
    text = _MODULE.sub(lambda match: " " * len(match[0]), text)
    return _EXPORT.sub(lambda match: ("namespace" if match[1] else "").ljust(len(match[0])), text)
