"""What changed in a repository: lines since a revision, and what commits say."""
