"""JavaScript and TypeScript: what is given a name, behind whatever stands before it."""

from __future__ import annotations

import pytest

from codesearch.chunking import syntax
from codesearch.chunking.chunk import Member, Unit
from codesearch.chunking.hooks import ecmascript
from codesearch.languages.registry import resolve

TYPESCRIPT = ("TypeScript",)
BOTH = ("JavaScript", "TypeScript")


def outline(text: str, language: str) -> syntax.Outline:
    return syntax.outline(ecmascript.prepare(text), resolve(language), "a.ts")


def units(text: str, language: str) -> list[Unit]:
    return ecmascript.refine(outline(text, language).units, text.split("\n"))


def members(text: str, language: str) -> list[Member]:
    found = outline(text, language)
    return sorted([*found.members, *(member for unit in found.units for member in unit.members)])


@pytest.mark.parametrize(
    ("languages", "text", "expected"),
    [
        (
            TYPESCRIPT,
            "export const a = ((r: Req): Res => {\n  return r;\n}) satisfies Handler;\n",
            ("function", "a", 1, 3),
        ),
        (TYPESCRIPT, "export const a = {\n  port: 80,\n  go() {},\n} as const;\n", ("object", "a", 1, 4)),
        (
            TYPESCRIPT,
            "const a = wrap(async (x: number) => {\n  return x;\n}) satisfies Job;\n",
            ("function", "a", 1, 3),
        ),
        (TYPESCRIPT, "const a = <T>((x) => x);\n", ("function", "a", 1, 1)),
        (TYPESCRIPT, "const a = (function () {})! as unknown as F;\n", ("function", "a", 1, 1)),
        (TYPESCRIPT, "const a = create<S>()((set) => ({\n  n: 0,\n}));\n", ("function", "a", 1, 3)),
        (TYPESCRIPT, "const a = create<S>()(persist((set) => ({}), { name: 'x' }));\n", ("function", "a", 1, 1)),
        (
            TYPESCRIPT,
            "const A = React.memo(forwardRef<E, P>((props, ref) => {\n  return 1;\n}));\n",
            ("function", "A", 1, 3),
        ),
        (TYPESCRIPT, "class A {\n  go = (async () => {\n  }) as Handler;\n}\n", ("method", "go", 2, 3)),
        (TYPESCRIPT, "namespace N {\n  export const a = () => 1;\n}\n", ("function", "a", 2, 2)),
        (TYPESCRIPT, "declare module 'ext' {\n  export function f(): string;\n}\n", ("namespace", "ext", 1, 3)),
        (TYPESCRIPT, "declare global {\n  interface Window { x: string }\n}\n", ("interface", "Window", 2, 2)),
        (TYPESCRIPT, "export type * from './a';\nexport declare function f(): void;\n", ("function", "f", 2, 2)),
        (TYPESCRIPT, "export default abstract class A {\n}\n", ("class", "A", 1, 2)),
        (BOTH, "const a = Object.freeze({\n  x: 1,\n});\n", ("object", "a", 1, 3)),
        (BOTH, "const a = z.object({\n  x: z.string(),\n}).strict();\n", ("object", "a", 1, 3)),
        (BOTH, "const a = new Server({\n  port: 80,\n});\n", ("object", "a", 1, 3)),
        (BOTH, "export default defineComponent({\n  setup() {},\n});\n", ("object", "default", 1, 3)),
        (BOTH, "export default async function () {\n}\n", ("function", "default", 1, 2)),
        (BOTH, "export default class extends A {\n}\n", ("class", "default", 1, 2)),
        (BOTH, "const a = connect((state) => state)(View);\n", ("function", "a", 1, 1)),
        (BOTH, "const a = (function () { return 1 })();\n", ("function", "a", 1, 1)),
        (BOTH, "var a = window.a || function () {};\n", ("function", "a", 1, 1)),
        (BOTH, "module.exports = function create() {\n};\n", ("function", "create", 1, 2)),
        (BOTH, "module.exports = class Store {\n};\n", ("class", "Store", 1, 2)),
        (BOTH, "module.exports = { a() {}, b: function () {} };\n", ("method", "b", 1, 1)),
        (BOTH, "exports.a = async () => {};\n", ("function", "a", 1, 1)),
        (BOTH, "a['key'] = function () {};\n", ("function", "key", 1, 1)),
        (BOTH, "class A {\n  #b = () => 1;\n}\n", ("method", "#b", 2, 2)),
        (BOTH, "class A {\n  static async *b() {}\n}\n", ("method", "b", 2, 2)),
        (BOTH, "class A {\n  c = debounce(() => {\n  });\n}\n", ("method", "c", 2, 3)),
        (BOTH, "function f() {\n  return class B {};\n}\n", ("class", "B", 2, 2)),
        (BOTH, "describe.each([1])('n', () => {});\n", ("suite", "n", 1, 1)),
        (BOTH, "it.skip('n', { timeout: 1 }, async () => {});\n", ("test", "n", 1, 1)),
    ],
)
def test_a_value_is_found_behind_what_wraps_it(
    languages: tuple[str, ...], text: str, expected: tuple[str, str, int, int]
) -> None:
    for language in languages:
        found = [(unit.kind, unit.name, unit.start_line, unit.end_line) for unit in units(text, language)]
        assert expected in found


@pytest.mark.parametrize(
    "text",
    [
        "const a = users.map((user) => user.name);\n",
        "const a = fetch('/').then((reply) => reply.json());\n",
        "const a = connect({ port: 80 });\n",
        "const a = require('a');\n",
        "function f() {\n  const a = wrap(() => 1);\n  const b = { c: 1 };\n}\n",
    ],
)
def test_what_a_call_gives_back_is_no_function_and_locals_are_no_units(text: str) -> None:
    for language in BOTH:
        assert [unit for unit in units(text, language) if unit.name != "f"] == []


def test_long_chains_of_calls_are_looked_at_in_part_only() -> None:
    assert units("const a = b" + "(c)" * 5_000 + ";\n", "TypeScript") == []


def test_a_function_that_is_named_twice_is_one() -> None:
    text = "export const Row = memo(function Row(props) {\n  return props;\n});\n"
    for language in BOTH:
        assert [(unit.name, unit.kind) for unit in units(text, language)] == [("Row", "function")]


def test_members_of_a_prototype_are_those_of_the_class() -> None:
    text = "Cart.prototype.add = function () {};\na.Cart.prototype = {\n  total() {},\n};\n"
    for language in BOTH:
        found = [(unit.kind, unit.qualifier, unit.name) for unit in units(text, language)]
        assert found == [("method", "Cart", "add"), ("object", "a", "Cart"), ("method", "", "total")]


def test_overloads_are_one_with_their_implementation() -> None:
    text = (
        "/** One. */\nexport function over(a: string): string;\n/** Two. */\nexport function over(a: number): number;\n"
        "export function over(a: any): any {\n  return a;\n}\n\nclass A {\n  m(a: string): void;\n"
        "  m(a: number): void\n"
        "  m(a: any) {}\n  get v() { return 1 }\n  set v(x) {}\n}\ndeclare function over(): void;\n"
    )
    found = [(unit.kind, unit.name, unit.start_line, unit.end_line) for unit in units(text, "TypeScript")]
    assert found == [
        ("function", "over", 2, 7),
        ("class", "A", 9, 15),
        ("method", "m", 10, 12),
        ("method", "v", 13, 13),
        ("method", "v", 14, 14),
        ("function", "over", 16, 16),
    ]


@pytest.mark.parametrize(
    ("languages", "text", "expected"),
    [
        (BOTH, "export const a = 1, b = 2;\nlet c;\nvar d = 4;\n", {"a", "b", "c", "d"}),
        (BOTH, "const a = require('a');\nvar b = require('b').c;\nconst d = await import('d');\n", set()),
        (BOTH, "const a = import.meta.env.A === 'b';\nconst c = import('d').then(({ e }) => e());\n", {"a", "c"}),
        (BOTH, "export const { useA, useB: useC } = api;\n", {"useA", "useC"}),
        (BOTH, "const [a, b = c, [d]] = e(0);\nlet { f: { g }, h = 1, [i]: j = k, ...l } = m;\n", set("abdghjl")),
        (BOTH, "const { a, b: c, d: { e }, ...f } = require('g');\nexport var [, h, ...[i]] = j;\n", set("cefhi")),
        (BOTH, "module.exports.limit = 5;\nexports.name = 'x';\n", {"limit", "name"}),
        (BOTH, "class A {\n  #secret = 1;\n  static count;\n}\n", {"#secret", "count"}),
        (BOTH, "res.get = res.header = function (name) {};\n", {"get"}),
        (BOTH, "const A = Object.freeze({ RED: 1, 'BLUE': 2 });\n", {"A", "RED", "BLUE"}),
        (TYPESCRIPT, "const A = { RED: 1, BLUE: 2 } as const;\n", {"RED", "BLUE"}),
        (TYPESCRIPT, "interface A { b: string; c?(): void }\ntype D = { e: 1 } & { f: 2 };\n", {"b", "c", "e", "f"}),
        (TYPESCRIPT, "enum A { B = 1, C }\ndeclare const D: string;\n", {"B", "C", "D"}),
        (
            TYPESCRIPT,
            "declare global {\n  var a: number;\n}\nnamespace N { const b = 1; export let c: 2 }\n",
            {"a", "b", "c"},
        ),
        (TYPESCRIPT, "namespace N { const { a, b: [c] } = d; export const [e] = f }\n", set("ace")),
        (
            TYPESCRIPT,
            "type A = { b(): { c(): void }; d: 1 } & { e(): void } & { f(g: { h(): void }): void };\n"
            "type I = { j(): void } | I;\ntype J = Readonly<{ k(): void }>;\n"
            "type L = (m: { n(): void }) => { o(): void };\n",
            set("bdefjk"),
        ),
        (
            TYPESCRIPT,
            "interface A { b: { c(): void }; d(e: { f(): void }): { g(): void } }\n"
            "class H { i: { j(): void }; k(l: { m(): void }) { n as { o(): void } } }\n",
            set("bdi"),
        ),
        (
            TYPESCRIPT,
            "const a = b as { c(): void };\nlet d: { e(): void } | null = f<{ g(): void }>(h);\n"
            "function i(j: { k(): void }): { l(): void } {}\n",
            set("ad"),
        ),
        (TYPESCRIPT, "export const a: { b(): void };\ndeclare let c: { d(): void };\n", set("abcd")),
        (TYPESCRIPT, "class A { constructor(private readonly b: B, c: C) {} declare d: 1 }\n", {"b", "d"}),
        (TYPESCRIPT, "abstract class A {\n  abstract b(): void;\n  protected abstract c: number;\n}\n", {"b", "c"}),
    ],
)
def test_constants_fields_and_the_like_are_members(languages: tuple[str, ...], text: str, expected: set[str]) -> None:
    for language in languages:
        assert {member.name for member in members(text, language)} == expected


@pytest.mark.parametrize("keyword", ["class", "for", "in", "default"])
def test_an_attribute_that_is_a_keyword_hides_no_function(keyword: str) -> None:
    text = (
        'const Row = ({ name }) => <li KEY="row">{name}</li>;\n\n'
        'function Shelf() {\n  return <div KEY="shelf"><Row name="a" /></div>;\n}\n'
    ).replace("KEY", keyword)
    assert [(unit.name, unit.start_line, unit.end_line) for unit in units(text, "JavaScript")] == [
        ("Row", 1, 1),
        ("Shelf", 3, 5),
    ]


@pytest.mark.parametrize("head", ["class", "class<T>", "class implements I", "class<T>\n  extends B<T>"])
def test_a_default_class_needs_no_name(head: str) -> None:
    for modifier in ("", "abstract "):
        found = units(f"export default {modifier}{head} {{\n  m() {{}}\n}}\n", "TypeScript")
        assert [(unit.kind, unit.name) for unit in found] == [("class", "default"), ("method", "m")]


def test_files_of_flow_keep_their_types() -> None:
    text = (
        "/**\n * @flow\n */\nexport type Props = {| +name: string |};\nopaque type ID = string;\n"
        "export const f = (x: number): string => '';\n"
        "class K extends Component<Props> { state: State = {}; m(x: ?T): void {} }\n"
    )
    assert [unit.name for unit in units(text, "JavaScript")] == ["Props", "ID", "f", "K", "m"]


def test_flow_has_opaque_types_components_hooks_and_typed_enumerations() -> None:
    text = (
        "// @flow\nopaque type A: string = string;\nexport opaque type B<T>: {c: T} =\n  | D;\n"
        "declare export opaque type E: F;\nexport default component G(\n  'h-i' as j: string, ...K\n) renders? L {\n"
        "  return <L />;\n}\ndeclare component M(n: string);\nhook useO(p: ?string): void {\n  q();\n}\n"
        "component.hook(1);\nenum R of string { S = 't', U = 'v' }\nfunction w() {}\n"
    )
    assert [(unit.kind, unit.name, unit.start_line, unit.end_line) for unit in units(text, "JavaScript")] == [
        ("type", "A", 2, 2),
        ("type", "B", 3, 4),
        ("type", "E", 5, 5),
        ("function", "G", 6, 10),
        ("function", "M", 11, 11),
        ("function", "useO", 12, 14),
        ("enum", "R", 16, 16),
        ("function", "w", 17, 17),
    ]
