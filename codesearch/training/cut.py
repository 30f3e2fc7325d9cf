"""Sources → pairs: every source in a worker process, held-out ones apart as texts."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

from codesearch.chunking.chunk import Chunk
from codesearch.chunking.chunker import chunk_text
from codesearch.chunking.kinds import TESTED_KINDS
from codesearch.discovery.discover import discover
from codesearch.discovery.source import SkippedFile, read_source
from codesearch.languages.detect import detect
from codesearch.training.corpus import CorpusBuilder, PairBags
from codesearch.training.pairs import Pair, commit_pairs, pairs_from_tests, pairs_of
from codesearch.training.sources import TrainingSource, changes

COMMITS = 1000
"""Newest commits of a source that are looked at."""
_SOURCES_A_WORKER = 8
"""tree-sitter keeps a little memory of each parse; a worker ends after so many sources."""


@dataclass(frozen=True, slots=True)
class HeldOutPair:
    """A pair as text."""

    language: str
    source: str
    pair: Pair


@dataclass(slots=True)
class Cut:
    """What one source gave."""

    source: TrainingSource
    words: list[str]
    pairs: dict[str, PairBags]
    held_out: list[HeldOutPair] = field(default_factory=list)
    """Pairs that are not trained on."""
    texts: dict[str, list[Pair]] = field(default_factory=dict)
    """Where they are kept, the texts of `pairs`, row for row."""
    files: int = 0


@dataclass(frozen=True, slots=True)
class CutOptions:
    """`most` pairs of a source in a language and kind; of every `hold_out`-th file pairs are held out (0: none)."""

    most: int = 30_000
    hold_out: int = 0
    keeps_texts: bool = False


def cut_all(sources: Sequence[tuple[TrainingSource, CutOptions]], workers: int) -> Iterator[Cut]:
    """Cut sources in worker processes, in the order in which they finish."""
    if workers < 2 or len(sources) < 2:
        yield from (cut(source, options) for source, options in sources)
        return
    with get_context("spawn").Pool(min(workers, len(sources)), maxtasksperchild=_SOURCES_A_WORKER) as pool:
        yield from pool.imap_unordered(_cut_one, sources)


def _cut_one(task: tuple[TrainingSource, CutOptions]) -> Cut:
    return cut(*task)


def cut(source: TrainingSource, options: CutOptions) -> Cut:
    """All pairs of one source."""
    builder = CorpusBuilder(options.keeps_texts)
    result = Cut(source, [], {})
    taken: Counter[tuple[str, str]] = Counter()
    functions: defaultdict[str, dict[str, Chunk]] = defaultdict(dict)
    doubled: set[tuple[str, str]] = set()
    tests: defaultdict[str, list[Chunk]] = defaultdict(list)

    def add(language: str, pairs: Iterator[Pair], is_held_out: bool) -> None:
        kept = []
        for pair in pairs:
            taken[language, pair.kind] += 1
            if taken[language, pair.kind] <= options.most:
                kept.append(pair)
        if is_held_out:
            result.held_out.extend(HeldOutPair(language, source.name, pair) for pair in kept)
        else:
            builder.add(language, kept)

    for path, text in _texts(source.root):
        language = detect(path, text)
        if language is None or language.name == "Text":
            continue
        result.files += 1
        chunks = chunk_text(path, text, language).chunks
        is_held_out = bool(options.hold_out) and _number(path) % options.hold_out == 0
        add(language.name, pairs_of(chunks, language), is_held_out)
        if is_held_out:
            continue
        for chunk in chunks:
            if "test" in chunk.name.lower():
                tests[language.name].append(chunk)
            elif chunk.kind in TESTED_KINDS:
                key = (language.name, chunk.name)
                if chunk.name in functions[language.name]:
                    doubled.add(key)
                functions[language.name][chunk.name] = chunk
    for name, own in functions.items():
        for double in [function for function in own if (name, function) in doubled]:
            del own[double]
        add(name, pairs_from_tests(tests[name], own), options.hold_out == 1)
    has_history = source.history is not None or (source.root / ".git").exists()
    if options.hold_out != 1 and has_history:
        commits = list(changes(source.history or source.root, COMMITS))
        for name, own in functions.items():
            add(name, commit_pairs(commits, own), False)
    result.words, result.pairs, result.texts = list(builder.words), builder.finish(), dict(builder.texts)
    return result


def _texts(root: Path) -> Iterator[tuple[str, str]]:
    for file in discover(root).files:
        source = read_source(root, file.path)
        if not isinstance(source, SkippedFile) and not source.left_out:
            yield file.path, source.text


def _number(path: str) -> int:
    return int.from_bytes(hashlib.blake2b(path.encode("utf-8", "surrogateescape"), digest_size=4).digest())
