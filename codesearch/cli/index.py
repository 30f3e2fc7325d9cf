"""`codesearch index [PATH]`: make an index, or bring it up to date."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from codesearch.cli.exits import note
from codesearch.cli.numbers import MOST_TOKENS, WholeNumber, file_size
from codesearch.cli.options import Device, IndexDir, Jobs, Model
from codesearch.cli.output import results
from codesearch.errors import CodesearchError

if TYPE_CHECKING:
    from codesearch.discovery.discover import DiscoveryOptions

EPILOG = """\
Examples:

\b
  codesearch index                                    the repository around the working directory
  codesearch index ~/src/project --exclude 'data/**'
  codesearch index --include '*.py' --include '*.pyi'
  codesearch index --index-dir /tmp/index             keep the index out of the repository
  codesearch index --model jina-code                  better answers, slowly; Ctrl-C stops, the same command goes on
"""


def command(
    path: Annotated[Path, typer.Argument(help="A folder. Inside an indexed folder, that index is updated.")] = Path(),
    force: Annotated[bool, typer.Option("--force", help="Start anew, whatever is there.")] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Check all of the index against its checksums; rebuild what is damaged.")
    ] = False,
    jobs: Jobs = 0,
    model: Model = None,
    device: Device = "",
    max_length: Annotated[
        int,
        typer.Option(
            "--max-length",
            metavar="TOKENS",
            parser=WholeNumber(0, MOST_TOKENS),
            help="What a transformer reads of a text.",
        ),
    ] = 0,
    max_file_size: Annotated[
        int | None,
        typer.Option("--max-file-size", metavar="SIZE", parser=file_size, help="Skip larger files: 500k, 2M."),
    ] = None,
    include: Annotated[
        list[str], typer.Option("--include", metavar="GLOB", help="Only these files, also vendored ones. Repeatable.")
    ] = [],  # noqa: B006 - typer copies it
    exclude: Annotated[list[str], typer.Option("--exclude", metavar="GLOB", help="Not these files. Repeatable.")] = [],  # noqa: B006
    index_dir: IndexDir = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")] = False,
) -> None:
    """Index a folder, or bring its index up to date: only what changed is worked on."""
    # numpy's BLAS would start a thread a core in each of the worker processes, which wait for one another.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from codesearch.api import Index
    from codesearch.render.emptiness import why_empty
    from codesearch.render.progress import shown_on
    from codesearch.render.reports import update_lines

    options = _options(max_file_size, include, exclude)
    if max_length:
        model = _with_length(model, max_length)
    index = Index.create(path, index_dir=index_dir, model=model, device=device)
    if path != Path() and not Path(os.path.realpath(path)).is_relative_to(index.root):
        raise CodesearchError(f"the index in {index.directory} is of {index.root}, not of {path}")
    if index.encoder.note and not quiet:
        note(f"{index.encoder.name} runs on {index.encoder.note}")
    if model and not quiet and (old := index.model) not in ("", index.encoder.name):
        note(f"the index is of the model {old}; it answers until the new one, of {index.encoder.name}, is whole")
    try:
        with nullcontext() if quiet else shown_on(sys.stderr) as progress:
            report = index.update(options, force=force, verify=verify, jobs=jobs, progress=progress)
    except KeyboardInterrupt:
        if not quiet:
            note("stopped; the same command goes on with what is finished")
        raise
    if not quiet:
        with results():
            print(*update_lines(report), sep="\n")
        if not report.files:
            note(*why_empty(index.root, report.skipped))


def _with_length(model: str | None, max_length: int) -> str:
    """The model's name with its length, which an index records as part of the name. Raises typer.BadParameter."""
    from codesearch.models.loading import DEFAULT_MODEL

    if not model or model == DEFAULT_MODEL:
        raise typer.BadParameter("give the transformer with --model; the default model reads all of a text")
    return f"{model}#{max_length}"


def _options(max_file_size: int | None, include: list[str], exclude: list[str]) -> DiscoveryOptions | None:
    """The options given; None where none is, so that the last ones hold on."""
    if not (max_file_size or include or exclude):
        return None
    from codesearch.discovery.discover import MAX_FILE_SIZE, DiscoveryOptions

    return DiscoveryOptions(tuple(include), tuple(exclude), max_file_size or MAX_FILE_SIZE)
