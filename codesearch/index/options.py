"""The options of discovery that an index remembers, so that later updates follow the same rules."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict

from codesearch.discovery.options import MAX_FILE_SIZE, DiscoveryOptions
from codesearch.index import origin

KEY = "options"
_MOST_GLOBS = 1000
_LARGEST_FILE = 1 << 40


def recorded(meta: Mapping[str, str]) -> DiscoveryOptions:
    """The options in an index's settings; the defaults where there are none, or none that make sense."""
    try:
        values = json.loads(meta[KEY])
        size = values["max_file_size"]
        if not isinstance(size, int) or not 0 < size <= _LARGEST_FILE:
            return DiscoveryOptions()
        if size > MAX_FILE_SIZE and not origin.names_model_of_ours(meta):
            size = MAX_FILE_SIZE  # an index from elsewhere can't make us parse more
        return DiscoveryOptions(_globs(values["include"]), _globs(values["exclude"]), size)
    except (KeyError, TypeError, ValueError, RecursionError):
        return DiscoveryOptions()


def to_record(options: DiscoveryOptions) -> str:
    """What `recorded` reads."""
    return json.dumps(asdict(options), sort_keys=True)


def _globs(values: object) -> tuple[str, ...]:
    """Raises ValueError for what is no list of globs."""
    if not isinstance(values, list) or len(values) > _MOST_GLOBS or not all(isinstance(v, str) for v in values):
        raise ValueError(f"{values!r} is no list of globs")
    return tuple(values)
