"""As many replicas as are needed."""

from __future__ import annotations

from itertools import count

import pytest

from codesearch.cluster.scaling import CALM_LOOKS, Scale, ScaledGroup


def test_more_are_wanted_at_once_and_fewer_after_some_time() -> None:
    scale = Scale(1, 4)
    assert scale.wanted(1, 0.4) == 1
    assert scale.wanted(1, 0.6) == 2
    assert scale.wanted(2, 2.0) == 4
    assert scale.wanted(4, 4.0) == 4
    for load in (0.1, 1.4) * (CALM_LOOKS // 2 - 1):
        assert scale.wanted(4, load) == 4
    assert (scale.wanted(4, 1.6), scale.wanted(4, 0.0)) == (4, 4)  # four were needed once more
    for _ in range(CALM_LOOKS - 2):
        assert scale.wanted(4, 0.9) == 4
    assert scale.wanted(4, 0.0) == 2


class Numbered:
    """Starts numbers as replicas."""

    def __init__(self) -> None:
        self.started: list[int] = []
        self.ready: dict[int, bool | None] = {}

    def start(self) -> int:
        """See Starts."""
        self.started.append(100 + len(self.started))
        return self.started[-1]

    def is_ready(self, replica: int) -> bool | None:
        """See Starts."""
        return self.ready.get(replica, False)


@pytest.fixture
def starts() -> Numbered:
    return Numbered()


@pytest.fixture
def group(starts: Numbered) -> ScaledGroup:
    """Looked at every ten seconds."""
    clock = count(0, 10)
    return ScaledGroup([1], starts, 1, 3, lambda: float(next(clock)))


def test_a_replica_counts_when_it_is_ready(group: ScaledGroup, starts: Numbered) -> None:
    group.look({1: 2.0})
    assert (group.replicas, starts.started) == ((1,), [])
    for busy in (10.0, 18.0):
        group.look({1: busy})
        assert (group.replicas, starts.started) == ((1,), [100])
    starts.ready[100] = True
    group.look({1: 26.0})
    assert (group.replicas, starts.started) == ((1, 100), [100])
    group.look({1: 34.0, 100: 7.0})  # both busy for most of the time
    assert (group.replicas, starts.started) == ((1, 100), [100, 101])


def test_one_that_can_not_be_started_is_tried_again(group: ScaledGroup, starts: Numbered) -> None:
    group.look({1: 8.0})
    starts.ready[100] = None
    group.look({1: 16.0})
    assert (group.replicas, starts.started) == ((1,), [100, 101])


def test_one_that_does_not_say_is_busy_and_one_that_was_started_again_is_not(
    group: ScaledGroup, starts: Numbered
) -> None:
    group.look({1: 4.0})
    group.look({1: 1.0})  # lost, and started again
    assert starts.started == []
    group.look({1: None})
    assert starts.started == [100]


def test_the_last_ones_are_ended(group: ScaledGroup, starts: Numbered) -> None:
    group.look({1: None})
    starts.ready[100] = True
    group.look({1: 10.0})
    assert group.replicas == (1, 100)
    for _ in range(CALM_LOOKS):
        group.look({1: 10.0, 100: 0.0})
    assert group.replicas == (1,)
