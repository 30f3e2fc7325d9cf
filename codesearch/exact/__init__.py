"""Exact search: the lines of the indexed files that match a regular expression, as ripgrep finds them."""
