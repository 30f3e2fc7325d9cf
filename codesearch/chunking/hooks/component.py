"""Components of Vue and Svelte, templates of Jinja: scripts and styles are code in languages of their own."""

from codesearch.chunking.embedded import scripts_and_styles as embedded

__all__ = ["embedded"]
