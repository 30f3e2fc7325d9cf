"""Several segments below one vocabulary have what each of them has."""

from __future__ import annotations

from itertools import accumulate

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from codesearch.cluster.joined_postings import JoinedPostings
from codesearch.index.postings import Postings, PostingsBuilder

WORDS = ("go", "goes", "going", "é日", "_", "zeta")
rows = st.lists(st.sets(st.sampled_from(WORDS[:-1])).map(tuple), max_size=4)


@settings(deadline=None)
@given(
    segments=st.lists(rows, max_size=5),
    asked_for=st.lists(st.booleans(), min_size=5, max_size=5),
    words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=4, unique=True),
)
def test_finds_in_the_segments_asked_for_what_each_finds(
    segments: list[list[tuple[str, ...]]], asked_for: list[bool], words: list[str]
) -> None:
    parts = [_postings(segment) for segment in segments]
    firsts = [0, *accumulate(map(len, segments))][: len(parts)]
    joined = JoinedPostings(parts, firsts)
    for asked in (None, np.asarray(asked_for[: len(parts)], np.bool_)):
        kept = [i for i in range(len(parts)) if asked is None or asked[i]]
        found = joined.find_any(words, asked)
        assert found.rows.tolist() == [row + firsts[i] for i in kept for row in _rows(parts[i], words)]
        assert found.impacts.tolist() == [impact for i in kept for impact in parts[i].find_any(words).impacts.tolist()]
        assert joined.count(words[0], asked) == sum(len(_rows(parts[i], words[:1])) for i in kept)


def _postings(keys: list[tuple[str, ...]]) -> Postings:
    builder = PostingsBuilder()
    builder.add_keys(keys)
    return builder.build()


def _rows(part: Postings, words: list[str]) -> list[int]:
    return [int(row) for row in part.find_any(words).rows]
