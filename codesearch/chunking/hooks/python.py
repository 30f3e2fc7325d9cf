"""Python: `@overload`s are one with what they declare."""

from codesearch.chunking.hooks.overloads import merged as refine

__all__ = ["refine"]
