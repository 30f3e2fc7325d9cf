"""Ruby: syntax that the grammar lacks, namely endless methods that are command calls (`def shut = raise Closed, "no"`)
and nested heredocs."""

from __future__ import annotations

import re

from codesearch.chunking.chunk import Unit

_PARAMETERS = r"\((?>[^()]|\([^()]{0,200}+\)){0,400}+\)"
_NAME = r"(?:\w+\.)?(?:\w+(?:[?!]|=(?=\())?|[+\-!~]@?|\[\]|===?|=~|!=|!~|<=>|<=|>=|<<|>>|\*\*|[*/%&|^<>])"
_RECEIVER = r"[A-Za-z_@$](?:[\w@$.:&!?]|\((?:[^()\n]|\([^()\n]*\))*\)|\[[^\[\]\n]*\])*"
_ARGUMENT = (
    r"(?!(?:if|unless|while|until|rescue|and|or|then|do|in|end)\b)"
    r"(?:[\w\"':@$`]|!(?![=~])|~(?=\w)|\[|->|<<[~-]?[\"'`A-Z_]|[-&/?]\w|&:|\*{1,2}[\w@(\[]"
    r"|%[wWiIqQrsx]?[(\[{<|!/]|/(?! ))"
)
# `def name(parameters) = ` and a call without parentheses, or an assignment of one (`@x ||= load "y"`).
_ENDLESS_COMMAND = re.compile(
    rf"def(?<!\w\w\w\w)[ \t]+{_NAME}(?:[ \t]|[ \t]*{_PARAMETERS}[ \t]*)=\s+"
    rf"(?P<body>!?(?:{_RECEIVER}[ \t]*[-+*/|&]{{0,2}}=[ \t]+)?{_RECEIVER}[ \t]+{_ARGUMENT})"
)
_NO_CODE = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|(?<=[\s(,])/(?:\\.|[^/\\])+/|(?<!\S)#.*")
_CONTINUES = re.compile(r"(?:[,\\|&+*/=.]|(?<=\s)[?:]|\b(?:and|or|not))[ \t]*$")
_LEADING_DOT = re.compile(r"[ \t]*&?\.\w")
_HEREDOC = re.compile(r"<<[~-]?(?:([\"'`])([^\n]*?)\1|([A-Z_]\w*))")
_HEREDOC_LINE = re.compile(r"^.*<<[~-][\"'`A-Z_].*$", re.MULTILINE)
_NESTED = re.compile(r"(#\{[^\n]{0,300}?)(<<[~-](?:([\"'`])[^\n]*?\3|[A-Z_]\w*))")
_LONGEST_HEREDOC = 20_000
"""Characters."""
_LONGEST_CALL = 200
"""Lines. A call that has not ended by then, or before a definition, was misparsed and ends on its first line."""
_DEFINITION = re.compile(r"[ \t]*(?:\w+[ \t]+)?(?:def|class|module)\b")

INSERTED = "\u01c0"
"""Follows the name of a method that is called `self`."""
_NAMED_SELF = re.compile(r"\bdef self(?=[ \t]*(?:\(|$))", re.MULTILINE)


def prepare(text: str) -> str:
    """Replace such syntax with numbers. Lines and lengths are kept."""
    if "<<" in text and _NESTED.search(text):
        text = _without_nested_heredocs(text)
    if "def self" in text:
        text = _NAMED_SELF.sub(rf"\g<0>{INSERTED}", text)
    return _without_command_calls(text) if "def " in text else text


def _without_nested_heredocs(text: str) -> str:
    """Replace heredoc openers inside the interpolations of another heredoc, which makes their bodies plain text."""
    parts: list[str] = []
    done = 0
    while line := _HEREDOC_LINE.search(text, done):
        end = line.end()
        for heredoc in _HEREDOC.finditer(line[0]):
            end = _end_of_heredoc(text, end, heredoc[2] or heredoc[3])
        body = _NESTED.sub(lambda nested: nested[1] + "0".ljust(len(nested[2])), text[line.end() : end])
        parts += (text[done : line.end()], body)
        done = end
    return "".join(parts) + text[done:]


def _without_command_calls(text: str) -> str:
    """Replace the command call of each endless method with a number."""
    parts: list[str] = []
    done = 0
    for match in _ENDLESS_COMMAND.finditer(text):
        if match.start("body") < done:
            continue
        spans = _spans_of_call(text, match.start("body"))
        for index, (start, end) in enumerate(spans):
            parts += (text[done:start], _number(text[start:end], index == 0, index == len(spans) - 1))
            done = end
    return "".join(parts) + text[done:]


def _spans_of_call(text: str, start: int) -> list[tuple[int, int]]:
    """Start and end offsets of the lines of a call, without the bodies of its heredocs."""
    spans: list[tuple[int, int]] = []
    depth = 0
    while len(spans) < _LONGEST_CALL and not (spans and _DEFINITION.match(text, start)):
        end = _line_end(text, start)
        spans.append((start, end))
        line = text[start:end]
        code = _NO_CODE.sub(lambda match: "" if match[0].startswith("#") else "0", line)
        depth += sum(map(code.count, "([{")) - sum(map(code.count, ")]}"))
        next_end = end
        for heredoc in _HEREDOC.finditer(line):
            next_end = _end_of_heredoc(text, next_end, heredoc[2] or heredoc[3])
        is_over = depth <= 0 and not _CONTINUES.search(code) and not _LEADING_DOT.match(text, next_end + 1)
        if is_over or next_end == len(text):
            return spans
        start = next_end + 1
    return spans[:1]


def _end_of_heredoc(text: str, start: int, word: str) -> int:
    """The offset of the end of a heredoc's last line; `start` if there is none."""
    match = re.compile(rf"\n[ \t]*{re.escape(word)}$", re.MULTILINE).search(text, start, start + _LONGEST_HEREDOC)
    return match.end() if match else start


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


def _number(line: str, is_first: bool, is_last: bool) -> str:
    """A line of a call as a line of a sum of numbers, with its heredocs in their original positions."""
    masked = [" "] * len(line)
    if is_first:
        masked[0] = "0"
    elif is_last and line and not _HEREDOC.search(line):
        masked[-1] = "0"
    for heredoc in _HEREDOC.finditer(line, 1):
        masked[heredoc.start() - 1 : heredoc.end()] = "+" + heredoc[0]
    if not is_last and line:
        masked[-1] = "+"
    return "".join(masked)


def refine(units: list[Unit], lines: list[str]) -> list[Unit]:
    """Extend units that end on a heredoc's first line to its end."""
    return [_with_heredocs(unit, lines) if "<<" in lines[unit.end_line - 1] else unit for unit in units]


def _with_heredocs(unit: Unit, lines: list[str]) -> Unit:
    end = unit.end_line
    for heredoc in _HEREDOC.finditer(lines[end - 1]):
        word = heredoc[2] or heredoc[3]
        following = range(end + 1, min(end + _LONGEST_CALL, len(lines)) + 1)
        end = next((number for number in following if lines[number - 1].strip() == word), end)
    return unit.ending_at(end)
