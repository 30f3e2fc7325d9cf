"""The role of a file by its path: implementation, test, example, documentation, …

Whole words of the path count, never parts of words: `latest.py` is no test.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from pathlib import PurePosixPath

from codesearch.index.terms import split_identifier


class Role(StrEnum):
    """What a file is for."""

    IMPLEMENTATION = "implementation"
    TEST = "test"
    EXAMPLE = "example"
    BENCHMARK = "benchmark"
    DOCUMENTATION = "documentation"
    LEGACY = "legacy"
    GENERATED = "generated"
    DECLARATION = "declaration"
    """Type stubs and headers of types only (`.d.ts`, `.pyi`): they say what, another file says how."""
    CONFIGURATION = "configuration"
    """Settings, manifests and data, which mention everything and implement nothing."""
    REEXPORT = "re-export"
    """Package fronts (`__init__.py`, `index.ts`, `mod.rs`), which mostly name what lies elsewhere."""


_TEST_FOLDERS = frozenset(
    "test tests testing testdata __tests__ __test__ spec specs e2e fixtures fixture mocks".split()
)
_EXAMPLE_FOLDERS = frozenset(
    "example examples _examples sample samples demo demos tutorial tutorials playground".split()
)
_BENCHMARK_FOLDERS = frozenset("bench benches benchmark benchmarks perf".split())
_DOCUMENTATION_FOLDERS = frozenset("doc docs documentation docs_src doc_src website site changelog changelogs".split())
_LEGACY_FOLDERS = frozenset("compat _compat legacy deprecated".split())
_DOCUMENTATION_SUFFIXES = frozenset(".md .mdx .rst .adoc .txt .tex".split())
_CONFIGURATION_SUFFIXES = frozenset(
    ".yaml .yml .toml .json .jsonc .json5 .ini .cfg .conf .xml .properties .lock .plist .csv .env"
    " .gemspec .podspec .cabal .csproj .vbproj .sln .props .targets .gradle .sbt .bazel".split()
)
_CONFIGURATION_NAME = re.compile(
    r"^(?:setup\.py|conf\.py|noxfile\.py|requirements[\w.-]*\.txt|gemfile|package\.swift|mix\.exs|build\.zig\.zon"
    r"|.+\.config\.[cm]?[jt]sx?|\.[\w.-]+rc(?:\.[cm]?js)?)$",
    re.IGNORECASE,
)
_REEXPORT_NAMES = frozenset("__init__.py package-info.java index.ts index.js index.mjs index.tsx".split())
_TEST_STEM = re.compile(
    r"^tests?$|^(?:test|tests)_|^conftest$|[_.-](?:test|tests|spec|specs|e2e|unittest)$|[a-z0-9](?:Test|Tests|TestCase|Spec|Specs|Suite|IT)$"
)
_GENERATED_NAME = re.compile(
    r"(?:\.pb\.(?:go|cc|h)|_pb2(?:_grpc)?\.py|\.g\.(?:cs|dart)|\.generated\.\w+|\.min\.(?:js|css))$"
)
_ASKED = {
    role: re.compile(pattern, re.IGNORECASE)
    for role, pattern in {
        Role.TEST: r"\b(?:unit |integration )?tests? (?:for|of|that|which|case)|\btest suite|\bhow .* tested\b",
        Role.DOCUMENTATION: r"\b(?:docs|documentation|guide|tutorial|readme|changelog|release notes)\b",
        Role.EXAMPLE: r"\bexamples?\b",
        Role.BENCHMARK: r"\bbenchmarks?\b",
        Role.CONFIGURATION: r"\b(?:ya?ml|toml|manifest|dependenc(?:y|ies)|github actions?|workflow file|ci)\b",
    }.items()
}
"""Words by which a question asks for files of a role."""


@lru_cache(maxsize=1 << 16)
def role_of(path: str) -> Role:
    """The role of the file at a `/`-separated path relative to the index's root."""
    parts = PurePosixPath(path)
    folders = {folder.lower() for folder in parts.parts[:-1]}
    folders |= {word for folder in parts.parts[:-1] for word in _words(folder)}
    suffix = parts.suffix.lower()
    checks = (
        (Role.GENERATED, bool(_GENERATED_NAME.search(parts.name))),
        (
            Role.TEST,
            bool(_TEST_STEM.search(parts.stem)) or not folders.isdisjoint(_TEST_FOLDERS) or suffix == ".bats",
        ),
        (Role.BENCHMARK, not folders.isdisjoint(_BENCHMARK_FOLDERS)),
        (Role.EXAMPLE, not folders.isdisjoint(_EXAMPLE_FOLDERS)),
        (
            Role.CONFIGURATION,
            suffix in _CONFIGURATION_SUFFIXES or bool(_CONFIGURATION_NAME.search(parts.name)),
        ),
        (
            Role.DOCUMENTATION,
            (suffix in _DOCUMENTATION_SUFFIXES and parts.name != "CMakeLists.txt")
            or not folders.isdisjoint(_DOCUMENTATION_FOLDERS),
        ),
        (Role.LEGACY, not folders.isdisjoint(_LEGACY_FOLDERS)),
        (Role.DECLARATION, parts.name.endswith((".d.ts", ".d.mts", ".d.cts")) or suffix == ".pyi"),
        (Role.REEXPORT, parts.name in _REEXPORT_NAMES),
    )
    return next((role for role, holds in checks if holds), Role.IMPLEMENTATION)


def asked_roles(question: str) -> frozenset[Role]:
    """The roles of files that a question asks for themselves ("tests for …", "which workflow …")."""
    return frozenset(role for role, words in _ASKED.items() if words.search(question))


def _words(folder: str) -> tuple[str, ...]:
    """`kotlinx-coroutines-test` → kotlinx, coroutines, test; `myTests` → my, tests."""
    return tuple(word for piece in re.split(r"[-_.]", folder) for word in split_identifier(piece))
