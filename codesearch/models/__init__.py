"""Texts → unit vectors."""

MOST_TOKENS = 1_000_000
"""Of one text, and of a vocabulary: no published encoder reads longer texts or knows more tokens."""
