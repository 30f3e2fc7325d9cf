"""The whole of `codesearch train`: extract pairs, train an encoder, evaluate it, and write the model folder."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from codesearch.errors import CodesearchError
from codesearch.models.encoder import Encoder
from codesearch.models.joined import alone
from codesearch.models.loading import ModelName, find_folder, load_encoder
from codesearch.models.static import StaticEncoder
from codesearch.quantities import duration
from codesearch.training.corpus import Corpus, digest_of, merge
from codesearch.training.extraction import ExtractedPairs, ExtractionOptions, HeldOutPair, extract_all
from codesearch.training.learner import Learner
from codesearch.training.measure import POOL, QUESTIONS, Gain, Ranks, bm25_ranks, encoder_ranks, gain, make_pools
from codesearch.training.sources import open_source
from codesearch.training.start import vocabulary_for
from codesearch.training.state import SourceReport, State, TrainOptions
from codesearch.training.static_learner import StaticLearner
from codesearch.training.teacher import TeacherVectors, teacher_vectors
from codesearch.training.texts import group_texts, select_texts
from codesearch.training.trainer import Trainer, TrainingProgress, default_epochs

HELD_OUT_FILES = 10
"""One file in this many is held out if no sources are."""
COSTLY_POOL, COSTLY_QUESTIONS = 500, 200
"""Pool size for transformers: three seconds per language and model on a GPU, half a minute on two cores."""
_PRECISION = "float32"
"""Precision of trained weights; less would lose small updates."""
_STATE = "training"
"""Subfolder of the model folder with the state of an unfinished run."""

OnPhase = Callable[[str, int, int, str], None]
"""Called with the phase, the steps done and in total, and a detail to show."""


@dataclass(frozen=True, slots=True)
class TrainReport:
    """The results of a training run. `ranks` are by system ("bm25", "before", "after"), then by language."""

    options: TrainOptions
    is_static: bool
    """Whether the encoder is static; otherwise it is a transformer."""
    sources: tuple[SourceReport, ...]
    pairs: Mapping[str, Mapping[str, int]]
    tokens: int
    curve: tuple[tuple[int, float], ...]
    pairs_per_second: float
    ranks: Mapping[str, Mapping[str, Ranks]]
    pool_sizes: Mapping[str, int]
    gain: Gain | None
    """None if nothing was held out."""
    seconds: float

    @property
    def is_kept(self) -> bool:
        """Whether to keep the new model: it is significantly better, or nothing could be measured."""
        return self.gain is None or self.gain.is_significant


def train(
    places: Sequence[Path],
    out: Path,
    options: TrainOptions,
    on_phase: OnPhase,
    *,
    held_out: Sequence[Path] = (),
    resume: bool = False,
    jobs: int = 1,
) -> TrainReport:
    """Train an encoder, and write it to `out` if it is better than its base model.

    The state of the run is in `out`/training until the end; `resume` continues from it. Raises OSError, or
    CodesearchError if there are no pairs, or a source or the state can't be read.
    """
    began = time.monotonic()
    state = State(out / _STATE)
    if resume:
        options = state.options()
    base = alone(load_encoder(options.base, precision=_PRECISION))
    _check(base, options)
    if not resume:
        state.begin(options)
        keeps_texts = bool(options.teacher) or not isinstance(base, StaticEncoder)
        _extract(places, held_out, state, options, on_phase, jobs, keeps_texts)
    corpus = state.corpus()
    if not options.recipe.epochs:
        pairs = sum(map(len, corpus.pairs.values()))
        options = replace(options, recipe=replace(options.recipe, epochs=default_epochs(pairs)))
    learner = _learner(base, state, corpus, options, _taught(state, options, on_phase))
    trainer = Trainer(learner, options.recipe)
    if state.checkpoint.exists():
        trainer.restore(state.checkpoint)
    speed = _run(trainer, on_phase, state.checkpoint)
    learner.write(state.model)
    before, after = alone(load_encoder(options.base)), load_encoder(str(state.model))
    ranks, sizes = _ranks(before, after, state.held_out(), options.recipe.seed, on_phase)
    result = TrainReport(
        options,
        isinstance(base, StaticEncoder),
        state.sources(),
        corpus.counts(),
        learner.tokens,
        tuple(trainer.curve),
        speed,
        ranks,
        sizes,
        gain(ranks["before"], ranks["after"], options.recipe.seed) if sizes else None,
        time.monotonic() - began,
    )
    if result.is_kept:
        shutil.copytree(state.model, out, dirs_exist_ok=True)
    state.remove()
    return result


def _taught(state: State, options: TrainOptions, on_phase: OnPhase) -> TeacherVectors | None:
    """The teacher's vectors, which a resumed run may have already."""
    found = TeacherVectors.load(state.teacher) if options.teacher else None
    if found or not options.teacher:
        return found
    made = teacher_vectors(
        load_encoder(options.teacher),
        state.texts(),
        options.recipe.seed,
        lambda done, total: on_phase("asking the teacher", done, total, ""),
    )
    made.save(state.teacher)
    return made


def _learner(
    base: Encoder, state: State, corpus: Corpus, options: TrainOptions, taught: TeacherVectors | None
) -> Learner:
    if isinstance(base, StaticEncoder):
        tokens = vocabulary_for(base, corpus, options.vocabulary)
        return StaticLearner.from_base(base, tokens, corpus, options.recipe, taught)
    from codesearch.models.sentence_transformer import SentenceTransformerEncoder
    from codesearch.training.transformer_learner import TransformerLearner

    assert isinstance(base, SentenceTransformerEncoder)  # ensured by _check
    folder = find_folder(ModelName.parse(options.base))
    return TransformerLearner(base, folder, group_texts(state.texts()), options.recipe)


def _check(base: Encoder, options: TrainOptions) -> None:
    """Raises CodesearchError for a model that can't be trained, or not with these options."""
    if isinstance(base, StaticEncoder):
        if options.teacher:
            load_encoder(options.teacher)  # raises now, not after an hour of extraction
        return
    from codesearch.models.sentence_transformer import SentenceTransformerEncoder

    if not isinstance(base, SentenceTransformerEncoder):
        raise CodesearchError(
            f"{options.base} cannot be trained", "static models and sentence-transformers models such as MiniLM can"
        )
    if options.teacher:
        raise CodesearchError("only static models learn from a teacher", "train without --teacher")
    if options.vocabulary:
        raise CodesearchError("a transformer keeps its vocabulary", "train without --vocabulary")


def _extract(
    places: Sequence[Path],
    held_out: Sequence[Path],
    state: State,
    options: TrainOptions,
    on_phase: OnPhase,
    jobs: int,
    keeps_texts: bool,
) -> None:
    """Extract the pairs of all sources and write them."""
    apart = ExtractionOptions(hold_out=1)
    within = ExtractionOptions(
        commits=options.commits, hold_out=0 if held_out else HELD_OUT_FILES, keeps_texts=keeps_texts
    )
    work = [(open_source(place, state.scratch), apart) for place in held_out]
    work += [(open_source(place, state.scratch), within) for place in places]
    extractions: list[ExtractedPairs] = []
    for extraction in extract_all(work, jobs):
        extractions.append(extraction)
        pairs = sum(len(bags) for done in extractions for bags in done.pairs.values())
        on_phase("extracting pairs", len(extractions), len(work), f"{pairs:,} pairs")
    order = {source.name: number for number, (source, _) in enumerate(work)}
    extractions.sort(key=lambda extraction: order[extraction.source.name])  # independent of which worker was first
    parts = ((extraction.words, extraction.pairs) for extraction in extractions)
    corpus = merge(parts, options.most_pairs, options.recipe.seed)
    if not corpus.pairs:
        raise CodesearchError(
            "no pairs of documentation and code were found in the sources",
            "pass folders or archives with documented source code",
        )
    trained = corpus.digests()
    held = (pair for extraction in extractions for pair in extraction.held_out)
    questions = [pair for pair in held if digest_of(pair.pair) not in trained]
    texts = select_texts(corpus, extractions) if keeps_texts else {}
    state.save_pairs(corpus, texts, questions, [SourceReport.of(extraction) for extraction in extractions])


def _run(trainer: Trainer, on_phase: OnPhase, checkpoint: Path) -> float:
    """Train to the end. Returns the speed in pairs per second."""
    speed = 0.0

    def on_progress(progress: TrainingProgress) -> None:
        nonlocal speed
        speed = progress.pairs_per_second
        detail = f"loss {progress.loss:.3f}, {speed:,.0f} pairs/s, {duration(progress.seconds_left)} left"
        on_phase("training", progress.step, progress.steps, detail)

    try:
        trainer.run(on_progress, checkpoint)
    except KeyboardInterrupt:
        trainer.save(checkpoint)
        raise
    trainer.save(checkpoint)
    return speed


def _ranks(
    before: Encoder, after: Encoder, held_out: Sequence[HeldOutPair], seed: int, on_phase: OnPhase
) -> tuple[dict[str, dict[str, Ranks]], dict[str, int]]:
    most = (COSTLY_POOL, COSTLY_QUESTIONS) if after.capabilities.costly else (POOL, QUESTIONS)
    pools = make_pools(held_out, seed, *most)
    ranks: dict[str, dict[str, Ranks]] = {"bm25": {}, "before": {}, "after": {}}
    for number, pool in enumerate(pools, 1):
        ranks["bm25"][pool.language] = bm25_ranks(pool)
        ranks["before"][pool.language] = encoder_ranks(before, pool)
        ranks["after"][pool.language] = encoder_ranks(after, pool)
        on_phase("measuring", number, len(pools), pool.language)
    return ranks, {pool.language: len(pool.codes) for pool in pools}
