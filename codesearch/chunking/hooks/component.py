"""Vue and Svelte components and Jinja templates: scripts and styles are embedded code."""

from codesearch.chunking.embedded import scripts_and_styles as embedded

__all__ = ["embedded"]
