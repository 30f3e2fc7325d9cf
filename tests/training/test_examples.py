"""Pairs from Markdown: what introduces a block of code, and the block."""

from __future__ import annotations

from codesearch.training.examples import example_pairs

GUIDE = """\
---
tags: list
title: Difference of two lists
---

Returns the difference between two lists. It keeps the order of the first:

- Create a set from the second list.

```py
def difference(first, second):
    return [one for one in first if one not in set(second)]
```

For example:

```python
difference([1, 2, 3, 4, 5], [1, 2]) == [3, 4, 5]
```

## Read a file line by line

```{.rust .numbered}
for line in BufReader::new(file).lines() { println!("{}", line?); }
```

The output of the program on the console.

```text
one two three four five six seven eight nine ten eleven
```

```js
x
```
"""


def asked(text: str) -> dict[str, list[str]]:
    return {language: [pair.question for pair in pairs] for language, pairs in example_pairs(text).items()}


def test_a_block_answers_the_sentence_before_it_and_the_heading_above_it() -> None:
    assert asked(GUIDE) == {
        "Python": ["It keeps the order of the first", "Difference of two lists"],
        "Rust": ["Read a file line by line"],
    }
    first = example_pairs(GUIDE)["Python"][0]
    assert first.kind == "example" and first.code.startswith("def difference")


def test_without_front_matter_or_code_there_is_nothing_to_find() -> None:
    assert asked("# Title of the page\n\nSome words about it.\n\n---\n") == {}
