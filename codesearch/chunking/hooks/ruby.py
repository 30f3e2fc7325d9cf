"""Ruby that the grammar does not know: endless methods that are command calls (`def shut = raise Closed, "no"`), and
heredocs in heredocs."""

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
# `def name(parameters) = ` and a call whose arguments have no parentheses, with their values (`@x ||= load "y"`).
_ENDLESS_COMMAND = re.compile(
    rf"def(?<!\w\w\w\w)[ \t]+{_NAME}(?:[ \t]|[ \t]*{_PARAMETERS}[ \t]*)=\s+"
    rf"(?P<body>!?(?:{_RECEIVER}[ \t]*[-+*/|&]{{0,2}}=[ \t]+)?{_RECEIVER}[ \t]+{_ARGUMENT})"
)
_NO_CODE = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|(?<=[\s(,])/(?:\\.|[^/\\])+/|(?<!\S)#.*")
_GOES_ON = re.compile(r"(?:[,\\|&+*/=.]|(?<=\s)[?:]|\b(?:and|or|not))[ \t]*$")
_LEADING_DOT = re.compile(r"[ \t]*&?\.\w")
_HEREDOC = re.compile(r"<<[~-]?(?:([\"'`])([^\n]*?)\1|([A-Z_]\w*))")
_HEREDOC_LINE = re.compile(r"^.*<<[~-][\"'`A-Z_].*$", re.MULTILINE)
_NESTED = re.compile(r"(#\{[^\n]{0,300}?)(<<[~-](?:([\"'`])[^\n]*?\3|[A-Z_]\w*))")
_LONGEST_HEREDOC = 20_000
"""Characters."""
_LONGEST_CALL = 200
"""Lines; a call that is not over by then or by a definition is misread, and taken to end on its first line."""
_DEFINITION = re.compile(r"[ \t]*(?:\w+[ \t]+)?(?:def|class|module)\b")


def prepare(text: str) -> str:
    """The text with numbers for these; lines and lengths stay as they are."""
    if "<<" in text and _NESTED.search(text):
        text = _without_nested_heredocs(text)
    return _without_command_calls(text) if "def " in text else text


def _without_nested_heredocs(text: str) -> str:
    """The text with heredocs that begin in another one's interpolation as a part of its text."""
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
    """The text with a number for each endless method's command call."""
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
    """Where the lines of a call begin and end, without the bodies of its heredocs."""
    spans: list[tuple[int, int]] = []
    depth = 0
    while len(spans) < _LONGEST_CALL and not (spans and _DEFINITION.match(text, start)):
        end = _line_end(text, start)
        spans.append((start, end))
        line = text[start:end]
        code = _NO_CODE.sub(lambda match: "" if match[0].startswith("#") else "0", line)
        depth += sum(map(code.count, "([{")) - sum(map(code.count, ")]}"))
        after = end
        for heredoc in _HEREDOC.finditer(line):
            after = _end_of_heredoc(text, after, heredoc[2] or heredoc[3])
        is_over = depth <= 0 and not _GOES_ON.search(code) and not _LEADING_DOT.match(text, after + 1)
        if is_over or after == len(text):
            return spans
        start = after + 1
    return spans[:1]


def _end_of_heredoc(text: str, start: int, word: str) -> int:
    """Where the line ends that ends a heredoc; `start`, if none does."""
    match = re.compile(rf"\n[ \t]*{re.escape(word)}$", re.MULTILINE).search(text, start, start + _LONGEST_HEREDOC)
    return match.end() if match else start


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


def _number(line: str, is_first: bool, is_last: bool) -> str:
    """A line of a call as a line of a sum, with its heredocs in their places."""
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
    """Units that end on a heredoc's first line, ended where it ends."""
    return [_with_heredocs(unit, lines) if "<<" in lines[unit.end_line - 1] else unit for unit in units]


def _with_heredocs(unit: Unit, lines: list[str]) -> Unit:
    end = unit.end_line
    for heredoc in _HEREDOC.finditer(lines[end - 1]):
        word = heredoc[2] or heredoc[3]
        below = range(end + 1, min(end + _LONGEST_CALL, len(lines)) + 1)
        end = next((number for number in below if lines[number - 1].strip() == word), end)
    return unit.ending_at(end)
