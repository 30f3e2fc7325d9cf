"""Extract pairs from sources, each in a worker process. Held-out pairs are kept apart, as texts."""

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
from codesearch.training import COMMITS_PER_SOURCE
from codesearch.training.corpus import CorpusBuilder, PairBags
from codesearch.training.examples import example_pairs
from codesearch.training.pairs import Pair, commit_pairs, pairs_from_tests, pairs_of
from codesearch.training.sources import TrainingSource, read_commits

_SOURCES_PER_WORKER = 8
"""Sources after which a worker is replaced, since tree-sitter leaks a little memory with each parse."""


@dataclass(frozen=True, slots=True)
class HeldOutPair:
    """A pair for evaluation, as text."""

    language: str
    source: str
    pair: Pair


@dataclass(slots=True)
class ExtractedPairs:
    """The pairs of one source."""

    source: TrainingSource
    words: list[str]
    pairs: dict[str, PairBags]
    held_out: list[HeldOutPair] = field(default_factory=list)
    """Pairs for evaluation, which are not trained on."""
    texts: dict[str, list[Pair]] = field(default_factory=dict)
    """With `keeps_texts`, the texts of `pairs`, row for row."""
    files: int = 0


@dataclass(frozen=True, slots=True)
class ExtractionOptions:
    """How to extract pairs from a source."""

    max_pairs: int = 30_000
    """Per language and kind."""
    commits: int = COMMITS_PER_SOURCE
    """Newest commits that are read."""
    hold_out: int = 0
    """Hold out the pairs of one file in this many; 1 for all, 0 for none."""
    keeps_texts: bool = False
    """Whether to keep the pairs as texts too, as transformers need them."""


def extract_all(sources: Sequence[tuple[TrainingSource, ExtractionOptions]], workers: int) -> Iterator[ExtractedPairs]:
    """Extract pairs in worker processes; yields results in the order in which they finish."""
    if workers < 2 or len(sources) < 2:
        yield from (extract_pairs(source, options) for source, options in sources)
        return
    with get_context("spawn").Pool(min(workers, len(sources)), maxtasksperchild=_SOURCES_PER_WORKER) as pool:
        yield from pool.imap_unordered(_extract_task, sources)


def _extract_task(task: tuple[TrainingSource, ExtractionOptions]) -> ExtractedPairs:
    return extract_pairs(*task)


def extract_pairs(source: TrainingSource, options: ExtractionOptions) -> ExtractedPairs:
    """Extract the pairs of one source."""
    builder = CorpusBuilder(options.keeps_texts)
    result = ExtractedPairs(source, [], {})
    counts: Counter[tuple[str, str]] = Counter()
    functions: defaultdict[str, dict[str, Chunk]] = defaultdict(dict)
    ambiguous: set[tuple[str, str]] = set()
    tests: defaultdict[str, list[Chunk]] = defaultdict(list)

    def add(language: str, pairs: Iterator[Pair], is_held_out: bool) -> None:
        kept = []
        for pair in pairs:
            counts[language, pair.kind] += 1
            if counts[language, pair.kind] <= options.max_pairs:
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
        if language.name == "Markdown":
            for stated, examples in example_pairs(text).items():
                add(stated, iter(examples), is_held_out)
        if is_held_out:
            continue
        for chunk in chunks:
            if "test" in chunk.name.lower():
                tests[language.name].append(chunk)
            elif chunk.kind in TESTED_KINDS:
                key = (language.name, chunk.name)
                if chunk.name in functions[language.name]:
                    ambiguous.add(key)
                functions[language.name][chunk.name] = chunk
    for language_name, by_name in functions.items():
        for name in [name for name in by_name if (language_name, name) in ambiguous]:
            del by_name[name]
        add(language_name, pairs_from_tests(tests[language_name], by_name), options.hold_out == 1)
    has_history = source.history is not None or (source.root / ".git").exists()
    if options.hold_out != 1 and has_history:
        commits = list(read_commits(source.history or source.root, options.commits))
        for language_name, by_name in functions.items():
            add(language_name, commit_pairs(commits, by_name), False)
    result.words, result.pairs, result.texts = list(builder.words), builder.finish(), dict(builder.texts)
    return result


def _texts(root: Path) -> Iterator[tuple[str, str]]:
    for file in discover(root).files:
        source = read_source(root, file.path)
        if not isinstance(source, SkippedFile) and not source.skip_reason:
            yield file.path, source.text


def _number(path: str) -> int:
    return int.from_bytes(hashlib.blake2b(path.encode("utf-8", "surrogateescape"), digest_size=4).digest())
