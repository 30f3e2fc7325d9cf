"""Items in the calls of Rust's macros."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pytest

from codesearch.chunking import macro_items, syntax
from codesearch.languages.registry import resolve

if TYPE_CHECKING:
    from tree_sitter import Node, Range, Tree


def outline(text: str) -> syntax.Outline:
    return syntax.outline(text, resolve("Rust"), "a.rs")


def units(text: str) -> list[tuple[str, str, int, int]]:
    return [(unit.kind, unit.name, unit.start_line, unit.end_line) for unit in outline(text).units]


def members(text: str) -> list[tuple[str, str, int]]:
    found = outline(text)
    held = [*found.members, *(member for unit in found.units for member in unit.members)]
    return sorted((member.kind, member.name, member.line) for member in held)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "cfg_if! {\n    if #[cfg(unix)] {\n        /// Opens.\n        pub fn open() -> Socket {\n"
            "            unix()\n"
            "        }\n        struct Fd;\n    } else if #[cfg(all(windows, not(x)))] {\n        fn pipe() {}\n"
            "    } else {\n        fn none() {}\n    }\n}\n",
            [
                ("function", "open", 4, 6),
                ("struct", "Fd", 7, 7),
                ("function", "pipe", 9, 9),
                ("function", "none", 11, 11),
            ],
        ),
        (
            "pin_project! {\n    #[must_use]\n    pub struct Map<'a, F>\n    where F: A,\n    {\n        #[pin]\n"
            "        future: F,\n"
            "    }\n    impl<F> PinnedDrop for Map<'_, F> {\n        fn drop(this: Pin<&mut Self>) {}\n    }\n}\n",
            [("struct", "Map", 2, 8), ("impl", "Map", 9, 11), ("function", "drop", 10, 10)],
        ),
        (
            "proptest! {\n    #![proptest_config(Config { cases: 1, ..Config::default() })]\n    #[test]\n"
            '    fn parses(s in "\\\\PC*", n in 0..9usize) {\n        parse(&s);\n    }\n\n'
            "    #[test]\n    fn adds((a, b) in pair(), mut v in vec(any::<u8>(), 1..9)) {}\n}\n",
            [("function", "parses", 3, 6), ("function", "adds", 8, 9)],
        ),
        (
            "prop_compose! {\n    fn pair()(a in 0..9u8, b in any::<u8>()) -> (u8, u8) {\n        (a, b)\n    }\n}\n",
            [("function", "pair", 2, 4)],
        ),
        (
            "quick_error! {\n    pub enum Failure {\n        Io(err: io::Error) {\n            from()\n        }\n"
            "    }\n}\n",
            [("enum", "Failure", 2, 6)],
        ),
        (
            "cfg_rt! {\n    cfg_unix! {\n        pub fn deep() {}\n    }\n}\nimpl A {\n    cfg_io! {\n"
            "        fn method(&self) {}\n    }\n}\n",
            [("function", "deep", 3, 3), ("impl", "A", 6, 10), ("function", "method", 8, 8)],
        ),
        (
            'link!("kernel32.dll" "system" fn CreateEvent(a: u8) -> HANDLE);\nffi_fn! {\n'
            "    fn body_free(b: *mut Body) {\n"
            "        drop(b);\n    } ?= null()\n}\n",
            [("function", "CreateEvent", 1, 1), ("function", "body_free", 3, 5)],
        ),
    ],
)
def test_items_in_calls_are_units(text: str, expected: list[tuple[str, str, int, int]]) -> None:
    assert units(text) == expected


def test_flags_hold_their_constants() -> None:
    text = (
        "bitflags! {\n    #[derive(Debug)]\n    pub struct Rights: u32 {\n        /// Reads.\n        const READ = 1;\n"
        "        const BOTH = Self::READ.bits() | 2;\n    }\n\n    impl Old: u8 {\n        const NONE = 0;\n    }\n}\n"
    )
    assert units(text) == [("struct", "Rights", 2, 7), ("impl", "Old", 9, 11)]
    assert members(text) == [("constant", "BOTH", 6), ("constant", "NONE", 10), ("constant", "READ", 5)]
    rights = outline(text).units[0]
    assert rights.signature == "pub struct Rights: u32"
    assert [member.name for member in rights.members] == ["READ", "BOTH"]


def test_statics_in_calls_are_members() -> None:
    text = (
        'lazy_static! {\n    pub static ref RE: Regex = Regex::new("a").unwrap();\n'
        "    static ref B: A = { let x = 1; x };\n}\n"
        "thread_local! {\n    static FOO: Cell<u8> = const { Cell::new(1) }\n}\nthread_local!(static KEY: u8 = 1);\n"
    )
    assert members(text) == [("variable", name, line) for name, line in (("B", 3), ("FOO", 6), ("KEY", 8), ("RE", 2))]


def test_what_is_no_item_gives_nothing() -> None:
    text = (
        'implement!(u8, u16, "fn f() {}");\nroutes! { GET "/" => home, POST "/x" => create }\n'
        'table! { users (id) { id -> Integer, name -> Text, } }\njson!({"struct": [1, {"fn": null}]});\n'
        "fn f() { let q = quote! { fn not_an_item() {} }; }\n"
    )
    assert units(text) == [("function", "f", 5, 5)]
    assert members(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "m! { fn a(x in 1) {}\n" * 300 + "}" * 300,
        "m! { struct A: u8 { const X = 1; " * 300 + "} }" * 300,
        "m! { " + "fn a { mod in {" * 300 + "} }" * 300 + "}",
        "m! { " + "struct A: u8 { const X = 1; }\n" * 300 + "}",
        "m! { fn in in {} fn ; impl {} struct enum }",
    ],
)
def test_what_is_parsed_again_is_in_proportion_to_the_text(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = 0
    trees = macro_items.trees

    def counted(tokens: Node, source: bytes, parse: macro_items.Parse) -> Iterator[Tree]:
        def parse_and_count(ranges: Sequence[Range]) -> Tree:
            nonlocal parsed
            parsed += sum(part.end_byte - part.start_byte for part in ranges)
            return parse(ranges)

        return trees(tokens, source, parse_and_count)

    monkeypatch.setattr(macro_items, "trees", counted)
    outline(text)
    assert parsed <= 50 * len(text)


def test_implementations_are_named_by_the_type_itself() -> None:
    text = "impl<T> A for &mut T {}\nimpl A for dyn B + Send {}\nimpl A for x::C<u8> {}\n"
    assert [(unit.qualifier, unit.name) for unit in outline(text).units] == [("", "T"), ("", "B"), ("x", "C")]


def test_fields_and_types_of_traits_are_members() -> None:
    text = "pub struct A<T> {\n    pub name: T,\n}\ntrait B {\n    type Out: Debug;\n    const K: u8;\n}\n"
    assert members(text) == [("constant", "K", 6), ("field", "name", 2), ("type", "Out", 5)]
