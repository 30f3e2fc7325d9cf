"""Progress of an update: a bar at a terminal, a line every few seconds elsewhere."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from codesearch.quantities import count, duration

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress

    from codesearch.index.request import Progress

WAITING = "waiting for"
"""Prefix of phases that wait for another process; they are reported immediately."""
FILES, REPOSITORIES = ("file", "files"), ("repository", "repositories")
"""What is counted: one, and several."""
_FRAMES_PER_SECOND = 10
_SECONDS_BETWEEN_LINES = 5.0


@contextmanager
def show_progress(stream: TextIO, counted: tuple[str, str] = FILES) -> Iterator[Progress]:
    """A callback that shows progress on a stream; the bar is cleared when the context ends."""
    if not stream.isatty() or os.environ.get("TERM") == "dumb":
        yield _Lines(stream, counted)
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as RichProgress

    # Refreshed explicitly: rich's refresh thread would interfere with forking worker processes.
    bar = RichProgress(
        TextColumn("{task.description:<11}"),
        BarColumn(),
        TextColumn("{task.fields[about]}"),
        console=Console(file=stream, stderr=True),
        auto_refresh=False,
        transient=True,
    )
    with bar:
        yield _Bar(bar, counted)


class _Bar:
    def __init__(self, bar: RichProgress, counted: tuple[str, str]) -> None:
        self._bar = bar
        self._task = bar.add_task("", total=None, about="")
        self._rate = _Rate(counted)
        self._next_frame = 0.0

    def __call__(self, phase: str, done: int, total: int, chunks: int) -> None:
        now = time.monotonic()
        if now < self._next_frame and done < total:
            return
        self._next_frame = now + 1 / _FRAMES_PER_SECOND
        about = self._rate.words(phase, done, total, chunks)
        self._bar.update(self._task, description=phase, completed=done, total=total or None, about=about)
        self._bar.refresh()


class _Lines:
    def __init__(self, stream: TextIO, counted: tuple[str, str]) -> None:
        self._stream = stream
        self._rate = _Rate(counted)
        self._phase = ""
        self._next_line = time.monotonic() + _SECONDS_BETWEEN_LINES

    def __call__(self, phase: str, done: int, total: int, chunks: int) -> None:
        now = time.monotonic()
        words = self._rate.words(phase, done, total, chunks)
        is_new_wait = phase.startswith(WAITING) and phase != self._phase
        self._phase = phase
        if now >= self._next_line or is_new_wait:
            self._next_line = now + _SECONDS_BETWEEN_LINES
            print(f"{phase}: {words}" if words else phase, file=self._stream, flush=True)


class _Rate:
    """Counts of files and chunks, rate and remaining time of a phase, in words."""

    def __init__(self, counted: tuple[str, str] = FILES) -> None:
        self._one, self._several = counted
        self._phase = ""
        self._began = 0.0
        self._done_before = self._chunks_before = 0

    def words(self, phase: str, done: int, total: int, chunks: int) -> str:
        now = time.monotonic()
        if phase != self._phase:
            self._phase, self._began = phase, now
            self._done_before, self._chunks_before = done, chunks
        if not (done or total):
            return ""
        parts = [f"{done:,}/{total:,} {self._several}" if total else count(done, self._one, self._several)]
        if chunks:
            parts.append(count(chunks, "chunk"))
        seconds = now - self._began
        new_files = done - self._done_before
        if new_files and seconds > 0.5:
            new_chunks = chunks - self._chunks_before
            parts.append(
                f"{_rounded(new_chunks / seconds)} chunks/s"
                if new_chunks
                else f"{_rounded(new_files / seconds)} {self._several}/s"
            )
            if done < total:
                parts.append(f"{duration((total - done) * seconds / new_files)} left")
        return ", ".join(parts)


def _rounded(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"
