"""Supported languages: their names, extensions, grammars and queries, and language detection."""
