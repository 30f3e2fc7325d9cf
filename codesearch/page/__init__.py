"""A page to search and read in, which the resident server shows to its user's browser."""
