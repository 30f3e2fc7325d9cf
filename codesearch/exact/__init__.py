"""Patterns in the syntax of ripgrep: parsing, what they require of a text, and the lines that match."""
