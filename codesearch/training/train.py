"""`codesearch train`, whole: sources → pairs → an encoder that learns → what it was worth → a model's folder."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from codesearch.errors import CodesearchError
from codesearch.models.encoder import Encoder
from codesearch.models.loading import ModelName, find_folder, load_encoder
from codesearch.models.static import StaticEncoder
from codesearch.quantities import duration
from codesearch.training.corpus import Corpus, digest_of, merge
from codesearch.training.cut import Cut, CutOptions, HeldOutPair, cut_all
from codesearch.training.learner import Learner
from codesearch.training.measure import POOL, QUESTIONS, Gain, Ranks, bm25_ranks, encoder_ranks, gain, pools
from codesearch.training.sources import open_source
from codesearch.training.start import tokens_for
from codesearch.training.state import SourceReport, State, TrainOptions
from codesearch.training.static_learner import StaticLearner
from codesearch.training.texts import chosen, grouped
from codesearch.training.trainer import Trainer, TrainingProgress, usual_epochs

HELD_OUT_FILES = 10
"""Of so many files one is held out, where no sources are."""
COSTLY_POOL, COSTLY_QUESTIONS = 500, 200
"""What a transformer is measured on: three seconds a language and model on a GPU, half a minute on two cores."""
_PRECISION = "float32"
"""Of weights that are trained; small steps are lost in less."""
_STATE = "training"
"""Folder of the model's that holds what a killed run goes on from."""

OnPhase = Callable[[str, int, int, str], None]
"""Phase, done, total, and what else to say."""


@dataclass(frozen=True, slots=True)
class TrainReport:
    """What training did. Ranks are by system ("bm25", "before", "after"), then by language."""

    options: TrainOptions
    is_static: bool
    """Whether it is a static encoder, else a transformer."""
    sources: tuple[SourceReport, ...]
    pairs: Mapping[str, Mapping[str, int]]
    tokens: int
    curve: tuple[tuple[int, float], ...]
    pairs_per_second: float
    ranks: Mapping[str, Mapping[str, Ranks]]
    pool_sizes: Mapping[str, int]
    gain: Gain | None
    """None where nothing was held out."""
    seconds: float

    @property
    def is_kept(self) -> bool:
        """Whether the new model is to be used: it is better by more than chance, or nothing could be measured."""
        return self.gain is None or self.gain.is_sure


def train(
    places: Sequence[Path],
    out: Path,
    options: TrainOptions,
    report: OnPhase,
    *,
    held_out: Sequence[Path] = (),
    resume: bool = False,
    jobs: int = 1,
) -> TrainReport:
    """Train an encoder and write it to `out`, unless it is no better than the model it began from.

    The state lies in `out`/training until the end; with `resume`, training goes on from it. Raises CodesearchError
    where there are no pairs, or a source or the state can't be read; OSError.
    """
    began = time.monotonic()
    state = State(out / _STATE)
    if resume:
        options = state.options()
    base = load_encoder(options.base, precision=_PRECISION)
    _check(base, options)
    if not resume:
        state.begin(options)
        _collect(places, held_out, state, options, report, jobs, keeps_texts=not isinstance(base, StaticEncoder))
    corpus = state.corpus()
    if not options.recipe.epochs:
        pairs = sum(len(own) for own in corpus.pairs.values())
        options = replace(options, recipe=replace(options.recipe, epochs=usual_epochs(pairs)))
    learner = _learner(base, state, corpus, options)
    trainer = Trainer(learner, options.recipe)
    if state.checkpoint.exists():
        trainer.restore(state.checkpoint)
    speed = _run(trainer, report, state.checkpoint)
    learner.write(state.model)
    before, after = load_encoder(options.base), load_encoder(str(state.model))
    ranks, sizes = _ranks(before, after, state.held_out(), options.recipe.seed, report)
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
    state.end()
    return result


def _learner(base: Encoder, state: State, corpus: Corpus, options: TrainOptions) -> Learner:
    if isinstance(base, StaticEncoder):
        tokens = tokens_for(base, corpus, options.vocabulary)
        return StaticLearner.begun(base, tokens, corpus, options.recipe)
    from codesearch.models.sentence_transformer import SentenceTransformerEncoder
    from codesearch.training.transformer_learner import TransformerLearner

    assert isinstance(base, SentenceTransformerEncoder)  # _check saw to it
    folder = find_folder(ModelName.parse(options.base))
    return TransformerLearner(base, folder, grouped(state.texts()), options.recipe)


def _check(base: Encoder, options: TrainOptions) -> None:
    """Raises CodesearchError for a model that can't be trained, or not so."""
    if isinstance(base, StaticEncoder):
        return
    from codesearch.models.sentence_transformer import SentenceTransformerEncoder

    if not isinstance(base, SentenceTransformerEncoder):
        raise CodesearchError(
            f"{options.base} cannot be trained", "static models and sentence-transformers models such as MiniLM can"
        )
    if options.vocabulary:
        raise CodesearchError("a transformer keeps its vocabulary", "train without --vocabulary")


def _collect(
    places: Sequence[Path],
    held_out: Sequence[Path],
    state: State,
    options: TrainOptions,
    report: OnPhase,
    jobs: int,
    keeps_texts: bool,
) -> None:
    """Cut all sources and write the corpus."""
    apart = CutOptions(hold_out=1)
    within = CutOptions(hold_out=0 if held_out else HELD_OUT_FILES, keeps_texts=keeps_texts)
    work = [(open_source(place, state.scratch), apart) for place in held_out]
    work += [(open_source(place, state.scratch), within) for place in places]
    cuts: list[Cut] = []
    for cut in cut_all(work, jobs):
        cuts.append(cut)
        pairs = sum(len(own) for done in cuts for own in done.pairs.values())
        report("cutting", len(cuts), len(work), f"{pairs:,} pairs")
    order = {source.name: number for number, (source, _) in enumerate(work)}
    cuts.sort(key=lambda cut: order[cut.source.name])  # the same corpus, whichever worker was first
    corpus = merge(((cut.words, cut.pairs) for cut in cuts), options.most_pairs, options.recipe.seed)
    if not corpus.pairs:
        raise CodesearchError(
            "no pairs of documentation and code were found in the sources",
            "pass folders or archives with documented source code",
        )
    trained = corpus.digests()
    questions = [one for cut in cuts for one in cut.held_out if digest_of(one.pair) not in trained]
    texts = chosen(corpus, cuts) if keeps_texts else {}
    state.collected(corpus, texts, questions, [SourceReport.of(cut) for cut in cuts])


def _run(trainer: Trainer, report: OnPhase, checkpoint: Path) -> float:
    """Train to the end; pairs a second."""
    speed = 0.0

    def tell(progress: TrainingProgress) -> None:
        nonlocal speed
        speed = progress.pairs_per_second
        about = f"loss {progress.loss:.3f}, {speed:,.0f} pairs/s, {duration(progress.seconds_left)} left"
        report("training", progress.step, progress.steps, about)

    try:
        trainer.run(tell, checkpoint)
    except KeyboardInterrupt:
        trainer.save(checkpoint)
        raise
    trainer.save(checkpoint)
    return speed


def _ranks(
    before: Encoder, after: Encoder, held_out: Sequence[HeldOutPair], seed: int, report: OnPhase
) -> tuple[dict[str, dict[str, Ranks]], dict[str, int]]:
    most = (COSTLY_POOL, COSTLY_QUESTIONS) if after.capabilities.costly else (POOL, QUESTIONS)
    found = pools(held_out, seed, *most)
    ranks: dict[str, dict[str, Ranks]] = {"bm25": {}, "before": {}, "after": {}}
    for number, pool in enumerate(found, 1):
        ranks["bm25"][pool.language] = bm25_ranks(pool)
        ranks["before"][pool.language] = encoder_ranks(before, pool)
        ranks["after"][pool.language] = encoder_ranks(after, pool)
        report("measuring", number, len(found), pool.language)
    return ranks, {pool.language: len(pool.codes) for pool in found}
