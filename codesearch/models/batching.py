"""Batches of texts of similar length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def batches(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Indexes of texts to encode together, longest first, at most `budget` tokens with padding (or one text).

    Texts of a batch have nearly the same length, so padding costs little. The longest come first, so that a batch
    that does not fit in memory fails at once and the remaining time is not underestimated.
    """
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lambda index: -lengths[index]):
        if batch and lengths[batch[0]] * (len(batch) + 1) > budget:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch
