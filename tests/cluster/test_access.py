"""Tokens, and what each may read."""

from __future__ import annotations

from pathlib import Path

import pytest

from codesearch.cluster.access import access_of_user, digest, is_named, pattern_of, read_access, user_token
from codesearch.errors import CodesearchError


def test_a_file_grants_patterns_of_repositories(tmp_path: Path) -> None:
    file = tmp_path / "access.toml"
    file.write_text(
        f'[[reader]]\ntoken_sha256 = "{digest("web")}"\nrepositories = ["github.com/acme/*", "host.org/x"]\n'
        f'[[reader]]\ntoken_sha256 = "{digest("all")}"\nrepositories = ["*"]\n',
        encoding="utf-8",
    )
    access = read_access(file)
    assert [access.knows(token) for token in ("web", "all", "", "other")] == [True, True, False, False]
    assert access.allows("web", "github.com/acme/door")
    assert access.allows("web", "host.org/x")
    assert not access.allows("web", "host.org/xy")
    assert not access.allows("other", "host.org/x")
    assert access.allows("all", "/srv/anything")


def test_brackets_in_a_pattern_stand_for_themselves() -> None:
    assert is_named("/srv/[id]/web", "/srv/[id]/*")
    assert not is_named("/srv/i/web", "/srv/[id]/*")


@pytest.mark.parametrize("name", ["/web", "/a*b", "/a?b", "/[a*]", "/[", "/a\\b", "/a\\*b", "\\"])
def test_a_pattern_of_a_name_means_it_alone(name: str) -> None:
    assert is_named(name, pattern_of(name))
    for other in (name + "x", name.replace("*", "x") + " ", name.replace("*", ""), name.replace("?", "x"), name + "\\"):
        assert is_named(other, pattern_of(name)) == (other == name)


@pytest.mark.parametrize(
    "text",
    [
        "[[",
        "",
        "reader = 1",
        '[[reader]]\ntoken_sha256 = "secret"\nrepositories = ["*"]',
        f'[[reader]]\ntoken_sha256 = "{digest("x")}"\nrepositories = "*"',
        f'[[reader]]\ntoken_sha256 = "{digest("x")}"',
    ],
)
def test_files_that_grant_nothing(tmp_path: Path, text: str) -> None:
    file = tmp_path / "access.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CodesearchError, match="is not a valid access file"):
        read_access(file)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(CodesearchError, match="No such file"):
        read_access(tmp_path / "nowhere")


def test_the_user_may_read_everything_with_a_token_that_stays() -> None:
    assert user_token() == user_token()
    assert access_of_user().allows(user_token(), "/anything")
