"""Write the graph of a compact BERT network for ONNX Runtime: its operations, without its weights.

    pip install onnx
    python packages/small/build_graph.py packages/small/codesearch_small/model

The weights stay in model.safetensors, as int8 with a scale per row (see codesearch/models/compact.py), and are given to
ONNX Runtime when it loads the graph; it multiplies them out once. The graph computes what transformers' BertModel does
with exact GELU and mean pooling, in float32 (Devlin et al. 2019, https://arxiv.org/abs/1810.04805).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

OPSET = 20
"""The first with Gelu."""
WEIGHTS_FILE, GRAPH_FILE = "model.safetensors", "graph.onnx"
_MASKED = -1e4
"""Added to the logits of padding, as BERT does."""


class Graph:
    """Collects the nodes and the declared weights of a graph."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.config = config
        self.nodes: list[Any] = []
        self.weights: list[Any] = []
        self.constants: list[Any] = []

    def add(self, operation: str, *inputs: str, **attributes: Any) -> str:
        """Add a node with one output. Returns the output's name."""
        output = f"{operation}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operation, list(inputs), [output], **attributes))
        return output

    def constant(self, value: Any, kind: type = np.float32) -> str:
        """The name of a constant."""
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value, kind), name))
        return name

    def weight(self, name: str, kind: int, *shape: int) -> str:
        """The name of a tensor of the weights' file, as it is stored there."""
        tensor = TensorProto(name=name, data_type=kind, dims=shape, data_location=TensorProto.EXTERNAL)
        tensor.external_data.add(key="location", value=WEIGHTS_FILE)
        self.weights.append(tensor)
        return name

    def vector(self, name: str, size: int) -> str:
        """A vector of the weights, float32."""
        return self.add("Cast", self.weight(name, TensorProto.FLOAT16, size), to=TensorProto.FLOAT)

    def rows(self, name: str, count: int, size: int, ids: str) -> str:
        """Rows of a matrix of the weights [count, size], float32. Only these are multiplied with their scales."""
        rows = self.add("Gather", self.weight(name, TensorProto.INT8, count, size), ids)
        scales = self.add("Gather", self.weight(f"{name}.scales", TensorProto.FLOAT, count), ids)
        floats = self.add("Cast", rows, to=TensorProto.FLOAT)
        return self.add("Mul", floats, self.add("Unsqueeze", scales, self.constant([-1], np.int64)))

    def linear(self, name: str, values: str, inputs: int, outputs: int) -> str:
        """A linear layer."""
        matrix = self.weight(f"{name}.weight", TensorProto.INT8, outputs, inputs)
        scales = self.weight(f"{name}.weight.scales", TensorProto.FLOAT, outputs)
        transposed = self.add("Transpose", self.add("Cast", matrix, to=TensorProto.FLOAT), perm=[1, 0])
        product = self.add("MatMul", values, self.add("Mul", transposed, scales))
        return self.add("Add", product, self.vector(f"{name}.bias", outputs))

    def normalised(self, name: str, values: str, size: int) -> str:
        """Layer normalisation."""
        scale, bias = self.vector(f"{name}.weight", size), self.vector(f"{name}.bias", size)
        return self.add("LayerNormalization", values, scale, bias, axis=-1, epsilon=self.config["layer_norm_eps"])


def build(config: dict[str, Any]) -> Any:
    """The model: inputs ids [texts, tokens] and mask [texts, tokens] (1 for tokens, 0 for padding), output vectors."""
    graph, size = Graph(config), config["hidden_size"]
    hidden = _embedded(graph, size)
    mask = graph.add("Cast", "mask", to=TensorProto.FLOAT)
    padding = graph.add("Mul", graph.add("Sub", graph.constant(1), mask), graph.constant(_MASKED))
    padding = graph.add("Unsqueeze", padding, graph.constant([1, 2], np.int64))
    for layer in range(config["num_hidden_layers"]):
        hidden = _layer(graph, f"encoder.layer.{layer}", hidden, padding)
    weights = graph.add("Unsqueeze", mask, graph.constant([-1], np.int64))
    sums = graph.add("ReduceSum", graph.add("Mul", hidden, weights), graph.constant([1], np.int64), keepdims=0)
    counts = graph.add("ReduceSum", mask, graph.constant([1], np.int64), keepdims=1)
    graph.nodes.append(helper.make_node("Div", [sums, counts], ["vectors"]))
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "tokens"]) for name in ("ids", "mask")]
    outputs = [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", size])]
    made = helper.make_graph(graph.nodes, "bert", inputs, outputs, [*graph.weights, *graph.constants])
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)


def _embedded(graph: Graph, size: int) -> str:
    """The sum of the embeddings of words, positions and the first type, normalised."""
    config = graph.config
    words = graph.rows("embeddings.word_embeddings.weight", config["vocab_size"], size, "ids")
    width = graph.add("Gather", graph.add("Shape", "ids"), graph.constant(1, np.int64))
    places = graph.add("Range", graph.constant(0, np.int64), width, graph.constant(1, np.int64))
    longest = config["max_position_embeddings"]
    positions = graph.rows("embeddings.position_embeddings.weight", longest, size, places)
    first = graph.constant([0], np.int64)
    kind = graph.rows("embeddings.token_type_embeddings.weight", config["type_vocab_size"], size, first)
    return graph.normalised("embeddings.LayerNorm", graph.add("Add", graph.add("Add", words, positions), kind), size)


def _layer(graph: Graph, name: str, hidden: str, padding: str) -> str:
    """One layer: attention and a feed-forward network, each added to its input and normalised."""
    size, heads, wide = (graph.config[key] for key in ("hidden_size", "num_attention_heads", "intermediate_size"))
    split = graph.constant([0, 0, heads, size // heads], np.int64)

    def head(part: str, order: list[int]) -> str:
        values = graph.linear(f"{name}.attention.self.{part}", hidden, size, size)
        return graph.add("Transpose", graph.add("Reshape", values, split), perm=order)

    queries, keys, values = head("query", [0, 2, 1, 3]), head("key", [0, 2, 3, 1]), head("value", [0, 2, 1, 3])
    logits = graph.add("Div", graph.add("MatMul", queries, keys), graph.constant((size // heads) ** 0.5))
    weights = graph.add("Softmax", graph.add("Add", logits, padding), axis=-1)
    mixed = graph.add("Transpose", graph.add("MatMul", weights, values), perm=[0, 2, 1, 3])
    joined = graph.add("Reshape", mixed, graph.constant([0, 0, size], np.int64))
    attended = graph.linear(f"{name}.attention.output.dense", joined, size, size)
    hidden = graph.normalised(f"{name}.attention.output.LayerNorm", graph.add("Add", attended, hidden), size)
    inner = graph.add("Gelu", graph.linear(f"{name}.intermediate.dense", hidden, size, wide))
    outer = graph.linear(f"{name}.output.dense", inner, wide, size)
    return graph.normalised(f"{name}.output.LayerNorm", graph.add("Add", outer, hidden), size)


def main() -> None:
    """Write the graph for the config.json of a folder into it."""
    folder = Path(sys.argv[1])
    model = build(json.loads((folder / "config.json").read_text(encoding="utf-8")))
    save(model, folder / GRAPH_FILE)
    print(f"{folder / GRAPH_FILE}: {len(model.graph.node)} nodes, {(folder / GRAPH_FILE).stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
