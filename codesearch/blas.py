"""How many threads numpy's BLAS uses: for products of our size, more than one costs more than it saves.

BLAS wakes a thread per core for a product of a few hundred vectors, and each then waits in a loop for the next one.
Where there is a process per core, as in indexing, they take the time of other processes' work: on two cores, indexing
redis took 1.25 times as long, click, which is small, twice.
"""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

_THREADS_VARIABLE = "OPENBLAS_NUM_THREADS"


def start_with_one_thread() -> None:
    """Let numpy, not yet imported, start without threads, unless the user has set their number: saves 5 ms or more."""
    os.environ.setdefault(_THREADS_VARIABLE, "1")


def one_thread() -> AbstractContextManager[object]:
    """A context in which numpy's BLAS computes in the calling thread only."""
    if os.environ.get(_THREADS_VARIABLE) == "1":
        return nullcontext()
    limited: AbstractContextManager[object] = _controller().limit(limits=1, user_api="blas")
    return limited


@cache
def _controller() -> ThreadpoolController:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
