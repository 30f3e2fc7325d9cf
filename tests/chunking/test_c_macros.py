"""C and C++: macros and attributes that the grammars take for code."""

import pytest

from tests.support.outlines import definitions, extents, members


@pytest.mark.parametrize("first", ["", "#include <a.h>\n", "namespace a {}\n"])
@pytest.mark.parametrize(
    "line",
    [
        "BOOST_AUTO_TEST_SUITE(Math)",
        "IMPLEMENT_DYNAMIC(CFoo, CBase)",
        "BEGIN_MAP(A)\n  ON_PAINT()\nEND_MAP()",
        "IMPLEMENT_APP(A)",
    ],
)
@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("BOOST_AUTO_TEST_CASE(adds)", "adds"),
        ('TEST_CASE("adds", "[y]")', "adds"),
        ("TEST(Math, adds)", "Math::adds"),
        ("static int adds(int a)", "adds"),
        ("A::A(int a)", "A::A"),
    ],
)
@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_a_macro_in_a_line_takes_nothing_from_below(first: str, line: str, between: str, head: str, name: str) -> None:
    text = f"{first}{line}{between}{head} {{\n}}\nint last();\n"
    start = text.count("\n", 0, text.index(head)) + 1
    found = definitions("C++", text)
    assert found.pop("a", None) is None or "namespace" in first
    assert {one: place[1:] for one, place in found.items()} == {
        name: (start, start + 1),
        "last": (start + 2, start + 2),
    }


def test_macros_and_attributes_of_enumerators() -> None:
    text = (
        'enum class State : uint8 {\n  Idle UMETA(DisplayName = "Idle (now)"),\n  Running = 1 UMETA(Hidden),\n'
        '  A Q_DEPRECATED,\n  B [[deprecated("use { C")]] = 2,\n  C API_AVAILABLE(macos(10.15)) = 3,\n'
        '  D = A | FLAG_E API_X,\n  I = 1 UMETA(ToolTip = "{i}"),\n  J __attribute__((deprecated("x"))) = 9,\n'
        "  F = (1 << 2) // OLD\n};\nenum { G API_X, H API_Y(1) } now;\n"
    )
    assert members("C++", text) == {"Idle", "Running", "A", "B", "C", "D", "I", "J", "F", "G", "H", "now"}
    assert definitions("C++", text) == {"State": ("enum", 1, 11)}


def test_macros_in_a_class_are_no_members() -> None:
    text = (
        "UCLASS()\nclass API UThing : public UObject {\n  GENERATED_BODY()\n\n  /** How many. */\n"
        '  UPROPERTY(EditAnywhere,\n    meta = (ClampMin = "0"))\n  int32 count = 0;\n\n  UFUNCTION()\n  void use();\n'
        "  DECLARE_DYNAMIC_DELEGATE_OneParam(FOnUse, int32, count);\n  DECLARE_EVENT(FOnUse);\n  UThing(int a);\n};\n"
        "class MY_Thing {\n  MY_Thing(int a);\n};\n"
    )
    assert members("C++", text) == {"count", "use", "UThing", "MY_Thing"}


def test_methods_of_com() -> None:
    text = (
        "class A : public IUnknown {\n  virtual HRESULT STDMETHODCALLTYPE Query(REFIID riid) override;\n"
        "  STDMETHOD(Open)(int a) { return S_OK; }\n  STDMETHOD_(ULONG, Release)();\n"
        "  ULONG STDMETHODCALLTYPE AddRef() { return 1; }\n};\n"
    )
    assert set(definitions("C++", text)) == {"A", "A::Open", "A::AddRef"}
    assert members("C++", text) == {"Query", "Release"}


def test_attributes_behind_a_variable() -> None:
    text = (
        "Factory factory __attribute__((weak)) =\n    DefaultFactory;\n"
        "API_CONST_INIT std::vector<Info*>* infos API_GUARDED_BY(mutex())\n    API_PT_GUARDED_BY(mutex()){nullptr};\n"
        "API_CONST_INIT std::vector<int> numbers API_GUARDED_BY(mutex)\n    = {};\n"
        "static void (*hook)(int) = nullptr;\n"
    )
    assert extents("C++", text) == {"factory": (1, 2), "infos": (3, 4), "numbers": (5, 6), "hook": (7, 7)}
    assert definitions("C++", text) == {}
