"""Following a place that is served: each later state of it is served, too."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from codesearch.cluster.holding import servable_manifest
from codesearch.cluster.manifest import Manifest, read_manifest
from codesearch.cluster.place import Place
from codesearch.errors import CodesearchError

SECONDS_BETWEEN_LOOKS = 10.0
"""Longer than between the manifests that a run of `cluster index` writes, so that its last one is served."""


def follow(
    place: Place,
    manifest: Manifest,
    replace: Callable[[Manifest], object],
    say: Callable[[str], object],
    wait: Callable[[float], object] = time.sleep,
) -> None:
    """Replace what is served, a manifest, with each later one, and say so. What can't be served is said, and left."""
    for later in _later(place, manifest, wait):
        try:
            found = servable_manifest(place) if isinstance(later, Manifest) else later
            if isinstance(found, CodesearchError):
                raise found
            if _model(found) != _model(manifest):
                raise CodesearchError(f"it was indexed with the model {found.shards[0].model}, which needs a restart")
            replace(found)
            say(f"serving the new state of {place}")
        except CodesearchError as error:
            say(f"the new state of {place} is not served: {error.message}")


def _later(place: Place, manifest: Manifest, wait: Callable[[float], object]) -> Iterator[Manifest | CodesearchError]:
    """Each later manifest of a place, or why it can't be read, once it is the same at two looks in a row."""
    taken: object = _state(manifest)
    seen = taken
    while True:
        wait(SECONDS_BETWEEN_LOOKS)
        found: Manifest | CodesearchError
        try:
            found = read_manifest(place) or Manifest()
            state: object = _state(found)
        except CodesearchError as error:
            found, state = error, error.message
        if state == seen and state != taken:
            taken = state
            yield found
        seen = state


def _state(manifest: Manifest) -> object:
    """What has to be the same for the same answers."""
    return manifest.shards, manifest.lists


def _model(manifest: Manifest) -> object:
    return manifest.shards[0].model, manifest.shards[0].revision
