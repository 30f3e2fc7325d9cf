"""What is cut from code to learn from: questions, the code that answers, and what is left out."""

from __future__ import annotations

import pytest

from codesearch.chunking.chunk import Chunk
from codesearch.chunking.chunker import chunk_text
from codesearch.languages.detect import detect
from codesearch.training.clean import is_english, is_question, question
from codesearch.training.pairs import Pair, commit_pairs, pairs_from_tests, pairs_of
from codesearch.training.sources import Commit

PYTHON = '''\
"""Money and what it is worth."""


def exchange_rate(currency, day):
    """Return the rate of a currency on a day.

    Args:
        currency: three letters
    """
    table = load_rates(day)
    # Weekends have no rates of their own, so take Friday's
    while day not in table:
        day = previous_day(day)
        table = load_rates(day)

    return table[currency]


def load_rates(day):
    with open(f"rates-{day}.json") as file:
        return json.load(file)["rates"]
'''
MARKDOWN = """\
# Payments

## Refunding a customer

Open the order, choose the lines that are to be refunded and confirm with the manager's key.
"""
MARKDOWN += "The customer is told by mail when the bank has confirmed the refund of the order.\n" * 20


def chunks_of(path: str, text: str) -> list[Chunk]:
    return list(chunk_text(path, text, detect(path, text)).chunks)


def cut(path: str, text: str) -> list[Pair]:
    language = detect(path, text)
    assert language is not None
    return list(pairs_of(chunks_of(path, text), language))


def of_kind(pairs: list[Pair], kind: str) -> list[Pair]:
    return [pair for pair in pairs if pair.kind == kind]


def test_documentation_asks_for_the_code_without_it() -> None:
    pair = next(pair for pair in of_kind(cut("bank/money.py", PYTHON), "documentation") if "def exchange" in pair.code)
    assert pair.question == "Return the rate of a currency on a day."
    assert "Return the rate" not in pair.code
    assert "three letters" not in pair.code
    assert "table = load_rates(day)" in pair.code
    assert pair.place == "bank/money.py\nexchange_rate"


def test_a_name_asks_for_the_body_that_does_not_say_it() -> None:
    pairs = {pair.question: pair.code for pair in of_kind(cut("money.py", PYTHON), "name")}
    assert set(pairs) == {"exchange rate", "load rates"}
    assert "exchange_rate" not in pairs["exchange rate"]
    assert "json.load" in pairs["load rates"]


def test_a_name_asks_for_the_documentation_that_says_it_in_other_words() -> None:
    (pair,) = of_kind(cut("bank/money.py", PYTHON), "summary")
    assert pair.question == "exchange rate"
    assert pair.code.startswith("Return the rate of a currency on a day.")
    assert "exchange_rate" not in pair.code


def test_a_comment_asks_for_the_lines_under_it() -> None:
    (pair,) = [pair for pair in of_kind(cut("money.py", PYTHON), "comment") if "Weekends" in pair.question]
    assert pair.code.strip().startswith("while day not in table:")
    assert "return table" not in pair.code


def test_a_comment_in_marks_asks_too() -> None:
    text = """\
int total(int n) {
  int sum = start(n);
  /* Halves are rounded to even,
     as banks do */
  sum = to_even(sum * 100, BANKERS_ROUNDING) / 100;

  return sum;
}
"""
    pairs = of_kind(cut("total.c", text), "comment")
    assert {pair.question for pair in pairs} == {"Halves are rounded to even, as banks do"}
    assert {pair.code.strip() for pair in pairs} == {"sum = to_even(sum * 100, BANKERS_ROUNDING) / 100;"}


def test_a_heading_asks_for_its_section() -> None:
    pairs = of_kind(cut("README.md", MARKDOWN), "heading")
    assert any("Refunding a customer" in pair.question and "manager's key" in pair.code for pair in pairs)


def test_a_test_asks_for_what_it_tests() -> None:
    functions = {chunk.name: chunk for chunk in chunks_of("money.py", PYTHON) if chunk.kind == "function"}
    text = "def test_exchange_rate_of_a_weekend():\n    assert exchange_rate('EUR', SUNDAY) == 1.1\n"
    tests = [chunk for chunk in chunks_of("test_money.py", text) if chunk.kind == "function"]
    (pair,) = pairs_from_tests(tests, functions)
    assert pair.question == "exchange rate of a weekend"
    assert "def exchange_rate" in pair.code


def test_a_commit_asks_for_what_it_changed() -> None:
    functions = {chunk.name: chunk for chunk in chunks_of("money.py", PYTHON) if chunk.kind == "function"}
    commits = [
        Commit("fix(money): take the rate of Friday on weekends (#12)", ("def exchange_rate(currency, day):",)),
        Commit("Bump version", ("def load_rates(day):",)),
    ]
    (pair,) = commit_pairs(commits, functions)
    assert pair.question == "take the rate of Friday on weekends"
    assert "def exchange_rate" in pair.code


@pytest.mark.parametrize(
    ("documentation", "asked"),
    [
        ("Compute the sum of all items.\n\nMore.", "Compute the sum of all items."),
        ("<p>Returns the {@link Account} of a user.</p>\n@param user who", "Returns the Account of a user."),
        ("@brief Opens the file for reading.\n@param path where", "Opens the file for reading."),
        (":param x: a number\n:returns: another", ""),
        ("Copyright 2020 The Authors. All rights reserved.", ""),
        ("TODO: remove this once the server is gone", ""),
        ("eslint-disable no-console for this file", ""),
        ("Berechnet die Summe der Werte und gibt das Ergebnis mit der Einheit zurück.", ""),
        ("返回账户的余额 now", ""),
        ("ok", ""),
    ],
)
def test_questions_are_english_descriptions(documentation: str, asked: str) -> None:
    assert question(documentation) == asked


def test_markup_and_addresses_say_nothing() -> None:
    assert not is_question("http://example.org/a/b/c/d -> 0x7f")
    assert is_english("the sum of all the items in this list")
