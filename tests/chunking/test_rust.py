"""Rust: syntax that the grammar lacks."""

from __future__ import annotations

from tests.support.defined import definitions, outline


def test_aliases_of_traits() -> None:
    text = (
        "/// Reads.\n#[a]\npub trait A = B + C;\ntrait D<T> =\n    E<T>\n    where T: F;\nmod m {\n"
        "    pub(crate) unsafe trait G = H;\n}\n// a trait x = 1;\ntrait I { const J: u8 = 1; }\n"
    )
    assert outline(text, "Rust") == [
        "trait A 1-3",
        "trait D 4-6",
        "module m 7-9",
        "trait m::G 8",
        "trait I 10-11",
        "constant I::J 11",
    ]
    signatures = [one.signature for one in definitions(text, "Rust") if one.kind == "trait"]
    assert signatures == [
        "pub trait A = B + C",
        "trait D<T> = E<T> where T: F",
        "pub(crate) unsafe trait G = H",
        "trait I",
    ]


def test_macros_without_rules() -> None:
    text = (
        "#[a]\npub macro one($a:expr) {\n    &raw const $a\n}\nmod m {\n"
        "    macro two { ($a:ident) => { fn $a() {} }, () => {} }\n"
        "    pub(crate) macro three(\n        $a:ident,\n    ) {\n        struct $a { }\n    }\n}\nfn after() {}\n"
    )
    assert outline(text, "Rust") == [
        "macro one 1-4",
        "module m 5-12",
        "macro m::two 6",
        "macro m::three 7-11",
        "function after 13",
    ]
    signatures = [one.signature for one in definitions(text, "Rust") if one.kind == "macro"]
    assert signatures == ["pub macro one($a:expr)", "macro two", "pub(crate) macro three( $a:ident, )"]
