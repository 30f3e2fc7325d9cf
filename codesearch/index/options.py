"""The options of discovery that an index remembers, so that later updates follow the same rules."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict

from codesearch.discovery.discover import DiscoveryOptions

KEY = "options"


def recorded(meta: Mapping[str, str]) -> DiscoveryOptions:
    """The options in an index's settings; the defaults where there are none."""
    try:
        values = json.loads(meta[KEY])
        return DiscoveryOptions(tuple(values["include"]), tuple(values["exclude"]), int(values["max_file_size"]))
    except (KeyError, TypeError, ValueError):
        return DiscoveryOptions()


def to_record(options: DiscoveryOptions) -> str:
    """What `recorded` reads."""
    return json.dumps(asdict(options), sort_keys=True)
