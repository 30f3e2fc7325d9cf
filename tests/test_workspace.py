"""A workspace: indexes found or made, kept up to date, rebuilt, and searched as one, from several threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from codesearch.api import Index
from codesearch.errors import CodesearchError, IndexDamaged, IndexNotFound
from codesearch.index.update import UpdateReport
from codesearch.models.encoder import Encoder
from codesearch.models.loading import load_encoder
from codesearch.search.hit import Filters
from codesearch.workspace import Observer, Workspace
from tests.support.encoders import Words


class Heard(Observer):
    """Keeps what it hears, as event and folder."""

    def __init__(self) -> None:
        self.events: list[tuple[str, str]] = []

    def creating(self, index: Index) -> None:
        self.events.append(("creating", index.root.name))

    def resuming(self, index: Index) -> None:
        self.events.append(("resuming", index.root.name))

    def rebuilding(self, index: Index, error: IndexDamaged) -> None:
        self.events.append(("rebuilding", index.root.name))

    def updated(self, index: Index, report: UpdateReport) -> None:
        self.events.append(("updated", index.root.name))

    def stale(self, index: Index, reason: str) -> None:
        self.events.append(("stale", reason))

    def empty(self, index: Index) -> None:
        self.events.append(("empty", index.root.name))


def _write(file: Path, name: str, doing: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    text = f'def {name}(shop):\n    """{doing}"""\n    return shop.{name}()\n'
    file.write_text(text, encoding="utf-8")


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    _write(tmp_path / "bakery" / "src" / "oven.py", "heat_oven", "Heat the oven until the bread is brown.")
    _write(tmp_path / "garage" / "src" / "wheel.py", "change_wheel", "Change a wheel of the car.")
    return [tmp_path / "bakery", tmp_path / "garage"]


def test_missing_indexes_are_made_and_searched_as_one(folders: list[Path]) -> None:
    heard = Heard()
    with Workspace(observer=heard) as workspace:
        workspace.add(folders)
        roots = [member.index.root for member in workspace.members]
        assert roots == folders
        for question, root, name in (("hot bread", 0, "heat_oven"), ("replace the car's wheel", 1, "change_wheel")):
            first = workspace.search(question).hits[0]
            assert (first.index, first.name) == (root, name)
    made = [(event, folder.name) for folder in folders for event in ("creating", "updated")]
    assert heard.events == made
    with Workspace(observer=heard) as workspace:
        workspace.add(folders)
    assert heard.events == made


def test_each_encoder_is_loaded_once(folders: list[Path]) -> None:
    with Workspace() as workspace:
        workspace.add(folders)
        bakery, garage = (member.index for member in workspace.members)
        assert bakery.encoder is garage.encoder


def test_only_the_paths_that_were_added_are_searched(folders: list[Path]) -> None:
    bakery = folders[0]
    _write(bakery / "tests" / "test_oven.py", "test_heat_oven", "The oven gets hot.")
    with Workspace() as workspace:
        workspace.add([bakery])
    with Workspace() as workspace:
        workspace.add([bakery / "src"])
        assert {hit.path for hit in workspace.search("hot oven").hits} == {"src/oven.py"}
        workspace.add([bakery / "tests" / "test_oven.py"])
        assert {hit.path for hit in workspace.search("hot oven").hits} == {"src/oven.py", "tests/test_oven.py"}
        workspace.add([bakery])
        _write(bakery / "other.py", "cool_oven", "Let the oven get cold.")
        workspace.refresh()
        hits = workspace.search("cold oven", filters=Filters(languages=("python",))).hits
        assert "other.py" in {hit.path for hit in hits}


def test_what_another_process_publishes_is_searched(folders: list[Path]) -> None:
    with Workspace(refreshes=False) as workspace:
        workspace.add(folders)
        assert workspace.search("paint_door").hits[0].name != "paint_door"
        _write(folders[1] / "src" / "door.py", "paint_door", "Paint a door of the car.")
        with Index.open(folders[1]) as other:
            other.update()
        assert workspace.search("paint_door").hits[0].name == "paint_door"


def test_a_damaged_index_is_rebuilt_where_that_is_allowed(folders: list[Path]) -> None:
    with Workspace() as workspace:
        workspace.add(folders)
    segment = next((folders[1] / ".codesearch" / "segments").glob("*/vectors*"))
    segment.write_bytes(segment.read_bytes()[:-7])
    with pytest.raises(IndexDamaged), Workspace(refreshes=False) as workspace:
        workspace.add(folders)
        workspace.search("change a wheel")
    heard = Heard()
    with Workspace(observer=heard) as workspace:
        workspace.add(folders)
        assert workspace.search("change a wheel").hits[0].name == "change_wheel"
    assert heard.events == [("rebuilding", "garage"), ("updated", "garage")]


def test_an_index_damaged_while_it_is_open_is_rebuilt_alone(folders: list[Path]) -> None:
    heard = Heard()
    with Workspace(observer=heard) as workspace:
        workspace.add(folders)
        heard.events.clear()
        database = folders[0] / ".codesearch" / "index.db"
        database.write_bytes(b"no database")
        for left in database.parent.glob("index.db-*"):
            left.unlink()
        assert workspace.search("hot bread").hits[0].name == "heat_oven"
    assert heard.events == [("rebuilding", "bakery"), ("updated", "bakery")]


def test_an_index_without_files_is_told(tmp_path: Path) -> None:
    heard = Heard()
    for expected in ([("creating", "void"), ("updated", "void")], [("empty", "void")]):
        (tmp_path / "void").mkdir(exist_ok=True)
        heard.events.clear()
        with Workspace(observer=heard) as workspace:
            workspace.add([tmp_path / "void"])
            assert not workspace.search("anything").hits
        assert heard.events == expected


def test_paths_that_can_not_be_searched(folders: list[Path], tmp_path: Path) -> None:
    with Workspace() as workspace, pytest.raises(CodesearchError, match="does not exist"):
        workspace.add([tmp_path / "nowhere"])
    elsewhere = tmp_path / "elsewhere"
    with Index.create(folders[0], index_dir=elsewhere) as index:
        index.update()
    with Workspace(index_dir=elsewhere) as workspace, pytest.raises(CodesearchError, match="outside"):
        workspace.add([folders[1]])


def test_nothing_is_searched_before_anything_is_added() -> None:
    with Workspace() as workspace, pytest.raises(CodesearchError, match="no index"):
        workspace.search("anything")


def test_a_large_folder_is_not_indexed_unasked(folders: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codesearch.discovery.roots.MOST_ENTRIES", 1)
    with Workspace() as workspace, pytest.raises(IndexNotFound):
        workspace.add([folders[0]])


def test_threads_share_a_workspace_while_its_files_change(folders: list[Path]) -> None:
    with Workspace() as workspace:
        workspace.add(folders)

        def ask(number: int) -> str:
            if number % 4 == 0:
                _write(folders[0] / "src" / f"new{number}.py", f"knead_dough_{number}", "Knead dough.")
                workspace.refresh()
                return workspace.search(f"knead_dough_{number}").hits[0].name
            return workspace.search("change_wheel").hits[0].name

        with ThreadPoolExecutor(8) as threads:
            found = list(threads.map(ask, range(24)))
    assert found == [f"knead_dough_{number}" if number % 4 == 0 else "change_wheel" for number in range(24)]


def test_an_open_index_follows_another_process_to_another_model(folders: list[Path]) -> None:
    def load(name: str, device: str) -> Encoder:
        return Words() if name == "words" else load_encoder(name, device)

    with Index.create(folders[0], load=load) as index, Index.create(folders[0], model="words", load=load) as other:
        index.update()
        assert (index.search("heat the oven").hits[0].name, index.encoder.name) == ("heat_oven", "default")
        other.update()
        assert (index.search("heat the oven").hits[0].name, index.encoder.name) == ("heat_oven", "words")
