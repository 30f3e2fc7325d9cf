"""Measure what the page of `codesearch serve --open` waits for while a question is typed.

    python benchmarks/page_speed.py REPOSITORY [--questions 60]

Prints, in milliseconds, p50, p90 and p99 of answers over HTTP: of the hits that the page shows, for each beginning of a
question as somebody types it and for those again with a filter, of the same as `/api/search`, and of the longest file,
its colours and the overview. The repository is indexed first.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode, urlsplit

from serve_speed import measure, questions

from codesearch.api import Index
from codesearch.page.pages import Pages
from codesearch.server.residents import ResidentIndexes

_FEWEST_LETTERS = 3
_FILES = 20
_HITS = 20
"""As many as the page shows at once."""


@dataclass(frozen=True)
class Page:
    """A page over a connection that stays open, as a browser's does."""

    connection: http.client.HTTPConnection
    token: str

    def ask(self, name: str, parameters: Mapping[str, str | Sequence[str]]) -> bytes:
        """The answer, which has to be one."""
        address = f"/api/{name}?{urlencode(parameters, doseq=True)}"
        self.connection.request("GET", address, headers={"Authorization": f"Bearer {self.token}"})
        response = self.connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise SystemExit(body.decode())
        return body

    def wait(self) -> None:
        """Until questions can be answered."""
        while not json.loads(self.ask("state", {}))["ready"]:
            time.sleep(0.01)


def beginnings(asked: Sequence[str]) -> list[str]:
    """What stands in the field while questions are typed."""
    return [text[:end] for text in asked for end in range(_FEWEST_LETTERS, len(text) + 1)]


def longest_file(root: Path) -> str:
    """The path of the file with the most lines."""
    with Index.open(root) as index:
        files = index.snapshot().files
        return max(files, key=lambda file: index.text(file.path).count("\n")).path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", type=Path)
    parser.add_argument("--questions", type=int, default=60)
    arguments = parser.parse_args()
    root = Path(os.path.realpath(arguments.repository))
    with Index.create(root) as index:
        index.update()
        print(f"{root.name}: {index.snapshot().chunk_count:,} chunks")
    asked = questions(root, arguments.questions)
    longest = longest_file(root)
    typed = beginnings(asked)
    with TemporaryDirectory() as cookies:
        indexes = ResidentIndexes(Path(cookies), print)
        with Pages(indexes, lambda error: error.message, lambda: None) as pages:
            address = urlsplit(pages.open([root]))
            page = Page(http.client.HTTPConnection(address.netloc), address.fragment.removeprefix("token="))
            page.wait()
            print(f"{'':<44}{'':>6}{'p50':>9}{'p90':>9}{'p99':>9}")
            limit = str(_HITS)
            measure(
                "typing, hits with excerpts and facets", lambda q: page.ask("hits", {"q": q, "limit": limit}), typed
            )
            filtered = {"limit": limit, "path": "!nothing"}
            measure("the same with a filter", lambda q: page.ask("hits", {"q": q, **filtered}), typed)
            measure("typing, /api/search", lambda q: page.ask("search", {"q": q}), typed)
            lines = json.loads(page.ask("file", {"path": longest}))["text"].count("\n")
            files = [longest] * _FILES
            measure(f"a file of {lines:,} lines", lambda path: page.ask("file", {"path": path}), files)
            measure("its colours", lambda path: page.ask("colors", {"path": path}), files)
            measure("the overview", lambda _: page.ask("overview", {}), files)
        indexes.close()


if __name__ == "__main__":
    main()
