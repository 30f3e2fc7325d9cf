"""Encoders: texts → unit vectors."""

MAX_TOKENS = 1_000_000
"""Maximum of a text and of a vocabulary; no published encoder has more."""
