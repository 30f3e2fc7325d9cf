"""Paths of the tests and of the package."""

from pathlib import Path

TESTS = Path(__file__).parents[1]
ROOT = TESTS.parent
PACKAGE = ROOT / "codesearch"
SAMPLES = TESTS / "data" / "languages"
"""Sample files, one per language."""
UPDATE_SNAPSHOTS = "UPDATE_SNAPSHOTS"
"""Environment variable: if it is set, snapshots are written instead of compared."""
