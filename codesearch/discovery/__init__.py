"""Which files belong to an index, and their text."""
