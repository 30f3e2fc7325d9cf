"""Encoders of the sentence-transformers format, on networks of transformers. Code from a hub is never run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from codesearch.errors import InstallExtra, ModelUnavailable
from codesearch.models.checkpoint import CONFIG_FILE, FETCH_AGAIN, Checkpoint
from codesearch.models.compact import is_compact, read_compact
from codesearch.models.devices import Runtime
from codesearch.models.modules import EncodingConfig
from codesearch.models.transformer import TransformerEncoder

_UNUSED_HEADS = ("pooler.", "cls.", "lm_head.", "classifier.")
"""Heads for other tasks, which a checkpoint may have or lack; embeddings do not use them."""
_SIZES = ("hidden_size", "intermediate_size", "vocab_size", "max_position_embeddings", "type_vocab_size")


class SentenceTransformerEncoder(TransformerEncoder):
    """Encoder with a BERT-like network, and pooling, prompts and length from its configuration files."""

    def __init__(
        self, checkpoint: Checkpoint, config: EncodingConfig, name: str, runtime: Runtime, max_length: int | None = None
    ) -> None:
        """Load a checkpoint. Raises ModelUnavailable if it is incomplete or not supported."""
        super().__init__(checkpoint, name, runtime, min(max_length or config.max_length, config.max_length))
        self._pooling = config.pooling
        self.form = config.form
        _check_sizes(checkpoint)
        self._padding = _size(checkpoint, "pad_token_id")
        self.model = _load_network(checkpoint).to(runtime.device, runtime.precision).requires_grad_(False).eval()
        self.dimensions = _size(checkpoint, "hidden_size")

    def pool(self, rows: Sequence[Sequence[int]]) -> Tensor:
        """See TransformerEncoder."""
        lengths = torch.tensor([len(row) for row in rows], device=self.device)
        width = max(len(row) for row in rows)
        ids = torch.tensor([[*row, *[self._padding] * (width - len(row))] for row in rows], device=self.device)
        mask = torch.arange(width, device=self.device) < lengths[:, None]
        hidden: Tensor = self.model(input_ids=ids, attention_mask=mask.long()).last_hidden_state.float()
        if self._pooling == "cls":
            return hidden[:, 0]
        if self._pooling == "lasttoken":
            return hidden[torch.arange(len(rows), device=self.device), lengths - 1]
        return (hidden * mask[:, :, None]).sum(1) / lengths[:, None]


def _check_sizes(checkpoint: Checkpoint) -> None:
    """Raises ModelUnavailable if the configuration exceeds the weights, before memory is allocated for it."""
    sizes = {name: _size(checkpoint, name) for name in ("num_hidden_layers", *_SIZES)}
    held = {length for tensor in checkpoint.tensors.values() for length in tensor.shape}
    odd = [name for name in _SIZES if is_compact(checkpoint) and sizes[name] and sizes[name] not in held]
    if sizes["num_hidden_layers"] > len(checkpoint.tensors):
        odd = ["num_hidden_layers"]
    if odd:
        raise ModelUnavailable(f"weights in {checkpoint.folder} don't fit {odd[0]} of its config.json", FETCH_AGAIN)


def _size(checkpoint: Checkpoint, name: str) -> int:
    """A number of the configuration, 0 if it is missing. Raises ModelUnavailable."""
    value = checkpoint.config.get(name) or 0
    if not isinstance(value, int) or value < 0:
        raise ModelUnavailable(f"{name} in {checkpoint.folder / CONFIG_FILE} is not a whole number", FETCH_AGAIN)
    return value


def _load_network(checkpoint: Checkpoint) -> nn.Module:
    """Load the network. Raises ModelUnavailable if any tensor is missing from the files or unexpected."""
    try:
        from transformers import AutoConfig, AutoModel
        from transformers.utils import logging as transformers_logging
    except ImportError as error:
        raise ModelUnavailable("this model needs transformers", InstallExtra("jina")) from error
    logging: Any = transformers_logging
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        if is_compact(checkpoint):
            network = AutoModel.from_config(AutoConfig.from_pretrained(checkpoint.folder, local_files_only=True))
            missing, unexpected = network.load_state_dict(read_compact(checkpoint), strict=False)
            loaded = {"missing_keys": missing, "unexpected_keys": unexpected, "mismatched_keys": ()}
        else:
            network, loaded = AutoModel.from_pretrained(
                checkpoint.folder, local_files_only=True, use_safetensors=True, output_loading_info=True
            )
    except Exception as error:  # a malformed configuration can raise anything in transformers
        reason = next(iter(str(error).splitlines()), "") or type(error).__name__
        raise ModelUnavailable(f"{checkpoint.folder} can't be loaded: {reason}", FETCH_AGAIN) from error
    if network.config.is_encoder_decoder:
        raise ModelUnavailable(f"{checkpoint.folder} is an encoder-decoder model, which is not supported")
    for reason, keys in (("lack", loaded["missing_keys"]), ("have an unexpected", loaded["unexpected_keys"])):
        odd = sorted(key for key in keys if not key.startswith(_UNUSED_HEADS) and not key.endswith("position_ids"))
        if odd:
            raise ModelUnavailable(f"the weights in {checkpoint.folder} {reason} {odd[0]}", FETCH_AGAIN)
    if loaded["mismatched_keys"]:
        raise ModelUnavailable(f"weights in {checkpoint.folder} don't fit its config.json", FETCH_AGAIN)
    built: nn.Module = network
    return built
