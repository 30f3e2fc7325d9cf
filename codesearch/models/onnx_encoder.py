"""A compact transformer on ONNX Runtime: without torch, and on a CPU three times as fast as with it.

The model's folder holds the graph of its operations (packages/small/build_graph.py writes it); the weights are those
of its compact checkpoint. Computed in float32: cosines with the vectors that torch gives are above 0.999.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from codesearch.arrays import map_arrays
from codesearch.errors import InstallExtra, ModelUnavailable
from codesearch.models.batching import batches
from codesearch.models.capabilities import TRANSFORMER
from codesearch.models.checkpoint import FETCH_AGAIN, Checkpoint
from codesearch.models.encoder import Embeddings
from codesearch.models.side import normalise
from codesearch.models.wordpiece import WordPiece

if TYPE_CHECKING:
    from codesearch.models.modules import EncodingConfig

GRAPH_FILE = "graph.onnx"
BUDGET = 2048
"""Tokens per batch; more is no faster and exceeds the caches."""
_ERRORS_ONLY = 3


class OnnxEncoder:
    """See codesearch.models.encoder.Encoder."""

    capabilities = TRANSFORMER

    def __init__(self, checkpoint: Checkpoint, config: EncodingConfig, name: str, max_length: int | None) -> None:
        """Load the graph and the weights of a folder. Raises ModelUnavailable."""
        self.name = name
        self.revision = checkpoint.revision
        self.max_length = min(max_length or config.max_length, config.max_length)
        self._form = config.form
        threads = os.cpu_count() or 1
        self.note = f"cpu ({threads} threads), ONNX Runtime"
        try:
            self._tokenizer = WordPiece(checkpoint.tokenizer_file())
        except (OSError, ValueError) as error:
            raise ModelUnavailable(f"{checkpoint.tokenizer_file()} can't be read: {error}", FETCH_AGAIN) from error
        self._session = _session(checkpoint, threads)
        self.dimensions = int(self._session.get_outputs()[0].shape[1])

    def encode_documents(self, texts: Sequence[str]) -> Embeddings:
        """See Encoder."""
        rows = [self._tokenizer.ids(self._form.document(text), self.max_length) for text in texts]
        out = np.zeros((len(texts), self.dimensions), np.float32)
        for batch in batches([len(row) for row in rows], BUDGET):
            out[batch] = self._encode([rows[index] for index in batch])
        return out

    def encode_query(self, text: str) -> Embeddings:
        """See Encoder."""
        vector: Embeddings = self._encode([self._tokenizer.ids(self._form.question(text), self.max_length)])[0]
        return vector

    def _encode(self, rows: Sequence[Sequence[int]]) -> Embeddings:
        """Unit vectors of texts, by their token ids."""
        ids = np.zeros((len(rows), max(map(len, rows))), np.int64)
        mask = np.zeros_like(ids)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = row
            mask[i, : len(row)] = 1
        (vectors,) = self._session.run(None, {"ids": ids, "mask": mask})
        return normalise(vectors)


def _session(checkpoint: Checkpoint, threads: int) -> Any:
    """The graph with its weights, ready to run. Raises ModelUnavailable."""
    try:
        import onnxruntime
    except ImportError as error:
        raise ModelUnavailable("this model needs onnxruntime", InstallExtra("small")) from error
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _ERRORS_ONLY
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # waiting takes no processor time
    try:
        arrays = {name: array for file in checkpoint.files for name, array in map_arrays(file)[0].items()}
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(array)) for array in arrays.values()]
        options.add_external_initializers(list(arrays), values)
        graph = (checkpoint.folder / GRAPH_FILE).read_bytes()
        return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the library's own errors have no common class
        reason = next(iter(str(error).splitlines()), "") or type(error).__name__
        raise ModelUnavailable(f"{checkpoint.folder} can't be loaded: {reason}", FETCH_AGAIN) from error
