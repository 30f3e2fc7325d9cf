"""What .gitattributes say of files: generated, vendored, or neither though our own rules think so."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codesearch.discovery.attributes import FILE_NAME, GENERATED, VENDORED, Attributes, parse, read_attributes
from codesearch.discovery.discover import discover
from codesearch.discovery.git import inside_repository
from codesearch.discovery.options import DiscoveryOptions
from tests.support.repositories import git, needs_git, write


def value(text: str, path: str, attribute: str = GENERATED, folder: str = "") -> bool | None:
    return Attributes(tuple(parse(text, folder))).value(path, attribute)


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("*.pb.js linguist-generated", "api/a.pb.js", True),
        ("*.pb.js linguist-generated=true\n", "a.pb.js", True),
        ("*.pb.js   text  linguist-generated  -diff", "a.pb.js", True),
        ("*.js -linguist-generated", "a.js", False),
        ("*.js linguist-generated=false", "a.js", False),
        ("*.js linguist-generated\na.js !linguist-generated", "a.js", None),
        ("*.js linguist-generated\nb.js -linguist-generated", "b.js", False),
        ("b.js -linguist-generated\n*.js linguist-generated", "b.js", True),
        ("gen/** linguist-generated", "gen/a/b.go", True),
        ("/gen/*.go linguist-generated", "gen/b.go", True),
        ("/gen/*.go linguist-generated", "x/gen/b.go", None),
        ("gen linguist-generated", "gen/b.go", None),
        ("gen/ linguist-generated", "gen/b.go", None),
        ('"with space.js" linguist-generated', "with space.js", True),
        (r'"a\"b.js" linguist-generated', 'a"b.js', True),
        ("# *.js linguist-generated", "a.js", None),
        ("*.js xlinguist-generated linguist-generatedx", "a.js", None),
        ("*.js linguist-detectable", "a.js", None),
        ("*.js export-ignore", "a.js", None),
        ("!*.js linguist-generated", "a.js", None),
        ("[ linguist-generated", "a.js", None),
    ],
)
def test_rules(text: str, path: str, expected: bool | None) -> None:
    assert value(text, path) is expected
    assert value(text, path, VENDORED) is None


def test_a_rule_is_about_files_below_its_folder() -> None:
    text = "*.js linguist-vendored\n/top.css linguist-vendored"
    assert value(text, "web/x/a.js", VENDORED, "web/") is True
    assert value(text, "web/top.css", VENDORED, "web/") is True
    assert value(text, "web/x/top.css", VENDORED, "web/") is None
    assert value(text, "a.js", VENDORED, "web/") is None


def left(root: Path, **options: tuple[str, ...]) -> list[str]:
    found = discover(root, DiscoveryOptions(**options)).files  # type: ignore[arg-type]
    return [file.path for file in found if not file.path.endswith(".gitattributes")]


@pytest.mark.parametrize("in_git", [False, pytest.param(True, marks=needs_git)])
def test_files_are_left_out_and_taken_back(tmp_path: Path, in_git: bool) -> None:
    write(
        tmp_path,
        {
            ".gitattributes": "api/*.py linguist-generated\nlib/** linguist-vendored\n/vendor/a/** -linguist-vendored",
            "a.py": "x\n",
            "api/b.py": "x\n",
            "lib/c.py": "x\n",
            "vendor/a/d.py": "x\n",
            "vendor/e.py": "x\n",
            "web/.gitattributes": "*.min.js -linguist-generated\n/dist/** linguist-generated=false\n",
            "web/f.min.js": "x\n",
            "web/src/g.js": "x\n",
            "web/dist/g.js": "x\n",
            "h.min.js": "x\n",
        },
    )
    if in_git:
        git(tmp_path, "init", "-q")
    assert inside_repository(tmp_path) is in_git
    found = discover(tmp_path)
    assert left(tmp_path) == ["a.py", "vendor/a/d.py", "web/dist/g.js", "web/f.min.js", "web/src/g.js"]
    assert [file.path for file in found.files if file.is_wanted] == ["web/dist/g.js", "web/f.min.js"]
    assert found.skipped == {"generated": 1, "vendored": 2, "minified": 1}
    assert left(tmp_path, include=("api/*.py", "lib/**")) == ["api/b.py", "lib/c.py"]


def test_attributes_of_vendored_folders_do_not_count(tmp_path: Path) -> None:
    write(tmp_path, {"vendor/.gitattributes": "* -linguist-vendored\n", "vendor/a.py": "x\n", "b.py": "x\n"})
    assert left(tmp_path) == ["b.py"]


def test_a_link_for_attributes_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, {"outside": "*.py linguist-generated\n", "root/a.py": "x\n"})
    try:
        (tmp_path / "root" / ".gitattributes").symlink_to(tmp_path / "outside")
    except OSError:
        pytest.skip("no links here")
    assert left(tmp_path / "root") == ["a.py"]


def test_only_rules_that_take_back_tell_indexes_apart() -> None:
    said = Attributes(tuple(parse("*.a linguist-generated\n*.b linguist-vendored\n*.c -linguist-vendored")))
    taken_back = Attributes(tuple(parse("*.a -linguist-generated")))
    assert said.digest == Attributes().digest == ""
    assert taken_back.digest
    assert taken_back.digest != Attributes(tuple(parse("*.b -linguist-generated"))).digest


@given(st.text(st.sampled_from('*?[]!\\/ab."- =\n#'), max_size=40), st.text(st.sampled_from("ab./"), max_size=10))
def test_any_text_gives_rules_that_can_be_asked(pattern: str, path: str) -> None:
    assert value(f"{pattern} linguist-generated\n", path) in (True, None)


_SEGMENT = st.sampled_from(["a", "b", "*", "**", "?", "a*", "*.c", "[ab]", "b.c"])
_PATTERN = st.lists(_SEGMENT, min_size=1, max_size=3).map("/".join)
_RULE = st.builds(
    "{}{} {}{}".format,
    st.sampled_from(["", "", "/"]),
    _PATTERN,
    st.sampled_from(["", "", "-", "!"]),
    st.sampled_from([GENERATED, VENDORED]),
)
_PATH = st.lists(st.sampled_from(["a", "b", "ab", "b.c", "a.c"]), min_size=1, max_size=4).map("/".join)


@needs_git
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    top=st.lists(_RULE, max_size=4), inner=st.lists(_RULE, max_size=3), paths=st.lists(_PATH, min_size=1, max_size=6)
)
def test_git_reads_the_same(
    tmp_path_factory: pytest.TempPathFactory, top: list[str], inner: list[str], paths: list[str]
) -> None:
    root = tmp_path_factory.mktemp("attributes")
    write(root, {FILE_NAME: "\n".join(top) + "\n", f"a/{FILE_NAME}": "\n".join(inner) + "\n"})
    git(root, "init", "-q")
    ours = read_attributes(root, [FILE_NAME, f"a/{FILE_NAME}"])
    command = ["git", "check-attr", "-z", GENERATED, VENDORED, "--", *paths]
    said = subprocess.run(command, cwd=root, capture_output=True, check=True, encoding="utf-8").stdout.split("\0")
    names = {True: "set", False: "unset", None: "unspecified"}
    for path, attribute, expected in zip(said[0::3], said[1::3], said[2::3], strict=False):
        assert names[ours.value(path, attribute)] == expected, (path, attribute)
