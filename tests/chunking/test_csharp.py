"""C#: conditional compilation, extension blocks, syntax newer than the grammar, members."""

import pytest

from codesearch.chunking.chunker import chunk_text
from codesearch.languages.registry import resolve
from tests.support.outlines import definitions, extents, members, outline


def test_extension_blocks_extend_the_class_around_them() -> None:
    text = (
        "static class Texts\n{\n    extension(string s)\n    {\n        public bool IsBlank => s.Length == 0;\n    }\n"
        "    extension<T>(\n        IEnumerable<(T, int)> source) where T : struct\n    {\n"
        "        public IEnumerable<T> Odd() { return source; }\n    }\n    static int Old(this string s) => 1;\n}\n"
    )
    assert definitions("C#", text) == {
        "Texts": ("class", 1, 13),
        "Texts.IsBlank": ("property", 5, 5),
        "Texts.Odd": ("method", 10, 10),
        "Texts.Old": ("method", 12, 12),
    }


def test_bodies_may_stand_in_branches() -> None:
    text = (
        "interface ILogger\n{\n    ILogger For(string name)\n#if DEFAULTS\n        => this\n#endif\n    ;\n"
        "    ILogger For(Type source)\n#if DEFAULTS\n    {\n        return this;\n    }\n#else\n        ;\n#endif\n"
        "    void Write()\n#if FAST\n    {\n        Go();\n    }\n#else\n    {\n        Walk();\n    }\n#endif\n"
        "    int Level\n#if !DEFAULTS\n    { get; }\n#else\n    { get => 1; }\n#endif\n    void Last();\n}\n"
    )
    assert [(unit.name, unit.start_line, unit.end_line) for unit in outline("C#", text).units] == [
        ("ILogger", 1, 33),
        ("For", 3, 7),
        ("For", 8, 12),
        ("Write", 16, 20),
        ("Level", 26, 30),
        ("Last", 32, 32),
    ]


def test_values_in_branches_are_no_members() -> None:
    text = "class A {\n  async Task B() =>\n#if C\n    await c;\n#else\n    await d;\n#endif\n  int E => 1;\n}\n"
    assert definitions("C#", text) == {"A": ("class", 1, 9), "A.B": ("method", 2, 4), "A.E": ("property", 8, 8)}
    assert members("C#", text) == set()


def test_extension_blocks_may_be_one_line() -> None:
    text = "static class A {\n  extension(ref int x) { public void Add() => x++; }\n  static int B() => 1;\n}\n"
    found = [
        one.qualified_name for chunk in chunk_text("a.cs", text, resolve("C#")).chunks for one in chunk.definitions
    ]
    assert found == ["A", "A.Add", "A.B"]


def test_conditionals_may_stand_anywhere() -> None:
    text = (
        "enum Color\n{\n    Red,\n#if GREEN\n    Green\n#else\n    Blue = 3\n#endif\n}\n"
        "class Cart\n#if NET\n    : Base\n#endif\n{\n"
        "#if NET\n    void Open(int a)\n    {\n#else\n    void Open(long a)\n    {\n#endif\n        Work();\n    }\n"
        "    void Shut(\n        int a\n#if NET\n        , int b\n#endif\n    )\n    {\n    }\n"
        "#if A\n    void OnlyA() { }\n#elif B\n    void OnlyB() { }\n#endif\n"
        "    int Total\n#if X\n        => 1;\n#else\n        => 2;\n#endif\n}\nclass After { }\n"
    )
    assert definitions("C#", text) == {
        "Color": ("enum", 1, 9),
        "Cart": ("class", 10, 43),
        "Cart.Open": ("method", 16, 23),
        "Cart.Shut": ("method", 24, 31),
        "Cart.OnlyA": ("method", 33, 33),
        "Cart.OnlyB": ("method", 35, 35),
        "Cart.Total": ("property", 37, 39),
        "After": ("class", 44, 44),
    }
    assert members("C#", text) == {"Red", "Green", "Blue"}


@pytest.mark.parametrize(
    "statement",
    [
        "a?.b = 1;",
        "a?.b?[0] += c;",
        "y = (float)*(double*)&z;",
        "Load(query, async);",
        "var t = typeof(Dictionary<,>);",
        'var s = $@"""{a}""";',
        'var raw = """\n            class Text { void M() { } }\n            """;',
        'var raw = $$"""{{a}} class Text {""";',
        "int[] a = [1, .. b];",
        "if (a is { Length: > 0 } and not null) { }",
    ],
)
def test_statements_newer_than_the_grammar_end_where_they_end(statement: str) -> None:
    text = f"class A\n{{\n    void M()\n    {{\n        {statement}\n    }}\n    void N() {{ }}\n}}\n"
    more = statement.count("\n")
    assert definitions("C#", text) == {
        "A": ("class", 1, 8 + more),
        "A.M": ("method", 3, 6 + more),
        "A.N": ("method", 7 + more, 7 + more),
    }


@pytest.mark.parametrize(
    ("member", "name", "kind"),
    [
        ("public static A operator +(A a, A b) => a;", "operator +", "operator"),
        ("public static implicit operator int(A a) => 1;", "operator int", "operator"),
        ("public void operator +=(A a) { }", "operator +=", "operator"),
        ("public void operator checked ++() { }", "operator ++", "operator"),
        ("public string this[string key] { get => key; }", "this", "property"),
        ("int IFoo.Bar() => 1;", "Bar", "method"),
        ("public required string Title { get; init; }", "Title", "property"),
        ("public event EventHandler Changed;", "Changed", "event"),
        ("public delegate void Handler(int a);", "Handler", "delegate"),
        ("public ref partial struct Reader { }", "Reader", "struct"),
    ],
)
def test_members_that_are_units(member: str, name: str, kind: str) -> None:
    text = f"namespace X;\npartial class A(int id) : B(id)\n{{\n    {member}\n}}\n"
    found = definitions("C#", text)
    assert found == {"X.A": ("class", 2, 5), f"X.A.{name}": (kind, 4, 4)}


def test_constants_fields_and_a_record_s_properties_are_members() -> None:
    text = (
        "using Map = System.Collections.Generic.List<int>;\n"
        "class A\n{\n    const int Max = 10, Min = 1;\n    private readonly string[] _names = [];\n    int _a, _b;\n}\n"
        "record Person(string Name, int Age);\n"
    )
    assert members("C#", text) == {"Map", "Max", "Min", "_names", "_a", "_b", "Name", "Age"}


def test_data_extends_to_the_end_of_its_value() -> None:
    text = (
        'class A\n{\n    const string Sql = """\n        SELECT 1\n        """;\n    [Obsolete]\n'
        '    static readonly Dictionary<string, int> Map = new()\n    {\n        ["a"] = 1,\n    };\n'
        "    readonly Func<int, int> _next = x =>\n    {\n        return x + 1;\n    };\n"
        "    int _a = 1, _b =\n        2;\n"
        "}\nenum E\n{\n    One = 1 |\n        2,\n    Two,\n}\n"
    )
    assert extents("C#", text) == {
        "Sql": (3, 5),
        "Map": (7, 10),
        "_next": (11, 14),
        "_a": (15, 15),
        "_b": (15, 16),
        "One": (20, 21),
        "Two": (22, 22),
    }
