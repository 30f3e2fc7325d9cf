"""Languages → Pygments lexers."""

from __future__ import annotations

_LEXERS = {
    "Assembly": "gas",
    "Astro": "html",
    "Batchfile": "batch",
    "C#": "csharp",
    "C++": "cpp",
    "Dockerfile": "docker",
    "FORTRAN": "fortran",
    "Jupyter Notebook": "json",
    "Makefile": "make",
    "Shell": "bash",
    "Svelte": "html",
    "TypeScript": "tsx",
    "Visual Basic": "vbnet",
    "Vue": "html",
    "Text": "",
}
"""Languages that Pygments has under another name; Text has no lexer."""


def lexer_name(language: str) -> str:
    """The name of a language's lexer, or an empty string."""
    return _LEXERS.get(language, language.lower())
