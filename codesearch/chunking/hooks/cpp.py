"""As for C, and what only C++ has: macros before constructors, destructors and scoped names, nullability."""

from __future__ import annotations

import re

from codesearch.chunking.hooks import c_family

# `API_CONSTEXPR auto ns::name(`, `API_CONSTEXPR ~name(`
_LEADING_MACRO = re.compile(
    r"\n[ \t]*(?:(?:static|inline|virtual|explicit|friend|constexpr|extern|\[\[\w+\]\])[ \t]+)*"
    r"([A-Z][A-Z0-9]*_[A-Z0-9_]+)(?=[ \t]+(?:[A-Za-z_][\w:<>, \t]*[>\w*&][ \t*&]+)?~?[A-Za-z_][\w:]*\()"
)
# `const char* absl_nonnull name(`
_NULLABILITY = re.compile(r"\*[ \t]*(\w*(?:non_?null|nullable|Nonnull|Nullable)\w*)(?=[ \t]+\w)")


def prepare(text: str) -> str:
    """The text with such macros replaced by as many spaces as they have characters."""
    text = c_family.prepare(text)
    if "null" in text:
        text = _NULLABILITY.sub(c_family.blank_group, text)
    return _LEADING_MACRO.sub(c_family.blank_group, text)
