"""How many tokens a text takes of a language model's context.

The count is an estimate that needs no tokenizer: a token for every four characters begun. For code it is a little high
or low by the model, and the same for all, so that a limit means the same everywhere.
"""

from __future__ import annotations

CHARACTERS_PER_TOKEN = 4


def tokens(text: str) -> int:
    """The tokens of a text: its characters divided by four, rounded up."""
    return -(-len(text) // CHARACTERS_PER_TOKEN)


def clipped(text: str, most: int) -> str:
    """The text, cut at its end to at most so many tokens."""
    longest = max(most, 0) * CHARACTERS_PER_TOKEN
    return text if len(text) <= longest else text[: max(longest - 1, 0)] + "…"[:longest]
