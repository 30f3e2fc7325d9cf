"""Older copies and translations of a page, told beside its original."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codesearch.search.editions import originals


@pytest.mark.parametrize(
    ("original", "edition"),
    [
        ("README.md", "README.zh-CN.md"),
        ("README.md", "README_ja.md"),
        ("README.md", "README-pt-br.md"),
        ("README.md", "readme.de.md"),
        ("docs/guide.md", "docs/de/guide.md"),
        ("docs/en/guide.md", "docs/zh_CN/guide.md"),
        ("docs/en-us/guide.rst", "docs/fr/guide.rst"),
        ("docs/guide.md", "i18n/ru/docs/guide.md"),
        ("docs/guide.md", "docs/translations/es/guide.md"),
        ("content/en/docs/setup.md", "content/ko/docs/setup.md"),
        ("web/docs/intro.md", "web/i18n/zh/docusaurus-plugin-content-docs/current/intro.md"),
        ("docs/guide.md", "docs/v1/guide.md"),
        ("docs/v2/guide.md", "docs/v1/guide.md"),
        ("docs/v10/guide.md", "docs/v9/guide.md"),
        ("docs/latest/guide.md", "docs/1.0/guide.md"),
        ("docs/guide.mdx", "versioned_docs/version-2.x/guide.mdx"),
        ("docs/guide.md", "docs/legacy/guide.md"),
        ("docs/guide.md", "docs/v1/de/guide.md"),
        ("api/v2/users.py", "api/v1/users.py"),
        ("apis/v1/types.go", "apis/v1beta1/types.go"),
        ("src/parser.js", "src/legacy/parser.js"),
    ],
)
def test_an_edition_beside_its_original(original: str, edition: str) -> None:
    assert originals([edition, original]) == {edition: original}
    assert originals([original, "other.md", edition]) == {edition: original}
    assert originals([edition]) == {}


@pytest.mark.parametrize(
    "paths",
    [
        ("docs/cs/guide.md", "docs/ts/guide.md"),
        ("docs/zh/guide.md", "docs/ja/guide.md"),
        ("src/cs/client.cs", "src/client.cs"),
        ("src/de/parser.py", "src/parser.py"),
        ("api/v1/users.py", "api/users.py"),
        ("2023/day1.py", "2024/day1.py"),
        ("lessons/01/index.md", "lessons/02/index.md"),
        ("packages/next/index.js", "packages/index.js"),
        ("src/main/app.ts", "src/app.ts"),
        ("plugins/v1/README.md", "plugins/README.md"),
        ("a/guide.md", "b/guide.md"),
        ("docs/Guide.md", "docs/guide.md"),
        ("docs/guide.md", "docs/guide.rst"),
        ("how-to.md", "how-to-use.md"),
    ],
)
def test_files_that_are_no_editions_of_each_other(paths: tuple[str, ...]) -> None:
    assert originals(paths) == {}


def test_all_editions_lead_to_one_original() -> None:
    paths = ["docs/v1/de/a.md", "docs/v1/a.md", "docs/v2/a.md", "docs/de/a.md", "docs/a.md", "docs/fr/a.md"]
    assert originals(paths) == {path: "docs/a.md" for path in paths if path != "docs/a.md"}


_FOLDER = st.sampled_from(["docs", "de", "en", "v1", "v2", "legacy", "src", "latest", "i18n", "1.0"])
_PATH = st.tuples(st.lists(_FOLDER, max_size=4), st.sampled_from(["a.md", "a.de.md", "a.py", "README.md"])).map(
    lambda parts: "/".join([*parts[0], parts[1]])
)


@given(st.lists(_PATH, unique=True, max_size=12), st.randoms())
def test_no_original_is_an_edition_and_order_does_not_matter(paths: list[str], order: random.Random) -> None:
    found = originals(paths)
    assert not set(found) & set(found.values())
    order.shuffle(paths)
    assert originals(paths) == found
