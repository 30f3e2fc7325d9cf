"""`codesearch similar PATH:LINE`: code that is like that at a line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from codesearch.caller import caller
from codesearch.cli.exits import HITS, NO_HITS
from codesearch.cli.formats import FormatOptions
from codesearch.cli.groups import with_groups
from codesearch.cli.options import Globs, IndexDir, Kinds, Languages, Limit, NoServer, filters_of
from codesearch.cli.output import results
from codesearch.errors import CodesearchError

_PLACE = re.compile(r"(?P<path>.+?):(?P<line>[0-9]{1,9})(?::.*)?", re.DOTALL)
"""As grep prints it; what follows the line is of no concern."""

EPILOG = """\
Examples:

\b
  codesearch similar src/retry.go:42                  copies, variants, and code for the same purpose
  codesearch similar src/retry.go:42 --path '!tests/**' -n 5
  codesearch similar src/retry.go:42 --full

Exit codes: 0 hits, 1 none, 2 error.
"""


@with_groups
def command(
    *,
    place: Annotated[str, typer.Argument(metavar="PATH:LINE", help="A line of an indexed file.")],
    limit: Limit = 10,
    languages: Languages = [],  # noqa: B006 - typer copies it
    globs: Globs = [],  # noqa: B006
    kinds: Kinds = [],  # noqa: B006
    formats: FormatOptions,
    no_server: NoServer = False,
    index_dir: IndexDir = None,
) -> None:
    """Find code like the code at a line, best first: copies, variants, and code for the same purpose."""
    from codesearch.cli.workspaces import workspace_of
    from codesearch.render.paths import located

    match = _PLACE.fullmatch(place)
    if not match:
        raise CodesearchError(f"{place!r} is not PATH:LINE", "for example: codesearch similar src/retry.go:42")
    hit_format = formats.hit_format(formats.chosen(), formats.output())
    path = Path(match["path"])
    if (caller().directory / path).is_dir():
        raise CodesearchError(f"{path} is a folder", "pass a line of a file")
    with workspace_of(index_dir) as workspace:
        workspace.add([path])
        (member,) = workspace.members
        filters = filters_of(languages, globs, kinds)
        hits = member.index.similar(member.within[0], int(match["line"]), limit, filters)
        roots = [member.index.root]
    with results():
        hit_format.write(place, [*located(hits, roots, caller().directory)])
    raise typer.Exit(HITS if hits else NO_HITS)
