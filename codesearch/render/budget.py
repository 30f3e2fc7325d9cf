"""How many tokens a text takes of a language model's context.

The count is an estimate that needs no tokenizer: a token for every four characters begun. For code it is a little high
or low by the model, and the same for all, so that a limit means the same everywhere.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence

from codesearch.errors import CodesearchError

CHARACTERS_PER_TOKEN = 4


def tokens(text: str) -> int:
    """The tokens of a text: its characters divided by four, rounded up."""
    return -(-len(text) // CHARACTERS_PER_TOKEN)


def clipped(text: str, most: int) -> str:
    """The text, cut at its end to at most so many tokens."""
    longest = max(most, 0) * CHARACTERS_PER_TOKEN
    return text if len(text) <= longest else text[: max(longest - 1, 0)] + "…"[:longest]


def fitting(lines: Sequence[str], most: int | None, rest: Callable[[int], str]) -> Iterator[str]:
    """As many of the lines as fit into so many tokens (None for no limit), then `rest` of how many were shown.

    `rest` is longest for 0; nothing comes if there is no room even for that.
    """
    if most is None or sum(tokens(line + "\n") for line in lines) <= most:
        yield from lines
        return
    left = most - tokens(rest(0) + "\n")
    if left < 0:
        return
    shown = 0
    for line in lines:
        left -= tokens(line + "\n")
        if left < 0:
            break
        shown += 1
        yield line
    yield rest(shown)


def most_fitting(count: int, text: Callable[[int], str], most: int) -> int:
    """For how many items, up to `count`, their text takes at most so many tokens; more items never take less.

    No text is made of many more items than fit.
    """
    tried = min(1, count)
    while tried < count and tokens(text(tried)) <= most:
        tried = min(2 * tried, count)
    return max(bisect_right(range(tried + 1), most, key=lambda items: tokens(text(items))) - 1, 0)


def within(count: int, text: Callable[[int], str], most: int | None, what: str = "one result") -> str:
    """The text of as many of the items as fit into so many tokens, None for no limit; see most_fitting().

    Raises CodesearchError, with the name of an item, if not even one does.
    """
    if most is None:
        return text(count)
    fits = most_fitting(count, text, most)
    if count and not fits:
        raise too_small(text(1), what, most)
    return text(fits)


def too_small(needed: str, what: str, most: int) -> CodesearchError:
    """The error for a budget into which not even the text of one item fits."""
    return CodesearchError(
        f"{what} takes {tokens(needed):,} tokens, more than the {most:,} allowed", "allow more tokens"
    )
