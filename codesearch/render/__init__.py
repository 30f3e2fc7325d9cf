"""Output: hits and reports as terminal text, grep lines, JSON and JSON Lines."""
