"""The language that a question asks for: `split a list in python`, `golang read a file line by line`.

Such a name says in which language the answer is, not what it is about, so it is left out of the words and of the text
to encode, and files in that language are preferred. Elsewhere the name of a language is content: `how Encoder converts
Scala values to JSON`, `python 3.8 grammar`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from codesearch.languages.registry import by_name
from codesearch.search.question import Question, parse_question

_NAMES = (
    "python python3 javascript typescript java golang ruby php perl scala haskell julia lua kotlin swift rust elixir"
    " fortran powershell c++ c#"
).split()
"""Names that mean little else; not `go`, `make`, `shell`, `batch` or `c`."""
_NAME = rf"(?P<name>{'|'.join(map(re.escape, sorted(_NAMES, key=len, reverse=True)))})(?![\w+#.-]|\s+\d)"
_IN_LANGUAGE = re.compile(rf"(?<!\S)(?:in|using)\s+{_NAME}", re.IGNORECASE)
_AT_AN_END = re.compile(rf"^{_NAME}\s|(?<=\s){_NAME.replace('name', 'last')}[?.!]*$", re.IGNORECASE)
_MIN_WORDS = 2
"""Words that have to be left: `python packaging` is a topic."""
MAIN_SHARE = 0.5
"""Of an index's chunks. If most are in one language, its name alone is no topic either."""


def read_question(text: str, chunks_by_language: Callable[[], Mapping[str, int]]) -> Question:
    """Parse a question, with the language that it asks for if the indexes have files in it."""
    for expression, least in ((_IN_LANGUAGE, 0.0), (_AT_AN_END, MAIN_SHARE)):
        match = expression.search(text)
        if match is None:
            continue
        rest = f"{text[: match.start()]} {text[match.end() :]}".strip()
        language = by_name(next(filter(None, match.groups())).rstrip("3"))
        counts = chunks_by_language()
        held = counts.get(language.name, 0) if language else 0
        if language and held > least * sum(counts.values()) and len(rest.split()) >= _MIN_WORDS:
            return parse_question(rest)._replace(language=language.name)
    return parse_question(text)
