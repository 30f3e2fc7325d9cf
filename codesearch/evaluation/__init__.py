"""How well a search answers questions whose answers are known."""
