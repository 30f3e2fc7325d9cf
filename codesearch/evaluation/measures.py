"""How good the ranks are at which a question's answers came: NDCG, MRR, recall and success, by ir-measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from codesearch.errors import CodesearchError, InstallExtra


class MeasuresUnavailable(CodesearchError):
    """The extra `eval` is not installed."""


@dataclass(frozen=True, slots=True)
class Scores:
    """The measures of one question, each from 0 to 1."""

    ndcg: float
    """Share of the best possible discounted gain; a hit gains 1 / log2(rank + 1) when it finds something new."""
    mrr: float
    """1 / rank of the first hit that finds something."""
    recall: float
    """Share of the relevant items that are found."""
    success: float
    """1 where the first hit finds something."""

    def __getitem__(self, measure: str) -> float:
        """A measure by its name in `MEASURES`."""
        return float(getattr(self, measure))


MEASURES = ("ndcg", "mrr", "recall", "success")


def measure_name(measure: str, limit: int) -> str:
    """As it is printed: `NDCG@10`; success is that of the first hit."""
    return {"ndcg": f"NDCG@{limit}", "mrr": f"MRR@{limit}", "recall": f"recall@{limit}", "success": "success@1"}[
        measure
    ]


def measure(found: Sequence[Sequence[int]], limit: int) -> list[Scores]:
    """Scores of questions, each given as the ranks at which its relevant items came (0 for not at all).

    A hit that finds several items at once gains once, as it takes one rank; all of them count for recall. Raises
    MeasuresUnavailable.
    """
    library = _library()
    ndcg, mrr, recall, success = library.nDCG @ limit, library.RR @ limit, library.SetR, library.Success @ 1
    relevant = {str(q): {_item(i): 1 for i in range(len(ranks))} for q, ranks in enumerate(found)}
    ranked = {str(q): _ranked(ranks, limit) for q, ranks in enumerate(found)}
    sets = {str(q): {_item(i): 1.0 for i, rank in enumerate(ranks) if rank} for q, ranks in enumerate(found)}
    values: dict[tuple[str, Any], float] = {}
    for measures, run in (((ndcg, mrr, success), ranked), ((recall,), sets)):
        values |= {(m.query_id, m.measure): m.value for m in library.iter_calc(measures, relevant, run)}
    return [Scores(*(values[q, m] for m in (ndcg, mrr, recall, success))) for q in relevant]


def require_library() -> None:
    """Raises MeasuresUnavailable where measure() would."""
    _library()


def _ranked(ranks: Sequence[int], limit: int) -> dict[str, float]:
    """One document a rank, with a score that orders it there: the item that the hit finds, or one of no worth."""
    documents = {rank: f"nothing{rank}" for rank in range(1, limit + 1)}
    documents |= {rank: _item(i) for i, rank in reversed(list(enumerate(ranks))) if rank}
    return {document: float(-rank) for rank, document in documents.items()}


def _item(number: int) -> str:
    return f"item{number}"


def _library() -> Any:
    try:
        import ir_measures
    except ImportError:
        raise MeasuresUnavailable(
            "the measures need ir-measures, which is not installed",
            InstallExtra("eval"),
        ) from None
    return ir_measures
