"""Training of encoders: sources → pairs → corpus → vocabulary → model, and its evaluation on held-out pairs."""

PAIRS_PER_LANGUAGE = 170_000
"""Default maximum; more pairs of one language add little for the others."""
COMMITS_PER_SOURCE = 1000
"""Default maximum, newest first."""
