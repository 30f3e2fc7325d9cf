"""The model card of a trained encoder, as Markdown: architecture, training, sources and evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from codesearch.quantities import count, duration
from codesearch.render.training import pair_rows, score_rows

if TYPE_CHECKING:
    from codesearch.training.train import TrainReport

_STATIC = """\
A static encoder for code search: a text's vector is the sum of its tokens' vectors, each weighted by 1 + ln count and,
for the first tokens, by position, scaled to length 1 and passed through a residual hidden layer. Positional weights and
layers are separate for questions and for documents. Read by `codesearch/models/static.py` with numpy alone; encoding
needs no network and no GPU.

- `weights.safetensors`: `embeddings` int8 [tokens, dimensions] and `scales` float16 [tokens]; the vector of token i is
  scales[i] · embeddings[i]. `question.*` and `document.*`, float16: `places`, and `expand`, `bias` and `contract` of
  the two layers.
- `vocab.txt`: one token per line; its number, counted from 0, is its id. `<unk>` is unused; `##x` continues a word.
- Text → words: identifiers split at camelCase, snake_case and digits, lower-cased; punctuation is dropped. A word
  of the vocabulary is one token, any other the greedy longest pieces of its first 30 characters.

It knows English and the words used in code. It ignores word order except at the beginning of a text, and questions in
other languages match only code that shares their words."""
_TRANSFORMER = """\
A fine-tuned transformer for code search. Architecture, tokenizer, pooling and prompts are those of its base model,
whose licence and limits apply to it too. Read by `codesearch` with the extra `jina`, and by
sentence-transformers. Weights are float16."""


def model_card(report: TrainReport) -> str:
    """The card's text."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: TrainReport) -> Iterator[str]:
    pairs = sum(sum(kinds.values()) for kinds in report.pairs.values())
    trained = [source for source in report.sources if not source.is_held_out]
    yield f"# A {'static encoder' if report.is_static else 'transformer'} for code search"
    yield ""
    yield _STATIC if report.is_static else _TRANSFORMER
    yield ""
    yield "## Training"
    yield ""
    yield (
        f"`codesearch train` on {count(len(trained), 'source')}: {count(pairs, 'pair')} of question and code in "
        f"{count(len(report.pairs), 'language')}, {report.tokens:,} tokens. {_recipe(report)}; "
        f"{report.pairs_per_second:,.0f} pairs/s, {duration(report.seconds)} from the sources to this card."
    )
    yield ""
    yield from _table(pair_rows(report))
    yield ""
    yield "## Evaluation"
    yield ""
    if report.gain is None:
        yield "Nothing held out could be evaluated."
    else:
        yield (
            "On code that it was not trained on; each question has one right answer in a pool of code chunks. "
            f"“before” is `{report.options.base}`. MRR@10 changed by {report.gain.mean:+.4f}, 95 % between "
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


def _recipe(report: TrainReport) -> str:
    options, recipe = report.options, report.options.recipe
    vocabulary = f" with a new vocabulary of {options.vocabulary:,}" if options.vocabulary else ""
    heads = f" (sides {recipe.rate * recipe.head_rate:g})" if report.is_static else ""
    optimizer = "Adam" if report.is_static else "AdamW"
    teacher = f", beside the similarities of questions that `{options.teacher}` finds" if options.teacher else ""
    kept = f", {recipe.keep:.0%} of the base model's weights kept" if recipe.keep else ""
    ended = f"ended after {duration(recipe.seconds)}, " if recipe.seconds else ""
    return (
        f"Base model `{options.base}`{vocabulary}. Symmetric InfoNCE with in-batch negatives of one language and "
        f"kind, batch {recipe.batch:,}, temperature {recipe.temperature:g}, {optimizer} with rate {recipe.rate:g}"
        f"{heads}, {ended}{recipe.epochs:g} epochs, {report.curve[-1][0] if report.curve else 0:,} steps, "
        f"seed {recipe.seed}{teacher}{kept}"
    )


def _table(rows: list[list[str]]) -> Iterator[str]:
    head, *body = rows
    yield "| " + " | ".join(head) + " |"
    yield "|---|" + "---:|" * (len(head) - 1)
    for row in body:
        yield "| " + " | ".join(row) + " |"
