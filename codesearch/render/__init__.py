"""Hits → terminal, grep lines, JSON, JSON Lines. Knows nothing of how they were found."""
