"""Single-file components of Vue and Svelte, templates of Jinja: their scripts and styles are code; the rest is a template."""

from codesearch.chunking.embedded import scripts_and_styles as embedded

__all__ = ["embedded"]
