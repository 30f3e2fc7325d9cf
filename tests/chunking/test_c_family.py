"""C and C++: loops behind macros, conditionals, macros, modules, members."""

import pytest

from codesearch.chunking.hooks import cpp
from tests.support.outlines import definitions, extents, members, outline

C_LOOPS = (
    "list_for_each_entry(pos, &q->head, link) {",
    "TAILQ_FOREACH(var, head, field) {",
    "foreach(item, items) {",
    "hash_for_each(table, bkt, obj, node)\n\t{",
    "scoped_guard(mutex, &lock) {",
    "LIST_FOREACH(x) {",
    "for_each_cpu(cpu)\n\t{",
)


@pytest.mark.parametrize("language", ["C", "C++"])
@pytest.mark.parametrize("loop", C_LOOPS)
def test_loops_behind_macros_are_no_functions(loop: str, language: str) -> None:
    text = (
        f"int count(struct queue *q)\n{{\n\t{loop}\n\t\tn++;\n\t}}\n\treturn n;\n}}\nint after(void) {{ return 1; }}\n"
    )
    end = 7 + loop.count("\n")
    assert definitions(language, text) == {"count": ("function", 1, end), "after": ("function", end + 1, end + 1)}


def test_loops_in_functions_of_namespaces_and_macros_are_no_functions() -> None:
    text = (
        "namespace a {\n  void f() {\n    BOOST_FOREACH(int x, list) {\n    }\n    for_each(a, b) {\n    }\n  }\n}\n"
        "TEST(Suite, Name) {\n  FOR_EACH(i, 3) {\n  }\n}\n"
    )
    assert definitions("C++", text) == {
        "a::f": ("function", 2, 7),
        "Suite::Name": ("test", 9, 12),
    }


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("SYSCALL_DEFINE3(read, unsigned int, fd, char __user *, buf, size_t, count)", "read"),
        ("SYSCALL_DEFINE0(getpid)", "getpid"),
        ("START_TEST(adds)", "adds"),
        ("DEFINE_TEST (adds)", "adds"),
        ("static inline __attribute__((always_inline)) int adds(int a)", "adds"),
        ("static int __init adds(void)", "adds"),
        ("BOOL WINAPI adds(int a)", "adds"),
        ("API_EXPORT char *adds(int a API_UNUSED, int b)", "adds"),
        ("PyAPI_FUNC(int) adds(void)", "adds"),
        ("int\nadds(a, b)\n  int a;\n  char *b;", "adds"),
        ("HINSTANCE\nadds(int a)", "adds"),
        ("int (*adds(int which))(int, char *)", "adds"),
        ("int API_SUFFIX(adds)(int a,\n\tint b)", "adds"),
        ("static void\nRENAME(adds) (void)", "adds"),
        ("static inline int NAME(T, adds)(T *x, int y)", "adds"),
        ("EXTERN int EXPORT adds OF((int a, void (*f)(int)))", "adds"),
        ("char *adds __P((int a,\n\tchar *b))", "adds"),
        ("JNIEXPORT jstring JNICALL adds(JNIEnv *env, jobject thiz)", "adds"),
        ("JNIEXPORT void JNICALL\nadds(JNIEnv *env)", "adds"),
        ("INLINE static HANDLE adds(int a)", "adds"),
        ("DECLSPEC handle_t *APICALL adds(const char *a)", "adds"),
        ("static noinline notrace int adds(int a)", "adds"),
        ("noinline struct a *adds(int a)", "adds"),
        ("int BPF_KPROBE(adds, int a, struct b *c)", "adds"),
        ("int BPF_PROG(adds)", "adds"),
        ("int (*adds(int which))[3]", "adds"),
        ("int *(*adds(int which))(double)", "adds"),
        ('DEFUN ("adds", Fadds, Sadds, 1, 1, "p(",\n       doc: /* Adds (both).\nA.  */)\n  (Lisp_Object a)', "Fadds"),
        ("PHP_METHOD(Cart, adds)", "Cart.adds"),
        ("ZEND_FUNCTION(adds)", "adds"),
    ],
)
def test_heads_of_functions_in_c(head: str, name: str) -> None:
    text = f"/* A function. */\n\n{head}\n{{\n\treturn 0;\n}}\nint last(void) {{ return 1; }}\n"
    end = 6 + head.count("\n")
    assert definitions("C", text) == {name: ("function", 3, end), "last": ("function", end + 1, end + 1)}
    assert members("C", text) == set()


def test_prototypes_whose_names_or_parameters_are_in_macros() -> None:
    text = (
        "int FN(one)(int a);\nextern char *two PROTO((int, char *));\nint three(int a);\n"
        "void (*four(int a, void (*b)(int)))(int);\nJNIEXPORT jint JNICALL five\n  (JNIEnv *, jobject, jint);\n"
    )
    assert definitions("C", text) == {
        **{name: ("declaration", line, line) for line, name in enumerate(("one", "two", "three", "four"), 1)},
        "five": ("declaration", 5, 6),
    }
    assert members("C", text) == set()


def test_calls_and_attributes_are_no_names_in_macros() -> None:
    text = (
        "static int count __attribute__((unused));\nstatic int (*table[])(int) = { one, two };\n"
        "int last(void)\n{\n\tgetter(1)(2);\n\treturn GET(x)(3);\n}\n"
    )
    assert cpp.prepare(text).count("getter(1)(2)") == cpp.prepare(text).count("GET(x)(3)") == 1
    assert {"table", "last"} == set(definitions("C", text))


@pytest.mark.parametrize("language", ["C", "C++"])
def test_branches_of_a_function_are_one_function(language: str) -> None:
    text = (
        "#ifdef WIDE\nint run(wchar_t *a)\n#else\nint run(char *a)\n#endif\n{\n"
        "#if DEBUG\n  if (b) {\n#else\n  if (!b) {\n#endif\n    go(a);\n  }\n}\n\nint after(void)\n{\n  return 1;\n}\n"
    )
    assert definitions(language, text) == {"run": ("function", 2, 14), "after": ("function", 16, 19)}


def test_enumerators_and_fields_of_all_branches_are_members() -> None:
    text = (
        "enum color {\n  RED,\n#ifdef GREEN_TOO\n  GREEN\n#else\n  BLUE = 3\n#endif\n};\n"
        "struct s {\n#if A\n  int a : 3;\n#else\n  char *b[3], c;\n#endif\n  void *(*d)(int);\n};\n"
    )
    assert members("C", text) == {"RED", "GREEN", "BLUE", "a", "b", "c", "d"}


def test_constants_and_variables_at_file_level_are_members() -> None:
    text = (
        "#define LIMIT 1\n#define LONG \\\n  2\n#define GUARD_H\nstatic const int kMax = 3;\nint count, *first;\n"
        "extern int elsewhere;\nEXTERN char text[];\nenum { ANONYMOUS };\nvoid f(void) { int local = 1; }\n"
        "typedef struct point { int x; } Point, *PointRef;\n"
    )
    assert members("C", text) == {
        *("LIMIT", "LONG", "GUARD_H", "kMax", "count", "first", "text", "ANONYMOUS", "x", "PointRef")
    }


def test_typedefs_prototypes_and_macros_are_units() -> None:
    text = (
        "typedef BOOL (WINAPI *handler_t)(int);\ntypedef void fn_t(int);\ntypedef void *(*make_t)(void);\n"
        "API_EXPORT int proto(int a) API_PRINTF(1, 2);\nint (quoted)(void);\n"
        "#define MAX(a, b) \\\n  /* of two */ \\\n  ((a) > (b) ? (a) : (b))\nint f(void) { int g(void); return 1; }\n"
    )
    assert definitions("C", text) == {
        "handler_t": ("type", 1, 1),
        "fn_t": ("type", 2, 2),
        "make_t": ("type", 3, 3),
        "proto": ("declaration", 4, 4),
        "quoted": ("declaration", 5, 5),
        "MAX": ("macro", 6, 8),
        "f": ("function", 9, 9),
    }


def test_macros_alone_on_their_lines_hide_no_struct() -> None:
    text = (
        "#define FIELDS \\\n  int a; /* first */ \\\n  MORE_FIELDS\n\n"
        "struct one {\n  FIELDS\n  OTHER_FIELDS\n};\n"
        "enum e {\n  A,\n  /* the last */\n  LAST_OF_E\n};\n"
        'DEFINE_FLAG(int, flag, 1, "(");\nstatic PATH_FUNC(path, "x")\nstruct two { int b; };\n'
    )
    assert set(definitions("C", text)) == {"one", "e", "two"}
    assert {"A", "LAST_OF_E", "FIELDS"} <= members("C", text)


@pytest.mark.parametrize(
    "line",
    [
        "class API Foo;",
        "class API_EXPORT Foo;",
        'class API_DEPRECATED("Use Bar.") API\n    Foo;',
        "struct API_EXPORT Foo;",
        "template <class T> class API Foo;",
        "namespace n { class API Foo; }",
        "class A { friend class API Foo; };",
        "enum class API Foo : int;",
    ],
)
def test_types_declared_behind_a_macro_are_no_variables(line: str) -> None:
    text = f"int first();\n{line}\nint last();\n"
    assert "Foo" not in members("C++", text) | set(definitions("C++", text))
    assert {"first", "last"} <= set(definitions("C++", text))


@pytest.mark.parametrize(
    "line", ["struct API foo;", "struct __packed foo;", "union ALIGNED(8) foo;", "enum PACKED foo;"]
)
def test_types_declared_behind_a_macro_are_no_variables_in_c(line: str) -> None:
    assert "foo" not in members("C", f"int first();\n{line}\nint last();\n")


def test_capitals_may_be_the_type_of_a_variable() -> None:
    text = "struct POINT origin;\nunion DATA_T data, *more;\nstruct LIST list;\nenum MODE mode;\n"
    assert members("C", text) == {"origin", "data", "more", "list", "mode"}


@pytest.mark.parametrize("language", ["C", "C++"])
@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("enum API foo { A, B };", "enum"),
        ("struct PACKED foo { int A; };", "struct"),
        ("union ALIGNED(8) foo { int A; };", "union"),
        ("struct foo { int A; } API_PACKED;", "struct"),
        ("typedef struct PACKED { int A; } foo;", "type"),
        ("typedef struct { int A; } PACKED foo;", "type"),
    ],
)
def test_types_defined_behind_a_macro(language: str, line: str, kind: str) -> None:
    text = f"{line}\nint last();\n"
    assert definitions(language, text) == {"foo": (kind, 1, 1), "last": ("declaration", 2, 2)}
    assert "A" in members(language, text)
    assert not {"PACKED", "API_PACKED"} & members(language, text)


MODULE = """\
module;
#include <vector>
export module shop.cart:items;
export import shop.base;
import <string>;
namespace shop {
export class Cart {
 public:
  void add(int id) { items.push_back(id); }
};
export template <typename T> requires Number<T>
T twice(T x) { return x + x; }
}
export namespace a::b::inline c {
struct Point { int x; };
}
export
{
int tax(int net) { return net; }
constexpr int kRate = 19;
}
export enum class Mode { Fast };
module :private;
int hidden() { return 1; }
"""


def test_modules_export_what_they_define() -> None:
    found = definitions("C++", MODULE)
    assert {name: found[name] for name in found if found[name][0] != "namespace"} == {
        "shop::Cart": ("class", 7, 10),
        "shop::Cart::add": ("method", 9, 9),
        "shop::twice": ("function", 11, 12),
        "a::b::c::Point": ("struct", 15, 15),
        "tax": ("function", 19, 19),
        "Mode": ("enum", 22, 22),
        "hidden": ("function", 24, 24),
    }
    assert members("C++", MODULE) == {"x", "kRate", "Fast"}


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("template <typename T> concept Number = requires(T a) { a + a; };", "Number"),
        ("constexpr A::operator int() const { return 1; }", "A::operator int"),
        ("A::operator b::C<D(E)>() const { return {}; }", "A::operator b::C<D(E)>"),
        ("std::ostream& A::operator<<(int a) { return out; }", "A::operator<<"),
        ("A::B::B(int a) try : a_(a) { } catch (...) { }", "A::B::B"),
        ("template <class T> void A<T>::B::f() && { }", "A::B::f"),
        ("auto f() -> std::unique_ptr<A> { return {}; }", "f"),
        ("void API_INLINE f() { }", "f"),
        ("API_CONST A operator/(A a, T b) { return a; }", "operator/"),
        ("template <> struct hash<A, std::void_t<decltype(a() << b())>> { };", "hash"),
        ("class API [[nodiscard]] A final : public B<int(C)> { };", "A"),
        ("BOOST_AUTO_TEST_CASE(adds) { }", "adds"),
        ('TEST_CASE("adds", "[math]") { }', "adds"),
        ("NAN_METHOD(A::f) { }", "A::f"),
        ("ZEND_METHOD(A, f) { }", "A::f"),
        ("HRESULT STDMETHODCALLTYPE A::f() { }", "A::f"),
        ("void QT_FASTCALL ns::A::f(int x) { }", "ns::A::f"),
        ("int (*f(int x))(double) { return nullptr; }", "f"),
        ("int *(*A::f(int x))(double) { return nullptr; }", "A::f"),
        ("int (&f())[10] { return a; }", "f"),
        ("void (*f(int a, void (*b)(int)))(int);", "f"),
        ('extern "C" JNIEXPORT jint JNICALL f(JNIEnv* env) { }', "f"),
        ("BENCHMARK_F(Math, Adds)(benchmark::State& s) { }", "Math::Adds"),
        ('extern "C" void f(int);', "f"),
        ("template <class T> T& f(T t);", "f"),
        ("using A = std::vector<int>;", "A"),
        ("typedef const A& (*make_t)();", "make_t"),
    ],
)
def test_definitions_in_cpp(line: str, name: str) -> None:
    text = f"\n{line}\nint last() {{ return 1; }}\n"
    found = definitions("C++", text)
    assert set(found) == {name, "last"}
    assert found[name][1:] == (2, 2)


def test_members_of_classes_and_namespaces() -> None:
    text = (
        "namespace a {\nconstexpr int kMax = 3;\nconst char* const kNames[] = {};\nextern int elsewhere;\n"
        "class A : public Q {\n  Q_OBJECT\n public:\n  explicit A(int a = 1);\n  ~A();\n  A& operator=(const A&);\n"
        "  int norm() const;\n signals:\n  void changed();\n private:\n"
        "  static constexpr int kLimit = 1;\n  std::mutex mutex_;\n  int x_ GUARDED_BY(mutex_), *y_;\n};\n}\n"
        "int a::A::count = 0;\n"
    )
    assert members("C++", text) == {
        *("kMax", "kNames", "A", "~A", "operator=", "norm", "changed", "kLimit", "mutex_", "x_", "y_", "count")
    }


def test_lines_stay_where_modules_are_taken_away() -> None:
    assert cpp.prepare(MODULE).count("\n") == MODULE.count("\n")


def test_a_macro_s_comments_are_not_of_its_signature() -> None:
    (unit,) = outline("C", "#define F(x) f(x); /* twice */ f(x)\n").units
    assert unit.signature == "#define F(x) f(x); f(x)"


def test_macros_of_qt_are_no_members() -> None:
    text = (
        "class A : public QObject {\n    Q_OBJECT\n    Q_PROPERTY(QString name READ name NOTIFY nameChanged)\n"
        "    Q_PROPERTY(int x READ x)\n    QML_ELEMENT\npublic:\n    explicit A(QObject *parent);\n"
        "public slots:\n    void go();\n};\n"
    )
    assert members("C++", text) == {"A", "go"}


def test_rows_of_one_macro_are_no_types() -> None:
    text = '#include "a.h"\nDECLARE_FN(foo)\nDECLARE_FN(bar);\n\nint sum(int n)\n{\n\treturn n;\n}\n'
    assert definitions("C", text) == {"sum": ("function", 5, 8)}


def test_methods_named_in_qt_s_connections_end_no_function() -> None:
    text = """\
Dialog::Dialog(QWidget *parent, QStringList names) : QDialog(parent),
    names(names)
{
    connect(ui.time, SIGNAL(changed(const QTime &)), this, SLOT(timeChanged(const QTime &)));
    connect(ui.all, SIGNAL(toggled(bool)), this, SLOT(allToggled(bool)));
    update();
}

time_t Dialog::amount() const
{
    return 1;
}
"""
    assert definitions("C++", text) == {"Dialog::Dialog": ("function", 1, 7), "Dialog::amount": ("function", 9, 12)}


def test_data_extends_to_the_end_of_its_value() -> None:
    text = (
        'static const char* kShader = R"(\nvoid main() {\n}\n)";\nconst std::map<int, int> kMap = {\n  {1, 2},\n};\n'
        "std::vector<int> numbers{\n  1,\n};\nFoo foo(1,\n  2), *bar;\n"
        "static int (*const table[])(int) = {\n  one,\n};\n"
        'namespace n {\nconst char* kText =\n  "a"\n  "b";\n}\n'
        'class A {\n  static constexpr const char* const kNames[] = {\n    "a",\n  };\n'
        "  int x = 1, y{\n    2};\n  std::string text = f(\n    3);\n  int (*handler)(int) = nullptr;\n};\n"
        "enum { ONE = 1 |\n  2, TWO };\n"
    )
    assert extents("C++", text) == {
        "kShader": (1, 4),
        "kMap": (5, 7),
        "numbers": (8, 10),
        "foo": (11, 12),
        "bar": (12, 12),
        "table": (13, 15),
        "kText": (17, 19),
        "kNames": (22, 24),
        "x": (25, 25),
        "y": (25, 26),
        "text": (27, 28),
        "handler": (29, 29),
        "ONE": (31, 32),
        "TWO": (32, 32),
    }


@pytest.mark.parametrize(
    "declarator",
    [
        "table[]",
        "*table[]",
        "table[2][2]",
        "*const table[2][2]",
        "**table[]",
        "(*table[])(int)",
        "(*const table[2])(void)",
    ],
)
def test_tables_are_units_in_c(declarator: str) -> None:
    text = f"static const char {declarator} = {{\n  1,\n}};\nint last(void);\n"
    assert definitions("C", text) == {"table": ("variable", 1, 3), "last": ("declaration", 4, 4)}


def test_variables_extend_to_the_end_of_their_values_in_c() -> None:
    text = 'const char *text =\n  "a"\n  "b";\nstatic void (*hooks[4])(void);\nenum { ONE = 1 |\n  2 };\n'
    assert extents("C", text) == {"text": (1, 3), "hooks": (4, 4), "ONE": (5, 6)}
