"""Questions that are symbols: how they are written, and how a definition's name is spelled beside them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesearch.api import Index
from codesearch.search.heads import asked_kinds
from codesearch.search.question import parse_question
from codesearch.search.symbols import Spelling, Symbol, parse_symbol, spelling, takes
from tests.support.repositories import write

FILES = {
    "src/io/mod.rs": """//! Asynchronous input and output.

mod copy;
pub use copy::copy;

mod select;

mod inline {
    pub fn copy_buf() {}
}
""",
    "src/io/copy.rs": """/// Copies all bytes.
pub async fn copy<R, W>(reader: &mut R, writer: &mut W) -> u64 {
    transfer(reader, writer).await
}

/// Writes some bytes, write after write.
pub fn write(bytes: &[u8]) -> usize {
    device.write(bytes)
}

/// Writes bytes until none is left.
pub fn write_all(bytes: &[u8]) {
    while write(bytes) > 0 {}
}

pub struct Copy {
    amount: u64,
}

impl Copy {
    fn amount(&self) -> u64 {
        self.amount
    }
}
""",
    "src/io/select.rs": """/// Waits for the first of several branches.
macro_rules! select {
    ($($branch:tt)*) => { poll_all($($branch)*) };
}

pub fn select(branches: &[Branch]) -> usize {
    poll_each(branches)
}
""",
    "src/MapTypes.java": """/** Converts maps. */
final class MapTypes {
  /** Writes and reads a map. */
  static class Adapter {
    void write(Writer out) {
      out.begin();
    }
  }
}
""",
    "src/TypeAdapter.java": """/** Converts objects of one type. */
abstract class TypeAdapter {
  abstract void write(Writer out, Object value);

  Object read(Reader in) {
    return in.next();
  }
}
""",
    "src/app.js": """app.all = function (path) {
  return methods.forEach((method) => this[method](path));
};

app.use = function (path) {
  return this.all(path).route(path);
};

function classAdapter() {
  return new Adapter();
}
""",
    "src/functions.c": """/* FUNCTION LIST: the libraries and their functions. */
void functionListCommand(client *c) {
    addReplyMap(c, functions_count());
}
""",
    "src/list.h": """typedef struct list {
    listNode *head;
    listNode *tail;
} list;
""",
    "lib/channel.ex": """defmodule Channel do
  @callback join(topic :: binary, socket :: term) :: term

  def join(topic, socket) do
    authorize(topic, socket)
  end
end
""",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    root = tmp_path_factory.mktemp("symbols")
    write(root, FILES)
    with Index.create(root) as created:
        created.update(jobs=1)
        yield created


def first(index: Index, question: str) -> tuple[str, str]:
    """The kind and the qualified name of the first hit."""
    hit = index.search(question, 3).hits[0]
    return hit.kind, hit.qualified_name


@pytest.mark.parametrize(
    ("text", "name", "owner"),
    [
        ("open_session", "open_session", ""),
        ("Foo::bar", "bar", "Foo"),
        ("Foo.bar", "bar", "Foo"),
        ("Foo#bar", "bar", "Foo"),
        ("foo->bar", "bar", "foo"),
        ("a::b::C", "C", "a.b"),
        ("App\\Cart\\Item", "Item", "App.Cart"),
        ("foo/2", "foo", ""),
        (".dark .chroma .mo", ".dark .chroma .mo", ""),
        (".card > a:hover", ".card > a:hover", ""),
        ("#nav.open + .item:nth-child(2n+1)", "#nav.open + .item:nth-child(2n+1)", ""),
        ("Enum.map/2", "map", "Enum"),
        ("Vec<T>", "Vec", ""),
        ("HashMap<String, u8>::insert", "insert", "HashMap"),
        ("List[Int]", "List", ""),
        ("bar()", "bar", ""),
        ("bar(x, y)", "bar", ""),
        ("$total", "total", ""),
        ("@items", "items", ""),
        (":symbol", "symbol", ""),
        ("`bar`", "bar", ""),
        ("save!", "save!", ""),
        ("class Foo", "Foo", ""),
        ("def bar", "bar", ""),
        ("fn Foo::bar", "bar", "Foo"),
        ("Point::operator==", "operator==", "Point"),
        ("operator[]", "operator[]", ""),
        ("Box::operator std::vector<int>", "operator std::vector<int>", "Box"),
        ("ПолучитьЦену", "ПолучитьЦену", ""),
        ("Cart#<=>", "<=>", "Cart"),
        ("Cart#[]", "[]", "Cart"),
        ("==", "==", ""),
        ("Cart$Builder", "Builder", "Cart"),
        ("(*Store).Get", "Get", "(*Store)"),
        ("*Store", "Store", ""),
        ("self.build", "build", ""),
        ("Router.prototype.use", "use", "Router"),
        ("<Job as Runner>::run", "run", "Job"),
        ("r#match", "match", ""),
        ("new Cart(items)", "Cart", ""),
        ("pub(crate) async fn push<T>(item: T) -> u32 {", "push", ""),
        ("async def checkout(self):", "checkout", ""),
        ("public abstract class Cart", "Cart", ""),
        ("func (s *Store[K, V]) Get(key K) (V, error) {", "Get", "Store"),
        ("static int ring_push(ring_t *r, int value);", "ring_push", ""),
        ("void Point::scale(double by) const", "scale", "Point"),
        ("Queue::<u8>::push", "push", "Queue"),
        ("Point.~Point", "~Point", "Point"),
        ("class Cart : public Base {", "Cart", ""),
        ("class Cart < ApplicationRecord", "Cart", ""),
        ("export interface Options<T> extends Base", "Options", ""),
        ("enum class Color", "Color", ""),
        ("typedef struct node", "node", ""),
        ("const LIMIT: u32 = 3;", "LIMIT", ""),
        ("type Handler = () => void", "Handler", ""),
        ("the Session class", "Session", ""),
        ("type Context struct {", "Context", ""),
        ("type Errors []error", "Errors", ""),
        ("type HandlerFunc func(*Context)", "HandlerFunc", ""),
        ("defp router(nil, base) do", "router", ""),
        ("defmacro pipe_through(pipes)", "pipe_through", ""),
        ("final override def area: Double", "area", ""),
        ("implicit val encoder: Encoder[A] =", "encoder", ""),
        ("case class Cart(items: Int)", "Cart", ""),
        ("fun List<T>.second(): T", "second", "List"),
        ("extension Cart: Codable {", "Cart", ""),
        ("manageHook :: ManageHook", "manageHook", ""),
        ("data Shape = Circle | Square", "Shape", ""),
        ("module Data.Cart where", "Cart", "Data"),
        ("let area shape =", "area", ""),
        ("Public Sub Checkout()", "Checkout", ""),
        ("recursive subroutine solve(a, b)", "solve", ""),
        ("CREATE TABLE IF NOT EXISTS orders (", "orders", ""),
        ("function(add_cart target)", "add_cart", ""),
        ("#define CART_MAX(a) (a)", "CART_MAX", ""),
        ("\\newcommand{\\cart}[1]{x}", "cart", ""),
        ("CFLAGS += -O2", "CFLAGS", ""),
        ("exports.total = function (cart) {", "total", "exports"),
        ("template <typename T, typename U = std::vector<T>> void push(T a)", "push", ""),
        ('@app.route("/cart") def show(id):', "show", ""),
        ("echo(", "echo", ""),
        ("Cart.total method", "total", "Cart"),
        *(
            (operator, operator, "")
            for operator in ("?", "=?", "+?", "+*?", ":?", "/:", "<<#", "+:", "\\\\", "<+>", "->")
        ),
        ("(=?)", "=?", ""),
        ("Items.+:", "+:", "Items"),
        ("☠", "☠", ""),
        ("Items::⊕=", "⊕=", "Items"),
        ("operator(.in.)", "operator(.in.)", ""),
        ("operator(==)", "operator(==)", ""),
        ('operator""_s', 'operator""_s', ""),
        ('std::operator "" _s', 'operator""_s', "std"),
        ("new Cart().total()", "total", "Cart"),
        ("new Cart<Item>(a, b).total(c)", "total", "Cart"),
        ("(new shop.Cart()).total()", "total", "shop.Cart"),
    ],
)
def test_a_symbol_is_a_name_and_its_owner(text: str, name: str, owner: str) -> None:
    symbol = parse_symbol(text)
    assert symbol and (symbol.name, symbol.owner) == (name, owner)


@pytest.mark.parametrize(
    ("head", "name", "owner"),
    [
        ("type Context struct {", "Context", ""),
        ("type Errors []error", "Errors", ""),
        ("type HandlerFunc func(*Context)", "HandlerFunc", ""),
        ("type Duration int64", "Duration", ""),
        ("defp router(nil, base), do: base", "router", ""),
        ("defmacro get(path, plug) do", "get", ""),
        ("defmodule Shop.Cart do", "Cart", "Shop"),
        ("def handle(:tick, state) when is_map(state) do", "handle", ""),
        ("@callback init(opts :: term) :: term", "init", ""),
        ("override def map[B](f: A => B): Encoder[B] = new Encoder[B] {", "map", ""),
        ("final def hcursor: HCursor", "hcursor", ""),
        ("implicit val decoder: Decoder[Cart] =", "decoder", ""),
        ("final case class Failure(message: String)", "Failure", ""),
        ("private[circe] trait Decoders {", "Decoders", ""),
        ("manageHook :: ManageHook", "manageHook", ""),
        ("(<+>) :: Monoid m => m -> m -> m", "<+>", ""),
        ("data Layout a = Layout a | Full", "Layout", ""),
        ("newtype X a = X (ReaderT XConf IO a)", "X", ""),
        ("class Typeable a => Message a where", "Message", ""),
        ("module Shop.Cart (total) where", "Cart", "Shop"),
        ("echo(", "echo", ""),
        ("def echo(", "echo", ""),
        ("@property def total(self) -> int:", "total", ""),
        ("local function merge(a, b)", "merge", ""),
        ("function Cart:total()", "total", "Cart"),
        ("M.setup = function(opts)", "setup", "M"),
        ("sub total {", "total", ""),
        ("package Shop::Cart;", "Cart", "Shop"),
        ('CREATE TABLE IF NOT EXISTS "users" (', "users", ""),
        ("create or replace function add_user(name text) returns void", "add_user", ""),
        ("procedure TForm.Click(Sender: TObject);", "Click", "TForm"),
        ("export const add = (a, b) => a + b", "add", ""),
        ("app.use = function use(fn) {", "use", "app"),
        ("export default class Cart extends Base {", "Cart", ""),
        ("static async create(name: string): Promise<Cart> {", "create", ""),
        ("impl<T> Future for JoinHandle<T> {", "JoinHandle", ""),
        ("impl<'a, T: Clone> Iter<'a, T> where T: Send {", "Iter", ""),
        ('pub unsafe extern "C" fn push(x: i32) -> i32 {', "push", ""),
        ("macro_rules! select {", "select", ""),
        ("pub static LIMIT: Lazy<u8> = Lazy::new(|| 3);", "LIMIT", ""),
        ("let rec fact n =", "fact", ""),
        ("val x: Total", "x", ""),
        ("val Job.isActive: Boolean", "isActive", "Job"),
        ("public suspend fun <T> withContext(context: Context, block: suspend () -> T): T", "withContext", ""),
        ("inline fun <reified T> Gson.fromJson(json: String): T =", "fromJson", "Gson"),
        ("fun interface Action {", "Action", ""),
        ("extension Session: Delegate {", "Session", ""),
        ("extension Array where Element: Equatable {", "Array", ""),
        ("open class Session: @unchecked Sendable {", "Session", ""),
        ("Public Sub Main()", "Main", ""),
        ("Public Class Cart", "Cart", ""),
        ("subroutine solve(a)", "solve", ""),
        ("pure integer function area(x) result(y)", "area", ""),
        ("function Get-Thing {", "Get-Thing", ""),
        ("\\newcommand{\\cart}[2]{x}", "cart", ""),
        ("macro(add_cart name)", "add_cart", ""),
        ("add_library(cart STATIC cart.c)", "cart", ""),
        ("CFLAGS ?= -O2", "CFLAGS", ""),
        ("static int dict_expand(", "dict_expand", ""),
        ("typedef int (*compare)(const void *, const void *);", "compare", ""),
        ("#  define LIMIT(x) x", "LIMIT", ""),
        ("template <typename T, size_t N = 3> struct array : base<T> {", "array", ""),
        ("class API_EXPORT Cart final : public Base {", "Cart", ""),
        ("std::vector<int> Cart::ids(const std::string& s) const noexcept {", "ids", "Cart"),
        ("public static IEnumerable<T> Query<T>(this IDbConnection connection, string sql)", "Query", ""),
        ("public string Name { get; set; }", "Name", ""),
        ("@Override public String toString() {", "toString", ""),
        ("public Map<String, List<Integer>> group(List<Integer> in) throws Failure {", "group", ""),
        ("private static final Map<String, Integer> CACHE = new HashMap<>();", "CACHE", ""),
        ("def name=(value)", "name=", ""),
        ("attr_accessor :name", "name", ""),
        ("alias ll='ls -al'", "ll", ""),
        ("function y = area(x)", "area", ""),
        ("(defn total [cart]", "total", ""),
        ("total <- function(cart) {", "total", ""),
        ("rpc SayHello (HelloRequest) returns (HelloReply) {}", "SayHello", ""),
        ("contract Token is ERC20 {", "Token", ""),
    ],
)
def test_the_name_in_the_head_of_a_definition(head: str, name: str, owner: str) -> None:
    symbol = parse_symbol(head)
    assert symbol and (symbol.name, symbol.owner) == (name, owner)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "open the cart",
        ".gitignore rules",
        "call foo(bar)",
        "new user",
        "hash function",
        "class names: how",
        "create table with two columns",
        "module that loads plugins where they are",
        "type of the error",
        "data = load(x)",
        "val user = find(id)",
        "return push(item);",
        "if (x) {",
        "what is :: in haskell",
        "type converter for JSON",
        "::",
        "...",
        "…",
        "“”",
        "()",
        "class",
        "x" * 1000,
    ],
)
def test_what_is_no_symbol(text: str) -> None:
    assert parse_symbol(text) in (None, Symbol("class"))


@pytest.mark.parametrize(
    ("signature", "arities"),
    [
        ("def add(cart, item)", [2]),
        ("def add(cart, {name, price}, opts \\\\ [])", [2, 3]),
        ("def add()", [0]),
        ("def add", [0]),
    ],
)
def test_how_many_arguments_a_function_takes(signature: str, arities: list[int]) -> None:
    assert [arity for arity in range(6) if takes(signature, "add", arity)] == arities
    assert (symbol := parse_symbol("Shop.Cart.add/3")) and symbol.arity == 3


@pytest.mark.parametrize(
    ("asked", "name", "expected"),
    [
        ("Foo", "Foo", Spelling.EXACT),
        ("Foo", "foo", Spelling.CASE),
        ("save", "save!", Spelling.BARE),
        ("id", "$id", Spelling.BARE),
        ("$id", "$id", Spelling.EXACT),
        ("$id", "id", Spelling.BARE),
        ("Foo.$id", "$id", Spelling.EXACT),
        (".btn", ".btn", Spelling.EXACT),
        ("FromRequest", "from_request", Spelling.CONVENTION),
        ("Foo", "Bar", Spelling.OTHER),
        ("Router", "Phoenix.Router", Spelling.EXACT),
        ("Bar", "Foo::Bar", Spelling.EXACT),
        ("operator+", "operator +", Spelling.EXACT),
        ("+?", "+?", Spelling.EXACT),
        ("Foo.bar:", "bar", Spelling.BARE),
        ("bar:", "bar:", Spelling.EXACT),
        ("<=>", "<=>", Spelling.EXACT),
        ("nav", ".nav", Spelling.EXACT),
        ("ex", "does not work in router.ex", Spelling.OTHER),
        ("yml", "config/secrets.yml", Spelling.OTHER),
        ("0", "8.2.0", Spelling.OTHER),
        ("8.2.0", "8.2.0", Spelling.EXACT),
    ],
)
def test_how_a_name_is_spelled(asked: str, name: str, expected: Spelling) -> None:
    symbol = parse_symbol(asked)
    assert symbol and spelling(symbol, name) is expected


@given(st.text(max_size=200))
def test_any_text_is_parsed(text: str) -> None:
    symbol = parse_symbol(text)
    assert symbol is None or symbol.name


def test_of_a_title_no_last_part_is_compared() -> None:
    symbols = [symbol for text in ("h", "net.h") if (symbol := parse_symbol(text))]
    assert [spelling(symbol, "net.h", is_title=True) for symbol in symbols] == [Spelling.OTHER, Spelling.EXACT]
    assert spelling(symbols[0], "net.h") is Spelling.EXACT
    assert spelling(symbols[0], "%.h", is_title=True) < Spelling.BARE
    assert spelling(symbols[0], ".h", is_title=True) < Spelling.BARE


@pytest.mark.parametrize(
    ("question", "kind", "name"),
    [
        ("copy", "function", "copy"),
        ("io::copy", "function", "copy"),
        ("pub async fn copy<R, W>(reader: &mut R, writer: &mut W) -> u64 {", "function", "copy"),
        ("mod copy;", "module", "copy"),
        ("inline", "module", "inline"),
        ("join", "function", "Channel.join"),
    ],
)
def test_what_is_defined_comes_before_what_is_declared(index: Index, question: str, kind: str, name: str) -> None:
    assert first(index, question) == (kind, name)


@pytest.mark.parametrize(
    ("question", "kind", "name"),
    [
        ("select!", "macro", "select"),
        ("macro select", "macro", "select"),
        ("fn select", "function", "select"),
        ("`mod select`", "module", "select"),
        ("struct Copy", "struct", "Copy"),
        ("impl Copy {", "impl", "Copy"),
        ("impl Drop for Copy {", "impl", "Copy"),
    ],
)
def test_a_keyword_says_which_kind_is_meant(index: Index, question: str, kind: str, name: str) -> None:
    assert first(index, question) == (kind, name)


@pytest.mark.parametrize(
    ("question", "kind", "name"),
    [
        ("type adapter", "class", "TypeAdapter"),
        ("static class adapter", "class", "MapTypes.Adapter"),
        ("function list", "function", "functionListCommand"),
        ("struct list", "struct", "list"),
    ],
)
def test_a_keyword_and_a_word_may_be_prose(index: Index, question: str, kind: str, name: str) -> None:
    assert first(index, question) == (kind, name)


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("write all", "write_all"),
        ("Write All", "write_all"),
        ("write", "write"),
        ("function list command", "functionListCommand"),
        ("app all", "app.all"),
        ("map types", "MapTypes"),
        ("class adapter", "classAdapter"),
    ],
)
def test_a_name_that_is_spelled_out_comes_first(index: Index, question: str, name: str) -> None:
    result = index.search(question, 3)
    assert result.hits[0].qualified_name == name
    assert result.hits[0].score > 0.5


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("write all", ("write", "all")),
        ("Set Up", ("set", "up")),
        ("write", ()),
        ("write_all bytes", ()),
        ("how to write all bytes", ()),
        ("write all 3", ()),
    ],
)
def test_a_short_question_may_spell_out_a_name(question: str, words: tuple[str, ...]) -> None:
    assert parse_question(question).words_of_name == words


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("trait Read", {"trait"}),
        ("pub(crate) struct Cart<T> {", {"struct"}),
        ("select!", {"macro"}),
        ("namespace App", {"module", "namespace", "package"}),
        ("Cart", set()),
        ("const LIMIT", set()),
        ("class", set()),
    ],
)
def test_the_kinds_that_a_head_asks_for(text: str, kinds: set[str]) -> None:
    assert asked_kinds(text) == kinds


def test_a_type_may_be_of_any_kind_and_a_function_a_method() -> None:
    assert {"struct", "interface", "type"} <= asked_kinds("type Cart")
    assert {"function", "method"} <= asked_kinds("def total")
