"""Where the tests and what they test lie."""

from pathlib import Path

TESTS = Path(__file__).parents[1]
ROOT = TESTS.parent
PACKAGE = ROOT / "codesearch"
SAMPLES = TESTS / "data" / "languages"
"""A file in each language."""
UPDATE_SNAPSHOTS = "UPDATE_SNAPSHOTS"
"""Set in the environment, snapshots are written instead of compared."""
