"""What a reader sees: BM25 and cosines over segments as over one, deletions and selections kept, one moment."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from codesearch.api import Index
from codesearch.errors import IndexNotFound
from codesearch.index import publish
from codesearch.index.bm25 import K1, B, idf
from codesearch.index.layout import Layout
from codesearch.index.postings import AVERAGE_LENGTH
from codesearch.index.snapshot import Snapshot, intersection
from codesearch.index.terms import terms

WORDS = "apple banana cherry damson elder fig grape hazel iris juniper".split()


def source(number: int) -> str:
    """A module whose functions are made of some of the words."""
    lines = []
    for i, word in enumerate(WORDS[number % 5 :: 2]):
        other = WORDS[(number + 3 * i) % len(WORDS)]
        lines += [f"def {word}_{number}({other}):", f"    return {other}.{word}({other}, {number})", "", ""]
    return "\n".join(lines)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "fruit"
    folder.mkdir()
    for number in range(12):
        (folder / f"module{number}.py").write_text(source(number), encoding="utf-8")
    return folder


@pytest.fixture
def index(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    """Of several segments, some with deleted chunks."""
    monkeypatch.setattr(publish, "merge_small", lambda *_: None)
    with Index.create(root) as made:
        for part in range(3):
            for number in range(4 * part, 4 * part + 4):
                (root / f"module{number}.py").touch()
            held = [root / f"module{number}.py" for number in range(4 * part + 4, 12)]
            texts = [file.read_text(encoding="utf-8") for file in held]
            for file in held:
                file.unlink()
            made.update()
            for file, text in zip(held, texts, strict=True):
                file.write_text(text, encoding="utf-8")
        (root / "module1.py").write_text(source(21), encoding="utf-8")
        (root / "module5.py").unlink()
        made.update()
        assert made.status().segments == 4
        yield made


def all_chunks(snapshot: Snapshot) -> np.ndarray:
    return np.concatenate([np.arange(f.first_chunk, f.first_chunk + f.chunks) for f in snapshot.files])


def test_deleted_chunks_are_seen_nowhere(index: Index) -> None:
    snapshot = index.snapshot()
    live = set(all_chunks(snapshot).tolist())
    assert len(live) == snapshot.chunk_count
    for word in WORDS:
        assert set(snapshot.lexical({word: 1.0}, 1000, None).ids.tolist()) <= live
    question = index.encoder.encode_query("banana")
    assert set(snapshot.nearest(question, 1000, None).ids.tolist()) == live
    assert set(snapshot.named(["apple5", "banana1"], 100, None).ids.tolist()) <= live


def test_the_best_by_words_are_the_best_of_all(index: Index) -> None:
    snapshot = index.snapshot()
    everything = all_chunks(snapshot)
    question = dict.fromkeys(("apple", "fig", "module3"), 1.0)
    scores = snapshot.term_scores(question, everything).sum(axis=0)
    best = snapshot.lexical(question, 5, None)
    ids, found = best.ids, best.scores
    np.testing.assert_allclose(found, np.sort(scores)[::-1][:5], rtol=1e-5)
    by_id = dict(zip(everything.tolist(), scores.tolist(), strict=True))
    assert [by_id[i] for i in ids.tolist()] == pytest.approx(found.tolist(), rel=1e-5)
    assert (found > 0).all()


def test_a_score_is_bm25(tmp_path: Path) -> None:
    """One field, no names: against the formula."""
    for number, text in enumerate(("fig fig grape", "fig hazel iris juniper elder", "grape")):
        (tmp_path / f"{number}.md").write_text(text + "\n", encoding="utf-8")
    with Index.create(tmp_path) as index:
        index.update()
        snapshot = index.snapshot()
        documents = {}
        for file in snapshot.files:
            stem, text = file.path.partition(".")[0], (tmp_path / file.path).read_text(encoding="utf-8")
            documents[file.first_chunk] = Counter(terms(text)) + Counter({stem: 4})
        assert len(documents) == snapshot.chunk_count == 3
        (frequency,) = snapshot.document_frequencies(["fig"])
        rarity = idf(3, frequency)
        assert rarity == pytest.approx(math.log1p((3 - 2 + 0.5) / (2 + 0.5)))
        found = snapshot.lexical({"fig": rarity}, 10, None)
        for chunk, score in zip(found.ids, found.scores, strict=True):
            tf, length = documents[int(chunk)]["fig"], documents[int(chunk)].total()
            assert score == pytest.approx(
                rarity * tf / (tf + K1 * (1 - B + B * length / AVERAGE_LENGTH)), abs=rarity / 255
            )


def test_the_nearest_have_the_largest_cosines(index: Index) -> None:
    snapshot = index.snapshot()
    question = index.encoder.encode_query("where do cherries grow")
    everything = all_chunks(snapshot)
    cosines = snapshot.similarities(question, everything)
    nearest = snapshot.nearest(question, 7, None)
    ids, found = nearest.ids, nearest.scores
    np.testing.assert_allclose(found, np.sort(cosines)[::-1][:7], atol=1e-5)
    np.testing.assert_allclose(snapshot.similarities(question, ids), found, atol=1e-5)


def test_selections_hold_before_the_cut(index: Index) -> None:
    snapshot = index.snapshot()
    only = snapshot.select_files(lambda file: file.path == "module7.py")
    (file,) = [file for file in snapshot.files if file.path == "module7.py"]
    chunks = set(range(file.first_chunk, file.first_chunk + file.chunks))
    question = index.encoder.encode_query("apple")
    assert set(snapshot.nearest(question, 1000, only).ids.tolist()) == chunks
    assert set(snapshot.lexical(dict.fromkeys(WORDS, 1.0), 1000, only).ids.tolist()) <= chunks
    functions = snapshot.select_kinds(["function"])
    both = intersection([only, functions])
    found = snapshot.chunks(snapshot.nearest(question, 1000, both).ids)
    assert found
    assert {(chunk.path, chunk.kind) for chunk in found} == {("module7.py", "function")}
    by_name = snapshot.select_definitions(lambda _, item: item.name.startswith("fig"))
    figs = snapshot.chunks(snapshot.nearest(question, 1000, by_name).ids)
    assert figs
    assert all(any(one.name.startswith("fig") for one in chunk.definitions) for chunk in figs)
    assert intersection([]) is None


def test_chunks_come_in_the_order_asked_for_with_what_is_known_of_them(index: Index, root: Path) -> None:
    snapshot = index.snapshot()
    everything = all_chunks(snapshot)[::-1]
    chunks = snapshot.chunks(everything)
    assert [chunk.id for chunk in chunks] == everything.tolist()
    for chunk in chunks:
        if chunk.kind == "function":
            line = (root / chunk.path).read_text(encoding="utf-8").split("\n")[chunk.start_line - 1]
            assert line.startswith(f"def {chunk.name}(")
            assert chunk.language == "Python"
            assert chunk.id in snapshot.named([chunk.name_key], 10, None).ids
    assert sum(snapshot.kinds().values()) == snapshot.chunk_count


def test_terms_and_questions_that_nothing_holds(index: Index) -> None:
    snapshot = index.snapshot()
    found = snapshot.lexical({"nowhere": 1.0}, 10, None)
    assert (found.ids.tolist(), found.scores.tolist()) == ([], [])
    assert snapshot.document_frequencies(["nowhere"]) == [0]
    assert snapshot.named(["nowhere"], 10, None).ids.tolist() == []
    assert snapshot.lexical({}, 10, None).ids.tolist() == []


def test_a_reader_keeps_its_state_while_others_publish(index: Index, root: Path) -> None:
    reader = Snapshot.open(Layout.of(root))
    before = all_chunks(reader).tolist()
    (root / "module2.py").unlink()
    index.update()
    question = index.encoder.encode_query("fig")
    assert sorted(reader.nearest(question, 1000, None).ids.tolist()) == sorted(before)
    assert "module2.py" in {chunk.path for chunk in reader.chunks(np.asarray(before))}
    reader.close()
    assert "module2.py" not in {file.path for file in index.snapshot().files}


def test_no_index_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFound, match="not indexed"):
        Snapshot.open(Layout.of(tmp_path))
