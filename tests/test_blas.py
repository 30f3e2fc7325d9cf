"""Threads of numpy's BLAS."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


def threads_printed_by(script: str) -> list[str]:
    """The numbers of threads that a script prints which begins with two. Skips the test where there can't be two."""
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "2"}
    command = [sys.executable, "-c", script]
    printed = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.split()
    if printed[:1] != ["2"]:
        pytest.skip("numpy's BLAS has one thread, or no number of threads to set")
    return printed


PRINT_THREADS = """
import numpy
from threadpoolctl import threadpool_info
from codesearch import blas
from codesearch.models import static

def threads():
    print(*[library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"])

def normalise(vectors, normalise=static.normalise):
    threads()
    return normalise(vectors)

encoder = static.StaticEncoder.default()
threads()
static.normalise = normalise
encoder.encode_documents(["def size(): ..."])
threads()
"""


def test_documents_are_encoded_in_one_thread() -> None:
    assert threads_printed_by(PRINT_THREADS) == ["2", "1", "2"]


PRINT_THREADS_AFTER_OVERLAP = """
import numpy
from threading import Barrier, Thread
from threadpoolctl import threadpool_info
from codesearch import blas

def threads():
    print(*[library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"])

has_entered, may_leave = Barrier(2), Barrier(2)

def enter_before_and_leave_after():
    with blas.one_thread():
        has_entered.wait()
        may_leave.wait()

threads()
other = Thread(target=enter_before_and_leave_after)
other.start()
has_entered.wait()
with blas.one_thread():
    may_leave.wait()
    other.join()
    threads()
threads()
"""


def test_the_number_of_threads_is_restored_when_the_last_thread_leaves() -> None:
    assert threads_printed_by(PRINT_THREADS_AFTER_OVERLAP) == ["2", "1", "2"]


PRINT_VARIABLE = """
import os
from codesearch import blas

blas.start_with_one_thread()
print(os.environ["OPENBLAS_NUM_THREADS"])
"""


@pytest.mark.parametrize(("given", "kept"), [({"OPENBLAS_NUM_THREADS": "2"}, "2"), ({}, "1")])
def test_a_number_of_threads_that_the_user_has_set_is_kept(given: dict[str, str], kept: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"} | given
    command = [sys.executable, "-c", PRINT_VARIABLE]
    assert subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.strip() == kept
