"""Shell completion: what typer's own code would end in a traceback, or without a word, is said in a sentence."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from codesearch.errors import CodesearchError

OPTIONS = ("--install-completion", "--show-completion")
VARIABLE = "_CODESEARCH_COMPLETE"
"""Set by the completion scripts when they ask."""

_SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")
_INSTRUCTION = re.compile(rf"(?:source|complete)_(?:{'|'.join(_SHELLS)})")
_MANY = re.compile("[0-9]{1,9}")


def check_request(environment: Mapping[str, str]) -> None:
    """Raises CodesearchError where a completion is asked for in a way that can't be answered."""
    asked = environment.get(VARIABLE)
    if not asked:
        return
    if not _INSTRUCTION.fullmatch(asked):
        raise CodesearchError(
            f"{VARIABLE} is {asked!r}, which is not a completion request",
            f"expected complete_SHELL, where SHELL is one of {', '.join(_SHELLS)}",
        )
    if asked == "complete_bash":
        if "COMP_WORDS" not in environment:
            raise CodesearchError("COMP_WORDS is not set", "bash sets it when it runs a completion")
        if not _MANY.fullmatch(environment.get("COMP_CWORD", "")):
            raise CodesearchError("COMP_CWORD is not set to a number", "bash sets it when it runs a completion")


def check_option(option: str) -> None:
    """Raises CodesearchError where the running shell is not known, or has no home to install anything in."""
    if option not in OPTIONS:
        return
    import shellingham  # typer needs it too

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
