"""Confidence intervals of means by bootstrap, and a randomisation test of paired differences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MIN_QUESTIONS = 5
"""Fewer questions get no interval, since too few distinct samples can be drawn from them."""
SIGNIFICANCE = 0.05
MIN_CHANGED = 6
"""Questions that must differ for significance: five have the same sign by chance in one of 16 cases."""
_TAILS = (2.5, 97.5)
_BATCHES, _BATCH = 40, 250
"""10,000 samples, which fix the bounds of an interval to about 2 % of its width; in batches to save memory."""
_SEED = 0
"""Fixed, so that the same answers give the same intervals."""

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with its 95 % interval, which is None for fewer than `MIN_QUESTIONS` values."""

    mean: float
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Difference:
    """The mean of the paired differences contender - baseline, with its interval and a significance test."""

    estimate: Estimate
    better: int
    worse: int
    same: int
    p_value: float
    """Probability of a mean at least as far from 0 if the signs were random."""

    @property
    def is_beyond_chance(self) -> bool:
        """Whether the difference is significant."""
        return self.p_value < SIGNIFICANCE


def estimate(values: Values) -> Estimate:
    """The mean of one or more independent values with its percentile bootstrap interval (Efron 1979)."""
    count = len(values)
    if count < MIN_QUESTIONS:
        return Estimate(float(values.mean()), None)
    random = np.random.default_rng(_SEED)
    shares = np.full(count, 1 / count)
    means = np.concatenate([random.multinomial(count, shares, _BATCH) @ values for _ in range(_BATCHES)]) / count
    low, high = np.percentile(means, _TAILS)
    return Estimate(float(values.mean()), (float(low), float(high)))


def compare(baseline: Values, contender: Values) -> Difference:
    """Compare the scores of the same questions, in the same order, in two configurations."""
    differences = np.where(np.isclose(baseline, contender), 0.0, contender - baseline)
    return Difference(
        estimate(differences),
        better=int((differences > 0).sum()),
        worse=int((differences < 0).sum()),
        same=int((differences == 0).sum()),
        p_value=_p_value(differences[differences != 0]),
    )


def _p_value(differences: Values) -> float:
    """Fisher's randomisation test, which unlike the bootstrap keeps its level if few questions differ."""
    if not len(differences):
        return 1.0
    random = np.random.default_rng(_SEED)
    observed = abs(differences.sum()) * (1 - 1e-9)  # sums in another order differ by rounding
    extreme = sum(
        int((abs(random.choice((-1.0, 1.0), (_BATCH, len(differences))) @ differences) >= observed).sum())
        for _ in range(_BATCHES)
    )
    return (extreme + 1) / (_BATCHES * _BATCH + 1)
