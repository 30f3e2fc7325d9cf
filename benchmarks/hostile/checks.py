"""What must not be seen of any command, whatever the index holds."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

from hostile.places import SECRET_TEXT
from hostile.processes import Outcome

MEMORY = 1 << 30
"""A healthy command takes 0.1 GB."""
MOST_SAID = 5_000
"""Characters on stderr; a sentence that repeats a megabyte of the index hides the rest of the screen."""
_EXCEPTION = re.compile(
    r"^Traceback \(most recent.*|^(?:\w+\.)*\w*(?:Error|Exception)\b(?:: .*|$)|.*\[Errno -?\d+\].*|^Exception .*", re.M
)
_NO_MEMORY = re.compile(r"MemoryError|out of memory|Unable to allocate|Cannot allocate")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\udc80-\udcff]")
_STYLES = re.compile("\x1b\\[[0-9;]*m|\x1b\\]8;[^\x07\x1b]*(?:\x07|\x1b\\\\)")
"""Colours and links, which `--color always` asks for."""


def faults(outcome: Outcome, repo: Path) -> Iterator[tuple[str, str]]:
    """What is wrong with how a command ended: the kind, and what was seen."""
    said = outcome.out + outcome.err
    if outcome.is_late:
        yield "hang", f"{outcome.seconds:.0f} s"
    elif outcome.code < 0:
        yield "crash", f"signal {-outcome.code}"
    elif outcome.code not in (0, 1, 2):
        yield "crash", f"exit code {outcome.code}"
    if outcome.memory > MEMORY or _NO_MEMORY.search(outcome.err):
        yield "memory", f"{outcome.memory / 1e6:.0f} MB; {_last_line(outcome.err)}"
    elif exceptions := _EXCEPTION.findall("\n".join(line[:300] for line in outcome.err.splitlines())):
        yield "traceback", exceptions[-1]
    plain = _STYLES.sub("", said) if "always" in outcome.arguments else said
    if found := _CONTROL.search(plain):
        yield "control", repr(plain[max(0, found.start() - 40) : found.end() + 40])
    if len(outcome.err) > MOST_SAID:
        yield "flood", f"{len(outcome.err):,} characters, beginning {outcome.err[:80]!r}"
    if SECRET_TEXT in said:
        yield "escape", "the secret was shown"
    if outside := paths_outside(outcome, repo):
        yield "escape", f"hits outside the root: {outside[:3]}"


def paths_outside(outcome: Outcome, repo: Path) -> list[str]:
    """Paths of hits in JSON that are not in the repository."""
    return [
        hit["path"]
        for hit in hits(outcome)
        if "\0" in hit["path"] or not Path(os.path.realpath(repo / hit["path"])).is_relative_to(os.path.realpath(repo))
    ]


def hits(outcome: Outcome) -> list[dict[str, str]]:
    """The hits that a query printed as JSON, or JSON Lines; none where it printed neither."""
    try:
        if "--json" in outcome.arguments:
            found = json.loads(outcome.out)
        else:
            found = [json.loads(line) for line in outcome.out.splitlines()] if "--jsonl" in outcome.arguments else []
    except ValueError:
        return []
    return [one for one in found if isinstance(one, dict) and isinstance(one.get("path"), str)]


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[-1][:200]
