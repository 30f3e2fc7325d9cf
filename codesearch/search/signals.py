"""The signals that rank a candidate: each a small function of question and candidates, with its reason.

A score is the weighted sum of its signals, so that `--explain` can show what each one added. Signals lie between
0 and 1 and mean the same in every repository. To add or drop one, change `SIGNALS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from codesearch.chunking.kinds import TYPE_KINDS
from codesearch.index.terms import name_key
from codesearch.search.evidence import Evidence, Values, folder_words, rank_in_file, stem_of, stem_words, words_of
from codesearch.search.question import Question, last_part
from codesearch.search.roles import Role

if TYPE_CHECKING:
    from codesearch.index.snapshot import StoredChunk


def dense(evidence: Evidence) -> Values:
    """Cosine of question and chunk: the chunk means what the question asks."""
    return np.clip(evidence.candidates.dense, 0, 1)


def dense_relative(evidence: Evidence) -> Values:
    """Cosine beside the best: cosines of one question lie close together."""
    return _relative(np.clip(evidence.candidates.dense, 0, 1))


def lexical(evidence: Evidence) -> Values:
    """BM25 as a share of the most possible: the chunk holds the question's rare words."""
    return np.clip(evidence.candidates.lexical, 0, 1)


def lexical_relative(evidence: Evidence) -> Values:
    """BM25 beside the best."""
    return _relative(evidence.candidates.lexical)


def file_dense(evidence: Evidence) -> Values:
    """Mean of the file's three best cosines: a file that is about the matter has several chunks about it."""
    return _mean_of_best(dense_relative(evidence), evidence.file)


def file_meaning(evidence: Evidence) -> Values:
    """Cosine of question and all of the file, beside the best: what a file is about as a whole."""
    return _relative(np.clip(evidence.candidates.file_similarity, 0, 1))


def file_words(evidence: Evidence) -> Values:
    """Share of the question's rare words that occur anywhere in the file: an answer may lie spread over it."""
    weights = np.asarray(list(evidence.candidates.term_weights.values()), np.float32)
    return (weights @ (evidence.candidates.file_by_term > 0) / (weights.sum() or 1.0)).astype(np.float32)


def file_frequency(evidence: Evidence) -> Values:
    """BM25 of all of the file beside the best: a file that speaks of it throughout, not once."""
    weights = np.asarray(list(evidence.candidates.term_weights.values()), np.float32)
    counts = evidence.candidates.file_by_term
    return _relative((weights @ (counts / (counts + 1))).astype(np.float32))


def coherence(evidence: Evidence) -> Values:
    """Sum of the file's scores beside the best file's."""
    both = dense_relative(evidence) ** 2 + lexical_relative(evidence)
    sums = np.bincount(evidence.file, both, len(evidence.paths)).astype(np.float32)
    return _relative(sums)[evidence.file]


def stem_recall(evidence: Evidence) -> Values:
    """Share of the question that the file's name answers: people name files after what they hold."""
    return evidence.per_file([recall for recall, _ in evidence.stems])


def stem_precision(evidence: Evidence) -> Values:
    """Share of the file's name that the question asks for."""
    return evidence.per_file([precision for _, precision in evidence.stems])


def stem_rarity(evidence: Evidence) -> Values:
    """Share of the file's name that the question asks for, in words that are rare here: the project's own name and
    others that stand in many files tell little."""
    return evidence.per_file([evidence.matcher.rare_precision(stem_words(path)) for path in evidence.paths])


def folder_recall(evidence: Evidence) -> Values:
    """Share of the question that the last two folders answer."""
    return evidence.per_file([evidence.matcher.recall_precision(folder_words(p))[0] for p in evidence.paths])


def name_recall(evidence: Evidence) -> Values:
    """Share of the question that the definition's name answers."""
    return np.asarray([recall for recall, _ in evidence.names], np.float32)


def name_precision(evidence: Evidence) -> Values:
    """Share of the definition's name that the question asks for."""
    return np.asarray([precision for _, precision in evidence.names], np.float32)


def path_recall(evidence: Evidence) -> Values:
    """Share of the question that the file's name and its last two folders answer together."""
    recall = evidence.matcher.recall_precision
    return evidence.per_file([recall([*stem_words(p), *folder_words(p)])[0] for p in evidence.paths])


def file_coverage(evidence: Evidence) -> Values:
    """Share of the question's rare words that the file's candidates hold between them."""
    best = np.zeros((len(evidence.candidates.by_term), len(evidence.paths)), np.float32)
    for row, scores in zip(best, evidence.candidates.by_term, strict=True):
        np.maximum.at(row, evidence.file, scores)
    total = sum(evidence.candidates.term_weights.values()) or 1.0
    return np.asarray(np.clip(best.sum(axis=0) / total, 0, 1)[evidence.file], np.float32)


def chunk_coverage(evidence: Evidence) -> Values:
    """Share of the question's rare words that occur in the chunk at all."""
    weights = np.asarray(list(evidence.candidates.term_weights.values()), np.float32)
    return (weights @ (evidence.candidates.by_term > 0) / (weights.sum() or 1.0)).astype(np.float32)


def file_size(evidence: Evidence) -> Values:
    """Logarithm of the file's number of chunks: a repository's main files answer more questions."""
    return np.clip(np.log2(evidence.candidates.file_chunks) / 10, 0, 1).astype(np.float32)


def shallow(evidence: Evidence) -> Values:
    """1 for files in the highest folder of all candidates, less by folder: what lies deep is a special case."""
    depths = np.asarray([path.count("/") for path in evidence.paths], np.float32)
    below = np.clip((depths - depths.min(initial=DEEPEST)) / DEEPEST, 0, 1)
    return np.asarray(1 - below, np.float32)[evidence.file]


def short_stem(evidence: Evidence) -> Values:
    """More for files named in fewer words: each further word makes it a more special case."""
    return evidence.per_file([1 - min(len(stem_words(p)), LONGEST_STEM) / LONGEST_STEM for p in evidence.paths])


def popularity(evidence: Evidence) -> Values:
    """How widely the chunk's name is used: what everything calls is what people ask about."""
    return evidence.candidates.popularity


def is_type(evidence: Evidence) -> Values:
    """1 where the chunk is a type: it says what a whole is for."""
    return np.asarray([chunk.kind in TYPE_KINDS for chunk in evidence.chunks], np.float32)


def test_code(evidence: Evidence) -> Values:
    """1 where the chunk is a test inside a file of implementation (Rust's `mod tests`)."""
    if Role.TEST in evidence.asked_roles:
        return np.zeros(len(evidence.chunks), np.float32)
    return np.asarray([bool(TEST_NAME.search(chunk.qualified_name)) for chunk in evidence.chunks], np.float32)


def owner_recall(evidence: Evidence) -> Values:
    """Share of the question that the enclosing type's name answers."""
    recalls: dict[str, float] = {}
    values = []
    for chunk in evidence.chunks:
        owner = chunk.qualified_name[: -len(chunk.name)] if chunk.name else ""
        if owner not in recalls:
            recalls[owner] = evidence.matcher.recall_precision(words_of(owner))[0] if owner else 0.0
        values.append(recalls[owner])
    return np.asarray(values, np.float32)


def defines_symbol(evidence: Evidence) -> Values:
    """1 where the chunk defines a symbol of the question; less where it is spelled in another case or convention."""
    if not evidence.keys:
        return np.zeros(len(evidence.chunks), np.float32)
    spelled = {last_part(name) for name in evidence.question.identifiers}
    return np.asarray([_spelling(chunk, evidence.keys, spelled) for chunk in evidence.chunks], np.float32)


def defines_type(evidence: Evidence) -> Values:
    """1 where the definition of the symbol is a type: its own file answers before a member's."""
    is_type = np.asarray([chunk.kind in TYPE_KINDS for chunk in evidence.chunks], np.float32)
    return (defines_symbol(evidence) > 0) * is_type


def owner_is_asked(evidence: Evidence) -> Values:
    """1 where the chunk has the name asked for and its owner too (`Foo` of `Foo::bar`)."""
    owners = [name_key(part) for name in evidence.question.identifiers for part in _owner_parts(name)]
    if not owners:
        return np.zeros(len(evidence.chunks), np.float32)
    return np.asarray(
        [c.name_key in evidence.keys and any(o in name_key(c.qualified_name) for o in owners) for c in evidence.chunks],
        np.float32,
    )


def stem_is_symbol(evidence: Evidence) -> Values:
    """1 where the file is named after a symbol of the question."""
    if not evidence.keys:
        return np.zeros(len(evidence.chunks), np.float32)
    return evidence.per_file([float(name_key(stem_of(path)) in evidence.keys) for path in evidence.paths])


def location(evidence: Evidence) -> Values:
    """1 where the question names the file (0.5 for its folder), and 0.5 more at the line that it names."""
    if not evidence.question.locations:
        return np.zeros(len(evidence.chunks), np.float32)
    return np.asarray([_located(evidence.question, chunk) for chunk in evidence.chunks], np.float32)


def _role(role: Role) -> Callable[[Evidence], Values]:
    def signal(evidence: Evidence) -> Values:
        unasked = role not in evidence.asked_roles
        return evidence.per_file([float(unasked and found is role) for found in evidence.roles])

    signal.__doc__ = f"1 where the file is {role.value} and the question does not ask for that."
    return signal


DEEPEST = 5
LONGEST_STEM = 5
"""Folders, and words of a file's name, beyond which more tell no more."""
OTHER_CASE = 0.6
OTHER_CONVENTION = 0.3
"""What a definition counts that is spelled `from_request` where `FromRequest` was asked for."""
DEFINED_INSIDE = 0.25
"""… and a chunk that is named after another definition beside it."""
TEST_NAME = re.compile(r"(?:^|[.:])(?:tests?(?=[.:])|test_|Test[A-Z])")


@dataclass(frozen=True, slots=True)
class SignalSpec:
    """A signal and its words for `--explain`.

    codesearch.search.weights has what it counts; a new one counts nothing until its weight is learned.
    """

    name: str
    label: str
    compute: Callable[[Evidence], Values]
    sign: int = 1
    """Of its weight: 1 where it speaks for a candidate, -1 where against, 0 where what is learned decides."""


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
    SignalSpec("is_type", "type", is_type),
    SignalSpec("test_code", "test code", test_code, sign=-1),
    SignalSpec("owner_recall", "enclosing type answers", owner_recall),
    SignalSpec("defines_symbol", "defines the symbol", defines_symbol),
    SignalSpec("defines_type", "defines it as a type", defines_type),
    SignalSpec("owner_is_asked", "owner is named", owner_is_asked),
    SignalSpec("stem_is_symbol", "file is named after the symbol", stem_is_symbol),
    SignalSpec("location", "file or line is named", location),
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
    """Mean of the `best` highest values of each file (missing ones count 0), one entry a candidate."""
    kept = rank_in_file(values, file) < best
    return (np.bincount(file[kept], values[kept], file.max(initial=-1) + 1) / best).astype(np.float32)[file]


def _spelling(chunk: StoredChunk, keys: frozenset[str], spelled: set[str]) -> float:
    if chunk.kind == "file":
        return 0.0
    if chunk.name_key not in keys:
        return DEFINED_INSIDE if any(name_key(one.name) in keys for one in chunk.definitions) else 0.0
    if chunk.name in spelled:
        return 1.0
    return OTHER_CASE if chunk.name.lower() in {name.lower() for name in spelled} else OTHER_CONVENTION


def _owner_parts(identifier: str) -> list[str]:
    last = last_part(identifier)
    return [part for part in [identifier[: -len(last)].strip(":.->\\#")] if part]


def _located(question: Question, chunk: StoredChunk) -> float:
    best = 0.0
    for place in question.locations:
        path = chunk.path
        if path == place.path or path.endswith("/" + place.path) or place.path.endswith("/" + path):
            best = max(best, 1.0 + 0.5 * (chunk.start_line <= place.line <= chunk.end_line))
        elif ("/" + path).startswith("/" + place.path + "/") or f"/{place.path}/" in "/" + path:
            best = max(best, 0.5)
    return best / 1.5
