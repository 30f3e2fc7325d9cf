"""Progress: lines now and then where there is no terminal, a bar where there is one."""

from __future__ import annotations

import io

import pytest

from codesearch.render import progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, in seconds; change it to let time pass."""
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_without_a_terminal_a_line_every_few_seconds(clock: list[float]) -> None:
    stream = io.StringIO()
    with progress.show_progress(stream) as report:
        report("indexing", 0, 1000, 0)
        clock[0] += 1
        report("indexing", 100, 1000, 700)
        assert stream.getvalue() == ""
        clock[0] += 4
        report("indexing", 500, 1000, 3500)
        report("indexing", 501, 1000, 3507)
    assert stream.getvalue() == "indexing: 500/1,000 files, 3,500 chunks, 700 chunks/s, 5.0 s left\n"


def test_a_dumb_terminal_gets_lines_too(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    stream = Terminal()
    with progress.show_progress(stream) as report:
        clock[0] += 6
        report("discovering", 20, 0, 0)
    assert stream.getvalue() == "discovering: 20 files\n"


def test_a_terminal_gets_a_bar_that_is_gone_in_the_end(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    with progress.show_progress(stream) as report:
        report("indexing", 0, 10, 0)
        clock[0] += 2
        report("indexing", 4, 10, 40)
        shown = stream.getvalue()
        assert "4/10 files, 40 chunks, 20 chunks/s, 3.0 s left" in shown
        assert "━" in shown
    assert stream.getvalue().endswith("\x1b[2K")


def test_the_rate_is_that_of_the_phase(clock: list[float]) -> None:
    rate = progress._Rate()
    rate.words("discovering", 5000, 5000, 0)
    clock[0] += 10
    rate.words("indexing", 1000, 5000, 8960)
    clock[0] += 10
    assert rate.words("indexing", 2000, 5000, 9000) == "2,000/5,000 files, 9,000 chunks, 4.0 chunks/s, 30 s left"
    assert rate.words("indexing", 5000, 5000, 9100).endswith("chunks/s")
    rate.words("finishing", 0, 5000, 0)
    clock[0] += 10
    assert rate.words("finishing", 2000, 5000, 0) == "2,000/5,000 files, 200 files/s, 15 s left"


def test_waiting_is_said_at_once_and_once(clock: list[float]) -> None:
    stream = io.StringIO()
    with progress.show_progress(stream) as report:
        for _ in range(3):
            report("waiting for process 7", 0, 0, 0)
            clock[0] += 1
        clock[0] += 5
        report("waiting for process 7", 12, 0, 80)
    assert stream.getvalue() == "waiting for process 7\nwaiting for process 7: 12 files, 80 chunks, 10 chunks/s\n"
