"""How far chance may move a mean: bootstrap intervals, and a randomisation test of paired differences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FEWEST = 5
"""Questions below which there is no interval: too few different samples can be drawn from them."""
SIGNIFICANCE = 0.05
FEWEST_CHANGED = 6
"""Questions that must differ before signs alone can tell: all of five have the same sign in one of 16 cases."""
_TAILS = (2.5, 97.5)
_BATCHES, _BATCH = 40, 250
"""10,000 samples, which fixes an interval's ends to about 2 % of its width; in batches, to take little memory."""
_SEED = 0
"""Fixed, so that the same answers give the same intervals."""

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with its 95 % interval, which is None for fewer than `FEWEST` values."""

    mean: float
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Difference:
    """The mean of paired differences (other − one) with its interval."""

    estimate: Estimate
    better: int
    worse: int
    same: int
    p_value: float
    """How often random signs make a mean at least as far from 0."""

    @property
    def is_beyond_chance(self) -> bool:
        """Whether chance alone would rarely make such a difference."""
        return self.p_value < SIGNIFICANCE


def estimate(values: Values) -> Estimate:
    """The mean of independent values, at least one, with the percentile bootstrap's interval."""
    count = len(values)
    if count < FEWEST:
        return Estimate(float(values.mean()), None)
    random = np.random.default_rng(_SEED)
    shares = np.full(count, 1 / count)
    means = np.concatenate([random.multinomial(count, shares, _BATCH) @ values for _ in range(_BATCHES)]) / count
    low, high = np.percentile(means, _TAILS)
    return Estimate(float(values.mean()), (float(low), float(high)))


def compare(one: Values, other: Values) -> Difference:
    """The difference of two settings' scores of the same questions, in the same order."""
    differences = np.where(np.isclose(one, other), 0.0, other - one)
    return Difference(
        estimate(differences),
        better=int((differences > 0).sum()),
        worse=int((differences < 0).sum()),
        same=int((differences == 0).sum()),
        p_value=_p_value(differences[differences != 0]),
    )


def _p_value(differences: Values) -> float:
    """Fisher's randomisation test, which keeps its level where few questions differ; the bootstrap does not."""
    if not len(differences):
        return 1.0
    random = np.random.default_rng(_SEED)
    observed = abs(differences.sum()) * (1 - 1e-9)  # sums in another order differ by a rounding
    extreme = sum(
        int((abs(random.choice((-1.0, 1.0), (_BATCH, len(differences))) @ differences) >= observed).sum())
        for _ in range(_BATCHES)
    )
    return (extreme + 1) / (_BATCHES * _BATCH + 1)
