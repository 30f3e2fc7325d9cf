"""`codesearch serve`: a resident process that answers queries at once."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from codesearch import blas
from codesearch.caller import caller
from codesearch.cli.exits import NO_HITS, note
from codesearch.cli.numbers import DecimalNumber, WholeNumber
from codesearch.cli.options import Json
from codesearch.cli.output import results
from codesearch.cli.pages import AskedPage, pages_of, show
from codesearch.errors import CodesearchError, InstallExtra

if TYPE_CHECKING:
    from codesearch.mcp.tools import Tools
    from codesearch.server.endpoint import Endpoint
    from codesearch.server.service import Service

_SECONDS_TO_START = 20.0
_SECONDS_TO_STOP = 20.0
_SECONDS_TO_TELL = 20.0
"""For what a server does, which it tells once it has started."""
_LONGEST_IDLE = 7 * 24 * 60

EPILOG = """\
Examples:

\b
  codesearch serve                 start it; queries use it from now on
  codesearch serve ~/src/a ~/src/b open these indexes at once
  codesearch serve --open          search and read this repository in the browser
  codesearch serve --http 8900 .   also for agents, at http://127.0.0.1:8900/mcp
  codesearch serve --status        show what it serves
  codesearch serve --stop

With `CODESEARCH_SERVER=start`, the first query starts it. With `off` or `--no-server`, queries do not use it.

Exit codes: 0 done, 1 no server is running (--status, --stop), 2 error.
"""


def command(
    paths: Annotated[
        list[Path], typer.Argument(metavar="[PATH]...", help="Open the indexes of these folders.", show_default=False)
    ] = [],  # noqa: B006 - typer copies it
    foreground: Annotated[bool, typer.Option("--foreground", help="Serve in this process, until Ctrl-C.")] = False,
    status: Annotated[bool, typer.Option("--status", help="Print the status of the running server.")] = False,
    stop: Annotated[bool, typer.Option("--stop", help="Stop the running server.")] = False,
    idle: Annotated[
        float,
        typer.Option(
            "--idle",
            parser=DecimalNumber(0, _LONGEST_IDLE),
            metavar="MINUTES",
            help="Stop after this many minutes without a query.",
        ),
    ] = 60.0,
    http: Annotated[
        int | None,
        typer.Option(
            "--http",
            parser=WholeNumber(1, 65_535),
            metavar="PORT",
            help="Also serve agents over the Model Context Protocol at http://127.0.0.1:PORT/mcp.",
        ),
    ] = None,
    opens: Annotated[
        bool,
        typer.Option("--open", help="Open a web page to search and read these folders (default: the repository)."),
    ] = False,
    port: Annotated[
        int,
        typer.Option(
            "--port",
            parser=WholeNumber(1, 65_535),
            metavar="PORT",
            help="With --open: the page's port. [default: a free one]",
            show_default=False,
        ),
    ] = 0,
    as_json: Json = False,
) -> None:
    """Keep indexes open and up to date in a resident process, so that queries are answered at once."""
    from codesearch.cli.workspaces import check_folders
    from codesearch.server.endpoint import Endpoint, Unreachable

    if foreground + status + stop > 1:
        raise typer.BadParameter("--foreground, --status and --stop cannot be used together")
    if as_json and not status:
        raise typer.BadParameter("--json needs --status")
    if opens and (status or stop):
        raise typer.BadParameter("--open cannot be used with --status or --stop")
    try:
        endpoint = Endpoint.of_user()
    except Unreachable as error:
        raise CodesearchError(str(error)) from None
    if status or stop:
        _tell(endpoint, stop=stop, as_json=as_json)
        return
    if http is not None and not paths:
        raise CodesearchError(
            "--http needs the folders that agents may search", "run: codesearch serve --http PORT PATH…"
        )
    if port and not opens:
        raise typer.BadParameter("--port needs --open")
    check_folders(paths)
    page = AskedPage.of(paths, port) if opens else None
    if foreground:
        _serve(endpoint, idle, paths, http, page)
    else:
        _start(endpoint, idle, paths, http, page)


def _serve(endpoint: Endpoint, idle: float, paths: list[Path], http: int | None, page: AskedPage | None) -> None:
    """Serve in this process."""
    from codesearch.cli import run
    from codesearch.server.service import Service

    blas.start_with_one_thread()
    service = Service(endpoint, lambda arguments, _: run(arguments), idle)
    signal.signal(signal.SIGTERM, lambda *_: service.end())
    service.serve(_beside(service, paths, http, page))


@contextmanager
def _beside(service: Service, paths: list[Path], http: int | None, page: AskedPage | None) -> Iterator[None]:
    """Inside, agents and browsers are served too."""
    with ExitStack() as served:
        if http is not None:
            served.enter_context(_for_agents(service, paths, http))
        pages = cache(lambda: served.enter_context(pages_of(service)))
        service.open_page = lambda folders, port: pages().open(folders, port)
        if page:
            show(service.open_page(page.folders, page.port))
        yield


def _check_port(port: int) -> None:
    """Raise CodesearchError if agents can't be served there: the server would end before it can say so."""
    with _extra_for_agents():
        from codesearch.server.http import listen
    listen(port).close()


@contextmanager
def _extra_for_agents() -> Iterator[None]:
    """Inside, imports raise CodesearchError if the extra that serves agents is not installed."""
    try:
        yield
    except ImportError as error:
        raise CodesearchError("serving agents needs the package mcp", InstallExtra("mcp")) from error


def _for_agents(service: Service, paths: list[Path], port: int) -> AbstractContextManager[None]:
    """A context in which agents are served. Raises CodesearchError."""
    from codesearch.server.service import Address

    with _extra_for_agents():
        from codesearch.mcp.http import PATH, serving, user_token
        from codesearch.server.http import HOST
    service.http = Address(f"http://{HOST}:{port}{PATH}", user_token())
    return serving(_tools(service, paths), port, service.http.token, service.touch)


def _tools(service: Service, paths: list[Path]) -> Tools:
    """The tools over the server's indexes, in these folders."""
    from codesearch.cli.remedies import hint_of
    from codesearch.mcp.roots import Roots
    from codesearch.mcp.session import Session
    from codesearch.mcp.tools import Tools

    roots = Roots(paths, caller().directory)
    return Tools(Session(roots, lambda _: service.indexes, keeps_up=False), hint_of, service.count)


def _start(endpoint: Endpoint, idle: float, paths: list[Path], http: int | None, page: AskedPage | None) -> None:
    """Start a server unless one runs, and have it open indexes, which are made and brought up to date here.

    Those of a page alone are made by the server, as the page shows how far they are.
    """
    from codesearch.cli.notes import Notes
    from codesearch.workspace import Workspace

    with Workspace(observer=Notes()) as workspace:
        if paths and (http is not None or not page):
            workspace.add(paths)
        roots = [member.index.root for member in workspace.members]
    answered = _ask(endpoint, {"command": "status"})
    if answered is not None and http is not None:
        raise CodesearchError("a server is already running", "to stop it, run: codesearch serve --stop")
    if answered is None:
        from codesearch.server.start import start

        if http is not None:
            _check_port(http)
        start(idle, roots if http is not None else (), http)
        answered = _wait_for(endpoint)
    for root in roots:
        answered = _ask(endpoint, {"command": "open", "folder": str(root)}) or answered
    note(f"serving as process {answered['pid']}")
    if page:
        _show(endpoint, page)


def _show(endpoint: Endpoint, page: AskedPage) -> None:
    """Have the running server show a page."""
    request = {"command": "page", "folders": [str(folder) for folder in page.folders], "port": page.port}
    answered = _ask(endpoint, request)
    if answered is None:
        raise CodesearchError("the server has stopped in the meantime", "run the command again")
    if "error" in answered:
        raise CodesearchError(answered["error"], answered["hint"])
    with results():
        show(answered["url"])


def _wait_for(endpoint: Endpoint) -> dict[str, Any]:
    end = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < end:
        if answered := _ask(endpoint, {"command": "status"}):
            return answered
        time.sleep(0.05)
    raise CodesearchError("the server did not start", f"see {endpoint.log}, or run: codesearch serve --foreground")


def _tell(endpoint: Endpoint, *, stop: bool, as_json: bool) -> None:
    """Print what the server does, or stop it."""
    answered = _ask(endpoint, {"command": "stop" if stop else "status"})
    if answered is None:
        note("no server is running")
        raise typer.Exit(NO_HITS)
    if stop:
        end = time.monotonic() + _SECONDS_TO_STOP
        while _is_there(endpoint):
            if time.monotonic() > end:
                raise _not_ended(answered["pid"])
            time.sleep(0.05)
        note(f"stopped process {answered['pid']}")
        return
    from codesearch.render.records import json_object
    from codesearch.render.reports import server_lines

    with results():
        print(json_object(answered) if as_json else "\n".join(server_lines(answered)), file=caller().stdout)


def _is_there(endpoint: Endpoint) -> bool:
    """Whether a server listens; one that is about to end need not answer."""
    from codesearch.server.endpoint import Unreachable, Unresponsive

    try:
        endpoint.connect().close()
    except Unreachable as error:
        return isinstance(error, Unresponsive)
    return True


def _not_ended(process: int) -> CodesearchError:
    from codesearch.server.endpoint import kill_command

    message = f"the server, process {process}, has been told to stop but is still running"
    return CodesearchError(message, f"to kill it, run: {kill_command(process)}")


def _ask(endpoint: Endpoint, request: dict[str, Any]) -> dict[str, Any] | None:
    """What the server answers; None if none runs. Raises CodesearchError if it is not this user's, or hangs."""
    from codesearch.server import protocol
    from codesearch.server.endpoint import Unreachable, Unresponsive

    try:
        with closing(endpoint.connect()) as connection:
            protocol.send_json(connection, protocol.REQUEST, request)
            protocol.await_receipt(connection)
            if request["command"] in ("status", "stop"):  # opening an index may take minutes
                connection.settimeout(_SECONDS_TO_TELL)
            _, payload = protocol.receive(connection)
    except (Unresponsive, TimeoutError) as error:
        hung = error if isinstance(error, Unresponsive) else endpoint.unresponsive()
        raise CodesearchError(str(hung), hung.hint) from None
    except Unreachable as error:
        if str(error):
            raise CodesearchError(str(error)) from None
        return None
    except (OSError, protocol.ProtocolError):
        return None
    import json

    answered: dict[str, Any] = json.loads(payload)
    return answered
