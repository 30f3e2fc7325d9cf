"""`codesearch train` as a process: a model that serves, an honest answer, bad input, a killed run that goes on."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from codesearch.models.static import StaticEncoder
from tests.support.command_line import CommandLine
from tests.support.places import PACKAGE

pytest.importorskip("scipy")
pytest.importorskip("matplotlib")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some of this program's own code: about 1,000 pairs."""
    folder = tmp_path_factory.mktemp("source") / "a project"
    for room in ("index", "search", "chunking", "discovery", "training"):
        shutil.copytree(PACKAGE / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_a_model_is_trained_and_used(source: Path, codesearch: CommandLine, tmp_path: Path) -> None:
    done = codesearch("train", str(source), "--out", "ours", "--epochs", "6", cwd=tmp_path)
    assert done.code in (0, 1), done.err
    report = json.loads((tmp_path / "ours/report.json").read_text(encoding="utf-8"))
    assert report["pairs"]["Python"]["documentation"] > 100
    assert report["held_out"]["Python"]["questions"] >= 20
    assert (tmp_path / "ours/curve.png").read_bytes().startswith(b"\x89PNG")
    assert not (tmp_path / "ours/training").exists()
    assert report["is_kept"] == (done.code == 0) == (report["gain"]["low"] > 0)
    assert ("It helped" in done.out) == (done.code == 0)
    assert (tmp_path / "ours/weights.safetensors").exists() == (done.code == 0)


def test_without_anything_held_out_the_model_is_written_and_serves(
    source: Path, codesearch: CommandLine, tmp_path: Path
) -> None:
    held_out = tmp_path / "little"
    held_out.mkdir()
    (held_out / "one.py").write_text("x = 1\n", encoding="utf-8")
    done = codesearch(
        "train", str(source), "--held-out", str(held_out), "--out", "ours", "--epochs", "1", "--json", cwd=tmp_path
    )
    assert done.code == 0, done.err
    assert json.loads(done.out)["gain"] is None
    card = (tmp_path / "ours/README.md").read_text(encoding="utf-8")
    assert "| a project |" in card
    assert "| Python |" in card
    encoder = StaticEncoder(tmp_path / "ours", "ours")
    assert encoder.dimensions == StaticEncoder.default().dimensions
    found = codesearch("query", "merge segments", "--model", str(tmp_path / "ours"), cwd=source)
    assert found.code == 0, found.err
    assert "merging.py" in found.out


def test_what_is_kept_of_the_base_and_a_teacher_change_the_result(
    source: Path, codesearch: CommandLine, tmp_path: Path
) -> None:
    (tmp_path / "little").mkdir()
    (tmp_path / "little/one.py").write_text("x = 1\n", encoding="utf-8")
    usual = ("train", str(source), "--held-out", "little", "--epochs", "2")
    text = ["how are segments merged"]
    base = StaticEncoder.default().encode_documents(text)[0]
    cosines = {}
    for name, options in (("plain", ()), ("kept", ("--keep", "0.9")), ("taught", ("--teacher", "default"))):
        done = codesearch(*usual, *options, "--out", name, "--json", cwd=tmp_path)
        assert done.code == 0, done.err
        cosines[name] = float(StaticEncoder(tmp_path / name, name).encode_documents(text)[0] @ base)
    assert cosines["plain"] < cosines["kept"]
    assert cosines["taught"] not in (1, cosines["plain"])
    assert "90% of the base model's weights kept" in (tmp_path / "kept/README.md").read_text(encoding="utf-8")
    assert "`default` finds" in (tmp_path / "taught/README.md").read_text(encoding="utf-8")


def test_a_killed_run_goes_on_to_the_same_model(source: Path, codesearch: CommandLine, tmp_path: Path) -> None:
    arguments = ["train", str(source), "--epochs", "40", "--seed", "3"]
    whole = codesearch(*arguments, "--out", "whole", cwd=tmp_path)
    assert whole.code in (0, 1), whole.err
    state = tmp_path / "killed/training"
    process = subprocess.Popen(
        [sys.executable, "-m", "codesearch", *arguments, "--out", "killed"],
        cwd=tmp_path,
        env=codesearch.environment(),
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while not (state / "sources.json").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    process.wait()
    assert state.is_dir()
    resumed = codesearch("train", str(source), "--out", "killed", "--resume", cwd=tmp_path)
    assert resumed.code == whole.code, resumed.err
    reports = [
        json.loads((tmp_path / name / "report.json").read_text(encoding="utf-8")) for name in ("whole", "killed")
    ]
    assert reports[0]["gain"] == reports[1]["gain"]
    assert reports[0]["curve"] == reports[1]["curve"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "nowhere does not exist"),
        (["empty"], "no pairs"),
        (["data.bin"], "neither a folder nor a supported archive"),
        (["broken.zip"], "broken.zip"),
        (["empty", "--time", "soon"], "invalid duration"),
        (["empty", "--time", "0s"], "invalid duration"),
        (["empty", "--time", "9999h"], "exceeds the maximum of 720h"),
        (["empty", "--epochs", "nan"], "'nan' is not a number"),
        (["empty", "--rate", "1_0"], "'1_0' is not a number"),
        (["empty", "--seed", str(2**64)], "not in the range 0 to 4,294,967,295"),
        (["empty", "--vocabulary", "٣"], "not a whole number"),
        (["empty", "--held-out", ""], "the value is empty"),
        (["empty", "--from", "no-such-model"], "unknown model"),
        (["empty", "--teacher", "no-such-model"], "unknown model"),
        (["empty", "--keep", "1"], "not in the range 0 to 0.99"),
        (["empty", "--resume"], "no training run to resume"),
    ],
)
def test_bad_input_is_said_in_a_sentence(
    arguments: list[str], message: str, codesearch: CommandLine, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty/photo.png").write_bytes(b"\x89PNG\0\0\0")
    (tmp_path / "data.bin").write_bytes(b"\0\1\2")
    (tmp_path / "broken.zip").write_bytes(b"PK\3\4 but no more")
    done = codesearch("train", *arguments, "--out", "ours", cwd=tmp_path)
    assert done.code == 2
    assert message in done.err
    assert "Traceback" not in done.err


def test_an_archive_is_a_source(source: Path, codesearch: CommandLine, tmp_path: Path) -> None:
    archive = shutil.make_archive(str(tmp_path / "project"), "gztar", source)
    done = codesearch("train", archive, "--out", "ours", "--epochs", "1", "--json", cwd=tmp_path)
    assert done.code in (0, 1), done.err
    record = json.loads(done.out)
    assert record["sources"][0]["name"] == "project.tar.gz"
    assert record["sources"][0]["files"] > 20
    assert {path.name for path in tmp_path.iterdir()} == {"project.tar.gz", "ours"}


def test_a_folder_of_the_users_that_is_called_training_stays(codesearch: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "training").mkdir()
    (tmp_path / "training" / "plan.py").write_text("x = 1\n")
    done = codesearch("train", ".", "--out", ".", cwd=tmp_path)
    assert done.code == 2
    assert "training already exists and is not an unfinished training run" in done.err
    assert (tmp_path / "training" / "plan.py").exists()
