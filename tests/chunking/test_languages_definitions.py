"""What the definitions of a file are, units and members alike, language by language."""

from __future__ import annotations

import pytest

from codesearch.chunking.chunk import Definition
from codesearch.chunking.chunker import chunk_text
from codesearch.languages.registry import resolve


def definitions(language: str, text: str) -> list[Definition]:
    spoken = resolve(language)
    if spoken.extra:
        pytest.importorskip(spoken.grammar.partition(":")[0])
    chunked = chunk_text("file", text, spoken)
    assert not chunked.fallback
    return [definition for chunk in chunked.chunks for definition in chunk.definitions]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (
            "PHP",
            "<?php\nclass User {\n  const A = 1, B = 2;\n  protected ?string $table = null;\n"
            "  public string $full { get => $this->first; }\n"
            "  public function __construct(private readonly string $email, int $plain = 1) {}\n}\n"
            "enum Suit: string {\n  case Hearts = 'H';\n}\nif (!defined('LIMIT')) {\n  define('LIMIT', 1);\n}\n",
            "class User, constant User::A, constant User::B, field User::table, property User::full,"
            " method User::__construct, field User::email, enum Suit,"
            " enumerator Suit::Hearts, constant LIMIT",
        ),
        (
            "PHP",
            "<?php\nif (!function_exists('help')) {\n  function help() {}\n}\n$run = function () {};\n"
            "$this->go = fn() => 1;\n"
            "$all['one'] = static function () {};\nreturn [\n  'two' => function () {},\n];\n"
            "$shape = new class extends A {\n  function area() {}\n};\n$text = <<<X\nfunction text() {}\nX;\n",
            "function help, function $run, function go, function one, function two, class $shape, method $shape::area",
        ),
        (
            "Python",
            "A, B = 1, 2\nC: int = 3\nD = E = 4\nif sys.platform == 'win32':\n    F = 1\nelse:\n    F = 2\n"
            "try:\n    import g\nexcept ImportError:\n    g = None\n    HAS_G = False\n"
            "if __name__ == '__main__':\n    local = 1\n\n\nclass H:\n    i, j = 1, 2\n    k: int\n",
            "variable A, variable B, variable C, variable D, variable E, variable F, variable F, variable HAS_G,"
            " class H, field H.i, field H.j, field H.k",
        ),
        (
            "Python",
            "X: TypeAlias = int\nUserId = NewType('UserId', int)\nPoint = collections.namedtuple('Point', 'x y')\n"
            "type Row[T] = list[T]\nif fast:\n    def f():\n        def inner(): pass\n",
            "type X, type UserId, type Point, type Row, function f, function f.inner",
        ),
        (
            "Go",
            "package a\n\ntype S[T any] struct {\n\tA, b int\n\t*Embedded\n}\n\ntype I interface {\n\tM()\n}\n\n"
            "func (S[T]) V() {}\n\nfunc (s *S[T]) W() {}\n\nconst (\n\tOne = iota\n\tTwo\n)\n\nvar (\n"
            "\th = func() {}\n\tn, m = 1, 2\n)\n\n"
            "var root = &Command{\n\tUse: \"x\",\n}\n",
            "struct S, field S.A, field S.b, interface I, method I.M, method S.V, method S.W, constant One,"
            " constant Two, function h, variable n, variable m, variable root",
        ),
        (
            "Go",
            "package a\n\ntype (\n\t// Documented.\n\tI interface {\n\t\tM()\n\t}\n)\n\ntype (\n\tS[T any] struct {\n"
            "\t\ta int\n\t}\n)\n\ntype (\n\tF func()\n)\n\ntype (\n\tG = F\n)\n\ntype (\n\tH int\n\tJ int\n)\n\n"
            "const (\n\tA, B = iota, 1 << iota\n\tC, D\n\t_, E\n)\n\nconst K, L int = 1, 2\n\nvar n, m int\n",
            "interface I, method I.M, struct S, field S.a, type F, type G, type H, type J, constant A, constant B,"
            " constant C, constant D, constant E, constant K, constant L, variable n, variable m",
        ),
        (
            "Java",
            "record A(int[] b, @C String @D ... e) { int f() { return 1; } }\npublic record G<H>(H... i) {\n}\n",
            "record A, field A.b, field A.e, method A.f, record G, field G.i",
        ),
        (
            "Java",
            "@Deprecated\npublic record P(int x) {\n  static int Z = 1;\n  P {}\n}\nenum E {\n  A(1), B;\n"
            "  private final int q;\n}\n"
            "sealed interface S permits T {\n  int K = 1;\n}\n@interface N {\n  String value();\n}\nclass G {\n"
            "  static { }\n"
            "  int a, b;\n  class Inner { }\n}\n",
            "record P, field P.x, field P.Z, constructor P.P, enum E, enumerator E.A, enumerator E.B, field E.q,"
            " interface S, constant S.K, interface N, method N.value, class G, field G.a, field G.b, class G.Inner",
        ),
        (
            "Scala",
            "trait A {\n  val n: Int\n  var m: Int = 1\n  type T\n}\ncase class B(r: Double)\nenum C {\n  case D, E\n"
            "}\n"
            "opaque type Id = Int\nval top = 1\ngiven ord: Ordering[B] with {\n  def compare(x: B, y: B) = 1\n}\n"
            "extension (s: String)\n  def shout = s\n",
            "trait A, field A.n, field A.m, type A.T, class B, field B.r, enum C, enumerator C.D, enumerator C.E,"
            " type Id, constant top, object ord, method ord.compare, extension String, method String.shout",
        ),
        (
            "Scala",
            'class A extends FunSuite {\n  test("works") {\n    1\n  }\n  "X" should "do it" in {\n    2\n  }\n}\n',
            "class A, test A.works, test A.do it",
        ),
        (
            "Lua",
            "local M = {}\nlocal util = require('util')\nM.limit = 5\nlocal options = {\n  port = 80,\n"
            "  run = function() end,\n}\n"
            "function M:go() end\nM.stop = function() end\nlocal function help() end\nFoo = class('Foo')\n",
            "variable M, variable limit, object options, field options.port, method options.run, method M.go,"
            " function M.stop, function help, variable Foo",
        ),
        (
            "Perl",
            "package A::B;\nuse constant PI => 3;\nuse constant { E => 2, F => 1 };\nour $VERSION = 1;\n"
            "has name => (is => 'rw');\n"
            "around name => sub {\n  1;\n};\nsub f($x, $y = 1) {\n  2;\n}\nsub C::D::g {\n  3;\n}\n*h = \\&f;\n"
            "subtest 'works' => sub {\n  4;\n};\npackage I {\n  sub j {\n    5;\n  }\n}\n",
            "package A::B, constant PI, constant E, constant F, variable VERSION, field name, method A::B::name,"
            " function A::B::f, function C::D::g, function h, test A::B::works, package I, function I::j",
        ),
        (
            "PowerShell",
            "class A {\n  [int] $B\n  [void] C() { }\n}\nenum D { E }\nSet-Alias -Name f -Value Get-F\n"
            "New-Alias g Get-G\n",
            "class A, property A.$B, method A.C, enum D, enumerator D.E, command f, command g",
        ),
        (
            "Kotlin",
            "@file:JvmName(\"A\") @file:Suppress(\"B\")\nclass A(val b: Int, c: Int) {\n"
            "  companion object { const val D = 1 }\n"
            "  val e = suspend { 1 }\n}\nenum class F {\n  G { override fun h() = 1 },\n  I\n}\nconst val J = 1\n"
            "val k = { x: Int -> x }\n",
            "class A, property A.b, object A, property A.D, property A.e, enum F, method F.h, enumerator F.G,"
            " enumerator F.I, constant J, function k",
        ),
        (
            "Haskell",
            "module A where\nclass B a where\n  c :: a -> Int\n  c _ = 1\ninstance B Int where\n  c x = 2\n",
            "module A, class A.B, method A.B.c, instance A.B Int, method A.B Int.c",
        ),
        (
            "PowerShell",
            "[Flags()]\nenum A { B = 1 }\n[C()] class D { [int] $E }\nconfiguration F {\n  Node 'x' { }\n}\n",
            "enum A, enumerator A.B, class D, property D.$E, function F",
        ),
        (
            "Kotlin",
            "@T(1)\n@U\nannotation class A\n\n@T(1)\nclass B(val c: Int)\n/** Doc. */\nclass D {\n  fun g() = 1\n}\n",
            "class A, class B, property B.c, class D, method D.g",
        ),
        (
            "Kotlin",
            "class A {\n  fun a() {\n    val b = 1 shl 2\n    set = set or b\n    open(path)\n    in2.close()\n  }\n"
            "  fun c(suspend: (Int) -> Int) = d(\n    suspend = { inner -> suspend(inner) },\n  )\n"
            "  var e: Int\n    get() = 1\n    set(value) { f = value }\n  override val inline = $$\"a $1\"\n"
            "  fun open() = 1\n}\n",
            "class A, method A.a, method A.c, property A.e, property A.inline, method A.open",
        ),
        (
            "Kotlin",
            "fun a(b: suspend context(C<D>) () -> E) = when (x) {\n  is F<*> if y == 1 -> 2\n  else if g() -> 3\n"
            "  else -> 4\n}\n"
            "data class H(@all:I(j = K.L) val m: Int) {\n  fun n() = 1\n}\n",
            "function a, class H, property H.m, method H.n",
        ),
        (
            "Kotlin",
            "context(log: Logger)\nfun a() {}\n\ncontext(Logger, Db)\ninternal class B\nfun c() {}\n",
            "function a, class B, function c",
        ),
        (
            "C#",
            "class A {\n  public int this[int i] => i;\n  int this[string s] { get { return 1; } }\n}\n",
            "class A, property A.this, property A.this",
        ),
        (
            "Swift",
            "struct Money {\n  static func == (a: Money, b: Money) -> Bool {\n    true\n  }\n"
            "  static func += (a: inout Money, b: Money) {\n  }\n  prefix static func -(a: Money) -> Money { a }\n}\n"
            "func <~> <A>(a: A, b: A) -> A {\n  a\n}\nfunc plain(a: Int) -> Int { a }\n",
            "struct Money, method Money.==, method Money.+=, method Money.-, function <~>, function plain",
        ),
        (
            "Swift",
            "protocol A {\n  associatedtype B\n  var c: Int { get }\n  func d()\n}\nstruct E {\n  let f = 1\n"
            "  func g() {\n    let local = 1\n  }\n}\nenum H {\n  case i, j\n}\nlet k = 1\n",
            "protocol A, type A.B, property A.c, method A.d, struct E, property E.f, method E.g, enum H,"
            " enumerator H.i, enumerator H.j, constant k",
        ),
        (
            "Elixir",
            "defmodule A do\n  @timeout 5\n  @doc \"Not a constant.\"\n  defstruct [:b, c: 1]\n  @type d :: atom\n"
            "  def e(x), do: not is_nil(x)\nend\n",
            "module A, constant A.timeout, field A.b, field A.c, type A.d, function A.e",
        ),
        (
            "Zig",
            "const std = @import(\"std\");\npub const A = struct {\n    b: u32,\n    const C = 1;\n"
            "    fn d() void {}\n};\n"
            "const E = enum { f };\nconst G = 1;\npub threadlocal var h: u32 = 0;\n"
            "const I = struct { var j: u8 = 1; };\n",
            "struct A, field A.b, constant A.C, method A.d, enum E, enumerator E.f, constant G, variable h, struct I, "
            "variable I.j",
        ),
        (
            "Scala",
            "object A extends Enumeration {\n  val Red, Green = Value\n}\nclass B {\n  val (c, d: Int) = e()\n"
            "  private var f, g = 0\n  val h, i: Int\n  lazy val List(j, Some(k), _*) = l\n  val m :: n = o.P\n"
            "  val q @ R(s.T, (u, _)) = v\n  val r\"$w-${x}\" = y\n  def z = { val (a1, a2) = b1 }\n}\n"
            "enum C:\n  case D\n  val (e, f) = g\nval (h, i) = j\nvar k, l = 1\n",
            "object A, field A.Red, field A.Green, class B, field B.c, field B.d, field B.f, field B.g, field B.h,"
            " field B.i, field B.j, field B.k, field B.m, field B.n, field B.q, field B.u, field B.w, field B.x,"
            " method B.z, enum C, enumerator C.D, field C.e, field C.f, constant h, constant i, variable k, variable l",
        ),
        (
            "Python",
            "(a, b), c = d\n[e, *f] = g\nh.i, j[k], l = m\nclass N:\n    (o, p) = q\n    r, *s = t\n",
            "variable a, variable b, variable c, variable e, variable f, variable l, class N, field N.o, field N.p,"
            " field N.r, field N.s",
        ),
        (
            "Kotlin",
            "object A {\n  var b: C\n    @D /* e */ @F(\n      \"(\",\n    ) // g\n    get() = h\n"
            "    @[I J] // k\n    // l\n    internal set(value) {\n      m = value\n    }\n"
            "  var n = 1\n    @O // p\n    private set // q\n  fun r() {}\n}\n@Target(S)\nannotation class T\n",
            "object A, property A.b, property A.n, method A.r, class T",
        ),
        (
            "Haskell",
            "module A where\ndata a :~: b where\n  C, (:!) :: a :~: a\n  (:?), D :: { e, f :: Int } -> a :~: b\n"
            "data G = Int :* G | G `H` Int | (:/) Int Int | I Int\nnewtype (f :. g) a = J { k :: f (g a) }\n"
            "data Eq a => a :& b = a :& b\ntype f ~> g = f -> g\ntype (<~) f g = g ~> f\ntype family a ++ b where\n"
            "  a ++ b = a\ndata family a :@ b\n",
            "module A, type A.:~:, constructor A.:~:.C, constructor A.:~:.:!, constructor A.:~:.:?,"
            " constructor A.:~:.D, field A.:~:.e, field A.:~:.f, type A.G, constructor A.G.:*, constructor A.G.H,"
            " constructor A.G.:/, constructor A.G.I, type A.:., constructor A.:..J, field A.:..k, type A.:&,"
            " type A.~>, type A.<~, type A.++, type A.:@",
        ),
        (
            "Haskell",
            "class a :<: b where\n  inj, prj :: a -> b\n  (<.), (.>) :: a -> b\n  one :: a\n"
            "class Monad m => m `B` n where\n  two :: m\n  two = three\n"
            "instance f :<: (f :+: g) where\n  inj = Inl\npattern x :> y = (x, y)\n",
            "class :<:, method :<:.inj, method :<:.prj, method :<:.<., method :<:..>, method :<:.one, class B,"
            " method B.two, instance f :<: (f :+: g), method f :<: (f :+: g).inj, function :>",
        ),
        (
            "Haskell",
            "(a, b) = (1, 2)\n[c, d] = [1, 2]\nJust e = f\ng@(h : _) = i\n!j = 1\nK { l = m, n } = o\n(p -> q) = r\n"
            "(s :: Maybe t, ~u) = v\nw :+ x = y\nz M { a1 = b1 } = c1 { d1 = 1, e1 }\n",
            "function a, function b, function c, function d, function e, function g, function h, function j,"
            " function m, function n, function q, function s, function u, function w, function x, function z",
        ),
        (
            "Haskell",
            "a, (<+>), b :: Int\nb = 1\na = 2\nc, (<->) ::\n  Int\n",
            "function a, function b, function c, function <->",
        ),
        (
            "Kotlin",
            "class A\n@B(\"(\") // c\nconstructor(val d: Int) {\n  fun e() {}\n}\n"
            "class F\n  @G /* h */\n  internal constructor(val i: Int) {\n  fun j() {}\n}\n",
            "class A, property A.d, method A.e, class F, property F.i, method F.j",
        ),
        ("Kotlin", "val (a, b) = c()\nval d = 1\n", "constant a, constant b, constant d"),
        (
            "Swift",
            "let (a, b) = c()\nlet d = 1, e = 2\nclass F {\n  let (g, h) = i\n}\n",
            "constant a, constant b, constant d, constant e, class F, property F.g, property F.h",
        ),
        ("Scala", "object A {\n  def :+(b: B) = 1\n  def ::(b: B) = 1\n}\n", "object A, method A.:+, method A.::"),
        ("Ruby", "A, (B, *C), *D = e\n", "constant A, constant B, constant C, constant D"),
        (
            "Perl",
            "our ($a, %b) = c();\nmy ($d, @e);\nour $f;\n",
            "variable a, variable b, variable d, variable e, variable f",
        ),
        ("Julia", "const A, B = 1, 2\nconst (C, D) = e\n", "constant A, constant B, constant C, constant D"),
    ],
)  # fmt: skip
def test_definitions_of_a_language(language: str, text: str, expected: str) -> None:
    found = [f"{one.kind} {one.qualified_name}" for one in definitions(language, text)]
    assert sorted(found) == sorted(part.strip() for part in expected.split(","))


@pytest.mark.parametrize(
    ("language", "text", "signature"),
    [
        (
            "Java",
            '@RequestMapping(value = "/cart", method = GET)\n@Deprecated\npublic Cart get() { }\n',
            "public Cart get()",
        ),
        ("PHP", "<?php\n#[Route('/cart')]\nfunction cart(): Cart { }\n", "function cart(): Cart"),
        ("C#", '[HttpGet("cart")]\npublic class Cart { }\n', "public class Cart"),
        ("Scala", '@deprecated("x")\nfinal class Cart { }\n', "final class Cart"),
        ("Go", "package a\n\ntype Cart[T any] struct {\n\tn int\n}\n", "type Cart[T any] struct"),
    ],
)
def test_signatures_leave_annotations_and_bodies_out(language: str, text: str, signature: str) -> None:
    assert definitions(language, text)[0].signature == signature


def test_overloads_of_python_are_one_with_what_they_declare() -> None:
    text = (
        "class A:\n    @overload\n    def f(self, x: int) -> int: ...\n    # And text.\n    @typing.overload\n"
        '    def f(self, x: str) -> str: ...\n    def f(self, x):\n        """Both."""\n        return x\n\n'
        "    @property\n    def p(self): return 1\n    @p.setter\n    def p(self, v): pass\n"
    )
    found = [(one.qualified_name, one.start_line, one.end_line) for one in definitions("Python", text)]
    assert found == [("A", 1, 14), ("A.f", 2, 9), ("A.p", 11, 12), ("A.p", 13, 14)]
