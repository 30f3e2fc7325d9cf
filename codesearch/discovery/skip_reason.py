"""Why a file, or part of one, is not indexed."""

from __future__ import annotations

from enum import StrEnum


class SkipReason(StrEnum):
    """The values are recorded in indexes and shown to users."""

    NONE = ""
    """Not skipped."""
    # by its name and the user's options
    EXCLUDED = "excluded"
    NOT_INCLUDED = "not included"
    NOT_SOURCE = "not source"
    VENDORED = "vendored"
    SNAPSHOT = "snapshot"
    UNPRINTABLE_NAME = "unprintable name"
    UNDECODABLE_NAME = "undecodable name"
    # by its type, size or permissions
    UNREADABLE = "unreadable"
    SYMBOLIC_LINK = "symbolic link"
    NESTED_REPOSITORY = "nested repository"
    NOT_REGULAR = "not a regular file"
    TOO_LARGE = "too large"
    EMPTY = "empty"
    # by its content, or by the files beside it
    BINARY = "binary"
    LFS_POINTER = "Git LFS pointer"
    GENERATED = "generated"
    GENERATED_DOCUMENTATION = "generated documentation"
    MINIFIED = "minified"
    API_DUMP = "API dump"
    BUILT_COPY = "built copy"
    # during indexing
    NOT_CHUNKED = "could not be cut"
    NOTEBOOK_OUTPUT = "notebook output"
    """Counts outputs, not files."""


COPIES = frozenset((SkipReason.BUILT_COPY, SkipReason.GENERATED_DOCUMENTATION))
"""Reasons that depend on which other files there are."""
