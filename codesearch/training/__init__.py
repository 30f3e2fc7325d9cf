"""Training of static encoders: sources → pairs → corpus → vocabulary → table, and what it was worth."""
