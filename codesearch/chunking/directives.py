"""Comments that are not documentation: directives for tools, and rulers."""

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
# Matched against the lower-case text without comment markers (IGNORECASE takes four times as long).
_DIRECTIVE = re.compile(
    rf"""[ \t]*(?:
    # editors
    -\*-.*-\*-|(?:vim?|ex):[ \t]*(?:set?\b|\w+[=:])|!tex\b|mark:|</?editor-fold|</?region\b
    # interpreters and compilers
    |(?:file)?(?:en)?coding[:=][ \t]*[\w.-]+$|/?usr/bin/env\b|nix-shell[ ]|syntax=|escape=
    |(?:frozen_string_literal|warn_indent|warn_past_scope|shareable_constant_value):
    |@(?:ts-|(?:no)?flow\b|jsx|vitest-|jest-)
    # linters, formatters, type checkers, coverage
    |(?:{_LINTERS})(?:$|:(?!:)|[ \t]+[\w/@-]+[:=])
    |(?:{_LINTERS})(?:[ \t-]+(?:[a-z]+-)?(?:disable|enable|ignore|suppress|skip|env|on|off)\b)
    |type:[ \t]*ignore|typed:[ \t]*\w+$|pragma:[ ]|format:[ \t]*o(?:n|ff)$|(?:no|use)[ ]critic\b|noinspection[ ]
    |@(?:formatter:|diagnostic\b|codingstandards|codecoverageignore|(?:phpstan|psalm|phan)-(?:ignore|suppress))
    |:(?:nodoc|nocov|startdoc|stopdoc):|[lg]covr?_excl|spdx-[a-z]|<auto-?generated|\+(?:goose|migrate)[ ]
    |bats[ ](?:test|file)_tags=
    # markup of the comment itself: help keywords of PowerShell, CMake's .rst:, the layers of a .dtx file
    |\.(?:rst:|synopsis|description|example|notes|link|inputs|outputs|component|role|functionality)$
    |\\(?:begin|end)[ \t]*\{{macrocode\*?\}})
    """,
    re.VERBOSE,
)
# Matched against the whole line, since the marker matters.
_MARKED_DIRECTIVE = re.compile(
    r"#![ \t]*/|# ?%%(?:[ \t]|$)|#(?:end)?region\b|#requires\b|//go:\w|//[ \t]*\+build\b|//export \w"
    r"|///[ \t]*<reference|%<[*/@|]|[!cC*]\$(?:omp|acc)?\b|!(?:dir|dec|gcc)\$",
    re.IGNORECASE,
)
_PREPROCESSOR = re.compile(
    r"#[ \t]*(?:include[ \t]*[<\"]|import[ \t]*[<\"]|(?:ifn?def|undef)[ \t]+\w|if[ \t]+(?:defined|[!(A-Z\d_])"
    r"|elif\b|else$|endif\b|pragma[ \t]+\w|line[ \t]+\d|define[ \t]+[A-Z_]{2})|#(?:define|if|error|warning)[ \t]"
)
_CHARS = "-=*~_+#/%─━═"
_RULER = re.compile(
    rf"([{_CHARS}])\1\1[ \t].*\1{{3}}$|.*[ \t]([{_CHARS}])\2{{3,}}$|([-~_─━═])\3{{3,}}[ \t]|/\*{{4,}}.*\*{{4,}}/$"
)
_LONGEST_RULER = 200
_PLAIN_RULER = re.compile(rf"([{_CHARS}])(?:[ \t]*\1){{2,}}[*/#|]*$")


def is_preprocessor(line: str) -> bool:
    """Whether a line that looks like a `#` comment is a preprocessor directive (`#include`, `#ifdef`)."""
    return line.startswith("#") and bool(_PREPROCESSOR.match(line))


def is_noise(line: str, text: str) -> bool:
    """Whether a comment line is a directive or a ruler. Blank lines are not: they separate paragraphs."""
    return bool(text) and (is_directive(line, text) or is_ruler(line, text))


def is_directive(line: str, text: str) -> bool:
    """Whether a comment line addresses a tool: a shebang, a mode line, a linter suppression.

    `text` is the line without comment markers.
    """
    return bool(_DIRECTIVE.match(text.lower()) or _MARKED_DIRECTIVE.match(line.lstrip()))


def is_ruler(line: str, text: str) -> bool:
    """Whether a comment line is a section separator, with or without a title (`# --- Helpers -----`)."""
    if len(text) > _LONGEST_RULER:
        return False
    may_be_ruler = text[0] in _CHARS or text[-1] in _CHARS or line.lstrip().startswith("/****")
    return may_be_ruler and bool(_PLAIN_RULER.match(text) or _RULER.match(text) or _RULER.match(line.strip()))
