"""Python: `@overload`s are merged with their implementation."""

from codesearch.chunking.hooks.overloads import merge as refine

__all__ = ["refine"]
