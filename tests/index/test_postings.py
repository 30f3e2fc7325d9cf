"""The lexical index of a segment, against BM25 computed plainly."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codesearch.index.bm25 import K1, B
from codesearch.index.postings import (
    AVERAGE_LENGTH,
    Postings,
    PostingsBuilder,
    TermCounts,
    TermImpacts,
    as_one_term,
    impact_scores,
    merge,
)

documents = st.lists(
    st.dictionaries(st.sampled_from("ab abc ü zeta é日 q x1 _y".split()), st.integers(1, 9)), min_size=1
)


def counted(docs: list[dict[str, int]]) -> TermCounts:
    terms = sorted({term for doc in docs for term in doc})
    place = {term: i for i, term in enumerate(terms)}
    return TermCounts(
        terms,
        np.asarray([place[term] for doc in docs for term in doc], np.int32),
        np.asarray([float(n) for doc in docs for n in doc.values()], np.float32),
        np.asarray([len(doc) for doc in docs], np.int32),
    )


def build(batches: list[TermCounts]) -> Postings:
    builder = PostingsBuilder()
    for batch in batches:
        builder.add(TermImpacts.of(batch))
    return builder.build()


def impact(doc: dict[str, int], term: str) -> float:
    tf = doc[term]
    return tf / (tf + K1 * (1 - B + B * sum(doc.values()) / AVERAGE_LENGTH))


@given(docs=documents)
def test_several_terms_count_as_one(docs: list[dict[str, int]]) -> None:
    found = build([counted(docs)]).find_any(["ab", "x", "none", "zeta"])
    together = [{**doc, "one": sum(doc.get(term, 0) for term in ("ab", "x", "zeta"))} for doc in docs]
    assert found.rows.tolist() == [i for i, doc in enumerate(together) if doc["one"]]
    lengths = [sum(doc.values()) for doc in docs]
    expected = [
        doc["one"] / (doc["one"] + K1 * (1 - B + B * length / AVERAGE_LENGTH))
        for doc, length in zip(together, lengths, strict=True)
        if doc["one"]
    ]
    assert (found.impacts / 255).tolist() == pytest.approx(expected, abs=0.02)


def test_a_row_with_one_of_several_terms_keeps_its_impact() -> None:
    """Whether another row of the segment has two of them: how files are divided into segments changes no score."""
    rows, impacts = np.arange(256), np.arange(256, dtype=np.uint8)
    assert as_one_term(rows, impacts)[1].tolist() == impacts.tolist()
    found, of_found = as_one_term(np.append(rows, [256, 256]), np.append(impacts, np.uint8([85, 85])))
    assert found.tolist() == list(range(257))
    assert of_found.tolist() == [*impacts.tolist(), 128]  # odds of 1:2 twice are even


@settings(deadline=None)
@given(docs=documents)
def test_each_posting_is_the_saturated_part_of_bm25(docs: list[dict[str, int]]) -> None:
    postings = build([counted(docs)])
    for term in {term for doc in docs for term in doc}:
        found = postings.find(term)
        assert found.rows.tolist() == [i for i, doc in enumerate(docs) if term in doc]
        expected = [impact(docs[row], term) for row in found.rows]
        assert impact_scores(found.impacts, 1.0) == pytest.approx(expected, abs=1.01 / 255)


@settings(deadline=None)
@given(docs=documents, cut=st.integers(0, 10))
def test_several_batches_are_one_segment(docs: list[dict[str, int]], cut: int) -> None:
    whole, parted = build([counted(docs)]), build([counted(docs[:cut]), counted(docs[cut:])])
    for term in {term for doc in docs for term in doc}:
        one, other = whole.find(term), parted.find(term)
        np.testing.assert_array_equal(one.rows, other.rows)
        np.testing.assert_array_equal(one.impacts, other.impacts)


@settings(deadline=None)
@given(first=documents, second=documents, data=st.data())
def test_merging_keeps_the_postings_of_kept_rows(
    first: list[dict[str, int]], second: list[dict[str, int]], data: st.DataObject
) -> None:
    parts, expected, next_row = [], Counter[tuple[str, int, int]](), 0
    for docs in (first, second):
        postings = build([counted(docs)])
        numbers = np.full(len(docs), -1, np.int64)
        for row in range(len(docs)):
            if data.draw(st.booleans()):
                numbers[row] = next_row
                for term in docs[row]:
                    holders = postings.find(term)
                    expected[term, next_row, int(holders.impacts[holders.rows.tolist().index(row)])] += 1
                next_row += 1
        parts.append((postings, numbers))
    merged = merge(parts, next_row)
    found = Counter(
        (term.decode(), int(row), int(value))
        for term in merged.vocabulary.terms()
        for of_term in [merged.find(term.decode())]
        for row, value in zip(of_term.rows, of_term.impacts, strict=True)
    )
    assert found == expected


def test_unknown_terms_and_an_empty_segment() -> None:
    postings = build([])
    assert Postings(postings.arrays()).find("x").rows.size == 0
    some = build([counted([{"b": 1}, {"d": 2}])])
    assert [some.find(term).rows.size for term in ("", "a", "c", "e", "bb")] == [0] * 5
    assert some.find_any(["a", "c"]).rows.size == 0


def test_rows_take_16_bits_where_they_suffice() -> None:
    small = build([counted([{"a": 1}] * 10)])
    assert small.find("a").rows.dtype == np.uint16
    large = build([counted([{"a": 1}] * 70_000)])
    assert large.find("a").rows.dtype == np.uint32
    expected = impact({"a": 1}, "a")
    assert math.isclose(float(impact_scores(large.find("a").impacts, 1.0)[0]), expected, abs_tol=1 / 255)
