"""The application: the page's own files, and the answers that it asks for."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path

from starlette.applications import Starlette
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from codesearch.errors import CodesearchError
from codesearch.page import answers, views
from codesearch.page.failures import Failed, NotThere, WrongMethod, refusal
from codesearch.page.guard import OPEN_AGAIN, Guard, only_the_user
from codesearch.page.site import Site

STATIC = Path(__file__).parent / "static"
RESERVED = ("api", "static")
"""What no page is called."""
Answer = Callable[[Site, QueryParams], str]
_ANSWERS: Mapping[str, Answer] = {
    "search": answers.search,
    "similar": answers.similar,
    "references": answers.references,
    "outline": answers.outline,
    "hits": views.hits,
    "file": views.file,
    "colors": views.colors,
    "overview": views.overview,
    "state": views.state,
}
_NO_PAGE = NotThere("there is no such page")
_NO_ADDRESS = NotThere("there is nothing at this address")
_WRONG_METHOD = WrongMethod("only GET is answered")
_log = logging.getLogger("codesearch.server")


def build(
    sites: dict[str, Site],
    port: int,
    token: str,
    hint: Callable[[CodesearchError], str],
    touched: Callable[[], None] = lambda: None,
) -> Guard:
    """The pages of these sites, which may become more; the last one is that at `/`.

    `hint` words the remedy of an error, `touched` hears of each request.
    """

    def show(request: Request) -> Response:
        site = _site(sites, request.path_params["name"])
        if not site:
            return refusal(_NO_PAGE, OPEN_AGAIN)
        site.prepare()
        return FileResponse(STATIC / "index.html")

    def show_last(request: Request) -> Response:
        return RedirectResponse(f"/{next(reversed(sites))}/") if sites else refusal(_NO_PAGE, OPEN_AGAIN)

    def route(name: str, answer: Answer) -> Route:
        def respond(request: Request) -> Response:
            name = request.query_params.get("page", "")
            site = _site(sites, name)
            if not site:
                return _no_site(sites, name)
            return response(lambda: answer(site, request.query_params), hint)

        return Route(f"/api/{name}", respond, methods=["GET"])

    routes = [
        *(route(name, answer) for name, answer in _ANSWERS.items()),
        Route("/", show_last, methods=["GET"]),
        Route("/{name}/", show, methods=["GET"]),
    ]
    return Guard(application(routes), only_the_user(port, token, touched))


def application(routes: Sequence[Route]) -> Starlette:
    """An application with these routes, and the page's own files."""
    static = Mount("/static", StaticFiles(directory=STATIC))
    return Starlette(routes=[static, *routes], exception_handlers={HTTPException: _unrouted})


def _unrouted(_: Request, error: Exception) -> Response:
    """What no route answers, or not with this method."""
    is_there = isinstance(error, HTTPException) and error.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    return refusal(_WRONG_METHOD if is_there else _NO_ADDRESS, "")


def _site(sites: Mapping[str, Site], name: str) -> Site | None:
    """The site of a name; the only one for none."""
    return sites.get(name) or (next(iter(sites.values())) if not name and len(sites) == 1 else None)


def _no_site(sites: Mapping[str, Site], name: str) -> Response:
    """Why no page is meant by a name, or by none."""
    if sites and not name:
        return refusal(CodesearchError("there are several pages"), f"add page=NAME, one of {', '.join(sites)}")
    return refusal(_NO_PAGE, OPEN_AGAIN)


def response(
    answer: Callable[[], str],
    hint: Callable[[CodesearchError], str],
    log: str = "codesearch serve --status names the server's log",
) -> Response:
    """An answer in JSON, or why there is none; `log` says where to read about faults."""
    try:
        return Response(answer(), media_type="application/json")
    except CodesearchError as error:
        return refusal(error, hint(error))
    except OSError as error:
        return refusal(Failed(f"{error.filename or 'a file'} can't be read or written: {error.strerror}"), "")
    except Exception:
        _log.exception("a request of the page failed")
        return refusal(Failed("this could not be answered"), log)
