"""The training loop: batches in a fixed order, a learning-rate schedule, and checkpoints."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from codesearch.errors import CodesearchError
from codesearch.training.learner import Learner, Rows

_MIN_RATE = 0.05
CHECKPOINT_SECONDS = 60.0
_PAIRS_SEEN = 1_000_000
"""Training examples that a small corpus is repeated to reach, which takes a minute or two."""
_MIN_BATCH = 2
"""Pairs of a batch; with only one there are no negatives."""


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """The hyperparameters."""

    batch: int = 2048
    rate: float = 0.005
    """Peak learning rate."""
    head_rate: float = 0.4
    """Learning rate of the heads as a share of the table's."""
    warm_up: int = 100
    """Steps until the learning rate is reached."""
    temperature: float = 0.05
    betas: tuple[float, float] = (0.9, 0.99)
    epochs: float = 0.0
    """How often each pair is seen; 0 for `default_epochs`."""
    seed: int = 0
    keep: float = 0.0
    """Share of the base's weights in the result, with which it forgets less (Wortsman et al. 2022)."""
    seconds: float = 0.0
    """Time limit, to which the learning-rate schedule is fitted; 0 for none."""


STATIC = TrainingConfig()
"""Tuned on 985,000 pairs by MRR@10 of docstring → function over eight languages."""
TRANSFORMER = TrainingConfig(batch=128, rate=1.5e-4, head_rate=1.0, warm_up=40, betas=(0.9, 0.98), epochs=1.0)
"""For fine-tuning; the learning rate at which all-MiniLM-L6-v2 gained most in its first hundred steps."""


def default_epochs(pairs: int) -> float:
    """The epochs of a static encoder on this many pairs, 4 to 20, more for fewer pairs; see docs/training.md."""
    return min(20.0, max(4.0, _PAIRS_SEEN / max(pairs, 1)))


@dataclass(frozen=True, slots=True)
class TrainingProgress:
    """The progress of training."""

    step: int
    steps: int
    loss: float
    pairs_per_second: float
    seconds_left: float


class Trainer:
    """Runs the training loop of a learner."""

    def __init__(self, learner: Learner, recipe: TrainingConfig) -> None:
        if max((group.pairs for group in learner.groups), default=0) < _MIN_BATCH:
            raise CodesearchError("no training pairs")
        self._learner = learner
        self.recipe = recipe
        self.step = 0
        self.elapsed = 0.0
        """Seconds trained, including those before a resume."""
        self.curve: list[tuple[int, float]] = []
        """(step, smoothed loss), every 20 steps."""
        self._plan = self._batches()
        self.steps = len(self._plan)

    def run(self, on_progress: Callable[[TrainingProgress], None], checkpoint: Path | None = None) -> None:
        """Train to the end from the current step, writing the state to `checkpoint` every CHECKPOINT_SECONDS."""
        began, first = time.monotonic() - self.elapsed, self.step
        started = saved = time.monotonic()
        smooth = self.curve[-1][1] if self.curve else 0.0
        while self.step < self.steps:
            share = self.step / self.steps
            if self.recipe.seconds:
                share = max(share, self.elapsed / self.recipe.seconds)
                if share >= 1:
                    break
            group, rows = self._plan[self.step]
            loss = self._learner.learn(self.step + 1, group, rows, self._rate(share))
            self.step += 1
            smooth = loss if not smooth else 0.95 * smooth + 0.05 * loss
            if self.step % 20 == 0 or self.step == self.steps:
                self.curve.append((self.step, round(smooth, 4)))
            now = time.monotonic()
            self.elapsed = now - began
            speed = (self.step - first) / max(now - started, 1e-9)
            left = (self.steps - self.step) / speed
            if self.recipe.seconds:
                left = min(left, self.recipe.seconds - self.elapsed)
            on_progress(TrainingProgress(self.step, self.steps, smooth, speed * self.recipe.batch, left))
            if checkpoint and now - saved > CHECKPOINT_SECONDS:
                self.save(checkpoint)
                saved = now

    def save(self, path: Path) -> None:
        """Write the state, from which training resumes with the same result. Raises OSError."""
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            np.savez(
                file,
                allow_pickle=False,
                **self._learner.state(),
                step=np.int64(self.step),
                elapsed=np.float64(self.elapsed),
                curve=np.array(self.curve).reshape(-1, 2),
            )
        part.replace(path)

    def restore(self, path: Path) -> None:
        """Restore the state that `save` wrote. Raises CodesearchError if it belongs to other data."""
        with np.load(path) as state:
            self._learner.restore(state)
            self.step, self.elapsed = int(state["step"]), float(state["elapsed"])
            self.curve = [(int(step), float(loss)) for step, loss in state["curve"]]
        if self.step > self.steps:
            raise CodesearchError(f"{path} belongs to a run with other training pairs", "start over without --resume")

    def _batches(self) -> list[tuple[int, Rows]]:
        """(group, rows) of each step, all drawn at the start so that a resumed run takes the same batches."""
        generator = np.random.default_rng(self.recipe.seed)
        plan: list[tuple[int, Rows]] = []
        whole, part = divmod(self.recipe.epochs, 1)
        for share in [1.0] * int(whole) + ([part] if part else []):
            epoch: list[tuple[int, Rows]] = []
            for number, group in enumerate(self._learner.groups):
                if group.pairs < _MIN_BATCH:
                    continue
                rows = generator.permutation(group.pairs)[: max(_MIN_BATCH, int(group.pairs * group.share * share))]
                size = min(self.recipe.batch, len(rows))
                for begin in range(0, len(rows) - size + 1, size):
                    epoch.append((number, rows[begin : begin + size]))
            plan.extend(epoch[i] for i in generator.permutation(len(epoch)).tolist())
        return plan

    def _rate(self, share: float) -> float:
        warm = min(1.0, (self.step + 1) / self.recipe.warm_up)
        return self.recipe.rate * warm * max(_MIN_RATE, 1 - share)
