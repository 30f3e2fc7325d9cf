"""Adam (Kingma and Ba 2015) over dense arrays, in blocks that fit the processor's cache."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

_BLOCK = 256
"""Rows per block."""
_EPSILON = np.float32(1e-8)

Array = npt.NDArray[np.float32]


class Adam:
    """Keeps the running means of gradients and squared gradients; updates parameters in place."""

    def __init__(self, parameters: Sequence[Array], betas: tuple[float, float]) -> None:
        self._betas = betas
        self.means = [np.zeros_like(parameter) for parameter in parameters]
        self.squares = [np.zeros_like(parameter) for parameter in parameters]

    def step(
        self, number: int, parameters: Sequence[Array], gradients: Sequence[Array], rates: Sequence[float]
    ) -> None:
        """Apply step `number`, counted from 1, with a learning rate for each parameter. Overwrites the gradients."""
        first, second = self._betas
        correction = np.float32(1 / (1 - second**number))
        for parameter, gradient, mean, square, rate in zip(
            parameters, gradients, self.means, self.squares, rates, strict=True
        ):
            scale = np.float32(rate / (1 - first**number))
            for begin in range(0, len(parameter), _BLOCK):
                block = slice(begin, begin + _BLOCK)
                self._update(parameter[block], gradient[block], mean[block], square[block], scale, correction)

    def _update(
        self, parameter: Array, gradient: Array, mean: Array, square: Array, scale: np.float32, correction: np.float32
    ) -> None:
        first, second = self._betas
        mean *= np.float32(first)
        mean += gradient * np.float32(1 - first)
        gradient *= gradient
        gradient *= np.float32(1 - second)
        square *= np.float32(second)
        square += gradient
        np.multiply(square, correction, out=gradient)
        np.sqrt(gradient, out=gradient)
        gradient += _EPSILON
        np.divide(mean, gradient, out=gradient)
        gradient *= scale
        parameter -= gradient
