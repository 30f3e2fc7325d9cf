"""Flow: syntax that TypeScript's grammar, which reads it, lacks is replaced before parsing. Lines are kept."""

from __future__ import annotations

import re

from codesearch.chunking.blanks import blanked

MARK = "@flow"
_DECLARES = r"^([ \t]*(?:(?:export|default|declare)[ \t]+){0,3})"
_OPAQUE = re.compile(
    rf"{_DECLARES}opaque([ \t]+type[ \t]+\w+(?:<[^<>\n]*>)?)([ \t]*:[^=;\n]*)?(?:([ \t\n]*=)|)", re.MULTILINE
)
_FUNCTION = re.compile(rf"{_DECLARES}(?:component|hook)(?=[ \t]+\w+[ \t]*[(<])", re.MULTILINE)
_RENDERS = re.compile(r"(?<=\))(\s*)renders[?*]?(?=\s)")
_ENUM_TYPE = re.compile(rf"{_DECLARES}(enum[ \t]+\w+)([ \t]+of[ \t]+\w+)(?=\s*\{{)", re.MULTILINE)


def prepare(text: str) -> str:
    """Replace opaque types, components, hooks, and the types of enumerations."""
    if "opaque type" in text:
        text = _OPAQUE.sub(_transparent, text)
    if "component " in text or "hook " in text:
        text = _RENDERS.sub(r"\1:", _FUNCTION.sub(r"\1function", text))
    if "enum " in text:
        text = _ENUM_TYPE.sub(lambda match: match[1] + match[2] + blanked(match[3]), text)
    return text


def _transparent(match: re.Match[str]) -> str:
    """A type that is not opaque, with a value if it has none."""
    declares, name, supertype, equals = match.groups(default="")
    return f"{declares}      {name}{blanked(supertype)}{equals or ' = any'}"
