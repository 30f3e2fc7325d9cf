"""How many threads numpy's BLAS uses: for products of our size, more than one costs more than it saves.

BLAS wakes a thread per core for a product of a few hundred vectors, and each then waits in a loop for the next one.
Where there is a process per core, as in indexing, they take the time of other processes' work: on two cores, indexing
redis took 1.25 times as long, click, which is small, twice.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from threading import Lock
from typing import Any

_THREADS_VARIABLE = "OPENBLAS_NUM_THREADS"
_lock = Lock()


def start_with_one_thread() -> None:
    """Make numpy start without threads, unless the user has set their number: saves 5 ms or more.

    To be called before numpy is imported.
    """
    os.environ.setdefault(_THREADS_VARIABLE, "1")


def one_thread() -> AbstractContextManager[None]:
    """A context in which numpy's BLAS computes in the calling thread only, whatever number the user has set.

    Several threads may be in it at the same time; the number is restored when the last one leaves.
    """
    if os.environ.get(_THREADS_VARIABLE) == "1":
        return nullcontext()
    with _lock:
        limit = _limit()
    return limit.entered()


class _Limit:
    """A limit to one thread that holds while any thread needs it, since the number is the process's."""

    def __init__(self) -> None:
        from threadpoolctl import ThreadpoolController

        self._controller: Any = ThreadpoolController()
        self._entered = 0
        self._limiter: Any = None

    @contextmanager
    def entered(self) -> Iterator[None]:
        with _lock:
            if not self._entered:
                self._limiter = self._controller.limit(limits=1, user_api="blas")
            self._entered += 1
        try:
            yield
        finally:
            with _lock:
                self._entered -= 1
                if not self._entered:
                    self._limiter.restore_original_limits()


@cache
def _limit() -> _Limit:
    return _Limit()
