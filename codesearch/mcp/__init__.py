"""Search for programs that speak the Model Context Protocol. The tools know nothing of how they are reached."""
