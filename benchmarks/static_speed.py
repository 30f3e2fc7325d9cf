"""Speed of a static encoder on one core: loading, chunks of 1,200 characters, questions.

    python benchmarks/static_speed.py CHECKOUT... [--model default]

Rates are per second of CPU time, so that other work on the machine does not count.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from codesearch.discovery.discover import discover
from codesearch.discovery.source import SkippedFile, read_source
from codesearch.models.loading import load_encoder

CHARACTERS = 1_200
CHUNKS = 8_000
ROUNDS = 3
QUERIES = 2_000


def main() -> None:
    """Run the program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkouts", nargs="+", type=Path)
    parser.add_argument("--model", default="default")
    asked = parser.parse_args()
    started = time.perf_counter()
    encoder = load_encoder(asked.model)
    encoder.encode_query("a first question")
    print(f"loading and a first question: {1000 * (time.perf_counter() - started):.0f} ms")
    texts = chunks_of(asked.checkouts, CHUNKS * ROUNDS)
    for number in range(ROUNDS):
        batch = texts[number * len(texts) // ROUNDS : (number + 1) * len(texts) // ROUNDS]
        started = time.process_time()
        encoder.encode_documents(batch)
        print(f"{len(batch):,} chunks: {len(batch) / (time.process_time() - started):,.0f} per CPU second")
    started = time.process_time()
    for number in range(QUERIES):
        encoder.encode_query(f"how are passwords compared with the stored digest number {number}")
    print(f"a question: {1000 * (time.process_time() - started) / QUERIES:.3f} ms")


def chunks_of(checkouts: list[Path], most: int) -> list[str]:
    """Texts of equal length from the checkouts' files."""
    texts: list[str] = []
    for root in checkouts:
        for file in discover(root).files:
            source = read_source(root, file.path)
            if not isinstance(source, SkippedFile) and not source.skip_reason:
                text = source.text
                texts += [text[i : i + CHARACTERS] for i in range(0, len(text) - CHARACTERS, CHARACTERS)]
            if len(texts) >= most:
                return texts[:most]
    return texts


if __name__ == "__main__":
    main()
