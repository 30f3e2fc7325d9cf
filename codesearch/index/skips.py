"""The numbers of files that discovery skipped, by reason, as an index records them for `status`."""

from __future__ import annotations

import json
from collections.abc import Mapping

KEY = "skipped"
_MAX_COUNT = 1 << 40


def read_skips(meta: Mapping[str, str]) -> dict[str, int]:
    """Counts by reason in an index's settings; empty if there are none or they are invalid."""
    try:
        counts = json.loads(meta.get(KEY, "{}"))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(counts, dict):
        return {}
    return {reason: n for reason, n in counts.items() if isinstance(n, int) and 0 < n <= _MAX_COUNT}


def to_json(skipped: Mapping[str, int]) -> str:
    """The counts in the format of `read_skips`."""
    return json.dumps(dict(skipped), sort_keys=True)
