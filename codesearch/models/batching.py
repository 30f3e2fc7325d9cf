"""Which texts are encoded together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def batches(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Places of texts to encode together, longest first, at most `budget` tokens with padding (or one text).

    Neighbours in this order have nearly the same length, so padding costs little; and the longest first, so that
    what does not fit into memory fails at once, and the time left is not underestimated.
    """
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lambda place: -lengths[place]):
        if batch and lengths[batch[0]] * (len(batch) + 1) > budget:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch
