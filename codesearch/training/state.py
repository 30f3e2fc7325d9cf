"""The files of a training run, from which an interrupted run resumes with the same result."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from codesearch.errors import CodesearchError
from codesearch.training import COMMITS_PER_SOURCE, PAIRS_PER_LANGUAGE
from codesearch.training.corpus import Corpus
from codesearch.training.extraction import ExtractedPairs, HeldOutPair
from codesearch.training.pairs import Pair
from codesearch.training.texts import TextPair, load_texts, save_texts
from codesearch.training.trainer import TrainingConfig


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """How to train. Stored with the run, so that resuming uses the same options."""

    base: str = "default"
    vocabulary: int = 0
    """Tokens of a new vocabulary; 0 extends the base's."""
    most_pairs: int = PAIRS_PER_LANGUAGE
    commits: int = COMMITS_PER_SOURCE
    teacher: str = ""
    """Encoder whose similarities of questions are learned too."""
    recipe: TrainingConfig = field(default_factory=TrainingConfig)


@dataclass(frozen=True, slots=True)
class SourceReport:
    """The provenance of a source."""

    name: str
    commit: str
    license: str
    files: int
    is_held_out: bool

    @classmethod
    def of(cls, extraction: ExtractedPairs) -> SourceReport:
        """The report of the source that pairs were extracted from."""
        return cls(
            extraction.source.name,
            extraction.source.commit,
            extraction.source.license,
            extraction.files,
            not extraction.pairs,
        )


class State:
    """The files of a training run in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.checkpoint = folder / "checkpoint.npz"
        self.model = folder / "model"
        self.scratch = folder / "unpacked"
        self.teacher = folder / "teacher"

    def begin(self, options: TrainOptions) -> None:
        """Start a new run. Raises OSError, or CodesearchError if the folder contains something else."""
        if self._folder.exists() and not (self._folder / "options.json").is_file():
            raise CodesearchError(
                f"{self._folder} already exists and is not an unfinished training run", "choose another --out"
            )
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        _write_json(self._folder / "options.json", asdict(options))

    def options(self) -> TrainOptions:
        """The options that the run was started with. Raises CodesearchError if there is no run to resume."""
        if not (self._folder / "sources.json").exists():
            raise CodesearchError(f"{self._folder} contains no training run to resume", "train without --resume")
        try:
            stored = json.loads((self._folder / "options.json").read_text(encoding="utf-8"))
            recipe = stored.pop("recipe")
            recipe["betas"] = tuple(recipe["betas"])
            return TrainOptions(**stored, recipe=TrainingConfig(**recipe))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise CodesearchError(f"{self._folder / 'options.json'} is damaged", "train without --resume") from error

    def save_pairs(
        self,
        corpus: Corpus,
        texts: Mapping[str, Sequence[TextPair]],
        held_out: Sequence[HeldOutPair],
        sources: Sequence[SourceReport],
    ) -> None:
        """Write the extracted pairs. Raises OSError."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        corpus.save(self._folder / "corpus")
        save_texts(self._folder / "texts.jsonl", texts)
        with (self._folder / "held-out.jsonl").open("w", encoding="utf-8", errors="surrogatepass") as file:
            for pair in held_out:
                file.write(json.dumps(asdict(pair)) + "\n")
        _write_json(self._folder / "sources.json", [asdict(source) for source in sources])  # last: marks completion

    def corpus(self) -> Corpus:
        """The training pairs as bags of words."""
        return Corpus.load(self._folder / "corpus")

    def texts(self) -> dict[str, list[TextPair]]:
        """The training pairs as texts; empty for a static encoder."""
        return load_texts(self._folder / "texts.jsonl")

    def held_out(self) -> list[HeldOutPair]:
        """The held-out pairs."""
        with (self._folder / "held-out.jsonl").open(encoding="utf-8") as file:
            records = map(json.loads, file)
            return [HeldOutPair(held["language"], held["source"], Pair(**held["pair"])) for held in records]

    def sources(self) -> tuple[SourceReport, ...]:
        """The sources that pairs were extracted from."""
        stored = json.loads((self._folder / "sources.json").read_text(encoding="utf-8"))
        return tuple(SourceReport(**source) for source in stored)

    def remove(self) -> None:
        """Delete the run's files."""
        shutil.rmtree(self._folder, ignore_errors=True)


def _write_json(path: Path, value: object) -> None:
    """Write atomically, since the existence of a file says how far a killed run got."""
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(value, indent=1), encoding="utf-8")
    part.replace(path)
