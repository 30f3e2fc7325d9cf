"""Which highlighter suits a language."""

from __future__ import annotations

_LEXERS = {
    "Assembly": "gas",
    "Batchfile": "batch",
    "C#": "csharp",
    "C++": "cpp",
    "Dockerfile": "docker",
    "FORTRAN": "fortran",
    "Makefile": "make",
    "Shell": "bash",
    "TypeScript": "tsx",
    "Visual Basic": "vbnet",
    "Text": "",
}
"""Languages that Pygments knows by another name; Text has no lexer."""


def lexer_name(language: str) -> str:
    """Pygments' name of a language's lexer, or nothing."""
    return _LEXERS.get(language, language.lower())
