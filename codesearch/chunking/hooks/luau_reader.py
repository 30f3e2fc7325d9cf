"""Luau as the grammar of Lua reads it: types blanked, and what else Lua lacks replaced. Lengths are kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from codesearch.chunking.blanks import blanked

_EMBEDDED = r"\{(?:[^{}`]|`[^`\n]*`|\{[^{}\n]*\})*+\}?"
_TOKEN = re.compile(
    r"(?P<comment>--(?:\[(?P<level>=*)\[(?:[^\]]|\](?!(?P=level)\]))*(?:\](?P=level)\])?|[^\n]*))"
    r"|(?P<string>\[(?P<depth>=*)\[(?:[^\]]|\](?!(?P=depth)\]))*(?:\](?P=depth)\])?"
    r"|\"(?:\\z\s*|\\[\s\S]|[^\"\\\n])*\"?|'(?:\\z\s*|\\[\s\S]|[^'\\\n])*'?"
    rf"|`(?:\\[\s\S]|{_EMBEDDED}|[^`\\{{\n])*+`?)"
    r"|(?P<name>[^\W\d]\w*)|(?P<sign>->|::|\.\.\.|(?://|\.\.|[-+*/%^])=|[^\w\s])|(?P<number>\d[\w.]*)"
)
_QUOTES = re.compile(r"[\"\\]")
_LINE_END = re.compile(r".\n")
_CLOSING = {"(": ")", "{": "}", "[": "]"}
_BEFORE_VALUE = frozenset("= ( , { [ return and or not == ~= <= >= < > .. + - * / % ^ # then else in ..= += -=".split())
"""Tokens after which `if` begins an expression."""
_MOST_PARAMETERS = 200
"""Tokens of the parameters of a generic type."""


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int
    is_name: bool = False
    is_string: bool = False
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """A text as the grammar of Lua reads it, and its type aliases: name, start and end."""

    text: str
    types: Sequence[tuple[str, int, int]] = ()


@dataclass(slots=True)
class Reader:
    """Reads the tokens of a text once, in order."""

    text: str
    tokens: list[_Token] = field(default_factory=list)
    closings: dict[int, int] = field(default_factory=dict)
    """Indexes of opening brackets → those of their closing ones."""
    replaced: list[tuple[int, int, str]] = field(default_factory=list)
    """Start, end and what is there instead."""
    types: list[tuple[str, int, int]] = field(default_factory=list)
    values: list[bool] = field(default_factory=list)
    """For each `if` that waits for its `then` or `else`, whether it is an expression."""

    def read(self) -> Read:
        self._tokenize()
        index = 0
        while index < len(self.tokens):
            index = max(index + 1, self._process(index))
        parts: list[str] = []
        done = 0
        for start, end, instead in self.replaced:
            if start >= done:
                parts += (self.text[done:start], instead)
                done = end
        return Read("".join([*parts, self.text[done:]]), self.types)

    def _tokenize(self) -> None:
        opened: list[int] = []
        for match in _TOKEN.finditer(self.text):
            kind = match.lastgroup
            if kind == "comment":
                continue
            token = _Token(match[0], match.start(), match.end(), kind == "name", kind == "string", kind == "number")
            if kind == "sign":
                if token.text in _CLOSING:
                    opened.append(len(self.tokens))
                elif opened and _CLOSING[self.tokens[opened[-1]].text] == token.text:
                    self.closings[opened.pop()] = len(self.tokens)
            self.tokens.append(token)

    def _at(self, index: int) -> str:
        return self.tokens[index].text if 0 <= index < len(self.tokens) else ""

    def _is_name(self, index: int) -> bool:
        return index < len(self.tokens) and self.tokens[index].is_name

    def _replace(self, first: int, last: int, instead: str = "") -> None:
        """Replace the tokens `first` to `last` by a text, filled up with blanks."""
        if first <= last < len(self.tokens):
            start, end = self.tokens[first].start, self.tokens[last].end
            gap = blanked(self.text[start + len(instead) : end])
            self.replaced.append((start, end, instead + gap))

    def _process(self, index: int) -> int:
        """Process a token. Returns the index at which to continue."""
        token = self.tokens[index]
        if token.is_number and "_" in token.text:  # 1_000_000
            self.replaced.append((token.start, token.end, token.text.replace("_", "0")))
        if token.is_string:
            if token.text[0] == "`":
                plain = _LINE_END.sub("\\\\\n", _QUOTES.sub("'", token.text[1:-1]))
                self.replaced.append((token.start, token.end, f'"{plain}"'[: len(token.text)]))
            return index + 1
        previous = self._at(index - 1)
        if token.is_name and previous in (".", ":"):
            return index + 1
        match token.text:
            case "function":
                return self._function(index + 1)
            case "local" | "for":
                return self._names(index + 1)
            case "type" if self._begins_alias(index):
                return self._alias(index)
            case "::":
                return self._cast(index)
            case "if" | "then" | "else" | "elseif":
                self._condition(index)
            case "continue" if self._is_statement(index):
                self._replace(index, index, "break")
            case "const" if self._begins_line(index) and self._is_name(index + 1):
                self._replace(index, index, "local")
                return self._names(index + 1)
            case "<" if self._begins_instantiation(index):
                return self._blank_parameters(index)
            case "@" if self._is_name(index + 1):
                self._replace(index, index + 1)
            case "+=" | "-=" | "*=" | "/=" | "//=" | "%=" | "^=" | "..=":
                self._replace(index, index, " " * (len(token.text) - 1) + "=")
            case _:
                pass
        return index + 1

    def _function(self, index: int) -> int:
        """Blank the types of a function's head, which begins with its name or parentheses."""
        while self._is_name(index) or self._at(index) in (".", ":"):
            index += 1
        index = self._blank_parameters(index)
        closing = self.closings.get(index) if self._at(index) == "(" else None
        if closing is None:
            return index
        index += 1
        while index < closing:
            if self._at(index) == ":":
                index = self._blank_type(index)
            else:
                index += 1
        return self._blank_type(closing + 1) if self._at(closing + 1) == ":" else closing + 1

    def _names(self, index: int) -> int:
        """Blank the types of declared names."""
        while self._is_name(index) and self._at(index) != "function":
            index = self._blank_type(index + 1) if self._at(index + 1) == ":" else index + 1
            if self._at(index) != ",":
                break
            index += 1
        return index

    def _blank_type(self, colon: int) -> int:
        end = self._after_type(colon + 1)
        self._replace(colon, end - 1)
        return end

    def _blank_parameters(self, index: int) -> int:
        end = self._after_parameters(index)
        if end > index:
            self._replace(index, end - 1)
        return end

    def _begins_line(self, index: int) -> bool:
        return not index or "\n" in self.text[self.tokens[index - 1].end : self.tokens[index].start]

    def _begins_alias(self, index: int) -> bool:
        is_alias = self._at(index + 1) == "function" or (self._is_name(index + 1) and self._at(index + 2) in ("=", "<"))
        return is_alias and (self._begins_line(index) or self._at(index - 1) == "export")

    def _is_statement(self, index: int) -> bool:
        """Whether a word is a whole statement."""
        begins = self._begins_line(index) or self._at(index - 1) in ("then", "do", "else", ";")
        is_last = index + 1 == len(self.tokens) or self._begins_line(index + 1)
        return begins and (is_last or self._at(index + 1) in ("end", "else", "elseif", "until", ";"))

    def _begins_instantiation(self, index: int) -> bool:
        """Whether the types of a call begin, as in `f<<number>>(1)`."""
        start, end = self.tokens[index].start, self._after_parameters(index)
        is_call = self._at(index + 1) == "<" and self._at(end) == "(" and self._at(end - 2) == ">"
        return is_call and index > 0 and self._is_name(index - 1) and self.tokens[index - 1].end == start

    def _alias(self, index: int) -> int:
        """Record and blank a type alias; of a type function, blank `type`."""
        if self._at(index + 1) == "function":
            self._replace(index - (self._at(index - 1) == "export"), index)
            return index + 1
        equals = self._after_parameters(index + 2)
        if self._at(equals) != "=":
            return index + 1
        end = self._after_type(equals + 1)
        first = index - (self._at(index - 1) == "export")
        self.types.append((self._at(index + 1), self.tokens[first].start, self.tokens[end - 1].end))
        self._replace(first, end - 1)
        return end

    def _cast(self, index: int) -> int:
        """Blank a cast (`value :: Type`), which is no label (`::name::`)."""
        if self._is_name(index + 1) and self._at(index + 2) == "::":
            return index + 3
        return self._blank_type(index)

    def _condition(self, index: int) -> None:
        """Replace an expression `if a then b else c` by `a and b or c`."""
        word = self._at(index)
        if word == "if":
            self.values.append(self._is_before_value(index - 1))
            if self.values[-1]:
                self._replace(index, index)
        elif self.values and word == "then":
            if self.values[-1]:
                self._replace(index, index, " and")
            else:
                self.values.pop()
        elif self.values and self.values[-1]:
            self._replace(index, index, " or")
            if word == "else":
                self.values.pop()

    def _is_before_value(self, index: int) -> bool:
        """Whether a value follows a token, rather than a statement."""
        is_replaced = bool(self.replaced) and index >= 0 and self.replaced[-1][1] == self.tokens[index].end
        if self._at(index) in ("then", "else"):
            return is_replaced
        is_type = is_replaced and not self.replaced[-1][2].strip()
        return self._at(index) in _BEFORE_VALUE and not is_type

    def _after_type(self, index: int) -> int:
        """The index after a type."""
        while True:
            while self._at(index) in ("|", "&", "..."):
                index += 1
            index = self._after_simple_type(index)
            while self._at(index) in ("?", "..."):
                index += 1
            if self._at(index) == "->":
                index += 1
            elif self._at(index) not in ("|", "&"):
                return index

    def _after_simple_type(self, index: int) -> int:
        index = self._after_parameters(index)
        if self._at(index) in ("(", "{"):
            return self.closings.get(index, index) + 1
        if index < len(self.tokens) and self.tokens[index].is_string:
            return index + 1
        if not self._is_name(index):
            return index
        if self._at(index) == "typeof" and index + 1 in self.closings:
            return self.closings[index + 1] + 1
        index += 1
        while self._at(index) == "." and self._is_name(index + 1):
            index += 2
        return self._after_parameters(index)

    def _after_parameters(self, index: int) -> int:
        """The index after `<…>`, or the same index if there are none."""
        if self._at(index) != "<":
            return index
        depth = 0
        for at in range(index, min(index + _MOST_PARAMETERS, len(self.tokens))):
            depth += (self._at(at) == "<") - (self._at(at) == ">")
            if not depth:
                return at + 1
        return index
