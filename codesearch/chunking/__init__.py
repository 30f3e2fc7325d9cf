"""Chunking: a text in a known language → functions, methods, types, sections, and a chunk for the rest of the file."""

VERSION = 14
"""Incremented when chunks of the same text change, so that older indexes are rebuilt."""
