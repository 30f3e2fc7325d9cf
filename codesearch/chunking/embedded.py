"""Lines of a file that are in another language: the scripts and styles of HTML and of single-file components."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from codesearch.languages.registry import Language, resolve

_TAG = re.compile(r"<(?:!--|(script|style)(?=[\s/>]))", re.IGNORECASE)
_ATTRIBUTES = re.compile(r"(?:[^>\"']|\"[^\"]*\"|'[^']*')*(?=>)")
_ATTRIBUTE_CHARS = 1000
"""Of a start tag; a bound, as each tag that is never closed is looked through."""
_ATTRIBUTE = re.compile(r"([\w:-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_CLOSING = {name: re.compile(rf"</{name}(?=[\s>])", re.IGNORECASE) for name in ("script", "style")}
_MEDIA_TYPE = re.compile(r"^(?:(?:text|application)/(?:x-)?)?([a-z]+)[\d.]*(?:\s*;.*)?$")
_SCRIPTS = {
    **dict.fromkeys("babel ecmascript javascript js jscript jsx livescript mjs module".split(), "JavaScript"),
    **dict.fromkeys("mts ts tsx typescript".split(), "TypeScript"),
    **dict.fromkeys("vb vbs vbscript".split(), "Visual Basic"),
}
_STYLES = dict.fromkeys("css less pcss postcss scss".split(), "CSS")


@dataclass(frozen=True, slots=True)
class Region:
    """Code within a file, in another language than the file's."""

    language: Language
    first_line: int
    """Of the file, 1-based."""
    text: str
    ending: str = ""
    """What a file of this code alone would be called by, where the language has several grammars."""


def scripts_and_styles(text: str, script: str = "JavaScript", start: int = 0) -> Iterator[Region]:
    """What `<script>` and `<style>` hold. `script` is the language of those that name none.

    Left out are comments, data (`application/json`) and templates (`text/x-template`).
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
        named = _named(attributes[0])
        language = _SCRIPTS.get(named, "" if named else script) if name == "script" else _STYLES.get(named or "css", "")
        if language and (code := text[begin:start]).strip():
            line, counted = line + text.count("\n", counted, begin), begin
            yield Region(resolve(language), line, _without_cdata(code), f".{named}" if named == "tsx" else "")


def _named(attributes: str) -> str:
    """The language that a start tag names: `lang="ts"` → ts, `type="text/javascript"` → javascript, "" for none."""
    values = {key.lower(): double or single or bare for key, double, single, bare in _ATTRIBUTE.findall(attributes)}
    value = (values.get("lang") or values.get("type") or values.get("language") or "").strip().lower()
    match = _MEDIA_TYPE.match(value)
    return match[1] if match else value


def _without_cdata(code: str) -> str:
    """XHTML's marks around a script, which are no part of it."""
    opener, closer = "<![CDATA[", "]]>"
    return code.replace(opener, " " * len(opener)).replace(closer, "   ") if opener in code else code
