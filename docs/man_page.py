"""Write docs/codesearch.1, the man page, from the help texts of the commands.

    python docs/man_page.py

The wheel carries it; tests/test_man_page.py checks that it is current.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import typer

from codesearch.cli import build
from codesearch.cli.exits import CLOSED_PIPE, ERROR, HITS, INTERRUPTED, NO_HITS

PAGE = Path(__file__).parent / "codesearch.1"
_EXIT_CODES = (
    (HITS, "Hits were found, or the command succeeded."),
    (NO_HITS, "No hit was found; train: the model is not better and was not written."),
    (ERROR, "An error."),
    (INTERRUPTED, "Interrupted by Ctrl-C."),
    (CLOSED_PIPE, "Standard output was closed."),
)
_ENVIRONMENT = (
    ("CODESEARCH_INDEX_DIR", "Same as --index-dir."),
    ("CODESEARCH_DEVICE", "Same as --device."),
    ("HF_HOME", "Where downloaded models are stored."),
    ("NO_COLOR, FORCE_COLOR", "Disable or force colours; --color overrides both."),
)


def main() -> None:
    """Write the page."""
    PAGE.write_text(man_page(), encoding="utf-8", newline="\n")


def man_page() -> str:
    """The page, as roff."""
    program = typer.main.get_command(build())
    context = program.make_context("codesearch", [], resilient_parsing=True)
    parts = [
        '.TH CODESEARCH 1 "" codesearch "User Commands"',
        ".SH NAME",
        r"codesearch \- semantic code search on your own machine",
        ".SH SYNOPSIS",
        r".B codesearch\fR [\fIOPTION\fR]... \fICOMMAND\fR [\fIARGUMENT\fR]...",
        ".SH DESCRIPTION",
        _text(program.help or ""),
        ".SH OPTIONS",
        *_parameters(program, context),
    ]
    for name in program.list_commands(context):  # type: ignore[attr-defined]
        command = program.get_command(context, name)  # type: ignore[attr-defined]
        parts += _command(name, command, command.make_context(name, [], parent=context, resilient_parsing=True))
    parts.append(".SH EXIT STATUS")
    parts += [_item(str(code), meaning) for code, meaning in _EXIT_CODES]
    parts.append(".SH ENVIRONMENT")
    parts += [_item(name, meaning) for name, meaning in _ENVIRONMENT]
    return "\n".join(parts) + "\n"


def _command(name: str, command: Any, context: Any) -> list[str]:
    usage = " ".join(command.collect_usage_pieces(context))
    return [
        f".SH {name.upper()}",
        rf".B codesearch {name}\fR {_escaped(usage)}",
        ".PP",
        _text(command.help or ""),
        *_parameters(command, context),
        *_epilog(command.epilog or ""),
    ]


def _parameters(command: Any, context: Any) -> list[str]:
    records = [parameter.get_help_record(context) for parameter in command.get_params(context)]
    return [_item(*record) for record in records if record]


def _epilog(text: str) -> list[str]:
    """Paragraphs; those after `\\b` keep their lines."""
    parts = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        if paragraph.startswith("\b\n"):
            parts += [".PP", ".nf", _escaped(paragraph[2:]), ".fi"]
        else:
            parts += [".PP", _text(paragraph)]
    return parts


def _item(term: str, meaning: str) -> str:
    return f".TP\n.B {_escaped(term)}\n{_text(meaning) or '.br'}"


def _text(text: str) -> str:
    return _escaped(" ".join(text.split()))


def _escaped(text: str) -> str:
    """Text for roff: backslashes, dashes and other scripts as they are, and no line that begins with a request."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-")
    escaped = re.sub(r"[^\x00-\x7f]", lambda character: rf"\[u{ord(character[0]):04X}]", escaped)
    return re.sub(r"^([.'])", r"\\&\1", escaped, flags=re.MULTILINE)


if __name__ == "__main__":
    main()
