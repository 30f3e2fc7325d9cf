"""Terms in arrays are found where they are."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from codesearch.index import vocabulary
from codesearch.index.vocabulary import LANDMARK_DISTANCE, LOOKUPS_WITHOUT_LANDMARKS, Vocabulary

words = st.text(st.sampled_from("ab_é日"), min_size=1, max_size=4)


@settings(deadline=None)
@given(terms=st.sets(words, max_size=5 * LANDMARK_DISTANCE), asked=st.lists(words, min_size=1, max_size=8, unique=True))
def test_a_term_is_found_where_it_is_however_often_it_was_looked_up(terms: set[str], asked: list[str]) -> None:
    ordered = sorted(term.encode() for term in terms)
    numbers = {term.decode(): i for i, term in enumerate(ordered)}
    found = Vocabulary.of(ordered)
    expected = [numbers.get(term) for term in asked]
    together = sorted(number for number in expected if number is not None)
    for _ in range(LOOKUPS_WITHOUT_LANDMARKS // len(asked) + 2):
        assert [found.find(term) for term in asked] == expected
    assert found.find_all(asked) == together
    starting = [term.decode() for term in ordered if term.startswith(asked[0].encode())]
    assert found.starting_with(asked[0], 3) == starting[:3]


def test_landmarks_are_not_read_for_a_few_lookups() -> None:
    found = Vocabulary.of([f"{i:05}".encode() for i in range(10 * LANDMARK_DISTANCE)])
    reads: list[int] = []
    read = found._term

    def counted(i: int) -> bytes:
        reads.append(i)
        return read(i)

    found._term = counted  # type: ignore[method-assign]
    assert found.find("00017") == 17
    assert len(reads) < 12
    for _ in range(vocabulary.LOOKUPS_WITHOUT_LANDMARKS):
        found.find("00017")
    reads.clear()
    assert found.find("00017") == 17
    assert len(reads) < 8
