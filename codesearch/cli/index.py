"""`codesearch index [PATH]`: make an index, or bring it up to date."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from codesearch import blas
from codesearch.cli.exits import note
from codesearch.cli.numbers import WholeNumber, file_size
from codesearch.cli.options import Device, IndexDir, Jobs, Model
from codesearch.cli.output import results
from codesearch.errors import CodesearchError
from codesearch.models import MAX_TOKENS

if TYPE_CHECKING:
    from codesearch.discovery.options import DiscoveryOptions

EPILOG = """\
Examples:

\b
  codesearch index                                    the repository that contains the working directory
  codesearch index ~/src/project --exclude 'data/**'
  codesearch index --include '*.py' --include '*.pyi'
  codesearch index --index-dir /tmp/index             keep the index out of the repository
  codesearch index --model jina-code                  better answers, slower; interrupt with Ctrl-C, rerun to resume
"""


def command(
    path: Annotated[
        Path | None,
        typer.Argument(
            help="The folder to index. Inside an indexed folder, updates that index.  [default: the repository of the"
            " working directory]"
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Rebuild the index from scratch.")] = False,
    verify: Annotated[bool, typer.Option("--verify", help="Verify all checksums and rebuild damaged parts.")] = False,
    jobs: Jobs = 0,
    model: Model = None,
    device: Device = "",
    max_length: Annotated[
        int,
        typer.Option(
            "--max-length",
            metavar="TOKENS",
            parser=WholeNumber(0, MAX_TOKENS),
            help="Maximum tokens per text (transformer models).",
        ),
    ] = 0,
    max_file_size: Annotated[
        int | None,
        typer.Option(
            "--max-file-size", metavar="SIZE", parser=file_size, help="Skip files larger than this, e.g. 500k or 2M."
        ),
    ] = None,
    include: Annotated[
        list[str],
        typer.Option("--include", metavar="GLOB", help="Index only matching files, even vendored ones. Repeatable."),
    ] = [],  # noqa: B006 - typer copies it
    exclude: Annotated[
        list[str], typer.Option("--exclude", metavar="GLOB", help="Skip matching files. Repeatable.")
    ] = [],  # noqa: B006
    index_dir: IndexDir = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only errors.")] = False,
) -> None:
    """Create or update the index of a folder; only changed files are processed."""
    blas.start_with_one_thread()
    from codesearch.api import Index
    from codesearch.index.layout import root_of

    if max_length:
        model = _with_length(model, max_length)
    index = Index.create(path or root_of(Path()), index_dir=index_dir, model=model, device=device)
    index.look_ahead()
    from codesearch.render.emptiness import why_empty
    from codesearch.render.progress import show_progress
    from codesearch.render.reports import update_lines

    options = _options(max_file_size, include, exclude)
    if path and not Path(os.path.realpath(path)).is_relative_to(index.root):
        raise CodesearchError(f"the index in {index.directory} belongs to {index.root}, not {path}")
    if index.encoder.note and not quiet:
        note(f"{index.encoder.name} runs on {index.encoder.note}")
    if model and not quiet and (old := index.model) not in ("", index.encoder.name):
        note(f"the index was made with the model {old}; it stays in use until {index.encoder.name}'s is complete")
    try:
        with nullcontext() if quiet else show_progress(sys.stderr) as progress:
            report = index.update(options, force=force, verify=verify, jobs=jobs, progress=progress)
    except KeyboardInterrupt:
        if not quiet:
            note("interrupted; to resume, run the same command again")
        raise
    if not quiet:
        with results():
            print(*update_lines(report), sep="\n")
        if not report.files:
            note(*why_empty(index.root, report.skipped))


def _with_length(model: str | None, max_length: int) -> str:
    """The model's name with the maximum length, which the index records as part of it. Raises typer.BadParameter."""
    from codesearch.models.loading import DEFAULT_MODEL

    if not model or model == DEFAULT_MODEL:
        raise typer.BadParameter("--max-length needs a transformer (--model); the default model has no limit")
    return f"{model}#{max_length}"


def _options(max_file_size: int | None, include: list[str], exclude: list[str]) -> DiscoveryOptions | None:
    """The options given; None if there are none, so that the recorded ones stay in force."""
    if not (max_file_size or include or exclude):
        return None
    from codesearch.discovery.options import MAX_FILE_SIZE, DiscoveryOptions

    return DiscoveryOptions(tuple(include), tuple(exclude), max_file_size or MAX_FILE_SIZE)
