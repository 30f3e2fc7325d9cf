"""The options of discovery as an index records them, so that later updates follow the same rules."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict

from codesearch.discovery.options import MAX_FILE_SIZE, DiscoveryOptions
from codesearch.index import origin

KEY = "options"
_MAX_GLOBS = 1000
_MAX_FILE_SIZE = 1 << 40
"""The largest limit on file sizes, in bytes, that is accepted."""


def read_options(meta: Mapping[str, str]) -> DiscoveryOptions:
    """The options in an index's settings; the defaults if there are none or they are invalid."""
    try:
        values = json.loads(meta[KEY])
        size = values["max_file_size"]
        if not isinstance(size, int) or not 0 < size <= _MAX_FILE_SIZE:
            return DiscoveryOptions()
        if size > MAX_FILE_SIZE and not origin.is_model_chosen_by_user(meta):
            size = MAX_FILE_SIZE  # an index from elsewhere must not make us parse more
        return DiscoveryOptions(_globs(values["include"]), _globs(values["exclude"]), size)
    except (KeyError, TypeError, ValueError, RecursionError):
        return DiscoveryOptions()


def to_json(options: DiscoveryOptions) -> str:
    """The options in the format of `read_options`."""
    return json.dumps(asdict(options), sort_keys=True)


def _globs(values: object) -> tuple[str, ...]:
    """Raises ValueError for anything but a list of globs."""
    if not isinstance(values, list) or len(values) > _MAX_GLOBS or not all(isinstance(v, str) for v in values):
        raise ValueError(f"{values!r} is not a list of globs")
    return tuple(values)
