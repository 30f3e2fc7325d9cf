"""What a process recorded of a discovery saves the next one work, and never hides a change."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codesearch.api import Index
from codesearch.discovery import ahead as ahead_module
from codesearch.discovery import discover as discovering
from codesearch.discovery import record_file, stamp
from codesearch.discovery.ahead import LookAhead
from codesearch.discovery.discover import discover
from codesearch.discovery.discovery import Discovery
from codesearch.discovery.known import KnownFiles
from codesearch.discovery.options import DiscoveryOptions
from codesearch.errors import CodesearchError
from tests.discovery.test_rediscover import EDITS, RULES, START, TEXTS
from tests.support.repositories import git, needs_git, write

OPTIONS = DiscoveryOptions()
needs_forks = pytest.mark.skipif(sys.platform != "linux", reason="processes look ahead on Linux only")
TICK = 0.02
"""Seconds: longer than the clock of a file system takes to go on."""


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are recorded as settled after one tick of the clock."""
    monkeypatch.setattr(stamp, "SETTLING_NS", TICK * 0.5 * 1e9)
    monkeypatch.setattr(stamp, "COARSE_SETTLING_NS", TICK * 0.5 * 1e9)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    folder.mkdir()
    git(folder, "init", "-q")
    write(folder, START)
    return folder


def look_ahead(root: Path) -> LookAhead | None:
    """The process that looks at the files of the record, however few."""
    recorded = record_file.read(root.parent / "record")
    return LookAhead(root, root.parent / "record", recorded) if recorded and sys.platform == "linux" else None


def find(root: Path, options: DiscoveryOptions = OPTIONS, *, ahead: LookAhead | None = None) -> Discovery:
    """What a new process finds, and records."""
    files = KnownFiles(root, root.parent / "record", ahead)
    found = files.find(options)
    files.keep("state", ())
    return found


def remembered(root: Path) -> Discovery:
    """What is found now if nothing may be listed and examined anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(discovering, "discover", unwanted)
        return KnownFiles(root, root.parent / "record").find(OPTIONS)


def unwanted(*_: object) -> None:
    pytest.fail("all files were listed again")


def paths(discovery: Discovery) -> list[str]:
    return [file.path for file in discovery.files]


def track(root: Path, path: str) -> None:
    git(root, "add", "--force", "--", path)


def forget(root: Path, path: str) -> None:
    git(root, "rm", "-r", "-q", "--cached", "--ignore-unmatch", "--", path)


EDIT = st.tuples(
    st.sampled_from(EDITS),
    st.sampled_from([*START, *RULES, "new/d.py", "src/deep", "src", "e.js", ".git/info/exclude"]),
    st.sampled_from(TEXTS),
)
STEP = EDIT | st.tuples(st.sampled_from((track, forget)), st.sampled_from(sorted(START)))


@needs_git
@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("is_repository", [True, False])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rounds=st.lists(st.lists(STEP, max_size=3), min_size=1, max_size=4), looks_ahead=st.booleans())
def test_a_new_process_finds_what_is_there(
    rounds: list[list[tuple[Callable[..., None], str] | tuple[Callable[..., None], str, str]]],
    is_repository: bool,
    looks_ahead: bool,
) -> None:
    with TemporaryDirectory() as folder:
        root = Path(folder, "root")
        root.mkdir()
        if is_repository:
            git(root, "init", "-q")
        write(root, START)
        for edits in [[], *rounds]:
            for make, path, *texts in edits:
                if make in (track, forget) and is_repository and os.path.lexists(root / path):
                    make(root, path)
                elif texts:
                    try:
                        make(root / path, *texts)
                    except (FileExistsError, NotADirectoryError, FileNotFoundError):
                        continue
            time.sleep(TICK)
            try:
                expected = discover(root)
            except CodesearchError:  # an ignore file that is a link
                return
            assert find(root, ahead=look_ahead(root) if looks_ahead else None) == expected
            time.sleep(TICK)


@needs_git
@pytest.mark.usefixtures("at_once")
def test_without_changes_nothing_is_listed(root: Path) -> None:
    time.sleep(TICK)
    found = find(root)
    assert remembered(root) == found
    assert (remembered(root).basis, remembered(root).doubtful) == ("state", frozenset())


@needs_git
@pytest.mark.usefixtures("at_once")
def test_a_file_with_other_content_is_looked_at_alone(root: Path) -> None:
    time.sleep(TICK)
    find(root)
    (root / "a.py").write_text("x = 23\n")
    found = remembered(root)
    assert found == discover(root)
    assert found.doubtful == {"a.py"}


@needs_git
@pytest.mark.usefixtures("at_once")
def test_only_the_folders_that_are_ignored_may_change(root: Path) -> None:
    write(root, {".gitignore": "out/\n", "out/deep/x.o": "", "empty/of/files/.keep": ""})
    (root / "empty/of/files/.keep").unlink()
    time.sleep(TICK)
    found = find(root)
    write(root, {"out/deep/y.py": "y = 1\n", "out/z.py": "z = 1\n"})
    assert remembered(root) == found
    write(root, {"empty/of/files/new.py": "n = 1\n"})
    assert "empty/of/files/new.py" in paths(find(root))


@needs_git
@pytest.mark.usefixtures("at_once")
def test_files_of_git_outside_the_folder_are_obeyed(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    write(tmp_path, {"ignore": "nothing\n"})
    git(root, "config", "core.excludesFile", str(tmp_path / "ignore"))
    time.sleep(TICK)
    assert "a.py" in paths(find(root))
    assert "a.py" in paths(remembered(root))
    write(tmp_path, {"ignore": "a.py\n"})
    assert "a.py" not in paths(find(root))
    write(tmp_path, {"config/git/ignore": "b.js\n"})
    git(root, "config", "--unset", "core.excludesFile")
    assert paths(find(root)) == paths(discover(root))


@needs_git
@pytest.mark.usefixtures("at_once")
def test_a_folder_that_becomes_a_repository_is_left_to_itself(root: Path) -> None:
    (root / "src/.git").mkdir()
    time.sleep(TICK)
    assert "src/b.js" in paths(find(root))
    git(root / "src", "init", "-q")
    assert find(root) == discover(root)
    assert "src/b.js" not in paths(find(root))


@needs_git
@pytest.mark.usefixtures("at_once")
def test_a_repository_that_becomes_a_folder_is_listed(root: Path) -> None:
    git(root / "src", "init", "-q")
    time.sleep(TICK)
    assert "src/b.js" not in paths(find(root))
    shutil.rmtree(root / "src/.git")
    assert find(root) == discover(root)
    assert "src/b.js" in paths(find(root))


@needs_git
@pytest.mark.usefixtures("at_once")
def test_a_moved_folder_behind_a_link_is_not_in_the_root(root: Path) -> None:
    track(root, "src/b.js")
    time.sleep(TICK)
    find(root)
    (root / "src").rename(root.parent / "src")
    (root / "src").symlink_to(root.parent / "src")
    assert find(root) == discover(root)
    assert "src/b.js" not in paths(find(root))


@needs_git
@pytest.mark.usefixtures("at_once")
def test_git_lists_files_of_a_folder_that_is_gone(root: Path) -> None:
    track(root, "src")
    time.sleep(TICK)
    find(root)
    shutil.rmtree(root / "src")
    assert find(root) == discover(root)
    assert "src/b.js" not in paths(find(root))


@needs_git
@pytest.mark.usefixtures("at_once")
def test_other_options_list_all_files(root: Path) -> None:
    time.sleep(TICK)
    find(root)
    assert "a.py" not in paths(find(root, DiscoveryOptions(exclude=("a.py",))))


@needs_git
@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("place", [5, 60, -1])
def test_a_record_that_somebody_changed_is_not_used(root: Path, place: int) -> None:
    time.sleep(TICK)
    found = find(root)
    record = root.parent / "record"
    data = bytearray(record.read_bytes())
    data[place] ^= 1
    record.write_bytes(data)
    write(root, {"e.js": "let e\n"})
    assert paths(find(root)) == sorted([*paths(found), "e.js"])


@needs_git
@pytest.mark.usefixtures("at_once")
def test_a_record_of_another_user_is_not_used(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    time.sleep(TICK)
    find(root)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other"))
    with pytest.raises(pytest.fail.Exception):
        remembered(root)


@needs_git
def test_what_has_just_changed_is_listed_again(root: Path) -> None:
    find(root)
    with pytest.raises(pytest.fail.Exception):
        remembered(root)


@needs_git
def test_a_folder_that_cannot_be_written_has_no_record(root: Path) -> None:
    shutil.rmtree(root.parent / "nowhere", ignore_errors=True)
    files = KnownFiles(root, root.parent / "nowhere" / "record")
    assert files.find(OPTIONS) == discover(root)
    files.keep("state", ())
    assert not (root.parent / "nowhere").exists()


@needs_git
@needs_forks
@pytest.mark.usefixtures("at_once")
def test_what_was_seen_of_another_record_is_not_used(root: Path) -> None:
    time.sleep(TICK)
    find(root)
    ahead = look_ahead(root)
    write(root, {"a.py": "x = 23\n"})
    time.sleep(TICK)
    assert find(root) == discover(root)
    assert find(root, ahead=ahead) == discover(root)


@needs_git
@needs_forks
@pytest.mark.usefixtures("at_once")
def test_a_process_that_is_killed_hides_no_change(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    time.sleep(TICK)
    find(root)
    write(root, {"a.py": "x = 23\n"})
    with monkeypatch.context() as patch:
        patch.setattr(ahead_module, "look_at", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        ahead = look_ahead(root)
        assert ahead
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
    found = find(root, ahead=ahead)
    assert found == discover(root)
    assert "a.py" in found.doubtful


@needs_git
@needs_forks
def test_an_update_of_many_files_looks_ahead(root: Path) -> None:
    program = """
import os, sys
from codesearch.cli import run
from codesearch.discovery import ahead

ahead._MIN_BYTES = 0
started = ahead.LookAhead.start
ahead.LookAhead.start = lambda *places: (look := started(*places)) and print("looks ahead") or look
sys.exit(run(["index", "-q", sys.argv[1]]))
"""
    environment = {**os.environ, "XDG_STATE_HOME": str(root.parent / "state")}

    def update() -> str:
        command = [sys.executable, "-c", program, str(root)]
        return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout

    assert update() == ""  # there is no record yet
    assert update() == "looks ahead\n" * (len(os.sched_getaffinity(0)) > 1)
    write(root, {"a.py": "def changed_since():\n    pass\n"})
    update()
    with Index.open(root) as index:
        assert index.search("changed_since", k=1).hits[0].name == "changed_since"
