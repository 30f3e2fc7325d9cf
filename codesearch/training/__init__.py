"""Training of static encoders: sources → pairs → corpus → vocabulary → table, and what it was worth."""

PAIRS_PER_LANGUAGE = 170_000
"""At most, by default; more of one language teach little about the others."""
