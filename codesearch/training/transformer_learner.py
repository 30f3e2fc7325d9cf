"""The Learner of a transformer: all weights are fine-tuned with the same contrastive loss as a static encoder's."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, normalize

from codesearch.arrays import save_arrays
from codesearch.errors import CodesearchError
from codesearch.models import devices
from codesearch.models.batching import batches
from codesearch.models.checkpoint import SHARDS_FILE, WEIGHTS_FILE
from codesearch.models.modules import transformer_folder
from codesearch.models.sentence_transformer import SentenceTransformerEncoder
from codesearch.training.learner import PairGroup, Rows
from codesearch.training.texts import TextGroup
from codesearch.training.trainer import TrainingConfig

QUESTION_LENGTH = 40
"""Tokens."""
CODE_LENGTH = 128
"""Tokens; twice as many cost twice the time, and the beginning of a function says most about it."""
_BUDGET = 4096
"""Tokens per forward pass, with padding; the activations of all passes of a batch are kept for its gradients."""
_DECAY = 0.01
_MAX_GRADIENT_NORM = 1.0
_NOT_COPIED = frozenset(("README.md", "report.json", "curve.png", "training", SHARDS_FILE))
_WEIGHTS = frozenset((".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".onnx", ".h5", ".pkl", ".msgpack"))


class TransformerLearner:
    """See Learner. Trains float32 weights with AdamW (Loshchilov and Hutter 2019) and automatic mixed precision."""

    def __init__(
        self,
        base: SentenceTransformerEncoder,
        folder: Path,
        groups: Sequence[TextGroup],
        recipe: TrainingConfig,
    ):
        """`base` was loaded in float32 from `folder`; its network is trained in place."""
        self.groups: Sequence[PairGroup] = [PairGroup(len(group.pairs), group.share) for group in groups]
        self.tokens = base.tokenizer.get_vocab_size()
        self._encoder, self._folder, self._recipe = base, folder, recipe
        self._pairs = [group.pairs for group in groups]
        self._precision = devices.choose(base.device.type).precision
        self._parameters = dict(base.model.requires_grad_(True).named_parameters())  # no dropout: it stays at eval()
        matrices = [parameter for parameter in self._parameters.values() if parameter.dim() > 1]
        others = [parameter for parameter in self._parameters.values() if parameter.dim() < 2]
        parts = [{"params": matrices, "weight_decay": _DECAY}, {"params": others, "weight_decay": 0.0}]
        self._start = {name: own.detach().clone() for name, own in self._parameters.items()} if recipe.keep else {}
        self._adam = torch.optim.AdamW(parts, lr=recipe.rate, betas=recipe.betas)

    def learn(self, number: int, group: int, rows: Rows, rate: float) -> float:
        """See Learner."""
        pairs = [self._pairs[group][row] for row in rows.tolist()]
        questions = self._vectors([self._encoder.form.question(pair.question) for pair in pairs], QUESTION_LENGTH)
        codes = self._vectors([self._encoder.form.document(pair.code) for pair in pairs], CODE_LENGTH)
        scores = questions @ codes.T / self._recipe.temperature
        right = torch.arange(len(pairs), device=scores.device)
        loss = (cross_entropy(scores, right) + cross_entropy(scores.T, right)) / 2
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self._parameters.values(), _MAX_GRADIENT_NORM)
        for parameters in self._adam.param_groups:
            parameters["lr"] = rate
        self._adam.step()
        self._adam.zero_grad()
        return float(loss.detach())

    def state(self) -> Mapping[str, npt.NDArray[Any]]:
        """See Learner."""
        arrays = {f"parameter.{name}": parameter.detach().cpu().numpy() for name, parameter in self._parameters.items()}
        for name, parameter in self._parameters.items():
            for part, tensor in self._adam.state[parameter].items():
                arrays[f"{part}.{name}"] = tensor.cpu().numpy()
        return arrays

    def restore(self, state: Mapping[str, npt.NDArray[Any]]) -> None:
        """See Learner."""
        for name, parameter in self._parameters.items():
            stored = state.get(f"parameter.{name}")
            if stored is None or stored.shape != parameter.shape:
                raise CodesearchError("the checkpoint was written for another model", "start over without --resume")
            parameter.data.copy_(torch.from_numpy(stored))
            if f"step.{name}" not in state:
                continue  # it never had a gradient
            parts = {part: torch.from_numpy(state[f"{part}.{name}"]) for part in ("step", "exp_avg", "exp_avg_sq")}
            self._adam.state[parameter] = {
                part: tensor if part == "step" else tensor.to(parameter.device) for part, tensor in parts.items()
            }

    def write(self, folder: Path) -> None:
        """See Learner. Weights are float16, which changes cosines by less than 0.001; other files are the base's."""
        shutil.copytree(self._folder, folder, ignore=_unneeded, dirs_exist_ok=True)
        place = folder / transformer_folder(self._folder).relative_to(self._folder)
        tensors = self._encoder.model.state_dict()
        for name, start in self._start.items():
            tensors[name] = tensors[name].lerp(start, self._recipe.keep)
        weights = {name: tensor.to(torch.float16).cpu().numpy() for name, tensor in tensors.items()}
        save_arrays(place / WEIGHTS_FILE, weights)

    def _vectors(self, texts: Sequence[str], length: int) -> Tensor:
        """Unit vectors [texts, dimensions], differentiable."""
        ids = self._encoder.tokenize(texts, length)
        vectors: list[Tensor | None] = [None] * len(texts)
        with torch.autocast(self._encoder.device.type, self._precision, enabled=self._precision != torch.float32):
            for batch in batches([len(row) for row in ids], _BUDGET):
                pooled = self._encoder.pool([ids[place] for place in batch])
                for place, vector in zip(batch, pooled, strict=True):
                    vectors[place] = vector
        return normalize(torch.stack([vector for vector in vectors if vector is not None]))


def _unneeded(_folder: str, names: list[str]) -> set[str]:
    """Files not to copy: weights, and the base's report and model card."""
    return {name for name in names if name in _NOT_COPIED or Path(name).suffix in _WEIGHTS}
