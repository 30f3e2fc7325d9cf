"""The model card of a trained encoder, as Markdown: what it is, how it was made, of what, and what it is worth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from codesearch.render.quantities import count, duration
from codesearch.render.training import pair_rows, score_rows

if TYPE_CHECKING:
    from codesearch.training.train import TrainReport

_ABOUT = """\
A static encoder for code search: a text's vector is the sum of its tokens' vectors, (1 + ln count) of each, scaled to
length 1, then put through a hidden layer beside the identity, one for questions and one for documents. Read by
`codesearch/models/static.py` with numpy alone; encoding needs no network and no GPU.

- `weights.safetensors`: `embeddings` int8 [tokens, dimensions] and `scales` float16 [tokens]; the vector of token i is
  scales[i] · embeddings[i]. `question.*` and `document.*`: `expand`, `bias` and `contract` of the two layers, float16.
- `vocab.txt`: one token a line; its number, counted from 0, is its id. `<unk>` is unused; `##x` continues a word.
- Text → words: identifiers split at camelCase, snake_case and digits, lower-cased; punctuation is dropped. A word
  of the vocabulary is one token, any other the greedy longest pieces of its first 30 characters.

It knows English and the words of code. It does not know word order, and a question in another language finds only what
shares its words with the code."""


def model_card(report: TrainReport) -> str:
    """The whole card."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: TrainReport) -> Iterator[str]:
    options, recipe = report.options, report.options.recipe
    pairs = sum(sum(kinds.values()) for kinds in report.pairs.values())
    trained = [source for source in report.sources if not source.is_held_out]
    yield "# A static encoder for code search"
    yield ""
    yield _ABOUT
    yield ""
    yield "## How it was made"
    yield ""
    yield (
        f"`codesearch train` on {count(len(trained), 'source')}: {count(pairs, 'pair')} of question and code in "
        f"{count(len(report.pairs), 'language')}, {report.tokens:,} tokens. It began from `{options.base}`"
        + (f" with a new vocabulary of {options.vocabulary:,}" if options.vocabulary else "")
        + f". Symmetric InfoNCE with in-batch negatives of one language, batch {recipe.batch:,}, temperature "
        f"{recipe.temperature:g}, Adam with rate {recipe.rate:g} (heads {recipe.rate * recipe.head_rate:g}), "
        f"{recipe.epochs:g} epochs, {len(report.curve) and report.curve[-1][0]:,} steps, seed {recipe.seed}; "
        f"{report.pairs_per_second:,.0f} pairs/s, {duration(report.seconds)} from the sources to this card."
    )
    yield ""
    yield from _table(pair_rows(report))
    yield ""
    yield "## What it is worth"
    yield ""
    if report.gain is None:
        yield "Nothing was held out that could be measured."
    else:
        yield (
            "On code that it was not trained on: each question is asked of a pool of codes, one of which is right. "
            f"“before” is `{options.base}`. MRR@10 changed by {report.gain.mean:+.4f}, 95 % between "
            f"{report.gain.low:+.4f} and {report.gain.high:+.4f}."
        )
        yield ""
        yield from _table(score_rows(report))
    yield ""
    yield "## Sources"
    yield ""
    yield "| source | commit | licence | files | |"
    yield "|---|---|---|---:|---|"
    for source in sorted(report.sources, key=lambda source: (source.is_held_out, source.name.lower())):
        held_out = "held out" if source.is_held_out else ""
        yield f"| {source.name} | {source.commit[:12]} | {source.license} | {source.files:,} | {held_out} |"


def _table(rows: list[list[str]]) -> Iterator[str]:
    head, *body = rows
    yield "| " + " | ".join(head) + " |"
    yield "|---|" + "---:|" * (len(head) - 1)
    for row in body:
        yield "| " + " | ".join(row) + " |"
