"""An export that is asked like a cluster."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codesearch.cluster.relay import Member
from codesearch.cluster.reranking import load_reranker
from codesearch.cluster.router import ClusterQuestion, ClusterResult, Router
from codesearch.errors import CodesearchError
from codesearch.lance.address import Address
from codesearch.lance.reader import ExportedGroup
from codesearch.lance.tables import State, open_state, open_tables
from codesearch.models.loading import DEFAULT_MODEL, ModelName, load_encoder

if TYPE_CHECKING:
    from codesearch.models.encoder import Encoder


class ExportedCluster:
    """The export at an address. Use as often as you like; each question is asked of the state published last."""

    def __init__(self, address: str, directory: Path, model: str = "") -> None:
        """A folder is relative to `directory`. `model` has to be that of the export. Raises CodesearchError."""
        self._address = Address.parse(address, directory)
        if (folder := self._address.folder) and not folder.is_dir():
            raise CodesearchError(f"{folder} does not exist", self._address.to_export)
        self._connection = self._address.connect()
        self._model = model or DEFAULT_MODEL
        self._rerankers = cache(load_reranker)
        self._opened: tuple[State, Router] | None = None

    def search(self, question: ClusterQuestion) -> ClusterResult:
        """The best hits. Raises CodesearchError."""
        state = open_state(self._address, self._connection)
        if self._opened is None or self._opened[0] != state:
            self._opened = state, self._router(state)
        with self._address.reached(self._address.to_repair):
            return self._opened[1].search("", question)

    def _router(self, state: State) -> Router:
        used = state.shards[0].shard.model
        if used not in (self._model, str(ModelName.parse(self._model))):  # none is loaded unasked
            raise CodesearchError(
                f"{self._address.text} was indexed with the model {used}, not {self._model}", f"add --model {used}"
            )
        group = ExportedGroup(open_tables(self._address, self._connection, state), state.shards)
        sources = [one.shard.source for one in state.shards]
        return Router(_OneGroup(group, len(sources)), self._encoder, sources, self._rerankers)

    @cached_property
    def _encoder(self) -> Encoder:
        return load_encoder(self._model)


class _OneGroup:
    """See codesearch.cluster.relay.Groups."""

    def __init__(self, group: ExportedGroup, shards: int) -> None:
        self._group = group
        self.members = (Member((0,), tuple(range(shards))),)

    def call(self, method: str, arguments: Mapping[int, tuple[object, ...]]) -> Mapping[int, Any]:
        """See Groups."""
        return {number: getattr(self._group, method)(*given) for number, given in arguments.items()}
