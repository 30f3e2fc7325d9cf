"""The command line: one module per command, with options, progress and exit codes. Other packages do the work."""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from importlib import import_module
from typing import Annotated, NoReturn

import typer
from typer.core import TyperGroup

from codesearch.caller import caller
from codesearch.cli.completion import check_option, check_request
from codesearch.cli.exits import ABORTED, ERROR, INTERRUPTED, note, report
from codesearch.cli.output import discard_unwritable_output, ignore_invalid_terminal_size, open_missing_streams
from codesearch.cli.usage import Command, UsageError, as_codesearch_error
from codesearch.errors import CodesearchError

COMMANDS = (
    "index",
    "query",
    "outline",
    "similar",
    "references",
    "status",
    "clean",
    "serve",
    "mcp",
    "install",
    "uninstall",
    "languages",
    "chunks",
    "models",
    "eval",
    "train",
    "cluster",
    "completion",
)
"""Modules of this package. Each has a function `command`, whose docstring is the help text, and an `EPILOG`."""

_EPILOG = """\
Examples:

\b
  codesearch query "where are passwords hashed"       search; indexes the repository first if needed
  codesearch query "parse a date" src --lang python   only in src, only Python
  codesearch index ~/src/project                      create or update an index
  codesearch query --help                             output formats and filters
"""


def main() -> NoReturn:
    """Run `sys.argv` and exit."""
    open_missing_streams()
    ignore_invalid_terminal_size()
    code = run(sys.argv[1:])
    discard_unwritable_output()
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run a command line for the current caller. Returns the exit code. Raises what is not foreseen for a server's."""
    first = arguments[0] if arguments else ""
    try:
        check_request(os.environ)
        check_option(first)
        _check_command(arguments)
        command = _built((first,) if first in COMMANDS else COMMANDS)
        code = command.main(arguments, "codesearch", standalone_mode=False)
    except CodesearchError as error:
        return report(error)
    except UsageError as error:
        return report(as_codesearch_error(error)) if arguments else _help(error)
    except typer.Abort:
        note("aborted")
        return ABORTED
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not error.filename:  # as os.getcwd() raises it
            return report(CodesearchError("the working directory no longer exists"))
        prefix = f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, str | bytes) else ""
        return report(CodesearchError(f"{prefix}{error.strerror or error}"))
    except Exception:
        if not caller().is_this_process:
            raise
        sys.excepthook(*sys.exc_info())
        return ERROR
    return code if isinstance(code, int) else 0


@lru_cache
def _built(names: tuple[str, ...]) -> TyperGroup:
    """The command line with these commands, kept for a process that runs many."""
    command = typer.main.get_command(build(names))
    assert isinstance(command, TyperGroup)
    return command


def build(names: tuple[str, ...] = COMMANDS) -> typer.Typer:
    """The command line with these commands; to prepare all of them takes 10 ms, for a query one is enough."""
    app = typer.Typer(
        help="Semantic code search that runs on your machine: ask in plain English, get the code that does it.",
        epilog=_EPILOG,
        no_args_is_help=True,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.callback()(_options)
    for name in names:
        module = import_module(f"codesearch.cli.{name}")
        app.command(name, cls=Command, epilog=module.EPILOG)(module.command)
    return app


def _check_command(arguments: list[str]) -> None:
    """Raise CodesearchError for an unknown command; most often it is a query without the word `query`."""
    first = arguments[0] if arguments else "-"
    if first.startswith("-") or first in COMMANDS:
        return
    import difflib
    import shlex

    near = difflib.get_close_matches(first, COMMANDS, n=1)
    suggestion = f"codesearch {near[0]}" if near else f"codesearch query {shlex.join([' '.join(arguments)])}"
    raise CodesearchError(f"unknown command {first!r}", f"did you mean: {suggestion}")


def _help(no_arguments: Exception) -> int:
    print(no_arguments, file=sys.stderr)
    return ERROR


def _version(is_asked: bool) -> None:
    if is_asked:
        from codesearch import __version__

        typer.echo(f"codesearch {__version__}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool, typer.Option("--version", "-V", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    pass
