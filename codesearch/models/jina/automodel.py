"""JinaBERT v2 as a model class for the library transformers, without remote code.

from codesearch.models.jina.automodel import JinaBertConfig, JinaBertModel, register

model = JinaBertModel.from_pretrained("FOLDER")  # official files, from a folder or the hub's cache
register()
model.save_pretrained("OURS")
model = AutoModel.from_pretrained("OURS")
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import torch
from safetensors.torch import save_file
from torch import Tensor
from transformers import AutoConfig, AutoModel, PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import BaseModelOutput

from codesearch.errors import ModelUnavailable
from codesearch.models.checkpoint import WEIGHTS_FILE, open_checkpoint
from codesearch.models.jina.config import is_jina
from codesearch.models.jina.load import load_model
from codesearch.models.jina.model import JinaModel
from codesearch.models.loading import ModelName, find_folder


class JinaBertConfig(PretrainedConfig):
    """The configuration in an official config.json."""

    model_type = "codesearch_jina_bert"

    def __init__(self, **official: Any) -> None:
        for key in ("auto_map", "attn_implementation", "model_type"):  # they name the hub's code
            official.pop(key, None)
        super().__init__(**official)


class JinaBertModel(PreTrainedModel):
    """Computes hidden states of padded batches, like other models of transformers."""

    config_class = JinaBertConfig
    _no_split_modules: ClassVar[list[str]] = ["Layer", "CodeLayer"]

    def __init__(self, config: JinaBertConfig, network: JinaModel | None = None) -> None:
        super().__init__(config)
        if network is None:
            raise ModelUnavailable("models with random weights are not supported", "use from_pretrained")
        self.network = network

    @classmethod
    def from_pretrained(cls, name: str | Path, *_given: Any, dtype: Any = None, **_options: Any) -> JinaBertModel:
        """Load a folder, a known name or a cached id of the hub, in float32 unless `dtype` is given.

        Raises ModelUnavailable if any weight is missing.
        """
        checkpoint = open_checkpoint(find_folder(ModelName.parse(str(name))))
        if not is_jina(checkpoint.config):
            raise ModelUnavailable(f"{name} is not a JinaBERT v2 model")
        precision = getattr(torch, dtype) if isinstance(dtype, str) and dtype != "auto" else dtype
        network = load_model(
            checkpoint, precision if isinstance(precision, torch.dtype) else torch.float32, torch.device("cpu")
        )
        return cls(JinaBertConfig(**checkpoint.config), network)

    def save_pretrained(self, folder: str | Path, **_options: Any) -> None:
        """Write config.json and the weights, with their official names."""
        self.config.save_pretrained(folder)
        weights = {name: tensor.contiguous() for name, tensor in self.network.state_dict().items()}
        save_file(weights, Path(folder) / WEIGHTS_FILE, {"format": "pt"})

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        **_options: Any,
    ) -> BaseModelOutput:
        """Hidden states [texts, width, hidden], zero where the mask is zero.

        Raises ValueError if the mask excludes tokens inside a text, not only before or after it.
        """
        mask = torch.ones_like(input_ids, dtype=torch.bool) if attention_mask is None else attention_mask.bool()
        if (mask[:, 1:] & ~mask[:, :-1]).sum(1).add(mask[:, 0]).gt(1).any():
            raise ValueError("the attention mask excludes tokens inside a text")
        types = None if token_type_ids is None else token_type_ids[mask]
        packed = self.network(input_ids[mask], mask.sum(1).tolist(), types)
        hidden = packed.new_zeros(*input_ids.shape, packed.shape[1])
        hidden[mask] = packed
        return BaseModelOutput(last_hidden_state=hidden)


def register() -> None:
    """Make AutoConfig and AutoModel load folders written by JinaBertModel.save_pretrained."""
    AutoConfig.register(JinaBertConfig.model_type, JinaBertConfig, exist_ok=True)
    AutoModel.register(JinaBertConfig, JinaBertModel, exist_ok=True)
