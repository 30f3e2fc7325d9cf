"""The options of a search that an evaluation varies, and how `--compare` changes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from codesearch.errors import CodesearchError
from codesearch.search.hit import Retrieval

_KNOWN = "lexical, dense, model=NAME (or the name alone), rerank=MODEL (nothing for none), index-dir=DIR"


@dataclass(frozen=True, slots=True)
class Setting:
    """How to search."""

    model: str | None = None
    """None for the model that the index was built with."""
    index_dir: Path | None = None
    rerank: str = ""
    """Model to rerank with; "" for none."""
    retrieval: Retrieval = Retrieval.BOTH

    def with_changes(self, changes: Iterable[str]) -> Setting:
        """The setting with these changes applied. Raises CodesearchError if one is unknown or nothing changes.

        Another model needs another index: the one in the folder given by a change, else a temporary one (None).
        """
        setting = self
        for change in changes:
            setting = _changed(setting, change)
        if setting.model != self.model and setting.index_dir == self.index_dir:
            setting = replace(setting, index_dir=None)
        if setting == self:
            raise CodesearchError("--compare changes nothing", f"it takes {_KNOWN}")
        return setting

    def shares_index_with(self, other: Setting) -> bool:
        """Whether both settings search the same index."""
        return (self.model, self.index_dir) == (other.model, other.index_dir)


def _changed(setting: Setting, change: str) -> Setting:
    name, sign, value = change.partition("=")
    if not sign:
        is_retrieval = change in set(Retrieval)
        return replace(setting, retrieval=Retrieval(change)) if is_retrieval else replace(setting, model=change)
    if name == "rerank":
        return replace(setting, rerank=value)
    if name == "model" and value:
        return replace(setting, model=value)
    if name == "index-dir" and value:
        return replace(setting, index_dir=Path(value))
    raise CodesearchError(f"--compare can't change {change!r}", f"it takes {_KNOWN}")
