"""Pairs as bags: what is kept of many sources, and that nothing is lost on disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from codesearch.models.static import StaticEncoder
from codesearch.training.corpus import Bags, Corpus, CorpusBuilder, PairBags, digest_of, merge
from codesearch.training.pairs import Pair
from codesearch.training.start import extended_vocabulary, initial_table
from codesearch.training.vocabulary import UNKNOWN, choose_tokens, to_tokens, tokenise, with_language, with_prefixes

WORDS = "open close read write file socket buffer length user order price total".split()


def pair(asked: str, code: str, kind: str = "documentation") -> Pair:
    return Pair(kind, asked, code)


def part(pairs: Sequence[Pair], language: str = "Python") -> tuple[list[str], dict[str, PairBags]]:
    builder = CorpusBuilder()
    builder.add(language, pairs)
    return list(builder.words), builder.finish()


def texts(words: Sequence[str], bags: Bags) -> list[dict[str, int]]:
    return [
        {words[i]: int(n) for i, n in zip(bags.ids[begin:end].tolist(), bags.counts[begin:end].tolist(), strict=True)}
        for begin, end in zip(bags.offsets[:-1].tolist(), bags.offsets[1:].tolist(), strict=True)
    ]


def own_words(number: int) -> str:
    """A body that shares no word with that of another number."""
    return " ".join(
        f"word{chr(97 + number % 26)}{chr(97 + number // 26 % 26)}{chr(97 + number // 676)}{end}" for end in "abcdef"
    )


bodies = st.lists(st.sampled_from(WORDS), min_size=6, max_size=30).map(" ".join)


@given(st.lists(st.tuples(bodies, bodies), min_size=1, max_size=8))
def test_bags_hold_the_words_of_their_texts(pairs: list[tuple[str, str]]) -> None:
    words, languages = part([pair(asked, code) for asked, code in pairs])
    own = languages["Python"]
    assert texts(words, own.codes) == [{w: code.split().count(w) for w in code.split()} for _, code in pairs]
    assert texts(words, own.questions) == [{w: asked.split().count(w) for w in asked.split()} for asked, _ in pairs]
    rows = np.arange(len(pairs))[::-1]
    assert texts(words, own.codes.take(rows)) == texts(words, own.codes)[::-1]


def test_the_same_code_counts_once_and_a_question_thrice() -> None:
    same = [pair("open the file again", "open file read buffer close file length")] * 5
    asked = [pair("returns the value", f"read {word} write buffer total {word} price") for word in WORDS[:6]]
    corpus = merge([part(same), part(same), part(asked)], most=100, seed=0)
    questions = [sorted(bag) for bag in texts(corpus.words, corpus.pairs["Python"].questions)]
    assert questions.count(["again", "file", "open", "the"]) == 1
    assert questions.count(["returns", "the", "value"]) == 3


def test_languages_are_capped_and_names_do_not_crowd_out_the_rest() -> None:
    said = [pair(f"read number {i} of the file", own_words(i)) for i in range(40)]
    named = [pair(f"read {i}", own_words(1000 + i), "name") for i in range(400)]
    corpus = merge([part([*said, *named])], most=80, seed=0)
    counts = corpus.counts()["Python"]
    assert counts["documentation"] == 40
    assert counts["name"] == 40
    assert len(merge([part(said)], most=10, seed=0).pairs["Python"]) == 10


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    corpus = merge(
        [
            part([pair("read the file", "open file read close file")]),
            part([pair("a b c", "x y z w v")], "Visual Basic"),
        ],
        10,
        0,
    )
    corpus.save(tmp_path)
    again = Corpus.load(tmp_path)
    assert again.words == corpus.words
    assert again.counts() == corpus.counts()
    for language, own in corpus.pairs.items():
        assert texts(again.words, again.pairs[language].codes) == texts(corpus.words, own.codes)
    assert again.digests() == corpus.digests()


def test_near_duplicates_share_a_digest() -> None:
    code = "def read_all(path):\n    with open(path) as file:\n        return file.read() + footer(path, 12, 'x')"
    assert digest_of(pair("read it all", code)) == digest_of(pair("read it all", code.replace("    ", "\t")))
    assert digest_of(pair("read it all", code)) != digest_of(pair("read it all", own_words(3)))


def test_a_vocabulary_has_the_common_words_and_the_letters_of_others() -> None:
    pairs = [
        pair(f"the frobnicator of order {i}", f"frobnicator order {i} total price user {word}")
        for i, word in enumerate(WORDS * 3)
    ]
    corpus = merge([part(pairs)], 100, 0)
    tokens = choose_tokens(corpus, 300)
    assert tokens[0] == UNKNOWN
    assert len(tokens) == len(set(tokens)) <= 300
    assert {"frobnicator", "order", "total"} <= set(tokens)
    numbers = {token: i for i, token in enumerate(tokens)}
    assert all(ids for ids in tokenise(["zyxwv", "q7"], numbers))


def test_bags_in_tokens_are_what_the_encoder_makes_of_the_text() -> None:
    encoder = StaticEncoder.default()
    asked, code = "flush the zzyzxqatable buffers", "void flushBuffers(int zzyzxqatable) { flush(); }"
    words, languages = part([pair(asked, code)])
    bags = to_tokens(languages["Python"].codes, tokenise(words, encoder.vocabulary))
    counted: dict[int, int] = {}
    for token, n in zip(bags.ids.tolist(), bags.counts.tolist(), strict=True):
        counted[token] = counted.get(token, 0) + n
    expected = encoder.tokens(code)
    assert counted == {token: expected.count(token) for token in expected}


def test_prefixes_come_before_some_questions_only() -> None:
    encoder = StaticEncoder.default()
    words, languages = part([pair(f"order {i} total price", f"user {i} order socket {i}") for i in range(400)])
    bags = to_tokens(languages["Python"].questions, tokenise(words, encoder.vocabulary))
    longer = with_prefixes(bags, encoder.vocabulary, np.random.default_rng(0))
    grown = np.diff(longer.offsets) - np.diff(bags.offsets)
    assert 0.08 < (grown > 0).mean() < 0.25
    row = int(np.flatnonzero(grown)[0])
    own = longer.ids[longer.offsets[row] : longer.offsets[row + 1]]
    assert set(bags.ids[bags.offsets[row] : bags.offsets[row + 1]].tolist()) <= set(own.tolist())


def test_some_questions_name_their_language_first_or_last() -> None:
    encoder = StaticEncoder.default()
    words, languages = part([pair(f"order {i} total price", f"user {i} order socket {i}") for i in range(400)])
    bags = to_tokens(languages["Python"].questions, tokenise(words, encoder.vocabulary))
    named = with_language(bags, "Python", encoder.vocabulary, np.random.default_rng(0))
    rows = np.flatnonzero(np.diff(named.offsets) - np.diff(bags.offsets))
    assert 0.05 < len(rows) / len(bags) < 0.16
    firsts = [int(named.ids[named.offsets[row]]) for row in rows]
    lasts = [int(named.ids[named.offsets[row + 1] - 1]) for row in rows]
    names = {encoder.vocabulary["python"], encoder.vocabulary["py"]}
    assert all(first in names or last in names for first, last in zip(firsts, lasts, strict=True))
    assert names & set(firsts) and names & set(lasts)


def test_new_words_start_where_their_pieces_are() -> None:
    encoder = StaticEncoder.default()
    pairs = [pair(f"frobnicatorz number {i}", f"frobnicatorz order {i} user {i} price") for i in range(60)]
    corpus = merge([part(pairs)], 1000, 0)
    tokens = extended_vocabulary(encoder, corpus)
    assert tokens[: len(encoder.vocabulary)] == list(encoder.vocabulary)
    assert "frobnicatorz" in tokens
    table = initial_table(encoder, tokens)
    assert table.shape == (len(tokens), encoder.dimensions)
    pieces = encoder.table()[encoder.tokens("frobnicatorz")].mean(0)
    np.testing.assert_allclose(table[tokens.index("frobnicatorz")], pieces, atol=1e-6)
    np.testing.assert_array_equal(table[: len(encoder.vocabulary)][1:], encoder.table()[1:])
