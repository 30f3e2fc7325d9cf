"""The signals that rank candidates: each a small function of question and candidates, with a label.

A score is mainly the weighted sum of its signals, so that `--explain` can show the contribution of each. Signals are
between 0 and 1 and mean the same in every repository. To add or remove one, change `SIGNALS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from codesearch.chunking.kinds import REMAINDER_KINDS, TYPE_KINDS
from codesearch.index.terms import name_key
from codesearch.search import conversion
from codesearch.search.conversion import Conversion
from codesearch.search.evidence import Evidence, Values, folder_words, rank_in_file, stem_of, words_of
from codesearch.search.question import Question, last_part, owner_of
from codesearch.search.roles import Role

if TYPE_CHECKING:
    from codesearch.index.snapshot import StoredChunk


def dense(evidence: Evidence) -> Values:
    """Cosine of question and chunk."""
    return np.clip(evidence.candidates.dense, 0, 1)


def dense_relative(evidence: Evidence) -> Values:
    """Cosine relative to the best: the cosines of one question are close together."""
    return _relative(np.clip(evidence.candidates.dense, 0, 1))


def lexical(evidence: Evidence) -> Values:
    """BM25 as a share of the highest possible."""
    return np.clip(evidence.candidates.lexical, 0, 1)


def lexical_relative(evidence: Evidence) -> Values:
    """BM25 relative to the best."""
    return _relative(evidence.candidates.lexical)


def file_dense(evidence: Evidence) -> Values:
    """Mean of the file's three best relative cosines: a relevant file has several relevant chunks."""
    return _mean_of_best(dense_relative(evidence), evidence.file)


def file_meaning(evidence: Evidence) -> Values:
    """Cosine of the question and the file's mean vector, relative to the best."""
    return _relative(np.clip(evidence.candidates.file_similarity, 0, 1))


def file_words(evidence: Evidence) -> Values:
    """Share of the question's term weight that occurs anywhere in the file: an answer may span several chunks."""
    weights = np.asarray(list(evidence.candidates.term_weights.values()), np.float32)
    return (weights @ (evidence.candidates.file_by_term > 0) / (weights.sum() or 1.0)).astype(np.float32)


def file_frequency(evidence: Evidence) -> Values:
    """BM25-like score of the whole file relative to the best: more for terms that occur in many of its chunks."""
    weights = np.asarray(list(evidence.candidates.term_weights.values()), np.float32)
    counts = evidence.candidates.file_by_term
    return _relative((weights @ (counts / (counts + 1))).astype(np.float32))


def coherence(evidence: Evidence) -> Values:
    """Sum of the file's scores relative to the best file."""
    both = dense_relative(evidence) ** 2 + lexical_relative(evidence)
    sums = np.bincount(evidence.file, both, len(evidence.paths)).astype(np.float32)
    return _relative(sums)[evidence.file]


def stem_recall(evidence: Evidence) -> Values:
    """Share of the question that the file's stem matches."""
    return evidence.per_file([recall for recall, _ in evidence.stems])


def stem_precision(evidence: Evidence) -> Values:
    """Share of the file's stem that matches the question."""
    return evidence.per_file([precision for _, precision in evidence.stems])


def stem_rarity(evidence: Evidence) -> Values:
    """Share of the file's stem that matches the question, weighted by rarity: common words, such as the project's name,
    count little."""
    return evidence.per_file(list(map(evidence.matcher.rare_precision, evidence.stem_words)))


def folder_recall(evidence: Evidence) -> Values:
    """Share of the question that the last two folders match."""
    return evidence.per_file([evidence.matcher.recall_precision(folder_words(p))[0] for p in evidence.paths])


def name_recall(evidence: Evidence) -> Values:
    """Share of the question that the definition's name matches."""
    return np.asarray([recall for recall, _ in evidence.names], np.float32)


def name_precision(evidence: Evidence) -> Values:
    """Share of the definition's name that matches the question."""
    return np.asarray([precision for _, precision in evidence.names], np.float32)


def path_recall(evidence: Evidence) -> Values:
    """Share of the question that the file's stem and its last two folders match together."""
    recall = evidence.matcher.recall_precision
    stems = zip(evidence.stem_words, evidence.paths, strict=True)
    return evidence.per_file([recall([*stem, *folder_words(path)])[0] for stem, path in stems])


def file_coverage(evidence: Evidence) -> Values:
    """BM25 of the file's candidates together, the best for each term, as a share of the highest possible."""
    best = np.zeros((len(evidence.candidates.by_term), len(evidence.paths)), np.float32)
    for row, scores in zip(best, evidence.candidates.by_term, strict=True):
        np.maximum.at(row, evidence.file, scores)
    total = sum(evidence.candidates.term_weights.values()) or 1.0
    return np.asarray(np.clip(best.sum(axis=0) / total, 0, 1)[evidence.file], np.float32)


def chunk_coverage(evidence: Evidence) -> Values:
    """Share of the question's term weight that occurs in the chunk."""
    weights = np.asarray(list(evidence.candidates.term_weights.values()), np.float32)
    return (weights @ (evidence.candidates.by_term > 0) / (weights.sum() or 1.0)).astype(np.float32)


def file_size(evidence: Evidence) -> Values:
    """Logarithm of the file's number of chunks: a repository's main files answer more questions."""
    return np.clip(np.log2(evidence.candidates.file_chunks) / 10, 0, 1).astype(np.float32)


def shallow(evidence: Evidence) -> Values:
    """1 for files at the least depth of all candidates, less for each level below: deep files are special cases."""
    depths = np.asarray([path.count("/") for path in evidence.paths], np.float32)
    below = np.clip((depths - depths.min(initial=MAX_DEPTH)) / MAX_DEPTH, 0, 1)
    return np.asarray(1 - below, np.float32)[evidence.file]


def short_stem(evidence: Evidence) -> Values:
    """Higher for file stems of fewer words: each further word makes the file more specific."""
    return evidence.per_file([1 - min(len(stem), MAX_STEM_WORDS) / MAX_STEM_WORDS for stem in evidence.stem_words])


def popularity(evidence: Evidence) -> Values:
    """How widely the chunk's name is used; see Candidates.popularity."""
    return evidence.candidates.popularity


def verbatim(evidence: Evidence) -> Values:
    """Share of the question's words that the chunk has word for word; see Candidates.verbatim."""
    return evidence.candidates.verbatim


def is_type(evidence: Evidence) -> Values:
    """1 if the chunk is a type."""
    return np.asarray([chunk.kind in TYPE_KINDS for chunk in evidence.chunks], np.float32)


def remainder(evidence: Evidence) -> Values:
    """1 if the chunk is a whole file, or what is left of it outside definitions."""
    return np.asarray([chunk.kind in REMAINDER_KINDS for chunk in evidence.chunks], np.float32)


def length(evidence: Evidence) -> Values:
    """Logarithm of the number of lines, 1 at MAX_LINES: longer ones do more. Definitions of a chunk count the same."""
    lines: dict[tuple[int, int], int] = {}
    keys = list(zip(evidence.candidates.reader.tolist(), [chunk.id for chunk in evidence.chunks], strict=True))
    for key, chunk in zip(keys, evidence.chunks, strict=True):
        lines[key] = max(lines.get(key, 1), chunk.end_line - chunk.start_line + 1)
    longest = np.asarray([lines[key] for key in keys], np.float32)
    return np.asarray(np.clip(np.log2(longest) / np.log2(MAX_LINES), 0, 1), np.float32)


def test_code(evidence: Evidence) -> Values:
    """1 if the chunk is named like a test (Rust's `mod tests`) and the question does not ask for tests."""
    if Role.TEST in evidence.requested_roles:
        return np.zeros(len(evidence.chunks), np.float32)
    return np.asarray([bool(TEST_NAME.search(chunk.qualified_name)) for chunk in evidence.chunks], np.float32)


def owner_recall(evidence: Evidence) -> Values:
    """Share of the question that the names of the enclosing definitions match."""
    recalls: dict[str, float] = {}
    values = []
    for chunk in evidence.chunks:
        owner = chunk.qualified_name[: -len(chunk.name)] if chunk.name else ""
        if owner not in recalls:
            recalls[owner] = evidence.matcher.recall_precision(words_of(owner))[0] if owner else 0.0
        values.append(recalls[owner])
    return np.asarray(values, np.float32)


def defines_symbol(evidence: Evidence) -> Values:
    """1 if the chunk defines a symbol of the question; less if it is spelled in another case or convention."""
    if not evidence.keys:
        return np.zeros(len(evidence.chunks), np.float32)
    spelled = {last_part(name) for name in evidence.question.identifiers}
    return np.asarray([_spelling(chunk, evidence.keys, spelled) for chunk in evidence.chunks], np.float32)


def defines_type(evidence: Evidence) -> Values:
    """1 if the chunk defines a symbol of the question and is a type: the type comes before its members."""
    return (defines_symbol(evidence) > 0) * is_type(evidence)


def owner_is_asked(evidence: Evidence) -> Values:
    """1 if both the chunk's name and its owner (`Foo` of `Foo::bar`) are in the question."""
    owners = [name_key(owner) for owner in map(owner_of, evidence.question.identifiers) if owner]
    if not owners:
        return np.zeros(len(evidence.chunks), np.float32)
    return np.asarray(
        [c.name_key in evidence.keys and any(o in name_key(c.qualified_name) for o in owners) for c in evidence.chunks],
        np.float32,
    )


def stem_is_symbol(evidence: Evidence) -> Values:
    """1 if the file is named after a symbol of the question."""
    if not evidence.keys:
        return np.zeros(len(evidence.chunks), np.float32)
    return evidence.per_file([float(name_key(stem_of(path)) in evidence.keys) for path in evidence.paths])


def location(evidence: Evidence) -> Values:
    """1 if the question names the file and a line of the chunk, 2/3 for the file alone, 1/3 for its folder."""
    if not evidence.question.locations:
        return np.zeros(len(evidence.chunks), np.float32)
    return np.asarray([_located(evidence.question, chunk) for chunk in evidence.chunks], np.float32)


def other_language(evidence: Evidence) -> Values:
    """1 if the question asks for a language and the file is in another."""
    wanted = evidence.question.language
    return np.asarray([bool(wanted) and chunk.language != wanted for chunk in evidence.chunks], np.float32)


def converts(evidence: Evidence) -> Values:
    """1 if the chunk is named after the conversion that the question asks for."""
    return _conversion(evidence, conversion.converts)


def converts_back(evidence: Evidence) -> Values:
    """1 if the chunk is named after the opposite of the conversion that the question asks for."""
    return _conversion(evidence, conversion.converts_back)


def _conversion(evidence: Evidence, holds: Callable[[str, Sequence[Conversion]], bool]) -> Values:
    asked = conversion.conversions_asked(evidence.question.text)
    if not asked:
        return np.zeros(len(evidence.chunks), np.float32)
    return np.asarray([holds(chunk.qualified_name, asked) for chunk in evidence.chunks], np.float32)


def _role(role: Role) -> Callable[[Evidence], Values]:
    def signal(evidence: Evidence) -> Values:
        unasked = role not in evidence.requested_roles
        return evidence.per_file([float(unasked and found is role) for found in evidence.roles])

    signal.__doc__ = f"1 if the file's role is {role.value} and the question does not ask for that role."
    return signal


MAX_DEPTH = 5
MAX_STEM_WORDS = 5
"""Folder levels, and words of a file's stem, at which `shallow` and `short_stem` reach 0."""
MAX_LINES = 1024
"""Lines of a chunk at which `length` is 1."""
OTHER_CASE = 0.6
OTHER_CONVENTION = 0.3
"""Value of `defines_symbol` for `from_request` if the question has `FromRequest`."""
DEFINED_INSIDE = 0.25
"""Value of `defines_symbol` for a chunk that contains the definition but is named after another."""
TEST_NAME = re.compile(r"(?:^|[.:])(?:tests?(?=[.:])|test_|Test[A-Z])")


class SignalSpec(NamedTuple):
    """A signal and its label for `--explain`.

    Its weight is in codesearch.search.weights; a new signal has none, and no effect, until one is learned.
    """

    name: str
    label: str
    compute: Callable[[Evidence], Values]
    sign: int = 1
    """Sign that its weight must have: 1 or -1; 0 for either."""


SIGNALS: tuple[SignalSpec, ...] = (
    SignalSpec("dense", "similar in meaning", dense),
    SignalSpec("dense_relative", "close to the most similar", dense_relative),
    SignalSpec("lexical", "shares the question's words", lexical),
    SignalSpec("lexical_relative", "close to the best by words", lexical_relative),
    SignalSpec("file_dense", "file is about it", file_dense),
    SignalSpec("file_meaning", "file as a whole is about it", file_meaning),
    SignalSpec("file_words", "words occur in the file", file_words),
    SignalSpec("file_frequency", "file speaks of it throughout", file_frequency),
    SignalSpec("coherence", "several good chunks in the file", coherence),
    SignalSpec("stem_recall", "file name answers the question", stem_recall),
    SignalSpec("stem_precision", "file name is asked for", stem_precision),
    SignalSpec("stem_rarity", "file name has rare words of it", stem_rarity),
    SignalSpec("folder_recall", "folder answers the question", folder_recall),
    SignalSpec("name_recall", "name answers the question", name_recall),
    SignalSpec("name_precision", "name is asked for", name_precision),
    SignalSpec("path_recall", "path answers the question", path_recall),
    SignalSpec("file_coverage", "file holds the question's words", file_coverage),
    SignalSpec("chunk_coverage", "holds most of the words", chunk_coverage),
    SignalSpec("file_size", "one of the main files", file_size, sign=0),
    SignalSpec("shallow", "near the root", shallow),
    SignalSpec("short_stem", "short file name", short_stem),
    SignalSpec("popularity", "widely used", popularity),
    SignalSpec("verbatim", "has the question word for word", verbatim),
    SignalSpec("is_type", "type", is_type),
    SignalSpec("remainder", "not a definition", remainder, sign=-1),
    SignalSpec("length", "long", length),
    SignalSpec("test_code", "test code", test_code, sign=-1),
    SignalSpec("owner_recall", "enclosing type answers", owner_recall),
    SignalSpec("defines_symbol", "defines the symbol", defines_symbol),
    SignalSpec("defines_type", "defines it as a type", defines_type),
    SignalSpec("owner_is_asked", "owner is named", owner_is_asked),
    SignalSpec("stem_is_symbol", "file is named after the symbol", stem_is_symbol),
    SignalSpec("location", "file or line is named", location),
    SignalSpec("other_language", "in another language than asked for", other_language, sign=-1),
    SignalSpec("converts", "converts as asked", converts),
    SignalSpec("converts_back", "converts the other way", converts_back, sign=-1),
    *(
        SignalSpec(role.name.lower(), f"{role.value} file", _role(role), sign=0 if role is Role.REEXPORT else -1)
        for role in Role
        if role is not Role.IMPLEMENTATION
    ),
)


def _relative(values: Values) -> Values:
    top = float(values.max(initial=0.0))
    return values / top if top > 0 else np.zeros_like(values)


def _mean_of_best(values: Values, file: npt.NDArray[np.int64], best: int = 3) -> Values:
    """Mean of the `best` highest values of each file (missing ones count 0), one entry per candidate."""
    kept = rank_in_file(values, file) < best
    return (np.bincount(file[kept], values[kept], file.max(initial=-1) + 1) / best).astype(np.float32)[file]


def _spelling(chunk: StoredChunk, keys: frozenset[str], spelled: set[str]) -> float:
    if chunk.kind == "file":
        return 0.0
    if chunk.name_key not in keys:
        return DEFINED_INSIDE if any(name_key(inner.name) in keys for inner in chunk.definitions) else 0.0
    if chunk.name in spelled:
        return 1.0
    return OTHER_CASE if chunk.name.lower() in {name.lower() for name in spelled} else OTHER_CONVENTION


def _located(question: Question, chunk: StoredChunk) -> float:
    best = 0.0
    for place in question.locations:
        path = chunk.path
        if path == place.path or path.endswith("/" + place.path) or place.path.endswith("/" + path):
            best = max(best, 1.0 + 0.5 * (chunk.start_line <= place.line <= chunk.end_line))
        elif ("/" + path).startswith("/" + place.path + "/") or f"/{place.path}/" in "/" + path:
            best = max(best, 0.5)
    return best / 1.5
