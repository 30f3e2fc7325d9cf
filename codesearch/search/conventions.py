"""Naming conventions of tests, by language: those by which its test runners discover them."""

from __future__ import annotations

import re

_PREFIX = r"^tests?[_-]"
_PYTHON_PREFIX = r"^tests?_(?!(?:utils?|helpers?|support|case|tools|framework|harness)$)"
"""`test_cart`, but not a library's own testing tools (aiohttp's `test_utils`)."""
_SUFFIX = r"[_.-](?:unit)?(?:test|spec)s?$|[_.-]e2e$"
_WHOLE = r"^tests?$"
_CAMEL = r"[a-z0-9](?<!\ATest)(?:Tests?|TestCase|Specs?|Suite)$"
"""`CartTest`; not `TestCase` and `TestSuite` themselves."""
_JVM = r"[a-z0-9]IT$"
_CONVENTIONS = (
    (".go", r"_test$"),
    (".py .pyx", rf"{_PYTHON_PREFIX}|{_SUFFIX}|{_WHOLE}|^conftest$"),
    (".rb", rf"{_SUFFIX}|{_WHOLE}|^(?:test|spec)_helper$"),
    (".sh .bash .zsh .fish .ps1", rf"(?i:{_SUFFIX}|{_WHOLE})"),
    (".java .kt .kts .scala .groovy .clj", rf"{_CAMEL}|{_JVM}|{_SUFFIX}|{_WHOLE}"),
    (".cs .vb .fs .php .swift .hs .elm .pas", rf"{_CAMEL}|{_SUFFIX}|{_WHOLE}"),
    (".js .jsx .mjs .cjs .ts .tsx .mts .cts .coffee .vue .svelte", rf"{_CAMEL}|{_SUFFIX}|\.(?:test-d|cy)$|{_WHOLE}"),
    (".c .h .cc .cpp .cxx .hh .hpp .cu .m .mm .d", rf"{_PREFIX}|{_CAMEL}|{_SUFFIX}|{_WHOLE}"),
    (".erl", rf"_SUITE$|^prop_|{_SUFFIX}|{_WHOLE}"),
    (".jl", rf"^runtests$|{_PREFIX}|{_SUFFIX}|{_WHOLE}"),
    (".v .sv .vhd .vhdl", rf"^tb_|_tb$|{_SUFFIX}|{_WHOLE}"),
    (".rs .lua .ml .nim .r .el .vim .sql .zig .tcl .f .f90 .f95 .f03 .f08", rf"{_PREFIX}|{_SUFFIX}|{_WHOLE}"),
)
_ELSEWHERE = rf"{_SUFFIX}|{_WHOLE}"
_PATTERNS = {suffix: pattern for suffixes, pattern in _CONVENTIONS for suffix in suffixes.split()}
_TEST_SUFFIXES = frozenset(".bats .t .phpt .robot .vader".split())
"""Files of test runners only."""
_SCRIPTS = frozenset(".pl .pm .sh".split())
_FOLDERS = frozenset("test tests testdata __tests__ __test__ spec specs e2e fixtures fixture mocks".split())
_PRODUCTS = frozenset("runner framework engine harness kit".split())
"""`test-runner` is a program that runs tests."""
_TESTING = frozenset("integration unit functional acceptance regression manual".split())
"""`integration-testing` contains tests, `testing` alone contains tools for tests."""


def is_test_file(stem: str, suffix: str) -> bool:
    """Whether a file is a test by the naming conventions of its language. `suffix` is in lower case."""
    return suffix in _TEST_SUFFIXES or bool(re.search(_PATTERNS.get(suffix, _ELSEWHERE), stem))


def is_test_folder(name: str, words: tuple[str, ...]) -> bool:
    """Whether a folder contains tests, by its name and the words in it."""
    if name in _FOLDERS or ("testing" in words and not _TESTING.isdisjoint(words)):
        return True
    return not _FOLDERS.isdisjoint(words) and _PRODUCTS.isdisjoint(words)


def has_test_scripts(folders: tuple[str, ...], suffix: str) -> bool:
    """Whether scripts below these folders are tests, as in Perl's `t` and `xt`."""
    return suffix in _SCRIPTS and not {"t", "xt"}.isdisjoint(folders)
