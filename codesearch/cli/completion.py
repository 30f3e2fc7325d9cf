"""Shell completion, with error messages where typer would print a traceback or nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

import typer

from codesearch.cli.output import results
from codesearch.errors import CodesearchError

EPILOG = """\
Examples:

\b
  codesearch completion bash > ~/.local/share/bash-completion/completions/codesearch
  codesearch completion zsh > ~/.zfunc/_codesearch          with ~/.zfunc in fpath before compinit
  codesearch completion fish > ~/.config/fish/completions/codesearch.fish
  codesearch --install-completion                           for the shell that runs this
"""

OPTIONS = ("--install-completion", "--show-completion")
VARIABLE = "_CODESEARCH_COMPLETE"
"""Set by completion scripts when they request completions."""


class Shell(StrEnum):
    """A shell that completion is available for."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"
    POWERSHELL = "powershell"
    PWSH = "pwsh"


_SHELLS = tuple(shell.value for shell in Shell)
_INSTRUCTION = re.compile(rf"(?:source|complete)_(?:{'|'.join(_SHELLS)})")
_NUMBER = re.compile("[0-9]{1,9}")


def command(
    shell: Annotated[Shell, typer.Argument(metavar="SHELL", help=f"One of {', '.join(_SHELLS)}.", show_default=False)],
) -> None:
    """Print a shell's completion script."""
    from typer._completion_shared import get_completion_script

    with results():
        print(get_completion_script(prog_name="codesearch", complete_var=VARIABLE, shell=shell.value))


def check_request(environment: Mapping[str, str]) -> None:
    """Raises CodesearchError for an invalid completion request in the environment."""
    instruction = environment.get(VARIABLE)
    if not instruction:
        return
    if not _INSTRUCTION.fullmatch(instruction):
        raise CodesearchError(
            f"{VARIABLE} is {instruction!r}, which is not a completion request",
            f"expected complete_SHELL, where SHELL is one of {', '.join(_SHELLS)}",
        )
    if instruction == "complete_bash":
        if "COMP_WORDS" not in environment:
            raise CodesearchError("COMP_WORDS is not set", "bash sets it when it runs a completion")
        if not _NUMBER.fullmatch(environment.get("COMP_CWORD", "")):
            raise CodesearchError("COMP_CWORD is not set to a number", "bash sets it when it runs a completion")


def check_option(option: str) -> None:
    """Raises CodesearchError if the shell is unknown or unsupported, or there is no home directory to install in."""
    if option not in OPTIONS:
        return
    import shellingham  # a dependency of typer

    try:
        shell = shellingham.detect_shell()[0]
    except shellingham.ShellDetectionFailure:
        shell = ""
    if shell not in _SHELLS:
        raise CodesearchError(
            f"completion is not available for the shell {shell}" if shell else "could not detect the shell",
            f"run it from one of {', '.join(_SHELLS)}",
        )
    if option == OPTIONS[0] and os.path.expanduser("~") == "~":  # noqa: PTH111 - Path.home() raises
        raise CodesearchError("no home directory to install the completion in", "set HOME")
