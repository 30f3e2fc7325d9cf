"""Who may ask: only the user's own browser, at the page's own address, with the token.

Another site's page gets no answer: its requests name its origin or, where its name was made to lead here (DNS
rebinding), its host. The token keeps out other users of the machine. It is sent as a header and not kept as a cookie,
which a browser would send to every other port of the host too.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response

from codesearch.page.failures import Unauthorized, WrongHost, WrongOrigin, refusal
from codesearch.server.bearer import bearer_token
from codesearch.server.http import HOST, App, Receive, Scope, Send

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
"""Only the page's own files, and no text that becomes markup."""
OPEN_COMMAND = "codesearch serve --open"
OPEN_AGAIN = f"run: {OPEN_COMMAND}"
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


Refuse = Callable[[Headers, bool], Response | None]
"""The answer to a request with these headers that is not permitted; whether it is below `/api/` is told, too."""


class Guard:
    """An app that answers only what is permitted, and forbids its pages whatever is not their own."""

    def __init__(self, app: App, refuse: Refuse) -> None:
        self._app = app
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_private = scope["path"].startswith("/api/")

        async def with_headers(message: Scope) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                headers["Cache-Control"] = "no-store" if is_private else "no-cache"
            await send(message)

        refused = self._refuse(Headers(scope=scope), is_private)
        await (refused or self._app)(scope, receive, with_headers)


def only_the_user(port: int, token: str, touched: Callable[[], None]) -> Refuse:
    """Refuses other hosts than this one at a port, other origins, and below `/api/` whoever lacks the token.

    `touched` hears of each request that brings it.
    """
    hosts = {f"{name}:{port}" for name in (HOST, "localhost")}
    origins = {f"http://{host}" for host in hosts}

    def refuse(headers: Headers, is_private: bool) -> Response | None:
        if headers.get("host", "") not in hosts:
            return refusal(WrongHost("this host is not served"), "")
        if headers.get("origin", next(iter(origins))) not in origins:
            return refusal(WrongOrigin("other sites may not ask"), "")
        if is_private:
            given = bearer_token(headers.get("authorization", ""))
            if not secrets.compare_digest(given.encode(), token.encode()):
                return refusal(Unauthorized("the token is missing or out of date"), OPEN_AGAIN)
            touched()
        return None

    return refuse
