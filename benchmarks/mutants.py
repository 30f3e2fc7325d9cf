"""Broken variants of a source text, deterministic for a seed: the input of `fuzz_chunker.py`."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

SMALL, LARGE, LARGEST = 4_000, 60_000, 400_000
"""Characters that are added: to most mutants, to some, to few."""
LARGE_SHARE, LARGEST_SHARE = 0.12, 0.03
LINE_CHARS = 1_800
"""Files whose lines are longer on average are taken for minified and never reach a grammar."""
SNIFFED_BYTES = 8_192
"""A file with a NUL in its first so many bytes is taken for binary."""

BRACKETS = (
    "( [ { < (( [[ {{ (* {- /* <!-- #| #= <# ${ $( %{ @{ #{ <% <? <div> (? [[[ =( ([ ({ [{ {[ <( `( \\( \\begin{a} {| "
    "(| [| #[ @[ <<( r#( !( ?( ->{ =>( :( &( *( -( ~( f( if( do{ let{ x=[ a<b< #{[ $((${ {% {{{ '{ \"${ `${ "
).split()
OPENERS = (
    '\' " ` \'\'\' """ ``` /* <!-- {- (* #| #= <# =begin =pod <<EOF <<~\'X\' <<-"Y" q{ qw( m/ s{ tr/ y/ r#" R"x( '
    '[[ --[[ --[==[ @" $" $@" @\' %( ${ $( $\' <? <?php <% <![CDATA[ <script> <style> '
    "$$ $a$ \\( \\[ \\begin{verbatim} "
    "#if #ifdef #[[ b' u& E' N' q'[ ~~~ //\\ \\ f\" f''' %w[ %Q{ :\" ?\\ $# #` ^ __END__ __DATA__ #region DELIMITER "
    "rem ::= begin BEGIN function class def module namespace struct case if do then => ->"
).split()
ODD = (
    "\ufeff \u2028 \u2029 \u200b \u202e \u0301 \u00ad \u00a0 \u3000 \ufffd \uffff \ufffe \x0b \x0c \x1c \x1d \x1e \x1f "
    "\x85 \x01 \x07 \x1b \x7f \r \U0001f600 \U0010ffff \u0130 \u1e9e \ufb01 \u01c5 \u0660 \u4e2d \u05d0 \ud7ff \ue000"
)
ODD_CHARACTERS = tuple(ODD.split(" "))
BAD_BYTES = (b"\xff", b"\xfe\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\xe2\x82", b"\x80")
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A broken text, and how it came about."""

    number: int
    kind: str
    data: bytes


class _Maker:
    """Makes mutants of one sample."""

    def __init__(self, text: str, other: str, rng: random.Random) -> None:
        self.text, self.other, self.rng = text, other, rng
        self.lines = text.splitlines(keepends=True)
        self.tokens: list[str] = _TOKEN.findall(text)
        draw = rng.random()
        self.size = rng.randint(50, LARGEST if draw < LARGEST_SHARE else LARGE if draw < LARGE_SHARE else SMALL)

    def place(self) -> int:
        """Somewhere in the text, the start of a line every other time."""
        place = self.rng.randrange(len(self.text) + 1)
        return self.text.rfind("\n", 0, place) + 1 if self.rng.random() < 0.5 else place

    def inserted(self, what: str) -> str:
        at = self.place()
        return self.text[:at] + what + self.text[at:]

    def repeated(self, what: str) -> str:
        """So often that it has the size."""
        return what * max(1, self.size // max(1, len(what)))

    def token(self) -> str:
        return self.rng.choice([token for token in self.tokens if not token.isspace()])

    # the kinds of mutation

    def flips(self) -> bytes:
        data = bytearray(self.text.encode())
        for _ in range(self.rng.choice((1, 2, 5, 20, 100))):
            at = self.rng.randrange(len(data))
            data[at] = self.rng.choice((data[at] ^ 1 << self.rng.randrange(8), self.rng.randrange(256), 10, 32))
        return bytes(data)

    def cuts(self) -> str:
        text = self.text
        for _ in range(self.rng.choice((1, 1, 3, 10))):
            start = self.rng.randrange(len(text) + 1)
            end = start + int(self.rng.expovariate(1 / 30))
            text = text[:start] + text[end:]
        return text[: self.rng.randrange(1, len(text) + 1)] if text and self.rng.random() < 0.3 else text

    def tokens_lost(self) -> str:
        share = self.rng.choice((0.01, 0.05, 0.3))
        return "".join(token for token in self.tokens if token.isspace() or self.rng.random() > share)

    def duplications(self) -> str:
        start = self.rng.randrange(len(self.text))
        end = min(len(self.text), start + int(self.rng.expovariate(1 / 60)) + 1)
        piece = self.text[start:end]
        return self.text[:start] + self.repeated(piece) + self.text[end:]

    def line_repeated(self) -> str:
        at = self.rng.randrange(len(self.lines))
        return "".join((*self.lines[:at], self.repeated(self.lines[at]), *self.lines[at:]))

    def token_repeated(self) -> str:
        return self.inserted(self.repeated(self.token() + self.rng.choice(("", " ", "\n"))))

    def shuffled(self) -> str:
        pieces = list(self.rng.choice((self.lines, self.tokens)))
        for _ in range(self.rng.choice((1, 3, len(pieces)))):
            one, two = self.rng.randrange(len(pieces)), self.rng.randrange(len(pieces))
            pieces[one], pieces[two] = pieces[two], pieces[one]
        return "".join(pieces)

    def token_soup(self) -> str:
        count = self.size // 3
        return self._with_lines("".join(self.rng.choices(self.tokens, k=count)))

    def crossed(self) -> str:
        at, start = self.place(), self.rng.randrange(len(self.other))
        return self.text[:at] + self.other[start : start + self.rng.randrange(1, 600)] + self.text[at:]

    def nesting(self) -> str:
        opener = "".join(self.rng.choices(BRACKETS, k=self.rng.choice((1, 1, 1, 2, 3))))
        opener += self.rng.choice(("", "", "a", " ", "\n", "1,"))
        bomb = self.repeated(opener)
        if self.rng.random() < 0.3:
            bomb += bomb[::-1].translate(str.maketrans("([{<", ")]}>"))
        return self._with_lines(self.inserted(bomb))

    def statements_nested(self) -> str:
        """A line that opens a block, each time a little deeper."""
        opening = [line for line in self.lines if line.strip()]
        line = self.rng.choice(opening).rstrip("\n")
        step = self.rng.choice(("", " ", "\t"))
        count = min(self.size // (len(line) + 1) + 1, 1_500 if step else 20_000)
        return self.inserted("".join(f"{step * i}{line}\n" for i in range(count)))

    def endless_lines(self) -> str:
        """Words without an end of a line; shortly below what is taken for minified, or with the lines that save it."""
        kind = self.rng.randrange(4)
        if kind == 0:
            return self._with_lines(self.repeated(self.token()).replace("\n", " "))
        if kind == 1:
            return self._with_lines(self.text.replace("\n", self.rng.choice((" ", "", ";", ", ", "\\"))) * 3)
        if kind == 2:
            letters = "".join(chr(self.rng.randrange(33, 127)) for _ in range(self.size))
            return self._with_lines(self.inserted(letters))
        joined = "".join(line.rstrip("\n") + self.rng.choice(("", "", "\n")) for line in self.lines)
        return self._with_lines(self.repeated(joined))

    def unclosed(self) -> str:
        opener = self.rng.choice(OPENERS)
        if self.rng.random() < 0.3:
            return self.inserted(self.repeated(opener + self.rng.choice((" ", "\n", "x"))))
        text = self.inserted(opener)
        return text + self.repeated(self.text) if self.rng.random() < 0.3 else text

    def blanks(self) -> str:
        return self.inserted(self.repeated(self.rng.choice((" ", "\t", "\n", " \n", "\n\t", "\r\n", "\\\n", "\x0c"))))

    def nul(self) -> str:
        nul = self.rng.choice(("\0", "\0" * 50, self.repeated("\0"), "'\0", "\0\n"))
        text = self.inserted(nul)
        if self.rng.random() < 0.8:  # behind what is looked at to tell binary files
            text = self.text * (SNIFFED_BYTES // len(self.text) + 1) + text
        return text

    def odd_unicode(self) -> str | bytes:
        kind = self.rng.randrange(5)
        if kind == 0:
            return self.inserted(self.rng.choice(ODD_CHARACTERS))
        if kind == 1:
            return self.inserted(self.repeated(self.rng.choice(ODD_CHARACTERS)))
        if kind == 2:
            share = self.rng.choice((0.01, 0.2))
            return "".join(self.rng.choice(ODD_CHARACTERS) if self.rng.random() < share else c for c in self.text)
        if kind == 3:
            letters = "".join(chr(self.rng.choice((0xC0, 0x400, 0x3040, 0x1F600)) + i % 64) for i in range(self.size))
            return self._with_lines(self.inserted(letters))
        data, at = self.text.encode(), self.rng.randrange(len(self.text))
        return data[:at] + self.rng.choice(BAD_BYTES) * self.rng.choice((1, 1, 300)) + data[at:]

    def newlines(self) -> str:
        if self.rng.random() < 0.3:
            return self.text.replace("\n", "\r")
        return "".join(line.rstrip("\n") + self.rng.choice(("\n", "\r\n", "\r", "\n\r")) for line in self.lines)

    def _with_lines(self, text: str) -> str:
        """As many lines before it as keep the file from being taken for minified."""
        missing = len(text) // LINE_CHARS - text.count("\n")
        return "\n" * max(0, missing) + text


KINDS: tuple[Callable[[_Maker], str | bytes], ...] = (
    _Maker.flips,
    _Maker.flips,
    _Maker.cuts,
    _Maker.cuts,
    _Maker.tokens_lost,
    _Maker.duplications,
    _Maker.line_repeated,
    _Maker.token_repeated,
    _Maker.shuffled,
    _Maker.token_soup,
    _Maker.crossed,
    _Maker.nesting,
    _Maker.nesting,
    _Maker.statements_nested,
    _Maker.endless_lines,
    _Maker.unclosed,
    _Maker.unclosed,
    _Maker.blanks,
    _Maker.nul,
    _Maker.odd_unicode,
    _Maker.newlines,
)


def mutants(name: str, text: str, others: list[str], count: int) -> Iterator[Mutant]:
    """`count` mutants of a sample; each depends on its name and number alone."""
    for number in range(count):
        rng = random.Random(f"{name} {number}")
        make = KINDS[number % len(KINDS)]
        found = make(_Maker(text, rng.choice(others), rng))
        data = found if isinstance(found, bytes) else found.encode("utf-8", "surrogatepass")
        yield Mutant(number, make.__name__, data)
