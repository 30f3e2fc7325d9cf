"""An answer is about the files as they are, and depends on nothing but them."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codesearch.api import Index
from codesearch.chunking.chunk import ChunkedFile
from codesearch.errors import IndexDamaged
from codesearch.index import work
from codesearch.index.layout import find_root
from codesearch.index.store import Store
from codesearch.search import snippets
from codesearch.search.hit import Filters, Hit
from tests.support.command_line import CommandLine
from tests.support.repositories import git

pytestmark = pytest.mark.slow

WORDS = "apple banana cherry damson elder fig grape hazel".split()
QUESTIONS = ("fig", "where is the apple kept", "grape_3", "banana cherry", "Hazel")
FILTERS = (Filters(), Filters(kinds=("function",)), Filters(names=("fig*", "Hazel")), Filters(paths=("a/**",)))


def source(seed: int) -> str:
    rng = random.Random(seed)
    lines = [f"class {rng.choice(WORDS).capitalize()}:", "    limit = 3", ""]
    for _ in range(rng.randint(1, 4)):
        name, other = rng.choice(WORDS), rng.choice(WORDS)
        lines += ["", f"def {name}_{rng.randint(0, 3)}({other}):", f"    return {other}.{name}", ""]
    return "\n".join(lines)


def answers(index: Index) -> list[tuple[Hit, ...]]:
    return [index.search(question, k=8, filters=some).hits for question in QUESTIONS for some in FILTERS]


def fresh(root: Path, place: Path) -> list[tuple[Hit, ...]]:
    shutil.rmtree(place, ignore_errors=True)
    with Index.create(root, index_dir=place) as index:
        index.update()
        return answers(index)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "root"
    for number in range(6):
        file = made / "ab"[number % 2] / f"{number}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source(number), encoding="utf-8")
    return made


# history


@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from("write delete rename same".split()), st.integers(0, 9)), max_size=12))
def test_answers_do_not_depend_on_the_history_of_updates(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    place = tmp_path_factory.mktemp("history")
    root = place / "root"
    root.mkdir()
    (root / "always.py").write_text(source(99), encoding="utf-8")
    with Index.create(root) as index, Index.create(root) as elsewhere:
        index.update()
        for seed, (what, number) in enumerate(steps):
            change(root, what, number, seed)
            index.update()
            assert answers(index) == answers(elsewhere), "another object sees what was published"
        assert answers(index) == fresh(root, place / "fresh")


def change(root: Path, what: str, number: int, seed: int) -> None:
    file = root / "ab"[number % 2] / f"{number}.py"
    file.parent.mkdir(exist_ok=True)
    if what == "write" or not file.exists():
        file.write_text(source(seed), encoding="utf-8")
    elif what == "delete":
        file.unlink()
    elif what == "rename":
        file.rename(file.with_name(f"{number}_{seed}.py"))
    else:
        info = file.stat()
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("fig", "gif").replace("apple", "appel"), encoding="utf-8")
        os.utime(file, ns=(info.st_atime_ns, info.st_mtime_ns))


def test_two_builds_print_the_same_bytes(codesearch: CommandLine, shop: Path, tmp_path: Path) -> None:
    runs = []
    for name in ("one", "two"):
        assert codesearch("index", "-q", "-j", "2", "--index-dir", str(tmp_path / name), cwd=shop).code == 0
        options = ("--json", "--explain", "--index-dir", str(tmp_path / name))
        runs.append(codesearch("query", "hash a password", *options, cwd=shop))
    assert runs[0] == runs[1]
    assert json.loads(runs[0].out)


def test_a_long_lived_index_sees_what_another_process_published(codesearch: CommandLine, root: Path) -> None:
    with Index.create(root) as index:
        index.update()
        assert index.search("kumquat").hits[0].name != "kumquat"
        (root / "new.py").write_text("def kumquat():\n    return 1\n", encoding="utf-8")
        assert codesearch("index", "-q", cwd=root).code == 0
        assert index.search("kumquat").hits[0].name == "kumquat"


# files that changed


def test_the_same_size_and_time_with_another_text_is_seen(root: Path) -> None:
    file = root / "a" / "0.py"
    file.write_text("def kumquat():\n    return 1\n", encoding="utf-8")
    os.utime(file, ns=(10**18, 10**18))
    with Index.create(root) as index:
        index.update()
        file.write_text("def loganberr():\n  return 1\n", encoding="utf-8")
        os.utime(file, ns=(10**18, 10**18))
        index.refresh()
        assert index.search("loganberr").hits[0].name == "loganberr"
        other = root.parent / "other.py"
        other.write_text("def mangostee():\n  return 1\n", encoding="utf-8")
        os.utime(other, ns=(10**18, 10**18))
        other.replace(file)
        index.refresh()
        assert index.search("mangostee").hits[0].name == "mangostee"


def test_a_copied_checkout_is_read_once_and_not_indexed_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Index.create(root) as index:
        index.update()
    shutil.copytree(root, root.parent / "copy")
    monkeypatch.setattr(work, "chunk_text", None)  # indexing a file again would fail
    with Index.open(root.parent / "copy") as index:
        assert index.refresh() == ""
        assert answers(index)


def test_a_hit_of_a_file_that_changed_shows_the_lines_of_its_definition(root: Path) -> None:
    file = root / "new.py"
    body = "".join(f"    total = total * {n} + weight  # so that it is a chunk of its own\n" for n in range(12))
    kumquat, rambutan = (f"def {name}(total, weight):\n{body}\n\n" for name in ("kumquat", "rambutan"))
    file.write_text(kumquat + rambutan, encoding="utf-8")
    with Index.create(root) as index:
        index.update()
        file.write_text("import math\n\n\n" + rambutan.replace("weight", "length"), encoding="utf-8")
        hit = index.search("rambutan").hits[0]
        assert (hit.name, hit.start_line, hit.end_line, hit.is_stale) == ("rambutan", 4, 16, True)
        assert hit.snippet.startswith("def rambutan(total, length)")
        result = index.search("kumquat")
        assert "kumquat" not in {hit.name for hit in result.hits}
        assert result.outdated >= 1
        file.unlink()
        assert "rambutan" not in {hit.name for hit in index.search("rambutan").hits}


def test_a_file_that_was_only_touched_is_as_it_was(root: Path) -> None:
    with Index.create(root) as index:
        index.update()
        before = answers(index)
        for file in root.rglob("*.py"):
            os.utime(file, ns=(5, 5))
        assert answers(index) == before


# damage


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index, with the answers that it gives beside it."""
    root = tmp_path_factory.mktemp("whole") / "root"
    for number in range(8):
        file = root / "ab"[number % 2] / f"{number}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source(number), encoding="utf-8")
    with Index.create(root) as index:
        index.update()
    return root


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_is_noticed_and_mended_and_never_changes_an_answer(
    whole: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    root = tmp_path_factory.mktemp("damaged") / "root"
    shutil.copytree(whole, root)
    with Index.open(root) as index:
        expected = answers(index)
    endings = (".db", ".faiss", ".safetensors")
    files = sorted(file for file in (root / ".codesearch").rglob("*") if file.suffix in endings)
    file = data.draw(st.sampled_from(files))
    content = bytearray(file.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        content[place] ^= data.draw(st.integers(1, 255))
    else:
        del content[place:]
    file.write_bytes(content)
    try:
        with Index.open(root) as index:
            assert answers(index) == expected
    except IndexDamaged:
        with Index.open(root) as index:
            report = index.update(verify=True)
            assert report.repaired
            assert answers(index) == expected


def test_verifying_finds_a_damaged_row_that_nobody_reads(root: Path) -> None:
    with Index.create(root) as index:
        index.update()
        expected = answers(index)
        store = Store.open(index.directory / "index.db", write=True)
        store._db.execute("UPDATE definitions SET name = 'other' WHERE chunk = 3")
        store.close()
        assert not index.update().repaired
        assert index.update(verify=True).repaired
        assert answers(index) == expected
        assert not index.update(verify=True).repaired


def test_a_query_mends_a_damaged_index_and_says_so(codesearch: CommandLine, shop: Path) -> None:
    assert codesearch("index", "-q", cwd=shop).code == 0
    expected = codesearch("query", "hash a password", "--json", cwd=shop)
    store = Store.open(shop / ".codesearch" / "index.db", write=True)
    store._db.execute("UPDATE definitions SET name = name || 'x'")
    store.close()
    run = codesearch("query", "hash a password", "--json", cwd=shop)
    assert (run.code, run.out) == (0, expected.out)
    assert "rebuilding" in run.err
    assert codesearch("query", "hash a password", "--json", cwd=shop) == expected
    for command in (["status"], ["index", "-q"]):
        assert codesearch(*command, cwd=shop).code == 0


# borders


def test_a_repository_inside_another_has_an_index_of_its_own(codesearch: CommandLine, shop: Path) -> None:
    git(shop, "add", ".")
    git(shop, "commit", "-qm", "all")
    assert codesearch("index", "-q", cwd=shop).code == 0
    git(shop, "worktree", "add", "-q", ".trees/t")
    tree = shop / ".trees" / "t"
    (tree / "only_here.py").write_text("def kumquat():\n    return 1\n", encoding="utf-8")
    assert find_root(tree / "server") is None
    run = codesearch("query", "kumquat", "-l", "-n", "1", cwd=tree / "server")
    assert (run.code, run.out.strip()) == (0, str(Path("..", "only_here.py")))
    assert find_root(tree / "server") == tree.resolve()
    for path in (tree, shop):
        assert find_root(path) == path.resolve()
    both = codesearch("query", "kumquat", "-l", ".", ".trees/t", cwd=shop).out.splitlines()
    assert str(Path(".trees", "t", "only_here.py")) in both
    assert codesearch("index", ".", cwd=tree).code == 0
    assert "kumquat" not in codesearch("query", "kumquat", "--json", cwd=shop).out


def test_an_index_outside_every_repository_holds_those_below(codesearch: CommandLine, tmp_path: Path) -> None:
    inner = tmp_path / "all" / "inner"
    inner.mkdir(parents=True)
    (inner / "a.py").write_text("def kumquat():\n    return 1\n", encoding="utf-8")
    git(inner, "init", "-q")
    assert codesearch("index", "-q", str(tmp_path / "all"), cwd=tmp_path).code == 0
    assert find_root(inner) == (tmp_path / "all").resolve()
    assert codesearch("query", "kumquat", "-l", cwd=inner).out == "a.py\n"
    assert not (inner / ".codesearch").exists()


# several at once


@pytest.mark.skipif(sys.platform == "win32", reason="one more process would find the file open")
def test_three_first_questions_at_once_are_all_answered(codesearch: CommandLine, shop: Path) -> None:
    for number in range(40):
        (shop / f"more{number}.py").write_text(source(number), encoding="utf-8")
    command = [sys.executable, "-m", "codesearch", "query", "hash a password", "-l", "-n", "1"]
    running = [
        subprocess.Popen(
            command, cwd=shop, env=codesearch.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    for process in running:
        out, err = process.communicate(timeout=120)
        assert (process.returncode, out) == (0, str(Path("server", "passwords.py")) + "\n"), err


@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of files as Linux does")
@pytest.mark.parametrize("most", [0, 100, 5_000, 12_000, 30_000])
def test_where_no_more_can_be_written_it_is_said_and_what_was_there_stays(
    codesearch: CommandLine, shop: Path, most: int
) -> None:
    """A limit on the size of files fails as a full disk does."""
    import resource

    def query() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-B", "-m", "codesearch", "query", "hash a password", "-l", "-n", "1"],
            cwd=shop,
            env=codesearch.environment(),
            capture_output=True,
            text=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
        )

    first = query()
    assert "Traceback" not in first.stderr
    assert (first.returncode, first.stdout) == (2, "")
    assert "can't be written" in first.stderr or "the disk is full" in first.stderr
    assert codesearch("index", "-q", cwd=shop).code == 0
    for number in range(40):
        (shop / f"more{number}.py").write_text(source(number), encoding="utf-8")
    later = query()
    assert (later.returncode, later.stdout) == (0, str(Path("server", "passwords.py")) + "\n"), later.stderr
    assert "could not update the index" in later.stderr


def test_status_counts_what_index_counts(codesearch: CommandLine, shop: Path) -> None:
    (shop / "vendor").mkdir()
    (shop / "vendor" / "x.py").write_text("x = 1\n")
    (shop / "picture.png").write_bytes(b"\x89PNG")
    said = codesearch("index", cwd=shop).out
    (skipped,) = [line for line in said.splitlines() if line.startswith("Skipped")]
    assert "vendored 1" in skipped
    assert skipped in codesearch("status", cwd=shop).out.splitlines()
    (shop / "vendor" / "y.py").write_text("x = 1\n")
    (skipped,) = [line for line in codesearch("index", cwd=shop).out.splitlines() if line.startswith("Skipped")]
    assert "vendored 2" in skipped
    assert skipped in codesearch("status", cwd=shop).out.splitlines()


def test_changed_files_are_chunked_again_once_and_only_so_many(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Index.create(root) as index:
        index.update()
        for file in root.rglob("*.py"):
            file.write_text("\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
        chunked: list[str] = []
        monkeypatch.setattr(
            "codesearch.index.guarded.chunk_text", lambda path, *_: chunked.append(path) or ChunkedFile(())
        )
        monkeypatch.setattr(snippets, "MAX_RECHUNKED_FILES", 3)
        result = index.search("apple banana", k=8)
        assert (len(result.hits), len(chunked)) == (0, 3)
        assert result.outdated > 3
        monkeypatch.setattr(snippets, "MAX_RECHUNKED_SIZE", 10)
        index.search("apple banana", k=8)
        assert len(chunked) == 3


def test_threads_may_share_an_index_while_another_publishes(root: Path) -> None:
    with Index.create(root) as index, Index.create(root) as writer:
        index.update()
        expected = answers(index)

        def ask(_: int) -> bool:
            return answers(index) == expected

        with ThreadPoolExecutor(4) as pool:
            asked = [pool.submit(ask, number) for number in range(8)]
            for _ in range(6):
                writer.update(force=True)
            assert all(one.result() for one in asked)
