"""`codesearch models`: the known models, and how to get one and check it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from codesearch.cli.options import Json
from codesearch.cli.output import results
from codesearch.errors import CodesearchError

EPILOG = """\
Examples:

\b
  codesearch models                                   known models, and which are installed
  codesearch models get jina-code                     fetch a model from the hub
  codesearch models get BAAI/bge-small-en-v1.5@main   any sentence-transformers model, at a revision
  codesearch models verify jina-code                  compare its embeddings with the published ones
  codesearch index --model jina-code                  use it
"""


class Action(StrEnum):
    """What to do."""

    LIST = "list"
    GET = "get"
    VERIFY = "verify"


def command(
    action: Annotated[Action, typer.Argument(help="What to do.")] = Action.LIST,
    name: Annotated[str, typer.Argument(help="A model name or hub ID; @REVISION pins a revision.")] = "",
    folder: Annotated[str, typer.Option("--folder", help="Folder with the model's files (verify only).")] = "",
    as_json: Json = False,
) -> None:
    """List, fetch or verify embedding models."""
    if action is not Action.LIST and not name:
        raise CodesearchError(f"which model to {action}?", "to list known models, run: codesearch models")
    if action is Action.LIST and name:
        raise CodesearchError("list does not take a name", f"did you mean: codesearch models get {name}")
    if folder and action is not Action.VERIFY:
        raise CodesearchError(f"--folder cannot be used with {action}", "it selects the files to verify")
    if as_json and action is not Action.LIST:
        raise CodesearchError(f"--json cannot be used with {action}", "it works with list only")
    if action is Action.LIST:
        _list(as_json)
    elif action is Action.GET:
        _get(name)
    else:
        _verify(name, folder)


def _list(as_json: bool) -> None:
    from codesearch.models.catalog import model_states
    from codesearch.render.models import model_records, model_table

    with results():
        if as_json:
            from codesearch.render.records import json_document

            print(json_document(model_records(model_states())))
        else:
            print(model_table(model_states()))


def _get(name: str) -> None:
    from codesearch.models.loading import fetch_model

    folder = fetch_model(name)
    with results():
        print(folder)


def _verify(name: str, folder: str) -> None:
    from codesearch.models.verify import verify
    from codesearch.render.models import comparison_lines

    comparisons = []
    with results():
        for comparison in verify(name, folder):
            comparisons.append(comparison)
            print(*comparison_lines([comparison]), flush=True)
    wrong = sum(not comparison.is_within_tolerance for comparison in comparisons)
    if wrong:
        raise CodesearchError(f"{wrong} of {len(comparisons)} published values of {name} do not match")
