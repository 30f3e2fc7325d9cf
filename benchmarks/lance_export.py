"""Compare an export to LanceDB with the local index of the same shards.

    codesearch cluster index REPOSITORY… --out PLACE
    python benchmarks/lance_export.py PLACE QUESTIONS… [--filters] [--address lancedb://…]

QUESTIONS are files as for `codesearch eval`. Exports to a temporary folder unless there is an address. Prints the time
and size of the export, for how many questions the ten best hits are the same (path and lines, in order) and have the
same scores, those that differ, and the milliseconds of a question. `--filters` asks each question with filters, too.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from serve_speed import measure

from codesearch.cluster.holding import hold, servable_manifest
from codesearch.cluster.place import Place, open_place
from codesearch.cluster.router import ClusterQuestion
from codesearch.evaluation.questions import read_questions
from codesearch.lance.address import Address
from codesearch.lance.cluster import ExportedCluster
from codesearch.lance.export import export
from codesearch.models.loading import load_encoder
from codesearch.search.hit import Filters, Hit, SearchResult
from codesearch.search.searcher import SearchedIndex, search

FILTERS = (
    Filters(kinds=("function", "method")),
    Filters(paths=("src/**", "!**/test*")),
    Filters(names=("*get*", "set*")),
    Filters(languages=("python", "go", "javascript")),
)


def main() -> None:
    """Run the program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("place", type=Path)
    parser.add_argument("questions", nargs="+", type=Path)
    parser.add_argument("--filters", action="store_true")
    parser.add_argument("--address", default="")
    options = parser.parse_args()
    place = open_place(str(options.place))
    texts = [one.query for file in options.questions for one in read_questions(file.read_text(encoding="utf-8"))]
    with tempfile.TemporaryDirectory() as folder:
        address = Address.parse(options.address or f"lancedb://{folder}/export", Path())
        _export(place, address)
        filters = (Filters(), *FILTERS) if options.filters else (Filters(),)
        _compare(place, address, [ClusterQuestion(text, filters=one) for one in filters for text in texts])


def _export(place: Place, address: Address) -> None:
    for _ in range(2):
        began = time.process_time()
        report = export(place, address, lambda *_: None)
        seconds = time.process_time() - began
        print(
            f"{report.chunks:,} chunks in {report.shards} shards, {report.added} written: {report.seconds:.1f} s,"
            f" {seconds:.1f} s of processor time, {1000 * report.seconds / report.chunks:.2f} s per 1,000 chunks"
        )
    size = sum(shard.size for shard in servable_manifest(place).shards)
    if address.folder:
        exported = sum(file.stat().st_size for file in address.folder.rglob("*") if file.is_file())
        print(f"{exported / 1e6:.0f} MB, {exported / report.chunks:.0f} bytes a chunk; the shards {size / 1e6:.0f} MB")


def _compare(place: Place, address: Address, asked: Sequence[ClusterQuestion]) -> None:
    here = _Local(place)
    cluster = ExportedCluster(address.text, Path())
    same = scores = first = 0
    for question in asked:
        expected, found = here.search(question).hits, cluster.search(question).result.hits
        same += _shown(expected) == _shown(found)
        scores += [hit.score for hit in expected] == [hit.score for hit in found]
        first += _shown(expected[:1]) == _shown(found[:1])
        if _shown(expected) != _shown(found):
            print(f"  differs: {question.text!r} {question.filters if question.filters != Filters() else ''}")
    count = len(asked)
    print(f"{count} questions: {same} same top tens ({same / count:.1%}), {scores} same scores, {first} first hits")
    print(f"{'milliseconds':<44}{'n':>6}{'p50':>9}{'p90':>9}{'p99':>9}")
    measure("export", partial(_ask, cluster), asked)
    measure("local index", partial(_ask, here), asked)


def _ask(answers: ExportedCluster | _Local, question: ClusterQuestion) -> None:
    answers.search(question)


def _shown(hits: Sequence[Hit]) -> list[tuple[int, str, int, int]]:
    return [(hit.index, hit.path, hit.start_line, hit.end_line) for hit in hits]


class _Local:
    """The shards searched in this process."""

    def __init__(self, place: Place) -> None:
        shards = servable_manifest(place).shards
        self._held = [hold(place, shard, number) for number, shard in enumerate(shards)]
        self._encoder = load_encoder()

    def search(self, question: ClusterQuestion) -> SearchResult:
        """The best hits."""
        searched = [SearchedIndex(held.reader(), self._encoder, question.filters) for held in self._held]
        return search(searched, question.text, question.k)


if __name__ == "__main__":
    main()
