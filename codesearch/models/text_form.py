"""What a transformer's tokenizer is given of a text: a prompt and the text, or only its words.

A model trained on words reads half of the tokens or fewer: identifiers are split, punctuation is dropped, and of a
document each distinct word is kept once, where it first appears.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from codesearch.identifiers import ascii_words, vocabulary_identifiers


@dataclass(frozen=True, slots=True)
class TextForm:
    """The form in which a model was trained on questions and documents."""

    query_prompt: str = ""
    document_prompt: str = ""
    is_words: bool = False

    def question(self, text: str) -> str:
        """A question as the tokenizer is given it."""
        return self.query_prompt + (" ".join(_words(text)) if self.is_words else text)

    def document(self, text: str) -> str:
        """A document as the tokenizer is given it."""
        return self.document_prompt + (" ".join(dict.fromkeys(_words(text))) if self.is_words else text)


def _words(text: str) -> Iterator[str]:
    for identifier in vocabulary_identifiers(text):
        if identifier.isascii():
            yield from ascii_words(identifier)
        else:
            yield identifier  # the tokenizer knows more of other scripts
