"""Comments that say something to a tool, or nothing at all, and so document no definition."""

from __future__ import annotations

import re

_LINTERS = (
    "eslint stylelint tslint jshint jslint jscs markdownlint prettier biome oxlint deno-lint deno-fmt dprint istanbul"
    " c8 v8 pylint mypy flake8 pyright ruff isort pytype yapf fmt noqa nosec nolint nosonar nopmd lint"
    " clang-format clang-tidy cppcheck iwyu checkstyle:off checkstyle:on scalastyle scalafmt scalafix ktlint detekt"
    " swiftlint swiftformat sourcery shellcheck shfmt hadolint yamllint checkov sqlfluff luacheck stylua selene rubocop"
    " reek credo phpcs phan psalm phpstan hlint fourmolu ormolu rustfmt golangci-lint revive staticcheck"
    " yaml-language-server swift-tools-version"
).replace(" ", "|")
# Of a line's text without comment markers, in lower case (IGNORECASE takes four times as long).
_DIRECTIVE = re.compile(
    rf"""[ \t]*(?:
    # editors
    -\*-.*-\*-|(?:vim?|ex):[ \t]*(?:set?\b|\w+[=:])|!tex\b|mark:|</?editor-fold|</?region\b
    # interpreters and compilers
    |(?:file)?(?:en)?coding[:=][ \t]*[\w.-]+$|/?usr/bin/env\b|nix-shell[ ]|syntax=|escape=
    |(?:frozen_string_literal|warn_indent|warn_past_scope|shareable_constant_value):
    |@(?:ts-|(?:no)?flow\b|jsx|vitest-|jest-)
    # linters, formatters, checkers of types, coverage
    |(?:{_LINTERS})(?:$|:(?!:)|[ \t]+[\w/@-]+[:=])
    |(?:{_LINTERS})(?:[ \t-]+(?:[a-z]+-)?(?:disable|enable|ignore|suppress|skip|env|on|off)\b)
    |type:[ \t]*ignore|typed:[ \t]*\w+$|pragma:[ ]|format:[ \t]*o(?:n|ff)$|(?:no|use)[ ]critic\b|noinspection[ ]
    |@(?:formatter:|diagnostic\b|codingstandards|codecoverageignore|(?:phpstan|psalm|phan)-(?:ignore|suppress))
    |:(?:nodoc|nocov|startdoc|stopdoc):|[lg]covr?_excl|spdx-[a-z]|<auto-?generated|\+(?:goose|migrate)[ ]
    |bats[ ](?:test|file)_tags=
    # what marks up the comment itself: help keywords of PowerShell, CMake's .rst:, the layers of a .dtx file
    |\.(?:rst:|synopsis|description|example|notes|link|inputs|outputs|component|role|functionality)$
    |\\(?:begin|end)[ \t]*\{{macrocode\*?\}})
    """,
    re.VERBOSE,
)
# Of the whole line, where the marker tells.
_MARKED = re.compile(
    r"#![ \t]*/|# ?%%(?:[ \t]|$)|#(?:end)?region\b|#requires\b|//go:\w|//[ \t]*\+build\b|//export \w"
    r"|///[ \t]*<reference|%<[*/@|]|[!cC*]\$(?:omp|acc)?\b|!(?:dir|dec|gcc)\$",
    re.IGNORECASE,
)
_PREPROCESSOR = re.compile(
    r"#[ \t]*(?:include[ \t]*[<\"]|import[ \t]*[<\"]|(?:ifn?def|undef)[ \t]+\w|if[ \t]+(?:defined|[!(A-Z\d_])"
    r"|elif\b|else$|endif\b|pragma[ \t]+\w|line[ \t]+\d|define[ \t]+[A-Z_]{2})|#(?:define|if|error|warning)[ \t]"
)
_SIGNS = "-=*~_+#/%─━═"
_RULER = re.compile(
    rf"([{_SIGNS}])\1\1[ \t].*\1{{3}}$|.*[ \t]([{_SIGNS}])\2{{3,}}$|([-~_─━═])\3{{3,}}[ \t]|/\*{{4,}}.*\*{{4,}}/$"
)
_LONGEST_RULER = 200
_DRAWN = re.compile(rf"([{_SIGNS}])(?:[ \t]*\1){{2,}}[*/#|]*$")


def is_preprocessor(line: str) -> bool:
    """Whether a line that looks like a comment with `#` is the C preprocessor's (`#include`, `#ifdef`)."""
    return line.startswith("#") and bool(_PREPROCESSOR.match(line))


def is_noise(line: str, text: str) -> bool:
    """Whether a line of a comment says nothing to a reader: a directive or a ruler. Blank lines part paragraphs."""
    return bool(text) and (is_directive(line, text) or is_ruler(line, text))


def is_directive(line: str, text: str) -> bool:
    """Whether a line of a comment is meant for a tool: a shebang, a mode line, what a linter shall skip.

    `text` is the line without comment markers.
    """
    return bool(_DIRECTIVE.match(text.lower()) or _MARKED.match(line.lstrip()))


def is_ruler(line: str, text: str) -> bool:
    """Whether a line of a comment only parts sections, with or without a title (`# --- Helpers -----`)."""
    if len(text) > _LONGEST_RULER:
        return False
    is_drawn = text[0] in _SIGNS or text[-1] in _SIGNS or line.lstrip().startswith("/****")
    return is_drawn and bool(_DRAWN.match(text) or _RULER.match(text) or _RULER.match(line.strip()))
