"""A resident process that keeps indexes open and up to date, and answers for other processes of its user."""

SERVED = ("query", "similar", "references", "outline")
"""The commands that it runs for others."""
