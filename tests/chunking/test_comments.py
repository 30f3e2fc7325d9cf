"""Which comments above a definition are its own, and what they say to a reader."""

from __future__ import annotations

import time

import pytest

from codesearch.chunking import comments
from codesearch.chunking.chunker import chunk_text
from codesearch.languages.registry import resolve


def above(language: str, text: str) -> tuple[int, str]:
    """First line of what belongs to a definition right below a text, and its documentation."""
    lines = [*text.rstrip("\n").split("\n"), "the definition"]
    known = resolve(language)
    first = comments.first_line_of_comments(lines, len(lines), 0, known)
    return first, comments.without_markers(lines[first - 1 : -1], known)


@pytest.mark.parametrize(
    ("language", "text", "first", "documentation"),
    [
        ("PowerShell", "<#\n.SYNOPSIS\nSends.\n#>", 1, "Sends."),
        ("PowerShell", "# far\n\n# near\n<# one #>\n# line", 3, "near\none\nline"),
        ("Lua", "--[[\nAdds.\n--]]", 1, "Adds."),
        ("Lua", "--[[--\nAdds.\n]]--", 1, "Adds."),
        ("Lua", "--[==[\nAdds a[b[1]]\n]]\nmore\n]==]", 1, "Adds a[b[1]]\n\nmore"),
        ("Lua", "--[[ not of it ]]\nx = 1\n-- see a[b[1]]", 3, "see a[b[1]]"),
        ("CMake", "#[[\nLinks.\n]]", 1, "Links."),
        ("CMake", "#[====[.rst:\nlink\n----\n\nLinks.\n#]====]", 1, "link\n\nLinks."),
        ("Julia", "x = 1\n#=\nAdds #= quickly =#\nall.\n=#", 2, "Adds #= quickly\nall."),
        ("Haskell", "x = 1\n{- | Adds\n{- inner -}\nall.\n-}", 2, "Adds\ninner\nall."),
        ("Rust", "const A: u8 = 1;\n/* one\n/* two\n*/ three\n*/", 2, "one\ntwo\nthree"),
        ("Kotlin", "/** Of files in `src/*`. */ */", 1, "Of files in `src/*`. */"),
        ("Ruby", "=begin\nAdds.\n=end", 1, "Adds."),
        ("Ruby", "=begin rdoc\nAdds.\n=end", 1, "Adds."),
        ("Haskell", "x = 1\n{-\nAdds.\n--}", 2, "Adds."),
        ("Lua", "---[[\n-- Adds.\n--]]", 1, "Adds."),
        ("C", "int a;\n/*\n * Of src/*.c only.\n */", 2, "Of src/*.c only."),
        ("C", "int a; /* of a\n * and more */", 3, ""),
        ("C", "/* of a */ int a;\n/* of b */", 2, "of b"),
        ("FORTRAN", "      END\nC\nC Adds.\nC", 2, "Adds."),
        ("Batchfile", "rem\nrem Builds.", 1, "Builds."),
    ],
)
def test_all_of_a_comment_right_above_belongs_to_a_definition(
    language: str, text: str, first: int, documentation: str
) -> None:
    assert above(language, text) == (first, documentation)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("Python", "#!/usr/bin/env python3"),
        ("Python", "#!/usr/bin/python\n# -*- coding: utf-8 -*-\n# vim: set ts=4:"),
        ("Python", "# noqa: E501"),
        ("Python", "# pylint: disable=invalid-name"),
        ("Ruby", "# encoding: utf-8\n# frozen_string_literal: true"),
        ("Ruby", "# rubocop:disable Metrics/AbcSize"),
        ("Shell", "#!/bin/sh\n# shellcheck disable=SC2034,SC1091"),
        ("Shell", "# bats test_tags=slow,net"),
        ("Go", "//go:build linux && !cgo"),
        ("Go", "// +build linux"),
        ("JavaScript", "// eslint-disable-next-line complexity"),
        ("JavaScript", "/* eslint max-len: 0 */"),
        ("TypeScript", "// @ts-expect-error it is not typed"),
        ("C", "// clang-format off"),
        ("C", "/* -*- Mode: C; tab-width: 4 -*- */"),
        ("C", "/*************** Helpers ***************/"),
        ("C", "// ----------------------"),
        ("Python", "# --- Helpers ---"),
        ("Python", "# Helpers -----------"),
        ("Lua", "------ Helpers ------"),
        ("TypeScript", "/* * * * * * * * * */"),
        ("Python", "# %% Load the data"),
        ("Swift", "// MARK: - Helpers"),
        ("Haskell", "{-# INLINE f #-}"),
        ("Haskell", "{-# LANGUAGE GADTs\n  , TypeFamilies #-}"),
        ("Rust", "//! All of the crate."),
        ("Zig", "//! All of the file."),
        ("FORTRAN", "!$omp declare simd"),
        ("PowerShell", "#Requires -Version 5\n#region Helpers"),
        ("Assembly", "#include <asm/errno.h>\n#ifdef CONFIG_SMP\n# define LOCK lock"),
        ("Go", "// Copyright A.\n// Licensed under the Apache License, Version 2.0."),
    ],
)
def test_what_is_no_word_to_a_reader_is_no_documentation(language: str, text: str) -> None:
    assert above(language, text) == (len(text.split("\n")) + 1, "")


@pytest.mark.parametrize(
    ("language", "text", "first", "documentation"),
    [
        ("Ruby", "# frozen_string_literal: true\n# Adds.", 2, "Adds."),
        ("Shell", "#!/bin/sh\n# Deploys.\n# shellcheck disable=SC2034", 2, "Deploys."),
        ("JavaScript", "/* eslint-disable */\n/** Adds. */", 2, "Adds."),
        ("C", "/* -*- Mode: C -*-\n * Adds.\n */", 1, "Adds."),
        ("C", "// -----\n// Adds.\n// -----", 1, "Adds."),
        ("Assembly", "#ifdef X\n# adds", 2, "adds"),
        ("Ruby", "# Adds.\n#\n# ==== Parameters\n# a:: one", 1, "Adds.\n\n==== Parameters\na:: one"),
        ("Rust", "/// Adds.\n///\n/// ```\n/// add();\n/// ```", 1, "Adds.\n\n```\nadd();\n```"),
        (
            "C",
            "/* Adds:\n *   +---+---+\n *   |   |   |\n * %% - a sign\n */",
            1,
            "Adds:\n  +---+---+\n  |   |   |\n%% - a sign",
        ),
        ("Ruby", "# Adds.\n#   if a\n#   else\n#   end", 1, "Adds.\n  if a\n  else\n  end"),
        ("Python", "# type: the kind of a thing", 1, "type: the kind of a thing"),
        ("C++", "// fmt::format is faster", 1, "fmt::format is faster"),
    ],
)
def test_words_among_directives_are_documentation(language: str, text: str, first: int, documentation: str) -> None:
    assert above(language, text) == (first, documentation)


@pytest.mark.parametrize(
    ("language", "text", "documentation"),
    [
        ("Lua", "--[[\nAbout carts.\n--]]\n\nlocal x = 1\n", "About carts."),
        ("CMake", "#[=[.rst:\nAbout carts.\n#]=]\n\nset(x 1)\n", "About carts."),
        ("Haskell", "{-# LANGUAGE GADTs,\n  TypeFamilies #-}\n-- | About carts.\n\nmodule A where\n", "About carts."),
        ("Assembly", "# About carts.\n#include <a.h>\n", "About carts."),
        ("Shell", "#!/bin/sh\n# shellcheck shell=sh\n# About carts.\n\nset -e\n", "About carts."),
        ("Text", "#include <metal>\nkernel void f();\n", ""),
    ],
)
def test_a_file_is_documented_by_the_comment_that_opens_it(language: str, text: str, documentation: str) -> None:
    assert chunk_text("a.file", text, resolve(language)).chunks[0].documentation == documentation


@pytest.mark.parametrize(
    ("language", "opener", "closer"),
    [
        ("Julia", "#=", "=#"),
        ("Haskell", "{-", "-}"),
        ("C", "/*", "x */ x"),
        ("Lua", "--[==[", "]]"),
        ("CMake", "#[[", "]"),
    ],
)
def test_comments_that_never_close_cost_linear_time(language: str, opener: str, closer: str) -> None:
    lines = [*[opener] * 20_000, *[closer] * 1_000, "the definition"]
    started = time.process_time()
    comments.first_line_of_comments(lines, len(lines), 0, resolve(language))
    assert time.process_time() - started < 2
