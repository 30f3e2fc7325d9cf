"""What an address of a cluster names: one that is served, or an export to LanceDB."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from codesearch.lance.address import EXPORT

if TYPE_CHECKING:
    from codesearch.cluster.router import ClusterQuestion, ClusterResult


class Answering(Protocol):
    """Answers questions to many repositories."""

    def search(self, question: ClusterQuestion, /) -> ClusterResult:
        """The best hits. Raises CodesearchError."""
        ...


def open_cluster(address: str, directory: Path, environment: Mapping[str, str], model: str = "") -> Answering:
    """The cluster at an address; the model encodes questions to an export. Raises CodesearchError."""
    if address.startswith(EXPORT):
        from codesearch.lance.cluster import ExportedCluster

        return ExportedCluster(address, directory, model)
    from codesearch.cluster.client import Cluster

    return Cluster(address, environment)
