"""Embedded languages: scripts and styles in HTML and single-file components."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from codesearch.languages.registry import Language, resolve

_TAG = re.compile(r"<(?:!--|(script|style)(?=[\s/>]))", re.IGNORECASE)
_ATTRIBUTES = re.compile(r"(?:[^>\"']|\"[^\"]*\"|'[^']*')*(?=>)")
_ATTRIBUTE_CHARS = 1000
"""Maximum length of a start tag; bounds the search in tags that are never closed."""
_ATTRIBUTE = re.compile(r"([\w:-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_CLOSING = {name: re.compile(rf"</{name}(?=[\s>])", re.IGNORECASE) for name in ("script", "style")}
_MEDIA_TYPE = re.compile(r"^(?:(?:text|application)/(?:x-)?)?([a-z]+)[\d.]*(?:\s*;.*)?$")
_SCRIPTS = {
    **dict.fromkeys("babel ecmascript javascript js jscript jsx livescript mjs module".split(), "JavaScript"),
    **dict.fromkeys("mts ts tsx typescript".split(), "TypeScript"),
    **dict.fromkeys("vb vbs vbscript".split(), "Visual Basic"),
}
_STYLES = dict.fromkeys("css less pcss postcss scss".split(), "CSS")


class Region(NamedTuple):
    """A region of a file in another language."""

    language: Language
    first_line: int
    """Its first line in the file, 1-based."""
    text: str
    ending: str = ""
    """The file extension that selects the grammar (`.tsx`), if the language has several."""


def scripts_and_styles(text: str, script: str = "JavaScript", start: int = 0) -> Iterator[Region]:
    """The content of `<script>` and `<style>`. `script` is the language of scripts that don't specify one.

    Skips comments, data (`application/json`) and templates (`text/x-template`).
    """
    line, counted = 1, 0
    while tag := _TAG.search(text, start):
        if not tag[1]:
            start = text.find("-->", tag.end())
            if start < 0:
                return
            continue
        name = tag[1].lower()
        attributes = _ATTRIBUTES.match(text, tag.end(), tag.end() + _ATTRIBUTE_CHARS)
        if attributes is None:
            start = tag.end()
            continue
        begin = attributes.end() + 1
        closing = _CLOSING[name].search(text, begin)
        start = closing.start() if closing else len(text)
        if attributes[0].endswith("/"):  # `<script src="…" />` of components and XHTML
            start = begin
            continue
        declared = _declared_language(attributes[0])
        language = (
            _SCRIPTS.get(declared, "" if declared else script)
            if name == "script"
            else _STYLES.get(declared or "css", "")
        )
        if language and (code := text[begin:start]).strip():
            line, counted = line + text.count("\n", counted, begin), begin
            yield Region(resolve(language), line, _without_cdata(code), f".{declared}" if declared == "tsx" else "")


def _declared_language(attributes: str) -> str:
    """The language that a start tag specifies: `lang="ts"` → ts, `type="text/javascript"` → javascript, "" for none."""
    values = {key.lower(): double or single or bare for key, double, single, bare in _ATTRIBUTE.findall(attributes)}
    value = (values.get("lang") or values.get("type") or values.get("language") or "").strip().lower()
    match = _MEDIA_TYPE.match(value)
    return match[1] if match else value


def _without_cdata(code: str) -> str:
    """The code with XHTML's CDATA markers blanked."""
    opener, closer = "<![CDATA[", "]]>"
    return code.replace(opener, " " * len(opener)).replace(closer, "   ") if opener in code else code
