"""What is served follows the place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from codesearch.cluster.following import follow
from codesearch.cluster.holding import servable_manifest
from codesearch.cluster.manifest import Manifest, write_manifest
from codesearch.cluster.place import Place, open_place
from codesearch.errors import CodesearchError
from tests.support.cluster import index_here
from tests.support.repositories import write


class Ended(Exception):
    """The last look is over."""


@pytest.fixture
def bakery(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    write(tmp_path / "bakery", {"oven.py": "def heat():\n    return 1\n"})
    return tmp_path


def _changed(town: Path, text: str) -> Place:
    write(town / "bakery", {"oven.py": f"def {text}():\n    return 1\n"})
    place = open_place(str(town / "place"))
    index_here(place, [town / "bakery"])
    return place


def _followed(
    place: Place,
    before_each_look: Iterator[Callable[[], object]],
    taken: Callable[[Manifest], object] = lambda _: None,
) -> tuple[list[Manifest], list[str]]:
    """What is served, and what is said, while things happen before each look."""
    served: list[Manifest] = []
    said: list[str] = []

    def wait(seconds: float) -> None:
        if (happen := next(before_each_look, None)) is None:
            raise Ended
        happen()

    def take(manifest: Manifest) -> None:
        taken(manifest)
        served.append(manifest)

    with pytest.raises(Ended):
        follow(place, servable_manifest(place), take, said.append, wait)
    return served, said


def _nothing() -> None:
    pass


def test_a_state_is_served_once_it_lasts(bakery: Path) -> None:
    place = _changed(bakery, "heat")
    looks = [_nothing, lambda: _changed(bakery, "cool"), lambda: _changed(bakery, "bake"), _nothing, _nothing]
    served, said = _followed(place, iter(looks))
    assert served == [servable_manifest(place)]
    assert said == [f"serving the new state of {place}"]


def test_what_can_not_be_served_is_said_once(bakery: Path) -> None:
    place = _changed(bakery, "heat")
    good = servable_manifest(place)

    def break_place() -> None:
        place.write("manifest.json", b"nonsense")

    served, said = _followed(place, iter([break_place, *[_nothing] * 4]))
    assert served == []
    assert said == [f"the new state of {place} is not served: the manifest of {place} is damaged"]
    write_manifest(place, good)

    def refuse(manifest: Manifest) -> None:
        raise CodesearchError("no node has room")

    looks = [lambda: _changed(bakery, "cool"), *[_nothing] * 4]
    served, said = _followed(place, iter(looks), refuse)
    assert said == [f"the new state of {place} is not served: no node has room"]


def test_another_model_needs_a_restart(bakery: Path) -> None:
    place = _changed(bakery, "heat")
    (shard,) = servable_manifest(place).shards
    other = Manifest((replace(shard, model="theirs"),))
    served, said = _followed(place, iter([lambda: write_manifest(place, other), *[_nothing] * 2]))
    assert served == []
    assert said[0].endswith("it was indexed with the model theirs, which needs a restart")
