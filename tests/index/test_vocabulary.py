"""Terms in arrays are found where they are."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from codesearch.index.vocabulary import Vocabulary

words = st.text(st.sampled_from("ab_é日"), min_size=1, max_size=4)


@settings(deadline=None)
@given(terms=st.sets(words, max_size=100), asked=st.lists(words, min_size=1, max_size=8, unique=True))
def test_a_term_is_found_where_it_is(terms: set[str], asked: list[str]) -> None:
    ordered = sorted(term.encode() for term in terms)
    numbers = {term.decode(): i for i, term in enumerate(ordered)}
    found = Vocabulary.of(ordered)
    expected = [numbers.get(term) for term in asked]
    assert [found.find(term) for term in asked] == expected
    assert found.find_all(asked) == sorted(number for number in expected if number is not None)
    starting = [term.decode() for term in ordered if term.startswith(asked[0].encode())]
    assert found.starting_with(asked[0], 3) == starting[:3]
