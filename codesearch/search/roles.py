"""The role of a file by its path: implementation, test, example, documentation, …

Whole words of the path count, never parts of words: `latest.py` is no test.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from pathlib import PurePosixPath

from codesearch.index.terms import split_identifier
from codesearch.search.conventions import has_test_scripts, is_test_file, is_test_folder


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
    """Type stubs (`.d.ts`, `.pyi`), whose implementation is in another file."""
    CONFIGURATION = "configuration"
    """Settings, manifests and data, which mention everything and implement nothing."""
    REEXPORT = "re-export"
    """Package entry points (`__init__.py`, `index.ts`), which mostly re-export names from other files."""


_FOLDERS = {
    Role.BENCHMARK: frozenset("bench benches benchmark benchmarks perf".split()),
    Role.EXAMPLE: frozenset(
        "example examples _examples sample samples demo demos tutorial tutorials playground".split()
    ),
    Role.DOCUMENTATION: frozenset("doc docs documentation docs_src doc_src website site changelog changelogs".split()),
    Role.LEGACY: frozenset("compat _compat legacy deprecated obsolete attic".split()),
}
_MANUALS = frozenset("man man1 man3 man5 man8 manpages manual manuals guides wiki".split())
"""Folders of documentation if that is their whole name."""
_DOCUMENTATION_SUFFIXES = frozenset(
    ".md .mdx .markdown .rst .adoc .asciidoc .org .rdoc .textile .texi .texinfo .wiki .pod .txt .tex".split()
)
_PACKAGES = ("src", "main")
"""Folders below these are packages of production code (Maven, Gradle): `com/example/test` is no test folder."""
_CONFIGURATION_SUFFIXES = frozenset(
    ".yaml .yml .toml .json .jsonc .json5 .ini .cfg .conf .xml .properties .lock .plist .csv .env"
    " .gemspec .podspec .cabal .csproj .vbproj .sln .props .targets .gradle .sbt .bazel".split()
)
_CONFIGURATION_NAME = re.compile(
    r"(?:^|/)(?:setup\.py|conf\.py|noxfile\.py|requirements(?:/[^/]+|[\w.-]*)\.txt|gemfile|package\.swift|mix\.exs|build\.zig\.zon"
    r"|[^/]+\.config\.[cm]?[jt]sx?|\.[\w.-]+rc(?:\.[cm]?js)?)$",
    re.IGNORECASE,
)
_REEXPORT_NAMES = frozenset("__init__.py package-info.java index.ts index.js index.mjs index.tsx".split())
_GENERATED_NAME = re.compile(
    r"(?:\.pb(?:\.\w+)*\.(?:go|cc|h|swift)|_pb2(?:_grpc)?\.pyi?|_pb\.(?:js|rb|d\.ts)|\.(?:g|freezed|gr)\.dart"
    r"|\.(?:g|designer)\.(?:cs|vb)|\.gen\.(?:go|tsx?|js|rs)|\.generated\.\w+|\.(?:min|bundle)\.(?:[cm]?js|css))$",
    re.IGNORECASE,
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
"""Words by which a question asks for files of a role explicitly."""


@lru_cache(maxsize=1 << 16)
def role_of(path: str) -> Role:
    """The role of the file at a `/`-separated path relative to the index's root."""
    file = PurePosixPath(path)
    folders = _role_folders(file.parts[:-1])
    suffix = file.suffix.lower()
    is_settings = suffix in _CONFIGURATION_SUFFIXES or bool(_CONFIGURATION_NAME.search(path))
    is_prose = suffix in _DOCUMENTATION_SUFFIXES and file.name != "CMakeLists.txt"
    place = _role_of_folders(folders)
    is_named_test = not is_settings and not is_prose and is_test_file(file.stem, suffix)
    is_test = place is Role.TEST or is_named_test or has_test_scripts(folders, suffix)
    checks = (
        (Role.TEST, is_test and place is not Role.DOCUMENTATION),
        (Role.BENCHMARK, place is Role.BENCHMARK),
        (Role.EXAMPLE, place is Role.EXAMPLE),
        (Role.GENERATED, bool(_GENERATED_NAME.search(file.name))),
        (Role.CONFIGURATION, is_settings),
        (Role.DOCUMENTATION, is_prose or place is Role.DOCUMENTATION),
        (Role.LEGACY, place is Role.LEGACY),
        (Role.DECLARATION, file.name.endswith((".d.ts", ".d.mts", ".d.cts")) or suffix == ".pyi"),
        (Role.REEXPORT, file.name in _REEXPORT_NAMES),
    )
    return next((role for role, holds in checks if holds), Role.IMPLEMENTATION)


def requested_roles(question: str) -> frozenset[Role]:
    """The roles that a question explicitly asks for ("tests for …", "which workflow …")."""
    return frozenset(role for role, words in _ASKED.items() if words.search(question))


def _role_folders(folders: tuple[str, ...]) -> tuple[str, ...]:
    """The folders that may have a role: those down to a package root."""
    for at in range(1, len(folders)):
        if folders[at - 1 : at + 1] == _PACKAGES:
            return folders[: at + 1]
    return folders


def _role_of_folders(folders: tuple[str, ...]) -> Role | None:
    """The role of the outermost folder that has one, except that tests inside examples are tests."""
    roles = [role for folder in folders if (role := _role_of_folder(folder))]
    folder_roles = [role for role in roles if role is not Role.LEGACY] or roles
    if Role.TEST in folder_roles and folder_roles[0] is not Role.DOCUMENTATION:
        return Role.TEST
    return folder_roles[0] if folder_roles else None


@lru_cache(maxsize=1 << 12)
def _role_of_folder(folder: str) -> Role | None:
    name, words = folder.lower(), _words(folder)
    if is_test_folder(name, words):
        return Role.TEST
    if name in _MANUALS:
        return Role.DOCUMENTATION
    for role, names in _FOLDERS.items():
        if name in names or not names.isdisjoint(words):
            return role
    return None


def _words(folder: str) -> tuple[str, ...]:
    """`kotlinx-coroutines-test` → kotlinx, coroutines, test; `myTests` → my, tests."""
    return tuple(word for piece in re.split(r"[-_.]", folder) for word in split_identifier(piece))
