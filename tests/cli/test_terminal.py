"""What a terminal sees: colours, links, progress, Ctrl-C, a reader that is gone. POSIX only: it needs a pty."""

from __future__ import annotations

import os
import re
import select
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.command_line import CommandLine, take_ctrl_c

pty = pytest.importorskip("pty", reason="terminals are POSIX here")
termios = pytest.importorskip("termios")

pytestmark = pytest.mark.slow

QUERY = ("query", "hash a password with a salt", "-n", "1")
SECONDS = 60


def at_terminal(codesearch: CommandLine, *arguments: str, cwd: Path, columns: int = 80, **environment: str) -> str:
    """What the command prints on a terminal of some width."""
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (40, columns)) if hasattr(termios, "tcsetwinsize") else _set_width(slave, columns)
    process = subprocess.Popen(
        [sys.executable, "-m", "codesearch", *arguments],
        cwd=cwd,
        env=codesearch.environment(**environment),
        stdin=slave,
        stdout=slave,
        stderr=slave,
        close_fds=True,
    )
    os.close(slave)
    data = _read_all(master)
    assert process.wait(SECONDS) == 0
    return data.decode().replace("\r\n", "\n")


def _set_width(descriptor: int, columns: int) -> None:
    import fcntl
    import struct

    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))


def _read_all(master: int) -> bytes:
    data = b""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if not select.select([master], [], [], 1.0)[0]:
            continue
        try:
            some = os.read(master, 65536)
        except OSError:  # Linux's way to say that the other end is closed
            break
        if not some:
            break
        data += some
    os.close(master)
    return data


def plain(text: str) -> str:
    """Without colours and links."""
    return re.sub(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\", "", text)


def test_hits_are_coloured_and_linked(codesearch: CommandLine, indexed_shop: Path) -> None:
    text = at_terminal(codesearch, *QUERY, cwd=indexed_shop)
    link = (indexed_shop / "server" / "passwords.py").resolve().as_uri()
    assert f";{link}\x1b\\" in text
    assert "\x1b[" in text
    shown = plain(text)
    assert "server/passwords.py:10-14  function hash_password  Python" in shown
    assert re.search(r"^10 │ def hash_password", shown, re.MULTILINE)
    assert "\x1b" not in shown


@pytest.mark.parametrize("columns", [40, 60, 120])
def test_no_line_is_wider_than_the_terminal(columns: int, codesearch: CommandLine, indexed_shop: Path) -> None:
    shown = plain(at_terminal(codesearch, "query", "password", "--explain", cwd=indexed_shop, columns=columns))
    assert max(map(len, shown.split("\n"))) <= columns


def test_headings_of_references_count_those_beyond_the_limit(codesearch: CommandLine, indexed_shop: Path) -> None:
    shown = plain(at_terminal(codesearch, "references", "ROUNDS", "-n", "2", cwd=indexed_shop))
    listed = [line for line in shown.splitlines() if line.startswith("  ")]
    assert "Definitions (1)" in shown and "Mentions (2)" in shown
    assert len(listed) == 2


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_plain_terminals_get_no_escape_sequence(
    environment: dict[str, str], codesearch: CommandLine, indexed_shop: Path
) -> None:
    text = at_terminal(codesearch, *QUERY, cwd=indexed_shop, **environment)
    assert "\x1b" not in text
    assert "10 │ def hash_password" in text


def test_no_colour_when_asked(codesearch: CommandLine, indexed_shop: Path) -> None:
    assert "\x1b" not in at_terminal(codesearch, *QUERY, "--color", "never", cwd=indexed_shop)
    colours = at_terminal(codesearch, *QUERY, "--color", "always", cwd=indexed_shop, NO_COLOR="1")
    assert "\x1b[32m" in colours


def test_an_index_shows_its_progress_and_leaves_the_summary(codesearch: CommandLine, shop: Path) -> None:
    text = at_terminal(codesearch, "index", cwd=shop)
    assert "files" in text
    assert "Indexed in" in text
    assert "8 files" in text


def test_clean_asks_first(codesearch: CommandLine, shop: Path) -> None:
    codesearch("index", "-q", cwd=shop)
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "codesearch", "clean"],
        cwd=shop,
        env=codesearch.environment(),
        stdin=slave,
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    os.write(master, b"n\n")
    text = _read_all(master).decode()
    assert process.wait(SECONDS) == 1
    assert "Delete the index" in text
    assert (shop / ".codesearch").is_dir()


def test_a_closed_pipe_ends_quietly(codesearch: CommandLine, indexed_shop: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.Popen(
        [sys.executable, "-m", "codesearch", "query", "password", "--full"],
        cwd=indexed_shop,
        env=codesearch.environment(),
        stdout=writer,
        stderr=subprocess.PIPE,
    )
    os.close(writer)
    _, err = process.communicate(timeout=SECONDS)
    assert err == b""
    assert process.returncode == 141


def test_closed_streams_are_no_error(codesearch: CommandLine, indexed_shop: Path) -> None:
    line = f"{shlex.quote(sys.executable)} -m codesearch query password >&- 2>&-"
    done = subprocess.run(line, shell=True, cwd=indexed_shop, env=codesearch.environment(), timeout=SECONDS)
    assert done.returncode == 0


def test_a_full_disk_behind_stdout_is_an_error(codesearch: CommandLine, indexed_shop: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "codesearch", "query", "password"],
            cwd=indexed_shop,
            env=codesearch.environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=SECONDS,
        )
    assert done.returncode == 2
    assert b"No space left" in done.stderr
    assert b"Traceback" not in done.stderr


STOPS_HALFWAY = """
import sys, time
from pathlib import Path
from codesearch.cli import main
from codesearch.index import work
marker, chunk_text = Path(sys.argv.pop()), work.chunk_text
def slow(path, text, language):
    if path == "module700.py":
        marker.touch()
        time.sleep(60)
    return chunk_text(path, text, language)
work.chunk_text = slow
main()
"""
"""An index that is being made for as long as the test needs, however quick the machine is."""


def test_ctrl_c_ends_with_130_and_leaves_a_sound_index(codesearch: CommandLine, shop: Path, tmp_path: Path) -> None:
    for number in range(1500):
        (shop / f"module{number}.py").write_text(
            "\n".join(f"def f{i}_{number}():\n    return {i}\n" for i in range(20))
        )
    marker = tmp_path / "working"
    process = subprocess.Popen(
        [sys.executable, "-c", STOPS_HALFWAY, "index", "-j", "1", str(marker)],
        cwd=shop,
        env=codesearch.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=take_ctrl_c,
    )
    deadline = time.monotonic() + SECONDS
    while not marker.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 130
    assert b"Traceback" not in err
    assert b"interrupted; to resume, run the same command again" in err
    assert out == b""
    run = codesearch("index", cwd=shop)
    assert run.code == 0
    assert "1,508 files" in run.out


def test_ctrl_c_while_a_batch_waits_for_questions(codesearch: CommandLine, indexed_shop: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "codesearch", "query", "--batch"],
        cwd=indexed_shop,
        env=codesearch.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=take_ctrl_c,
    )
    assert process.stdin and process.stdout
    process.stdin.write(b"password\n")
    process.stdin.flush()
    assert process.stdout.readline().startswith(b'{"query":"password"')
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 130
    assert b"Traceback" not in err


def test_in_a_working_directory_that_was_deleted(codesearch: CommandLine, indexed_shop: Path, tmp_path: Path) -> None:
    gone, program = tmp_path / "gone", shlex.join([sys.executable, "-m", "codesearch"])
    for arguments, code, out, error in (
        ("status", 2, "", "codesearch: the working directory no longer exists\n"),
        (f"query 'hash a password' -l -n 1 --no-server {shlex.quote(str(indexed_shop))}", 0, "passwords.py\n", ""),
    ):
        gone.mkdir()
        command = f"cd {shlex.quote(str(gone))} && rmdir {shlex.quote(str(gone))} && {program} {arguments}"
        run = subprocess.run(["sh", "-c", command], env=codesearch.environment(), capture_output=True, text=True)
        assert (run.returncode, run.stderr) == (code, error)
        assert run.stdout.endswith(out)
