"""Conditional compilation: what is left for a grammar to see."""

import pytest

from codesearch.chunking.hooks import conditionals


def code(text: str) -> list[str]:
    """The lines that are left, without blank ones."""
    resolved = conditionals.resolve(text)
    assert resolved.count("\n") == text.count("\n")
    return [line.strip() for line in resolved.split("\n") if line.strip()]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        # whole branches stay beside each other
        ("#ifndef A_H\n#define A_H\nint f(void);\n#endif\n", ["#define A_H", "int f(void);"]),
        ("#if A\nint f(void) { }\n#else\nint g(void) { }\n#endif\n", ["int f(void) { }", "int g(void) { }"]),
        ("#if A\nEXPORT(f)\n#else\nEXPORT(g)\n#endif\nint h;\n", ["EXPORT(f)", "EXPORT(g)", "int h;"]),
        ("f(a,\n#if A\nb,\n#else\nc,\n#endif\nd);\n", ["f(a,", "b,", "c,", "d);"]),
        # a brace is opened in each branch
        ("#if A\nif (a) {\n#else\nif (b) {\n#endif\nc();\n}\n", ["if (a) {", "c();", "}"]),
        ("#if A\nwhile (a) {\n#elif B\nwhile (b) {\n#else\nfor (;;) {\n#endif\n}\n", ["while (a) {", "}"]),
        ("if (a) {\n#if A\n} else if (b) {\n#else\n} else if (c) {\n#endif\n}\n", ["if (a) {", "} else if (b) {", "}"]),
        # the heads of a function, an operand, a type
        ("#if A\nint f(int a)\n#else\nint f(long a)\n#endif\n{\n}\n", ["int f(int a)", "{", "}"]),
        ("a =\n#if A\n1\n#else\n2\n#endif\n;\n", ["a =", "1", ";"]),
        ("#if A\nstatic\n#else\nextern\n#endif\nint a;\n", ["static", "int a;"]),
        # bodies, and none
        ("int f(void)\n#if A\n{\na();\n}\n#else\n;\n#endif\n", ["int f(void)", "{", "a();", "}"]),
        ("int f(void)\n#if A\n{ }\n#else\n{\n}\n#endif\nint g;\n", ["int f(void)", "{ }", "int g;"]),
        # one branch
        ("} else\n#if A\nif (a)\n#endif\n{\n", ["} else", "if (a)", "{"]),
        # enumerators before the closing brace
        ("{\n#if A\nB\n#else\nC\n#endif\n}\n", ["{", "B", ",", "C", ",", "}"]),
        # never compiled
        ("#if 0\nif (a {\n#endif\nint b;\n", ["int b;"]),
        ("#if 0\nif (a {\n#else\nif (b) {\n#endif\n}\n", ["if (b) {", "}"]),
        # directives of several lines
        ("#if A && \\\n  B\na;\n#endif /* A\n and B */\nb;\n", ["a;", "b;"]),
        # no directives
        ("/*\n#if A\n*/\na;\n#if B\nb;\n#endif\n", ["/*", "#if A", "*/", "a;", "b;"]),
        ('a = "*/ /*";\n#if B\nb;\n#endif\n', ['a = "*/ /*";', "b;"]),
    ],
)
def test_one_program_is_left(text: str, left: list[str]) -> None:
    assert code(text) == left


def test_conditionals_of_one_condition_are_decided_alike() -> None:
    text = (
        "#ifdef A\nif (a) {\n#else\nif (b) {\n#endif\n"
        "#ifndef A\n}\n#endif\n"
        "#if !defined(A)\n}\n#else\n}\n/* A */\n#endif\n"
        "int c;\n"
    )
    assert code(text) == ["if (a) {", "}", "/* A */", "int c;"]


def test_lines_keep_their_lengths() -> None:
    text = "#if A\nif (a) {\n#else\nif (b) {\n#endif\n}\n"
    assert [len(line) for line in conditionals.resolve(text).split("\n")] == [len(line) for line in text.split("\n")]


@pytest.mark.parametrize("text", ["#if A\nint a;\n", "#endif\n#else\n", "#if A\n#else\n" * 100 + "#endif\n" * 100])
def test_broken_and_deep_conditionals_lose_no_line(text: str) -> None:
    assert conditionals.resolve(text).count("\n") == text.count("\n")
