"""Kotlin: syntax that the grammar can't parse is replaced before parsing. Lines are kept."""

from __future__ import annotations

import re

from codesearch.chunking.blanks import blank_match, blanked

# What follows the `@` of an annotation
_ANNOTATION = r"(?:\[[^\[\]\n]*\]|[\w.:]++(?:\((?>[^()\"]++|\"(?:[^\"\\\n]|\\.)*+\"|\([^()]*+\))*+\))?+)"
_COMMENT = r"(?://[^\n]{0,300}+|/\*(?:[^*]|\*(?!/)){0,3000}+\*/)"
# On a separate line, a primary constructor is parsed only without annotations, modifiers and a comment.
_PRIMARY_CONSTRUCTOR = re.compile(
    r"(\bclass[ \t]+\w+(?:<[^<>\n]*>)?[ \t]*\n)"
    rf"(\s*+(?:(?:@{_ANNOTATION}|{_COMMENT}|(?:public|internal|private|protected|actual|expect)\b)\s*+){{0,12}}+)"
    r"(?=constructor\b)"
)
# A declaration right before a closing brace: `companion object { val X = 1 }`. Bounded, since it backtracks.
_INSIDE = r"[^{}\n\"]{0,200}"
_NO_SEMICOLON = re.compile(
    rf"(\{{{_INSIDE}\b(?:fun|val|var|class|object|interface)\b{_INSIDE}(?:\{{{_INSIDE}\}}{_INSIDE})?"
    r"(?<![\s;{])) (?=\})"
)
_SUSPENDED_LAMBDA = re.compile(r"\bsuspend(?=[ \t]*\{)")
_NULLABLE_REFERENCE = re.compile(r"(?<=\w)\?(?=::)")
# `context(log: Logger)` before a declaration
_CONTEXT = re.compile(
    r"^([ \t]*)context\((?>[^()\n]++|\([^()\n]*+\))*+\)"
    r"(?=\s+(?:(?:[a-z]+|@[\w.]+(?:\([^()\n]*\))?)\s+){0,8}(?:fun|va[lr]|class)\b)",
    re.MULTILINE,
)
# `@Target(CLASS)` and `annotation class Name`, without a body, are parsed as an expression of names
_NO_BODY = re.compile(
    r"^((?:@[\w.]+(?:\([^()\n]*\))?[ \t]+)*)((?:[a-z]+[ \t]+)*)"
    r"((?:class|interface|object)[ \t]+\w+(?:<[^<>\n]*>)?(?:\([^()\n]*\))?)[ \t]*$"
    r"(?!\s*(?:[{(:<]|where\b|(?:[@a-z][\w.]*(?:\([^()\n]*\))?\s+)*constructor\b))",
    re.MULTILINE,
)
# In types: `block: context(Scope) () -> Unit`
_CONTEXT_IN_TYPE = re.compile(
    r"(?<=[:=(,>])(\s*(?:suspend\s+)?)(context\((?>[^()\n]++|\([^()\n]*+\))*+\))(?=\s*[\w(<])"
)
# `is Circle if radius > 0 ->`: a further condition of a branch
_GUARD = re.compile(r" if (?:(?!->)[^\n{}])*(?=->)")
_BRANCH = re.compile(r"[ \t]*[\w!](?:(?!->)[^\n{}])*")
# `open = true`, `open(path)`, `{ inner -> … }`: a name that is a modifier elsewhere. Names of declarations are kept.
_MODIFIER = (
    "abstract|crossinline|external|final|infix|inline|internal|lateinit|noinline|open|override|private|protected|public"
    "|sealed|tailrec|vararg"
)
_NAMED_AS_MODIFIER = re.compile(rf"(?:{_MODIFIER}|dynamic|suspend|get|set)(?=[ \t]*(?:=(?!=)|->)|\()")
# The grammar loses what is around accessors with annotations, if they stand on lines of their own or before comments.
# (`* @` is a tag of documentation.)
_ACCESSOR_ANNOTATIONS = re.compile(
    rf"@(?<!\* @){_ANNOTATION}\s*+(?:(?:@{_ANNOTATION}|{_COMMENT})\s*+){{0,9}}+"
    r"(?=(?:(?:private|protected|internal|public|inline|override|final|external)[ \t]+){0,4}"
    r"(?:get|set)(?:\(|[ \t]*(?:$|/[/*])))",
    re.MULTILINE,
)
_DECLARED_OR_WITHIN = re.compile(r"[\w.@]$|> $|\b(?:va[lr]|fun) $")
# `suspend() -> Unit` is a type; `get() = 1` and `set(value) {` are accessors, and `get(key)` is none
_TYPE = re.compile(r"\([^()]*\)\s*->")
_GETTER = re.compile(r"\([ \t]*\)(?!\.|[ \t]+\w)")
_SETTER = re.compile(r"\([^()\n]*\)(?!\.|[ \t]+\w)")
_NO_CALL = {"suspend": _TYPE, "get": _GETTER, "set": _SETTER}
# A line that begins with `in2` or `by.`: the grammar takes the first two letters for an operator or keyword
_LIKE_AN_OPERATOR = re.compile(r"\n[ \t]*(?:(?:in|as|is)(?=[\d_])|by(?=\.))")
# The last of several type parameters: `fun <A : B,\n>`
_LAST_COMMA = re.compile(r",(?=[ \t]*\n[ \t]*>)")
# `$$"costs $1"`: how many dollars begin an interpolation
_DOLLARS = re.compile(r"\$\$+(?=\")")
_FILE_ANNOTATIONS = re.compile(r"(?<=\S)[ \t](?=@file:)")


def prepare(text: str) -> str:
    """Replace such syntax."""
    if "constructor" in text:
        text = _PRIMARY_CONSTRUCTOR.sub(lambda match: match[1] + blanked(match[2]), text)
    if "suspend" in text:
        text = _SUSPENDED_LAMBDA.sub("       ", text)
    if '$$"' in text:
        text = _DOLLARS.sub(lambda match: " " * len(match[0]), text)
    if " if " in text:
        text = _GUARD.sub(_without_guard, text)
    if "@all:" in text:
        text = text.replace("@all:", "@get:")
    text = _ACCESSOR_ANNOTATIONS.sub(blank_match, text)
    text = _NAMED_AS_MODIFIER.sub(_renamed, text)
    text = _LAST_COMMA.sub(" ", text)
    text = _LIKE_AN_OPERATOR.sub(lambda match: match[0].upper(), text)
    if "?::" in text:
        text = _NULLABLE_REFERENCE.sub(" ", text)
    if "context(" in text:
        text = _CONTEXT_IN_TYPE.sub(lambda match: match[1] + " " * len(match[2]), text)
        text = _CONTEXT.sub(lambda match: f"{match[1]}@context".ljust(len(match[0])), text)
    if "@file:" in text:
        text = _FILE_ANNOTATIONS.sub(";", text)
    text = _NO_BODY.sub(lambda match: match[1] + " " * len(match[2]) + match[3] + ";", text)
    return _NO_SEMICOLON.sub(r"\1;", _NO_SEMICOLON.sub(r"\1;", text))


def _without_guard(match: re.Match[str]) -> str:
    line = match.string[match.string.rfind("\n", 0, match.start()) + 1 : match.start()]
    return " " * len(match[0]) if _BRANCH.fullmatch(line) else match[0]


def _renamed(match: re.Match[str]) -> str:
    """A name as one that the grammar takes for nothing else, unless it is declared here, where it is shown."""
    text, start, end = match.string, match.start(), match.end()
    no_call = _NO_CALL.get(match[0])
    if _DECLARED_OR_WITHIN.search(text[max(0, start - 5) : start]) or (no_call and no_call.match(text, end)):
        return match[0]
    return match[0].capitalize()
