"""Average the weights of static models that were trained from a common base: a model soup (Wortsman et al. 2022).

    python benchmarks/average_models.py default=0.4 RUN=0.3 RUN=0.3 --out FOLDER

The result has the tokens of the first model; tokens are matched by name, and one that a model lacks is the mean of its
pieces there. Averages of runs on different pairs are better than each run, and forget less of what the base knew.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from codesearch.models.loading import load_encoder
from codesearch.models.static import StaticEncoder
from codesearch.training.network import Network
from codesearch.training.start import initial_table
from codesearch.training.static_model import write_model


def main() -> None:
    """Run the program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+", metavar="MODEL=WEIGHT", help="model as `codesearch index` takes it")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    parts = [part.rpartition("=") for part in asked.models]
    encoders = [encoder for name, _, _ in parts if isinstance(encoder := load_encoder(name), StaticEncoder)]
    write_average(encoders, [float(weight) for _, _, weight in parts], asked.out)


def write_average(encoders: list[StaticEncoder], weights: list[float], out: Path) -> None:
    """Write the weighted mean of the models' weights, with the tokens and position weights of the first."""
    tokens = list(encoders[0].vocabulary)
    networks = [Network.from_base(initial_table(encoder, tokens), encoder, seed=0) for encoder in encoders]
    mean, total = networks[0], weights[0]
    for network, weight in zip(networks[1:], weights[1:], strict=True):
        total += weight
        mean = mean.mix(network, weight / total)
    mean.table[~np.isfinite(mean.table)] = 0
    write_model(out, tokens, mean)


if __name__ == "__main__":
    main()
