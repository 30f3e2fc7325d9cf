"""Code that is being typed: the definitions around an unfinished line are found."""

from __future__ import annotations

import pytest

from codesearch.chunking import unfinished
from codesearch.chunking.chunker import chunk_text
from codesearch.languages.registry import LANGUAGES, resolve

FINISHED = {
    "C": "void first() {\n  x = 1;\n  HERE\n}\n\nvoid second() {\n  f(\"b\", 'c');\n}\n",
    "C++": 'int first() {\n  int x = 1;\n  HERE\n}\n\nint second() {\n  return f("b", 1\'000);\n}\n',
    "C#": 'class A {\n  void first() {\n    x = 1;\n    HERE\n  }\n\n  void second() {\n    f("b");\n  }\n}\n',
    "Java": 'class A {\n  void first() {\n    x = 1;\n    HERE\n  }\n\n  void second() {\n    f("b");\n  }\n}\n',
    "CSS": ".first {\n  color: red;\n  HERE\n}\n\n.second {\n  color: blue;\n}\n",
    "Dockerfile": "FROM a AS first\nRUN b\nHERE\n\nFROM c AS second\nRUN d\n",
    "Elixir": 'defmodule A do\n  def first do\n    HERE\n  end\n\n  def second do\n    f("b")\n  end\nend\n',
    "FORTRAN": "subroutine first\n  x = 1\n  HERE\nend subroutine\n\nsubroutine second\n  call f('b')\nend\n",
    "Go": 'func first() {\n  x := 1\n  HERE\n}\n\nfunc second() {\n  f("b")\n}\n',
    "Haskell": 'first :: IO ()\nfirst = do\n  print 1\n  HERE\n\nsecond :: IO ()\nsecond = do\n  print "b"\n',
    "JavaScript": "function first() {\n  x = 1;\n  HERE\n}\n\nfunction second() {\n  f('b', /'/);\n}\n",
    "TypeScript": "function first(): void {\n  x = 1;\n  HERE\n}\n\nfunction second(): void {\n  f('b');\n}\n",
    "Julia": 'function first()\n  x = 1\n  HERE\nend\n\nfunction second()\n  f("b")\nend\n',
    "Kotlin": 'fun first() {\n  val x = 1\n  HERE\n}\n\nfun second() {\n  f("b")\n}\n',
    "Lua": 'function first()\n  x = 1\n  HERE\nend\n\nfunction second()\n  f("b")\nend\n',
    "PHP": "<?php\nfunction first() {\n  $x = 1;\n  HERE\n}\n\nfunction second() {\n  f('b');\n}\n",
    "Perl": "sub first {\n  my $x = 1;\n  HERE\n}\n\nsub second {\n  f('b');\n}\n",
    "PowerShell": "function first {\n  $x = 1\n  HERE\n}\n\nfunction second {\n  Get-It 'b'\n}\n",
    "Python": 'def first():\n    x = 1\n    HERE\n\n\ndef second():\n    f("b")\n',
    "Ruby": 'def first\n  x = 1\n  HERE\nend\n\ndef second\n  f("b")\nend\n',
    "Rust": "fn first() {\n  let x = 1;\n  HERE\n}\n\nfn second<'a>(b: &'a str) {\n  f(\"b\");\n}\n",
    "Scala": 'object A {\n  def first() = {\n    HERE\n  }\n\n  def second() = {\n    f("b")\n  }\n}\n',
    "Shell": "first() {\n  x=1\n  HERE\n}\n\nsecond() {\n  f 'b'\n}\n",
    "Swift": 'func first() {\n  let x = 1\n  HERE\n}\n\nfunc second() {\n  f("b")\n}\n',
    "Zig": 'fn first() void {\n  x = 1;\n  HERE\n}\n\nfn second() void {\n  f("b");\n}\n',
}
"""Functions, with a place for an unfinished line in the first."""
OPEN = {language.name: ['f("some text', "f(1, ", "f([1, {"] for language in LANGUAGES if language.literals}
OPEN["CSS"] = ['content: "some text', "width: calc(1px + "]
OPEN["Dockerfile"] = ["RUN <<END", "COPY <<-END /b"]
OPEN["Shell"] = ['echo "some text', "cat <<END", "g() {"]
OPEN["Perl"] = ['f("some text', "print <<END;"]
for names, more in {
    "C C++ C# Java JavaScript TypeScript Kotlin Scala Swift PHP Go": ["if (x) {", "/* a note"],
    "Haskell": ["{- a note", "{-# INLINE first"],
    "Rust": ['f(r#"text', "if x {", "/* a note"],
    "C# C++ Go Java Zig": ["f('some text"],
    "JavaScript TypeScript PHP Ruby Python Lua PowerShell Elixir FORTRAN": ["f('some text"],
    "JavaScript TypeScript Go": ["f(`some text"],
    "Python Java Kotlin Scala Swift Elixir": ['f("""some text'],
    "Lua": ["f([[some text", "f([==[some text", "--[[ a note", "--[=[ a note", "if x then", "for i = 1, 2 do"],
    "PHP": ["f(<<<END", "$x = `some text"],
    "Ruby": ["f(<<~END", "x = `some text", "x = /some text", "if x", "f do |x|", "case x", "x = 1 unless y\n  begin"],
    "Julia": ["#= a note", '"""text', "f(`some text", "if x", "for i in 1:2", "f(x) do y", "@time begin"],
    "Elixir": ["if x do", "f(fn x ->", "case x do"],
    "JavaScript TypeScript": ["x = /some text"],
    "Perl": ["f(`some text", "$x =~ /some text", "$x =~ s/some text/", "f(qw(some text", "f(qr/some text"],
    "PowerShell": ['Get-It @"', "Get-It @'", "<# a note"],
    "Swift": ['f(#"some text', 'f(#"""'],
}.items():
    for name in names.split():
        OPEN[name] = [*OPEN[name], *more]


def names(text: str, language: str) -> set[str]:
    chunks = chunk_text("a", text, resolve(language)).chunks
    return {one.name for chunk in chunks for one in chunk.definitions}


def repairs(text: str, language: str) -> list[str]:
    return list(unfinished.repaired(text, resolve(language)))


@pytest.mark.parametrize(("language", "line"), [(name, line) for name, lines in OPEN.items() for line in lines])
def test_what_is_left_open_hides_no_definitions(language: str, line: str) -> None:
    expected = names(FINISHED[language].replace("HERE", ""), language)
    assert len(expected) >= 2
    assert names(FINISHED[language].replace("HERE", line), language) >= expected


SWALLOWING = {
    ("Dockerfile", "FROM a AS first\nRUN <<END\n\nFROM b AS second\nRUN <<END\nit's\nEND\n"),
    ("Shell", "first() {\n  cat <<END\n}\n\nsecond() {\n  cat <<END\n  it's\nEND\n}\n"),
    ("Perl", "sub first {\n  print <<END;\n}\n\nsub second {\n  print <<END;\nit's\nEND\n}\n"),
    ("Perl", "sub first {\n  $a = 'b\n}\n\nsub second {\n  $a = 'b';\n}\n"),
    ("Ruby", "def first\n  a = <<~B\nend\n\ndef second\n  a = <<~B\n    it's\n  B\nend\n"),
    ("Ruby", "def first\n  a = 'b\nend\n\ndef second\n  a = 'b'\nend\n"),
    ("C", "int first() {\n  /* a\n}\n\nint second() {\n  b(); /* c */\n}\n"),
    ("C++", 'int first() {\n  a(R"(b\n}\n\nint second() {\n  a(R"(c)");\n}\n'),
    ("Java", "class A {\n  void first() {\n    /** a\n  }\n\n  void second() {\n    b(); /* c */\n  }\n}\n"),
    ("Java", 'class A {\n  int first() {\n    a("""\n  }\n\n  int second() {\n    a(b, """\n      c""");\n  }\n}\n'),
    ("Lua", "function first()\n  a = [[b\nend\n\nfunction second()\n  a = [[c]]\nend\n"),
    ("Lua", "function first()\n  --[[ a\nend\n\nfunction second()\n  a = [[c]]\nend\n"),
    ("Rust", 'fn first() {\n  a(r#"b\n}\n\nfn second() {\n  a(r#"c"#);\n}\n'),
    ("Rust", 'fn first() {\n  a("b\n}\n\nfn second() {\n  a("c");\n}\n'),
    ("PowerShell", 'function first {\n  $a = @"\n}\n\nfunction second {\n  $a = @"\nit\'s\n"@\n}\n'),
    ("PowerShell", 'function first {\n  $a = "b\n}\n\nfunction second {\n  $a = @"\nit\'s\n"@\n}\n'),
    ("Swift", 'func first() {\n  a(#"b\n}\n\nfunc second() {\n  a(#"c"#)\n}\n'),
    (
        "Elixir",
        'defmodule A do\n  def first do\n    a("""\n  end\n\n  @doc """\n  b\n  """\n  def second do\n  end\nend\n',
    ),
    ("Julia", 'function first()\n  a("""b\nend\n\n"""\nc\n"""\nfunction second()\nend\n'),
    ("Haskell", "first :: Int\nfirst = 1\n  {-# INLINE\n\nsecond :: Int\nsecond = 2 {- a -}\n"),
}
"""What is left open in the first function ends with what is in the second one."""


@pytest.mark.parametrize(("language", "text"), sorted(SWALLOWING))
def test_what_ends_where_the_next_one_does_hides_no_definitions(language: str, text: str) -> None:
    assert names(text, language) >= {"first", "second"}


def test_what_is_left_open_does_not_run_on() -> None:
    text = "function First {\n  if ($a) {\n}\n\nfunction Second {\n  $b = @'\nc\n'@\n}\n\nfunction Third { 1 }\n"
    (*_, chunk) = [one for one in chunk_text("a", text, resolve("PowerShell")).chunks if one.name == "First"]
    assert (chunk.start_line, chunk.end_line) == (1, 3)


@pytest.mark.parametrize("language", FINISHED)
def test_finished_code_is_left_alone(language: str) -> None:
    assert repairs(FINISHED[language].replace("HERE", ""), language) == []


@pytest.mark.parametrize(
    ("language", "text", "closed"),
    [
        ("Python", 'f("a\ng(1)\n', 'f(" ")\ng(1)\n'),
        ("Python", "f(a,  # 'b\n  c,\ng(1)\n", "f(a,  # 'b\n  c,)\ng(1)\n"),
        ("Go", "func a() {\n\tb(\n}\n", "func a() {\n\tb()\n}\n"),
        ("Go", "func a() {\n\tif b {\n\tc()\n}\n", "func a() {\n\tif b {}\n\tc()\n}\n"),
        ("Go", "func a() {\n\tb)\n}\n", "func a() {\n\tb \n}\n"),
        ("Java", "class A {\n  void a(\n    b();\n  }\n}\n", "class A {\n  void a(\n    b();)\n   \n}\n"),
        ("C++", "A::A(int a)\n    : a(a) {\n  b(;\n}\n", "A::A(int a)\n    : a(a) {\n  b(;)\n}\n"),
        ("C", "/* a\nint b;\n/* c */\n", "/* a */\nint b;\n/* c */\n"),
        ("Rust", "/* a\nfn b() {}\n/* /* c */ */\n", "/* a */\nfn b() {}\n/* /* c */ */\n"),
        ("Ruby", "a = <<~B\nc(<<~D, 1)\n  e(\nD\n", 'a = ""\nc(<<~D, 1)\n  e(\nD\n'),
        ("Shell", 'a="b\nif [ "$c" ]; then d; fi\n', 'a=" "\nif [ "$c" ]; then d; fi\n'),
        ("Ruby", "def a\n  if b # c\n    d\n\n  e if f\nend\n", "def a\n  if b # c\n    d; end\n\n  e if f\nend\n"),
        ("Ruby", "def a\n  b <<~C do |d|\n    if\n  C\nend\n", "def a\n  b <<~C do |d|; end\n    if\n  C\nend\n"),
        ("Ruby", "def a\n  if b\n    'c\nif d'\nend\n", "def a\n  if b\n    'c\nif d'; end\nend\n"),
        ("Lua", "if a then\n  if b then\nelse\nend\n", "if a then\n  if b then end\nelse\nend\n"),
        ("Elixir", "def a do\n  if b do\n    c\nend\n", "def a do\n  if b do\n    c; end\nend\n"),
    ],
)
def test_what_is_left_open_is_closed(language: str, text: str, closed: str) -> None:
    assert repairs(text, language)[0] == closed


def test_several_damaged_lines_hide_no_definitions_but_their_own() -> None:
    text = (
        "def broken(a, b:\n    return a\n\ndef good():\n    return 1\n\nclass K:\n    def a(self):\n        x = [1, 2\n"
        '        return x\n\n    def c(self):\n        s = "unterminated\n        return s\n\n    def d(self):\n'
        "        return {4: (5}\n\ndef tail():\n    foo(\n    bar\n\ndef last():\n    return 5\n"
    )
    chunks = chunk_text("a.py", text, resolve("Python")).chunks
    names = {definition.qualified_name for chunk in chunks for definition in chunk.definitions}
    assert {"good", "K", "K.a", "K.c", "K.d", "tail", "last"} <= names


def test_lines_that_leave_something_open_are_blanked_at_last() -> None:
    assert repairs('class A {\n  f("b\n  val c = 1\n}\n', "Kotlin")[1] == "class A {\n\n  val c = 1\n}\n"
    assert names('class A {\n  f("b\n  val c = 1\n}\nfun d() = 1\n', "Kotlin") == {"A", "c", "d"}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("JavaScript", "a = (/[(\"'/]/);\nb = <p>Don't</p>;\n"),
        ("C++", "int a = 1'000;\nchar b = '{', c = '\\'';\n#error don't\nauto d = R\"({')\";\n"),
        ("C#", '#region don\'t\nvar a = @"c:\\" + $@"""{b}""";\n'),
        ("Elixir", 'a = ~r/[\'"(]/\nb = ?"\n'),
        ("Haskell", "a' = '\"' --' (\n"),
        ("Julia", "a = b' * c['d']' * '\"'\n"),
        ("Perl", "$a = q{'} . $#b;\n$c =~ s/'/\"/;\n=pod\n\nDon't {\n\n=cut\n"),
        ("PowerShell", '$a = "`"" + @"\n"{\n"@\n'),
        ("PHP", "<?php\n#[A('b')]\nf(<<<X\n don't {\nX);\n"),
        ("Ruby", "def a = b\ndef c; end\nd = if e\n  f\nend\ng while h\n"),
        ("Ruby", "a do\n  b c,\n    d do |e|\n    f\n  end\nend\nprivate def g\n  h\nend\n"),
        ("Lua", "a = function() return b end\nc(function()\n  d()\nend)\nif e then f() end\n"),
        ("Julia", "module A\nf() = [b for b in c[end]]\nif d end\nif e; f; else g; end\nend\n"),
        ("Elixir", "def a(\n      b\n    ) do\n  if c, do: d\nend\n"),
        ("Ruby", "f(<<~A, <<~B)\n  don't (\nA\n  {\nB\n=begin\n'\n=end\nclass << self\nend\n"),
        ("Rust", 'fn a<\'b>() { c(\'"\', r#""("#) }\n'),
        ("Scala", 'val a = """ + \'"\' + """"{"""\n'),
        ("Shell", 'a="${#b} $(c "d")"\ncase e in f) g ;; esac\ncat << H\n don\'t {\nH\n# it\'s\n'),
        ("FORTRAN", "C don't (\n      a = 'b''c\\'\n"),
        ("Zig", "const a =\n    \\\\ don't (\n;\n"),
    ],
)
def test_quotes_and_brackets_within_other_literals_are_not_open(language: str, text: str) -> None:
    assert repairs(text, language) == []


def test_a_text_with_many_open_brackets_is_not_repaired() -> None:
    for text in ("(" * 60_000 + "{" * 60_000 + "]" * 60_000, "({[x, " * 60_000 + "\n  a" * 60_000, "f(\n" * 9):
        assert repairs(text, "Go") == []


@pytest.mark.parametrize(
    ("language", "mark"),
    [
        ("Java", '"'),
        ("Shell", "'"),
        ("Go", "`"),
        ("Python", '"""'),
        ("C", "/*"),
        ("Rust", "/*\n /*"),
        ("Ruby", "<<A"),
        ("PHP", "<<<A"),
        ("Lua", "[["),
        ("C++", 'R"('),
        ("Rust", 'r#"'),
        ("Perl", "=~ /"),
        ("Perl", "q{"),
        ("Elixir", "~r/"),
        ("Ruby", "if a"),
        ("Ruby", "end"),
        ("Elixir", "fn a -> do"),
        ("Lua", "--[["),
        ("JavaScript", "= /"),
        ("Swift", '#"'),
    ],
)
def test_repetitive_text_is_read_in_linear_time(language: str, mark: str) -> None:
    for text in (f"{mark} a\n" * 20_001, mark * 20_001 + "(", f"{mark} a\n" * 100_001 + "*/\n"):
        assert all(repaired.count("\n") == text.count("\n") for repaired in repairs(text, language))
