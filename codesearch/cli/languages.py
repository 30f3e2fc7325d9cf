"""`codesearch languages`: what can be indexed."""

from __future__ import annotations

from typing import Annotated

import typer

from codesearch.cli.output import results

EPILOG = """\
Examples:

\b
  codesearch languages
  codesearch languages --json | jq -r '.[].name'
"""


def command(
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON array.")] = False,
) -> None:
    """List the supported languages, their file extensions and how they are parsed."""
    from codesearch.languages.registry import LANGUAGES
    from codesearch.render.listings import language_records, language_table

    with results():
        if as_json:
            from codesearch.render.records import json_document

            print(json_document(language_records(LANGUAGES)))
        else:
            print(language_table(LANGUAGES))
