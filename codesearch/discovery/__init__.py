"""Discovery: which files belong to an index, and reading them."""
