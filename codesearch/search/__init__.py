"""A question → ranked hits: parse, retrieve, rank, filter, explain."""
