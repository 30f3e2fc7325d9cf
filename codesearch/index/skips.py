"""How many files discovery left out for which reason, as an index remembers it for `status`."""

from __future__ import annotations

import json
from collections.abc import Mapping

KEY = "skipped"
_LARGEST_COUNT = 1 << 40


def recorded(meta: Mapping[str, str]) -> dict[str, int]:
    """Counts by reason; none where nothing that makes sense is recorded."""
    try:
        counts = json.loads(meta.get(KEY, "{}"))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(counts, dict):
        return {}
    return {reason: n for reason, n in counts.items() if isinstance(n, int) and 0 < n <= _LARGEST_COUNT}


def to_record(skipped: Mapping[str, int]) -> str:
    """What `recorded` reads."""
    return json.dumps(dict(skipped), sort_keys=True)
