"""The application of a cluster's page."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from codesearch.cluster import page
from codesearch.cluster.access import AccessDenied
from codesearch.cluster.page import LACKS, NAME, Readable
from codesearch.cluster.router import Router
from codesearch.errors import CodesearchError
from codesearch.page.app import STATIC, application, response
from codesearch.page.failures import NotThere, TokenNeeded
from codesearch.page.guard import Guard
from codesearch.server.bearer import bearer_token
from codesearch.server.http import App, Receive, Scope, Send

Answer = Callable[[Readable, QueryParams], str]
_ANSWERS: Mapping[str, Answer] = {
    "search": page.search,
    "hits": page.hits,
    "file": page.file,
    "colors": page.colors,
    "overview": page.overview,
    "state": page.state,
}
_LOG = "see the logs of Ray Serve"
TOKEN_FROM = "whoever runs the cluster hands out tokens"


def build(router: Callable[[], Router]) -> Guard:
    """The page of what a router answers for, which may be another for each request.

    Its own files are for everyone, as there is nothing in them; answers need a token, which the groups check.
    """

    def route(name: str, answer: Answer) -> Route:
        def respond(request: Request) -> Response:
            token = bearer_token(request.headers.get("authorization", ""))
            readable = Readable(router(), token)
            return response(lambda: _answered(answer, readable, request.query_params), _hint, _LOG)

        return Route(f"/api/{name}", respond, methods=["GET"])

    routes = [
        *(route(name, answer) for name, answer in _ANSWERS.items()),
        *(route(name, _lacking(name)) for name in LACKS),
        Route("/", lambda _: RedirectResponse(f"/{NAME}/"), methods=["GET"]),
        Route(f"/{NAME}/", lambda _: FileResponse(STATIC / "index.html"), methods=["GET"]),
    ]
    return Guard(application(routes), lambda *_: None)


def _answered(answer: Answer, readable: Readable, parameters: QueryParams) -> str:
    try:
        return answer(readable, parameters)
    except AccessDenied as error:
        raise TokenNeeded(error.message, TOKEN_FROM) from None


def _lacking(name: str) -> Answer:
    def refuse(_: Readable, __: QueryParams) -> str:
        raise NotThere(f"a cluster does not answer {name}", "ask a clone of the repository")

    return refuse


def _hint(error: CodesearchError) -> str:
    return error.remedy if isinstance(error.remedy, str) else ""


class AnswerOf(Response):
    """The answer of an application to the request that is answered with it."""

    def __init__(self, app: App) -> None:
        super().__init__()
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        await self._app(scope, receive, send)
