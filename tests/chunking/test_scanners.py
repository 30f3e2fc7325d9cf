"""The line scanners for languages without a sound grammar."""

from __future__ import annotations

import time
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesearch.chunking.chunk import Member, Unit
from codesearch.chunking.kinds import KINDS
from codesearch.chunking.scanners import assembly, cmake, cython, tex, visual_basic
from tests.support.defined import outline
from tests.support.places import SAMPLES

SCANNERS = ("assembly", "cmake", "cython", "jinja", "sql", "tex", "visual_basic")


def found(units: list[Unit]) -> set[tuple[str, str, int, int]]:
    return {(unit.kind, unit.name, unit.start_line, unit.end_line) for unit in units}


def sample(name: str) -> str:
    return (SAMPLES / name).read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("nasm.asm", {("macro", "print", 4, 10), ("label", "factorial", 25, 41), ("label", "_start", 43, 50)}),
        ("gas.s", {("macro", "save_regs", 26, 29)}),
        ("masm.asm", {("struct", "POINT", 7, 10), ("function", "AddTwo", 15, 20)}),
        ("arm.S", {("label", "reset_handler", 6, 13), ("function", "memcpy_fast", 17, 22)}),
    ],
)
def test_assembly_of_each_dialect(name: str, expected: set[tuple[str, str, int, int]]) -> None:
    units = found(assembly.scan(sample(name)))
    assert expected <= units


def test_local_labels_are_members_of_their_function() -> None:
    text = "copy:\n    mov ecx, 4\n.loop:\n    dec ecx\n    jnz .loop\n    ret\n\n; next\n\nlast:\n    ret\n"
    first, second = assembly.scan(text)
    assert (first.name, first.start_line, first.end_line, first.members) == (
        "copy",
        1,
        6,
        (Member(3, "loop", "label"),),
    )
    assert (second.name, second.start_line) == ("last", 10)


def test_directives_above_a_label_belong_to_it_and_macros_nest_with_loops() -> None:
    text = (
        ".globl f\n.type f, @function\nf:\n  ret\nfill MACRO n\n  REPT n\n  nop\n  ENDM\nENDM\n"
        "g PROC\nagain:\n  ret\ng ENDP\n"
    )
    units = found(assembly.scan(text))
    assert units == {("label", "f", 1, 4), ("macro", "fill", 5, 9), ("function", "g", 10, 13)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Procedure IsEof,NEAR\n\tcmp bx,1\nEOF16:\n\tret\nEndProc IsEof\n\n\tprocedure  UNPACK,FAR\n\tret\n",
            {("function", "IsEof", 1, 5), ("function", "UNPACK", 7, 8)},
        ),
        ("proc open name,mode\n  ret\nendp\nmain:\n  ret\n", {("function", "open", 1, 3), ("label", "main", 4, 5)}),
        (".proc reset\nloop: jmp loop\n.endproc\nnmi: rti\n", {("function", "reset", 1, 3), ("label", "nmi", 4, 4)}),
        ("BEGIN_FUNC(copy)\n  ret\nEND_FUNC(copy)\nf:\n  ret\n", {("function", "copy", 1, 3), ("label", "f", 4, 5)}),
        (
            "PROC f NEAR\nagain:\n  ret\nENDP f\ng proc near\n  ret\ng endp\n",
            {("function", "f", 1, 4), ("function", "g", 5, 7)},
        ),
        (
            "SYM_FUNC_START(f)\n  ret\nSYM_FUNC_END(f)\nSYM_FUNC_ALIAS(g, f)\n\nSYM_CODE_START_LOCAL(h)\n  ret\n"
            "SYM_CODE_END(h)\n",
            {("function", "f", 1, 3), ("function", "g", 4, 4), ("function", "h", 6, 8)},
        ),
        ("FUNC_START(f)\n  blr\nFUNC_END(f)\n_GLOBAL(g)\n  blr\n", {("function", "f", 1, 3), ("function", "g", 4, 5)}),
        (
            "LEAF_ENTRY f, _TEXT\n  ret\nLEAF_END_MARKED f, _TEXT\nt:\n  dq 0\n    NESTED_ENTRY g,,Handler\n  ret\n"
            "    NESTED_END\n",
            {("function", "f", 1, 3), ("label", "t", 4, 5), ("function", "g", 6, 8)},
        ),
        (
            "ENTRY (f)\n  ret\nEND (f)\nENTRY_NP(g)\n  ret\nSET_SIZE(g)\n",
            {("function", "f", 1, 3), ("function", "g", 4, 6)},
        ),
        ("sym(f):\n  ret\n", {("label", "f", 1, 2)}),
    ],
)
def test_words_around_a_procedure(text: str, expected: set[tuple[str, str, int, int]]) -> None:
    assert found(assembly.scan(text)) == expected


@pytest.mark.parametrize("end", ["FUNC_END(f)", "SYM_FUNC_END(f)", "LEAF_END f, _TEXT", "NESTED_END", "END (f)"])
def test_the_end_of_a_procedure_is_no_procedure(end: str) -> None:
    assert assembly.scan(f"{end}\n") == []


@pytest.mark.parametrize("entry", ["SYM_INNER_LABEL(g, SYM_L_GLOBAL)", "ALTERNATE_ENTRY g", "    ALTENTRY(g)"])
def test_an_entry_inside_a_procedure_is_its_member(entry: str) -> None:
    (unit,) = assembly.scan(f"SYM_CODE_START(f)\n  nop\n{entry}\n  ret\nSYM_CODE_END(f)\n")
    assert (unit.name, unit.end_line, unit.members) == ("f", 5, (Member(3, "g", "label"),))


@pytest.mark.parametrize(
    "symbol", ["·f", "bytes·f", "math∕big·f", "f<>", "runtime·f<ABIInternal>", "main.(*T).f", "github·com∕a∕b·f"]
)
def test_go_functions_are_named_without_their_package(symbol: str) -> None:
    (unit,) = assembly.scan(f"TEXT {symbol}(SB),NOSPLIT,$0-24\n  NOP\nloop:\n  RET\n")
    assert (unit.kind, unit.name, unit.end_line, unit.members) == ("function", "f", 4, (Member(3, "loop", "label"),))


def test_the_lines_of_data_of_a_go_variable_are_one_unit() -> None:
    text = (
        "TEXT ·f(SB),NOSPLIT,$0\n  RET\nDATA t<>+0(SB)/8, $1\nDATA t<>+8(SB)/8, $2\n"
        "GLOBL t<>(SB), RODATA, $16\nGLOBL ·u(SB), $8\n"
    )
    assert found(assembly.scan(text)) == {("function", "f", 1, 2), ("variable", "t", 3, 5), ("variable", "u", 6, 6)}


def test_a_macro_that_never_ends_swallows_nothing() -> None:
    assert ("label", "main", 3, 4) in found(assembly.scan("%macro broken 0\n  nop\nmain:\n  ret\n"))


@pytest.mark.parametrize("word", ["STRUC", "STRUCT", "UNION", "MACRO", "PROC"])
def test_an_included_file_begins_no_block(word: str) -> None:
    text = f"\tINCLUDE {word}.INC\t; more\nCODE\tSEGMENT\nMAIN\tPROC NEAR\n\tRET\nMAIN\tENDP\nCODE\tENDS\n"
    assert found(assembly.scan(text)) == {("function", "MAIN", 3, 5)}


@pytest.mark.parametrize("head", ["STRUC", "STRUCT\t; it", "STRUCT 4", "STRUCT DWORD, NONUNIQUE", "UNION"])
def test_structures_of_masm(head: str) -> None:
    assert found(assembly.scan(f"Point {head}\nx DD ?\nPoint ENDS\n")) == {("struct", "Point", 1, 3)}


@pytest.mark.parametrize("name", ["LZ4_compress", "Lcd_init2", "LOG2LOOP", "Load1", "L2_norm"])
def test_a_label_with_a_digit_may_begin_with_l(name: str) -> None:
    assert found(assembly.scan(f"f:\n ret\n{name}:\n ret\n")) == {("label", "f", 1, 2), ("label", name, 3, 4)}


@pytest.mark.parametrize("name", ["L1", "L0004", "LBB0_1", "LCPI3_0", "LFB12", "Ltmp3", "Lfunc_end0", "L$1", ".L3"])
def test_labels_that_compilers_number_are_local(name: str) -> None:
    assert found(assembly.scan(f"f:\n ret\n{name}:\n ret\n")) == {("label", "f", 1, 4)}


def test_blocks_of_ca65() -> None:
    text = (
        ".macro ldx_imm val\n  ldx #val\n.endmacro\n.mac short\n  nop\n.endmac\n.scope Inner\nfoo: rts\n.scope\n"
        "bar: rts\n.endscope\n.endscope\n.struct Pt\n  xx .byte\n.struct\n  yy .byte\n.endstruct\n.endstruct\n"
        ".enum Dir\nUp\nDown = 3\n.endenum\n.proc reset\n.scope Deep\nagain: rts\n.endscope\n  rts\n"
        ".endproc\nlast:\n rts\n"
    )
    units = assembly.scan(text)
    assert found(units) == {
        ("macro", "ldx_imm", 1, 3),
        ("macro", "short", 4, 6),
        ("namespace", "Inner", 7, 12),
        ("label", "foo", 8, 9),
        ("label", "bar", 10, 11),
        ("struct", "Pt", 13, 18),
        ("enum", "Dir", 19, 22),
        ("function", "reset", 23, 28),
        ("namespace", "Deep", 24, 26),
        ("label", "last", 29, 30),
    }
    assert [member.name for unit in units for member in unit.members] == ["Up", "Down", "again"]


def test_labels_and_macros_of_armasm() -> None:
    text = (
        "        AREA    |.text|, CODE, READONLY\nmain    PROC\nwait\n        BL      Delay\n        ENDP\nDelay\n"
        "        BX      LR\nLoop2   ADD r0, r0, #1\n        B Loop2\n        MACRO\n$lbl    MyMac $a\n"
        "        WHILE $a > 0\n        WEND\n        MEND\nVal     EQU 5\nTable   DCD 1\ncount   RN 4\n        END\n"
    )
    units = assembly.scan(text)
    assert found(units) == {
        ("function", "main", 2, 5),
        ("label", "Delay", 6, 7),
        ("label", "Loop2", 8, 9),
        ("macro", "MyMac", 10, 14),
        ("constant", "Val", 15, 15),
        ("constant", "Table", 16, 18),
    }
    assert units[0].members == (Member(3, "wait", "label"),)


def test_cmake_blocks_and_targets() -> None:
    units = found(cmake.scan(sample("CMakeLists.txt")))
    assert {
        ("function", "demo_add_library", 14, 24),
        ("macro", "demo_log", 26, 28),
        ("target", "demo", 40, 40),
    } <= units


def test_cmake_tests_may_be_named_by_a_keyword() -> None:
    assert found(cmake.scan("add_test(NAME adds COMMAND adds)\n")) == {("target", "adds", 1, 1)}


def test_visual_basic_declarations_begin_at_their_attributes() -> None:
    text = "<Serializable()> _\nPublic Class A\n  <B>\n  <C(1)>\n  Sub D()\n  End Sub\nEnd Class\n"
    assert found(visual_basic.scan(text)) == {("class", "A", 1, 7), ("function", "D", 3, 6)}


def test_cmake_steps_over_brackets_and_strings() -> None:
    text = (
        "#[[ function(no)\n]]\nset(X [=[\nfunction(no_either)\n]=])\n"
        'add_library(core\n  "a(b.c"\n  c.c # :)\n)\nadd_custom_target(\n  docs\n  ALL)\n'
    )
    assert found(cmake.scan(text)) == {("target", "core", 6, 9), ("target", "docs", 10, 12)}


def test_cmake_brackets_in_strings_and_comments_open_nothing() -> None:
    text = '# as [[ in Lua\nstring(REGEX MATCH "[[:alpha:]" x "\\"[[")\nfunction(one)\nendfunction()\n# ]]\n'
    assert found(cmake.scan(text)) == {("function", "one", 3, 4)}


@pytest.mark.parametrize("typed", ["set(a [[b", "#[[ a", "#[=[ a", "set(a [=[b", 'set(a "b'])
def test_cmake_brackets_that_are_left_open_hide_nothing(typed: str) -> None:
    text = (
        f"function(one)\n  {typed}\nendfunction()\n\nfunction(two)\n  set(a [[\nb]] [=[c]=])\nendfunction()\n"
        "add_library(three a.c)\n"
    )
    assert found(cmake.scan(text)) == {("function", "one", 1, 3), ("function", "two", 5, 8), ("target", "three", 9, 9)}


def test_cmake_targets_within_a_function_are_its_members() -> None:
    (make,) = cmake.scan("function(make)\n  add_library(core a.c)\n  add_custom_target(\n    docs)\nendfunction()\n")
    assert [(member.line, member.name, member.kind) for member in make.members] == [
        (2, "core", "target"),
        (3, "docs", "target"),
    ]


def test_tex_sections_nest_by_level() -> None:
    units = {unit.name: unit for unit in tex.scan(sample("sample.tex"))}
    assert (units["Introduction"].start_line, units["Introduction"].end_line) == (16, 28)
    assert units["Introduction"].is_container
    assert units["Background"].end_line <= units["Introduction"].end_line
    assert units["vect"].kind == "macro"
    assert "not a section" not in units, "it stands in a listing"


def test_tex_definitions_over_lines_and_labelled_environments() -> None:
    text = (
        "\\newcommand{\\wide}[2]{%\n  #1 \\{ % } no\n  #2\n}\n"
        "\\begin{figure}\n  \\caption{A}\n  \\label{fig:a}\n\\end{figure}\n\\def\\short#1{x}\n"
    )
    assert found(tex.scan(text)) == {
        ("macro", "wide", 1, 4),
        ("environment", "fig:a", 5, 8),
        ("macro", "short", 9, 9),
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\\newcommand{\\money}[1]\n{%\n  #1~EUR\n}\n", ("macro", "money", 1, 4)),
        ("\\newcommand*\\money[2][a]% why\n  {#1\n  }\n", ("macro", "money", 1, 3)),
        ("\\newcommand{\\x}\n\n{\\bf not its body\n}\n", ("macro", "x", 1, 1)),
        ("\\newenvironment{box2col}\n{\\begin{a}}\n{\\end{a}}\n{x}\n", ("environment", "box2col", 1, 3)),
        ("\\newtheorem{thm}[lem]{Theorem}[section]\n", ("environment", "thm", 1, 1)),
        ("\\NewDocumentCommand{\\doit}{O{} m}\n{\n#2\n}\n", ("macro", "doit", 1, 4)),
        ("\\ProvideExpandableDocumentCommand\\doit{m}\n  {#1}\n", ("macro", "doit", 1, 2)),
        ("\\NewDocumentEnvironment{two}{m}\n  {a}\n  {b}\n", ("environment", "two", 1, 3)),
        ("\\DeclareMathOperator*{\\argmax}{arg\\,max}\n", ("macro", "argmax", 1, 1)),
        ("\\expandafter\\def\\csname box2col\\endcsname#1{%\n  x}\n", ("macro", "box2col", 1, 2)),
        ("\\@namedef{box2col}#1{\n}\n", ("macro", "box2col", 1, 2)),
        ("\\makeatletter\\long\\def\\@do#1#2%\n{\n}\n", ("macro", "@do", 1, 3)),
        ("\\def\\upto#1\\end{%\n}\n", ("macro", "upto", 1, 2)),
        ("\\let\\old=\\new\n", ("macro", "old", 1, 1)),
        ("\\cs_new:Npn \\shop_add:nn #1#2\n  {\n    #1\n  }\n", ("macro", "shop_add:nn", 1, 4)),
        ("\\cs_set_protected:Nn \\shop_add:n\n  { #1 }\n", ("macro", "shop_add:n", 1, 2)),
        (
            "\\prg_new_conditional:Npnn \\shop_if_open:n #1 { p , TF }\n  { \\prg_return_true: }\n",
            ("macro", "shop_if_open:n", 1, 2),
        ),
        ("\\keys_define:nn { shop }\n  {\n    a .tl_set:N = \\l_a_tl ,\n  }\n", ("macro", "shop", 1, 4)),
        ("\\tl_new:N \\l_shop_name_tl\n", ("variable", "l_shop_name_tl", 1, 1)),
    ],
)
def test_tex_definitions_of_every_kind(text: str, expected: tuple[str, str, int, int]) -> None:
    assert found(tex.scan(text)) == {expected}


@pytest.mark.parametrize(
    "text",
    [
        "\\begin{frame}{How it is \\emph{priced}}\nx\n\\end{frame}\n",
        "\\begin{frame}<1->[fragile, label=a]{How it is priced}{By us}\nx\n\\end{frame}\n",
        "\\begin{frame}[plain]\n{How it is priced}\n\\end{frame}\n",
        "\\begin{frame}\n\\frametitle<2>[short]{How it is priced}\n\\end{frame}\n",
        "\\frame{\\frametitle{How it is priced}\nx\n}\n",
        "\\begin{slide}[a]{How it is priced}\nx\n\\end{slide}\n",
    ],
)
def test_tex_slides_are_sections_by_their_title(text: str) -> None:
    assert found(tex.scan(text)) == {("section", "How it is priced", 1, 3)}


def test_tex_sections_with_short_titles_over_lines_and_within_definitions() -> None:
    text = (
        "\\chapter*{The 5\\% of \\TeX}\n\\clearpage\\section[short]% why\n{Long\ntitle}\n\\newcommand{\\mine}[1]\n{\n"
        "\\section{#1}}\n\\titleformat{\\section}{x}\n\\renewcommand\\section{y}\n"
    )
    units = {unit.name: unit for unit in tex.scan(text) if unit.kind == "section"}
    assert set(units) == {"The 5% of", "Long title"}
    assert (units["Long title"].start_line, units["Long title"].end_line) == (2, 9)


@pytest.mark.parametrize(
    "text",
    [
        "\\begin{verbatim}\n\\newcommand{\\no}{}\n\\section{no}\n\\end{verbatim}\n",
        "\\begin{comment}\n\\def\\no{\n\\end{comment}\n",
        "\\begin{Verbatim*}\n\\def\\no{}\n\\end{Verbatim*}\n",
        "Say \\verb|\\def\\no{x}| or \\lstinline!\\section{no}!.\n",
        "% \\newcommand{\\no}{}\n\\\\% \\section{no}\n",
        "\\string\\def\\no{}\n",
        "\\expandafter\\def\\csname\\prefix no\\endcsname{}\n",
    ],
)
def test_tex_that_is_only_shown_defines_nothing(text: str) -> None:
    assert not tex.scan(text)


def test_documented_tex_has_its_sections_and_its_macros_with_what_is_said_of_them() -> None:
    text = (
        "% \\section{Prices}\n% \\begin{macro}{\\shop@price,\\shop@tax}\n%   Says |\\def\\no{}| what it costs.\n"
        "%    \\begin{macrocode}\n%<*package>\n\\newcommand\\shop@price\n  {1}\n%    \\end{macrocode}\n% \\end{macro}\n"
        "% \\begin{macro}{\\one}\n% \\begin{macro}{\\two}\n%    \\begin{macrocode}\n\\def\\one{1}\n"
        "%<a|b>\\def\\two{2}\n%    \\end{macrocode}\n% \\end{macro}\n% \\end{macro}\n"
    )
    units = tex.scan(text)
    assert found(units) == {
        ("section", "Prices", 1, 17),
        ("macro", "shop@price", 2, 9),
        ("macro", "one", 13, 13),
        ("macro", "two", 14, 14),
    }
    price = units[1]
    assert price.documentation == "Says |\\def\\no{}| what it costs."
    assert [member.name for member in price.members] == ["shop@tax"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("module.bas", {("struct", "TPoint", 5, 8), ("enum", "eKind", 9, 12), ("function", "GetTick", 3, 3)}),
        ("klass.cls", {("event", "Changed", 9, 9)}),
        ("form.frm", {("function", "Command1_Click", 16, 19)}),
        ("sample.vb", {("interface", "IShape", 7, 10), ("class", "Circle", 26, 80), ("module", "Program", 82, 87)}),
    ],
)
def test_visual_basic_of_each_dialect(name: str, expected: set[tuple[str, str, int, int]]) -> None:
    assert expected <= found(visual_basic.scan(sample(name)))


def test_visual_basic_heads_go_on_over_lines_and_missing_ends_do_no_harm() -> None:
    text = (
        "Public Function Add(ByVal a As Long, _\n    ByVal b As Long) As Long\n  Add = a + b\nEnd Function\n"
        "Class Broken\n  Sub One()\n    x = 1\nEnd Class\nSub Two\nEnd Sub\n"
    )
    units = {(unit.name, unit.start_line, unit.end_line) for unit in visual_basic.scan(text)}
    assert {("Add", 1, 4), ("Broken", 5, 8), ("Two", 9, 10)} <= units


def test_visual_basic_lambdas_end_no_routine() -> None:
    text = (
        "Class A\nPrivate F As Action = Sub()\nDim no = 1\nEnd Sub\nSub B()\nDim s = Sub(y)\nEnd Sub\nDim t = 0\n"
        "Task.Run(Async Function(x As List(Of Integer)) As Task(Of Integer) ' why\nReturn 1\nEnd Function)\n"
        "Dim u = Function(z) z + 1\nDim v = 2 ' like Sub()\nAddHandler w, Sub(a As Object,\n  b As X)\nEnd Sub\n"
        "C(Sub(d) d.E(),\nSub()\nEnd Sub)\nEnd Sub\nFunction C() As Integer\nEnd Function\nEnd Class\n"
    )
    assert outline(text, "Visual Basic") == ["class A 1-23", "field A.F 2", "method A.B 5-20", "method A.C 21-22"]


def test_visual_basic_members_after_attributes_and_delegates() -> None:
    text = (
        'Class A\nEnum B\n<Description("x > y")> C\n<Obsolete>\nD = 3\nEnd Enum\n<Obsolete("a > b")> Public E As X\n'
        '<Obsolete("a > b")> Sub F()\nEnd Sub\nDelegate Sub G(x As Integer)\n'
        "Public Delegate Function H(x As Integer) As Boolean\nEnd Class\n"
    )
    assert outline(text, "Visual Basic") == [
        "class A 1-12",
        "enum A.B 2-6",
        "enumerator A.B.C 3",
        "enumerator A.B.D 5",
        "field A.E 7",
        "method A.F 8-9",
        "delegate A.G 10",
        "delegate A.H 11",
    ]


def test_visual_basic_routines_do_not_nest_and_files_have_names() -> None:
    text = (
        'VERSION 1.0 CLASS\nAttribute VB_Name = "Stack"\nPublic Enum Way\n  wayUp = 1\n  [wayDown]\nEnd Enum\n'
        "Sub Open_()\n  x = 1\n\nFunction Pop()\nEnd Function\n"
    )
    units = visual_basic.scan(text)
    assert found(units) == {
        ("class", "Stack", 2, 11),
        ("enum", "Way", 3, 6),
        ("function", "Open_", 7, 9),
        ("function", "Pop", 10, 11),
    }
    assert [member.name for unit in units for member in unit.members] == ["wayUp", "wayDown"]


@pytest.mark.parametrize("name", SCANNERS)
@given(text=st.text(st.sampled_from("\n\n\n  ()[]{}\\%#';:\"-/$._abEND") | st.characters(codec="utf-8"), max_size=400))
def test_units_lie_within_any_text(name: str, text: str) -> None:
    count = len(text.split("\n"))
    for unit in import_module(f"codesearch.chunking.scanners.{name}").scan(text):
        assert 1 <= unit.start_line <= unit.header_end <= unit.end_line <= count
        assert unit.kind in KINDS


@pytest.mark.parametrize("name", SCANNERS)
@pytest.mark.parametrize(
    "bad",
    [
        *"'\"[({\n<", "\t\n", "/*", "$$", "[[", "BEGIN ", "CREATE FUNCTION ", "DELIMITER ;;\n", "create table a (\n",
        "\\begin{figure}\n", "\\section{\n", "\\def\\a{\n",
        "\\begin{verbatim}", "\\newcommand{\\a}[", "\\verb|", "\\frame{", "\\begin{frame}{", "\\cs_new:Npn ",
        "function(\n", "[[\n", '"""\n', "'''\n", "CREATE FUNCTION a() AS $$\n", "q'[\n",
        "add_library(a\n", "Sub a\n", "Class a\n",
        "Public ", "Property a\n", "x _\n", "macro a\n", "a:\n", ".a:\n", "a PROC\n",
    ],
)  # fmt: skip
def test_what_never_closes_costs_linear_time(name: str, bad: str) -> None:
    scan = import_module(f"codesearch.chunking.scanners.{name}").scan
    started = time.process_time()
    scan(bad * (100_000 // len(bad)))
    assert time.process_time() - started < 3


CYTHON = '''cdef extern from "a.h" nogil:
    int add(int a, int b)
    ctypedef struct point_t:
        int x

cdef class Cart(Base):
    """Of a shop."""
    cdef int total

    def __init__(self,
                 int n=0):
        self.total = add(n, 1)

    cpdef double[:, :] price(self, list items) except *:
        """
        def not_this():
        """
        return None

    @property
    def size(self): return 1

cdef inline int twice(int x) nogil:
    return 2 * x

x = twice(2)
'''


@pytest.mark.parametrize("typed", ['a = """b', "a = '''b", '"""B', 'a = "b', "a = (1,"])
def test_cython_strings_that_are_left_open_hide_nothing(typed: str) -> None:
    text = (
        f"cdef int one():\n    {typed}\n\n"
        'cdef class Two:\n    """It\'s two.\n\n    More.\n    """\n\n    cdef int three(self):\n        pass\n'
    )
    assert {("class", "Two", 4, 11), ("function", "three", 10, 11)} < found(cython.scan(text))


def test_cython_ends_definitions_by_their_indentation() -> None:
    units = cython.scan(CYTHON)
    assert found(units) == {
        ("declaration", "add", 2, 2),
        ("struct", "point_t", 3, 4),
        ("class", "Cart", 6, 21),
        ("function", "__init__", 10, 12),
        ("function", "price", 14, 18),
        ("function", "size", 20, 21),
        ("function", "twice", 23, 24),
    }
    cart = next(unit for unit in units if unit.name == "Cart")
    assert (cart.signature, cart.documentation) == ("cdef class Cart(Base)", "Of a shop.")
