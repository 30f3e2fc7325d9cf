"""Languages by file name, extension, first line and content."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesearch.languages.detect import DATA_EXTENSIONS, detect, is_candidate
from codesearch.languages.registry import LANGUAGES
from tests.support.places import SAMPLES


def name_of(path: str, text: str = "") -> str | None:
    language = detect(path, text)
    return language.name if language else None


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a/b/main.py", "Python"),
        ("a/Main.JAVA", "Java"),
        ("x.d.ts", "TypeScript"),
        ("x.test.tsx", "TypeScript"),
        ("lib.C", "C++"),
        ("a.pyx", "Cython"),
        ("a.phtml", "PHP"),
        ("a.html.heex", "Text"),
        ("a.razor", "Text"),
        ("lib.c", "C"),
        ("boot.S", "Assembly"),
        ("solver.F90", "FORTRAN"),
        ("sub/CMakeLists.txt", "CMake"),
        ("Toolchain.cmake.in", "CMake"),
        ("Makefile.am", "Makefile"),
        ("Makefile-arm", "Makefile"),
        ("Dockerfile.dev", "Dockerfile"),
        ("api.Dockerfile", "Dockerfile"),
        ("configure.sh.in", "Shell"),
        ("settings.py.example", "Python"),
        ("Gemfile", "Ruby"),
        (".bashrc", "Shell"),
        ("README", "Text"),
        ("README.txt", "Text"),
        ("schema.graphql", "Text"),
        ("Gemfile.lock", None),
        ("data.json", None),
        ("words.txt", None),
        ("logo.svg", None),
        ("poetry.lock", None),
    ],
)
def test_names_tell_the_language(path: str, name: str | None) -> None:
    assert name_of(path) == name


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.name)
def test_every_file_name_of_a_language_is_known(language) -> None:  # type: ignore[no-untyped-def]
    for name in language.filenames:
        assert name_of(f"some/folder/{name}") is not None
        assert is_candidate(name)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("#!/usr/bin/env python3", "Python"),
        ("#!/usr/bin/python2.7 -u", "Python"),
        ("#!/usr/bin/env python3.13t", "Python"),
        ("#!/usr/bin/ruby2.7 -w", "Ruby"),
        ("#!/usr/bin/env lua5.3", "Lua"),
        ("#!/usr/bin/lua-5.1", "Lua"),
        ("#!/usr/bin/env perl6", "Text"),
        ("#! /bin/sh", "Shell"),
        ("#!/bin/sh\r", "Shell"),
        ("#!/usr/bin/env python\r", "Python"),
        ('#!/bin/sh\n# \\\nexec tclsh "$0" ${1+"$@"}', "Shell"),
        ("#!/usr/bin/env -S node --no-warnings", "JavaScript"),
        ("#!/usr/bin/env -Sperl -w", "Perl"),
        ("#!/usr/bin/env --split-string=perl -w", "Perl"),
        ("#!/usr/bin/env FOO=bar ruby", "Ruby"),
        ("#!/usr/bin/env -S NODE_OPTIONS=--x node --no-warnings", "JavaScript"),
        ("#!/usr/bin/env -u PYTHONPATH python3", "Python"),
        ("#!/usr/bin/env -S uv run --script", "Python"),
        ("#!/usr/bin/env -S bundle exec ruby", "Ruby"),
        ("#!/usr/bin/env -S npx tsx", "TypeScript"),
        ("#!/bin/busybox sh", "Shell"),
        ("#!/usr/bin/env -S busybox ash -e", "Shell"),
        ("#!/usr/bin/sudo -u root bash -x", "Shell"),
        ("#!/usr/bin/env -S sudo -E python3", "Python"),
        ("#!/usr/bin/env nix-shell\n#! nix-shell -i python3 -p python3", "Python"),
        ("#!/usr/bin/env nix-shell\n#! nix-shell -p ghc -i runghc", "Haskell"),
        ("#!/usr/bin/env nix-shell\n#! nix-shell -p curl", "Shell"),
        ("#!/usr/bin/env -S nix shell nixpkgs#ruby --command ruby", "Ruby"),
        ("#!C:\\Perl\\bin\\perl.exe -w", "Perl"),
        ("#!/usr/bin/env", "Text"),
        ("#!/usr/local/bin/pwsh", "PowerShell"),
        ("#!/usr/bin/env bats", "Shell"),
        ("#!/sbin/openrc-run", "Shell"),
        ("#!/usr/bin/env escript", "Text"),
        ("#compdef git", "Shell"),
        ("# -*- mode: perl; indent: 4 -*-", "Perl"),
        ("// -*- C++ -*-", "C++"),
        ("# vim: set ft=julia :", "Julia"),
    ],
)
def test_first_lines_tell_where_names_do_not(line: str, name: str) -> None:
    assert name_of("bin/tool", line + "\n\nx\n") == name


@pytest.mark.parametrize(
    ("path", "text", "name"),
    [
        ("a.h", "#ifndef A\nint f(void);\n#endif\n", "C"),
        ("a.h", "#include <vector>\n", "C++"),
        ("a.h", "namespace a {\nclass B;\n}\n", "C++"),
        ("a.h", "struct S { bool operator==(const S& o) const; };\n", "C++"),
        ("a.h", "struct P {\n    P(int x, int y);\n    int norm() const;\n    int x, y;\n};\n", "C++"),
        ("a.h", "struct P {\n    int x;\n    int norm();\n};\n", "C++"),
        ("a.h", "struct P {\n    int norm(int a) { return a; }\n};\n", "C++"),
        ("a.h", "struct P {\n    ~P();\n};\n", "C++"),
        ("a.h", "struct B : A {\n    int x;\n};\n", "C++"),
        ("a.h", "void swap(int& a, int& b);\n", "C++"),
        ("a.h", "int f(const Foo& x);\n", "C++"),
        ("a.h", "int f(int a, int b = 2);\n", "C++"),
        ("a.h", "enum class E { A, B };\n", "C++"),
        ("a.h", "struct V {\n    virtual void f() = 0;\n};\n", "C++"),
        ("a.h", '#ifdef __cplusplus\nextern "C" {\n#endif\nint f(int a);\n#ifdef __cplusplus\n}\n#endif\n', "C"),
        ("a.h", "struct ops {\n    int (*open)(struct inode *);\n    void (*close)(void);\n};\n", "C"),
        ("a.h", "/* a class of devices, with virtual functions and std::string */\nint f(void);\n", "C"),
        ("a.h", "struct a {\n  int x __aligned(4);\n  DECLARE_BITMAP(b, 3);\n  LIST_ENTRY(a) e;\n};\n", "C"),
        ("a.h", "static inline int f(int a) { for (int i = 0, j = 1; i < j; i++) g(i); return a & 1; }\n", "C"),
        ("a.h", "struct s { int a; };\nstatic inline int g(struct s *s) { return h(s->a); }\n", "C"),
        ("a.h", "#import <Foundation/Foundation.h>\n@interface A : NSObject\n@end\n", "Text"),
        ("a.m", "function y = f(x)\n  y = x;\nend\n", "Text"),
        ("a.pl", "use strict;\nmy $x = 1;\n", "Perl"),
        ("a.pl", "parent(X, Y) :- father(X, Y).\n", "Text"),
        ("a.pl", "print 1;\n", "Perl"),
        ("a.pm", "/* XPM */\nstatic char *a[] = {};\n", None),
        ("a.pm", "package A::B;\nsub f { 1 }\n1;\n", "Perl"),
        ("a.t", "use Test::More;\nok 1;\n", "Perl"),
        ("a.t", "This is cram.\n\n  $ ls\n", "Text"),
        ("a.sql", "SELECT 1;\n", "SQL"),
        ("a.cls", "\\NeedsTeXFormat{LaTeX2e}\n\\ProvidesClass{a}\n", "TeX"),
        ("a.cls", "VERSION 1.0 CLASS\nBEGIN\n", "Visual Basic"),
        ("a.cls", "public class A {\n  public void f() { }\n}\n", "Text"),
        ("a.bas", 'Attribute VB_Name = "A"\n', "Visual Basic"),
        ("a.bas", '10 PRINT "HI"\n20 GOTO 10\n', "Text"),
        ("a.frm", "VERSION 5.00\nBegin VB.Form A\nEnd\n", "Visual Basic"),
        ("a.frm", "TYPE=VIEW\nquery=select\n", None),
        ("a.inc", "<?php\n$x = 1;\n", "PHP"),
        ("a.inc", "%macro push_all 0\n  push eax\n%endmacro\n", "Assembly"),
        ("a.inc", "#define X 1\n", "C"),
        ("a.inc", "#include <string>\n", "C++"),
        ("a.s", ".text\nmain:\n  ret\n", "Assembly"),
        ("a.asm", "section .text\n", "Assembly"),
        ("a.ts", '<?xml version="1.0"?>\n<!DOCTYPE TS>\n', None),
        ("a.ts", "#!/usr/bin/env node\nexport const a = 1\n", "TypeScript"),
        ("a.md", "# Title\n", "Markdown"),
        ("a.md", '(define_insn "addsi3"\n', "Text"),
        ("a.d", "main.o: main.c util.h \\\n  config.h\n", "Makefile"),
        ("a.d", "module a.b;\nimport std.stdio;\nvoid main() {}\n", "Text"),
        ("a.f", "C     comment\n      SUBROUTINE A\n      END\n", "FORTRAN"),
        ("a.f", ": square dup * ;\n", "Text"),
        ("a.for", "      PROGRAM A\n      END\n", "FORTRAN"),
        ("a.cs", "using System;\n", "C#"),
        ("a.cs", "!Object methodsFor: 'tests'!\n", "Text"),
        ("a.i", '%module example\n%{\n#include "a.h"\n%}\n', "Text"),
        ("a.sc", "object A {\n  def f = 1\n}\n", "Scala"),
        ("a.sc", 'SynthDef("a", { Out.ar(0) }).add;\n', "Text"),
        ("a.rs", "#![no_std]\nfn main() {}\n", "Rust"),
        ("a.rs", "#pragma version(1)\n", "Text"),
        ("a.spec", "Name: tool\n%description\nA tool\n", "Text"),
        ("a.cgi", "#!/usr/bin/perl -w\nprint 1;\n", "Perl"),
        ("a.cgi", "#!/bin/sh\necho 1\n", "Shell"),
    ],
)
def test_content_tells_where_extensions_are_shared(path: str, text: str, name: str | None) -> None:
    assert name_of(path, text) == name


def test_the_samples_are_in_the_languages_of_their_names() -> None:
    expected = {
        "klass.cls": "Visual Basic",
        "form.frm": "Visual Basic",
        "module.bas": "Visual Basic",
        "arm.S": "Assembly",
    }
    for name, language in expected.items():
        assert name_of(name, (SAMPLES / name).read_text("utf-8")) == language


def test_source_of_no_known_language_is_text_and_data_is_none() -> None:
    code = "routine main {\n  let x := compute(1, 2);\n  if (x > 3) {\n    print(x);\n  }\n}\n"
    assert name_of("a.unheardof", code) == "Text"
    assert name_of("tool", code) == "Text"
    assert name_of("a.unheardof", "Once upon a time\nthere was prose\nof many words\n") is None
    assert name_of("a.unheardof", '{"a": [1, 2],\n "b": {}\n}\n') is None
    log = "".join(f"2024-01-0{day} 10:00:00 started(worker)\n" for day in range(1, 9))
    assert name_of("a.unheardof", log) is None


def test_candidates_are_told_by_name_alone() -> None:
    assert all(map(is_candidate, ("a.py", "tool", "a.unheardof", ".bashrc", "CMakeLists.txt", "README.txt")))
    assert not any(map(is_candidate, ("a.png", "a.json", "a.tar.gz", "words.txt", "a.so", "package-lock.json")))


def test_no_extension_of_a_language_counts_as_data() -> None:
    shared = {extension for language in LANGUAGES for extension in language.extensions} & DATA_EXTENSIONS
    assert shared <= {".tab"}


@given(st.text(max_size=300), st.sampled_from([".h", ".inc", ".pl", ".t", ".d", ".f", ".m", ".cls", ".unheardof", ""]))
def test_any_text_has_an_answer(text: str, suffix: str) -> None:
    language = detect("file" + suffix, text)
    assert language is None or language in LANGUAGES


@pytest.mark.parametrize("filler", ["\n", " ", "a ", "(", "a(", "\t\n", "#", ": ", "const "])
def test_detection_is_quick_on_long_dull_texts(filler: str) -> None:
    text = filler * (400_000 // len(filler))
    started = time.process_time()
    for suffix in (".h", ".inc", ".pl", ".t", ".d", ".f", ".cs", ".cls", ".bas", ".sc", ".md", ".i", ".re", ""):
        detect("file" + suffix, text)
    assert time.process_time() - started < 5
