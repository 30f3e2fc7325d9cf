"""What a run of training keeps on disk until it ends, so that a killed one goes on to the same result."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from codesearch.errors import CodesearchError
from codesearch.training import PAIRS_PER_LANGUAGE
from codesearch.training.corpus import Corpus
from codesearch.training.cut import Cut, HeldOutPair
from codesearch.training.pairs import Pair
from codesearch.training.texts import TextPair, load_texts, save_texts
from codesearch.training.trainer import TrainingConfig


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """How to train; what is written with the state, so that a resumed run goes on the same way."""

    base: str = "default"
    vocabulary: int = 0
    """Tokens of a new vocabulary; 0 keeps the base's, extended."""
    most_pairs: int = PAIRS_PER_LANGUAGE
    recipe: TrainingConfig = field(default_factory=TrainingConfig)


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What a source was and gave."""

    name: str
    commit: str
    license: str
    files: int
    is_held_out: bool

    @classmethod
    def of(cls, cut: Cut) -> SourceReport:
        """The report of a cut."""
        return cls(cut.source.name, cut.source.commit, cut.source.license, cut.files, not cut.pairs)


class State:
    """The files of a run of training in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.checkpoint = folder / "checkpoint.npz"
        self.model = folder / "model"
        self.scratch = folder / "unpacked"

    def begin(self, options: TrainOptions) -> None:
        """Start anew. Raises CodesearchError where the folder holds something else, or OSError."""
        if self._folder.exists() and not (self._folder / "options.json").is_file():
            raise CodesearchError(
                f"{self._folder} already exists and is not an unfinished training run", "choose another --out"
            )
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        _write_json(self._folder / "options.json", asdict(options))

    def options(self) -> TrainOptions:
        """What the run began with. Raises CodesearchError where there is no state to go on from."""
        if not (self._folder / "sources.json").exists():
            raise CodesearchError(f"{self._folder} contains no training run to resume", "train without --resume")
        try:
            stored = json.loads((self._folder / "options.json").read_text(encoding="utf-8"))
            recipe = stored.pop("recipe")
            recipe["betas"] = tuple(recipe["betas"])
            return TrainOptions(**stored, recipe=TrainingConfig(**recipe))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise CodesearchError(f"{self._folder / 'options.json'} is damaged", "train without --resume") from error

    def collected(
        self,
        corpus: Corpus,
        texts: Mapping[str, Sequence[TextPair]],
        held_out: Sequence[HeldOutPair],
        sources: Sequence[SourceReport],
    ) -> None:
        """Keep what was cut. Raises OSError."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        corpus.save(self._folder / "corpus")
        save_texts(self._folder / "texts.jsonl", texts)
        with (self._folder / "held-out.jsonl").open("w", encoding="utf-8", errors="surrogatepass") as file:
            for one in held_out:
                file.write(json.dumps(asdict(one)) + "\n")
        _write_json(self._folder / "sources.json", [asdict(source) for source in sources])  # last: all is there

    def corpus(self) -> Corpus:
        """The pairs."""
        return Corpus.load(self._folder / "corpus")

    def texts(self) -> dict[str, list[TextPair]]:
        """The pairs as texts, where they were kept."""
        return load_texts(self._folder / "texts.jsonl")

    def held_out(self) -> list[HeldOutPair]:
        """The pairs that are not trained on."""
        with (self._folder / "held-out.jsonl").open(encoding="utf-8") as file:
            records = map(json.loads, file)
            return [HeldOutPair(one["language"], one["source"], Pair(**one["pair"])) for one in records]

    def sources(self) -> tuple[SourceReport, ...]:
        """What was cut."""
        stored = json.loads((self._folder / "sources.json").read_text(encoding="utf-8"))
        return tuple(SourceReport(**source) for source in stored)

    def end(self) -> None:
        """Remove all."""
        shutil.rmtree(self._folder, ignore_errors=True)


def _write_json(path: Path, value: object) -> None:
    """Whole or not at all: that a file is there says how far a killed run was."""
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(value, indent=1), encoding="utf-8")
    part.replace(path)
