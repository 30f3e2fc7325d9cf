"""Copies that are committed beside what they were made of, and folders that are only called alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from codesearch.discovery.copies import derived
from codesearch.discovery.discover import discover
from codesearch.discovery.options import DiscoveryOptions
from codesearch.discovery.skip_reason import SkipReason
from tests.support.repositories import write


@pytest.mark.parametrize(
    ("sources", "copies"),
    [
        (["src/app.ts"], ["dist/app.js", "dist/app.d.ts", "dist/lib/x.mjs", "dist/app.css"]),
        (["lib/app.js", "webpack.config.js"], ["dist/app.js"]),
        (["index.js"], ["dist/index.js"]),
        (["packages/a/src/x.ts", "packages/b/dist/y.js"], ["packages/a/dist/x.js"]),
        (["src/Three.js", "src/Three.WebGPU.js"], ["build/three.js", "build/three.module.js", "build/three.cjs"]),
        (["src/cart.ts", "src/util/money.ts"], ["lib/cart.js", "lib/util/money.js", "lib/cart.d.ts"]),
        (["src/cart.coffee"], ["out/cart.js"]),
        (["pkg/a.py", "pkg/b.py"], ["build/lib/pkg/a.py", "build/lib/pkg/b.py"]),
        (["src/pkg/a.py"], ["build/lib.linux-x86_64-3.11/pkg/a.py"]),
        (["include/json/json.hpp"], ["single_include/json/json.hpp"]),
        (["src/parser.cpp"], ["singleheader/parser.h", "singleheader/parser.cpp"]),
        (["src/catch2/catch.cpp"], ["extras/catch_amalgamated.cpp", "extras/catch_amalgamated.hpp"]),
    ],
)
def test_copies_beside_their_source(sources: list[str], copies: list[str]) -> None:
    assert derived([*sources, *copies]) == dict.fromkeys(copies, SkipReason.BUILT_COPY)
    assert derived(copies) == {}


@pytest.mark.parametrize(
    "paths",
    [
        ["dist/app.js", "tests/app.test.js", "docs/site.js", "webpack.config.js", ".eslintrc.js"],
        ["static/dist/app.js", "server/app.py"],
        ["dist/README.md", "dist/build.sh", "src/app.ts"],
        ["build/webpack.conf.js", "build/utils.js", "build/check.js", "src/utils.js", "src/main.js"],
        ["src/build/index.ts", "src/index.ts"],
        ["build/make.go", "src/make.go"],
        ["lib/cart.js", "src/other.ts"],
        ["lib/cart.rb", "src/cart.rb"],
        ["out/report.py", "src/report.py"],
        ["single_include/json.hpp", "tests/json_test.cpp"],
        ["src/amalgamation.cpp", "src/main.cpp"],
        ["scripts/amalgamate.py", "src/main.cpp"],
        ["src/dist.js", "src/distance/near.js"],
    ],
)
def test_files_that_are_only_called_alike(paths: list[str]) -> None:
    assert derived(paths) == {}


@pytest.mark.parametrize(
    ("front", "pages"),
    [
        ("docs/html/dynsections.js", ["docs/html/index.html", "docs/html/search/all_0.js", "docs/html/doxygen.css"]),
        ("site/genindex.html", ["site/a.html", "site/_static/doctools.js"]),
        ("api/allclasses-index.html", ["api/org/x/Cart.html"]),
    ],
)
def test_pages_beside_the_front_of_generated_documentation(front: str, pages: list[str]) -> None:
    source = ["src/app.js", "docs/guide.md", "docs/html/notes.md", "index.html", front.rpartition("/")[0] + "/a.py"]
    assert derived([*source, front, *pages]) == dict.fromkeys([front, *pages], SkipReason.GENERATED_DOCUMENTATION)


def test_copies_are_counted_and_can_be_taken_back(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "src/app.ts": "x\n",
            "dist/app.js": "x\n",
            "dist/app.bundle.mjs": "x\n",
            "src/__snapshots__/app.test.ts.snap": "x\n",
            "src/__snapshots__/page.html": "x\n",
            "test/Cart.verified.cs": "x\n",
        },
    )
    found = discover(tmp_path)
    assert [file.path for file in found.files] == ["src/app.ts"]
    assert found.skipped == {"built copy": 1, "minified": 1, "snapshot": 3}
    taken_back = discover(tmp_path, DiscoveryOptions(include=("dist/**", "*.verified.cs")))
    assert [file.path for file in taken_back.files] == ["dist/app.bundle.mjs", "dist/app.js", "test/Cart.verified.cs"]
    assert all(file.is_wanted for file in taken_back.files)
