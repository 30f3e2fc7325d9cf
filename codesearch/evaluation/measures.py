"""NDCG, MRR, recall and success of ranked hits, computed by ir-measures."""

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
    """Discounted gain as a share of the ideal; a hit that finds a new item gains 1 / log2(rank + 1)."""
    mrr: float
    """1 / rank of the first hit that finds an item."""
    recall: float
    """Share of the relevant items that are found."""
    success: float
    """1 if the first hit finds an item."""

    def __getitem__(self, measure: str) -> float:
        """A measure by its name in `MEASURES`."""
        return float(getattr(self, measure))


MEASURES = ("ndcg", "mrr", "recall", "success")


def measure_name(measure: str, limit: int) -> str:
    """The display name of a measure: `NDCG@10`, but always `success@1`."""
    return {"ndcg": f"NDCG@{limit}", "mrr": f"MRR@{limit}", "recall": f"recall@{limit}", "success": "success@1"}[
        measure
    ]


def measure(found: Sequence[Sequence[int]], limit: int) -> list[Scores]:
    """The scores of questions, each given as the ranks of its relevant items (0 for those not found).

    A hit that finds several items gains only once, but all of them count for recall. Raises MeasuresUnavailable.
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
    """Raises MeasuresUnavailable if ir-measures is not installed."""
    _library()


def _ranked(ranks: Sequence[int], limit: int) -> dict[str, float]:
    """A document per rank, scored to be ranked there: the item that the hit finds, or an irrelevant one."""
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
