"""Text and its language → chunks: functions, methods, types, sections, and one chunk for the file itself."""

VERSION = 5
"""Raised when the same text gives other chunks, so that an index made before is made again."""
