"""The tools over streamable HTTP, on the loopback interface, for those who have the user's token."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mcp.server.transport_security import TransportSecuritySettings

from codesearch.errors import CodesearchError
from codesearch.mcp.server import build
from codesearch.mcp.tools import Tools
from codesearch.server import http
from codesearch.server.bearer import bearer_token
from codesearch.server.http import HOST, App, Receive, Scope, Send
from codesearch.state import secret, state_folder

PATH = "/mcp"
_TOKEN_BYTES = 24


def user_token() -> str:
    """The token of this user's server, the same after a restart. Raises CodesearchError if it can't be kept."""
    token = secret("serve.token", _TOKEN_BYTES, create=True).hex()
    if not token:
        raise CodesearchError(f"the server's token can't be kept in {state_folder() or 'a folder of the user'}")
    return token


@contextmanager
def serving(tools: Tools, port: int, token: str, touched: Callable[[], None]) -> Iterator[None]:
    """Inside, the tools are served at `http://127.0.0.1:PORT/mcp` by a thread; `touched` hears of each request.

    Raises CodesearchError if the port is in use.
    """
    security = TransportSecuritySettings(
        allowed_hosts=[f"{HOST}:*", "localhost:*"], allowed_origins=[f"http://{HOST}:*", "http://localhost:*"]
    )
    app = build(tools).streamable_http_app(streamable_http_path=PATH, transport_security=security)
    try:
        with http.serving(_for_the_user(app, token, touched), http.listen(port)):
            yield
    finally:
        tools.session.close()


def _for_the_user(app: App, token: str, touched: Callable[[], None]) -> App:
    """The app, for requests that bring the token."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            given = bearer_token(dict(scope["headers"]).get(b"authorization", b"").decode("latin-1"))
            if not secrets.compare_digest(given.encode(), token.encode()):
                await _refuse(send)
                return
            touched()
        await app(scope, receive, send)

    return guarded


async def _refuse(send: Send) -> None:
    text = b"the token is missing or wrong; `codesearch serve --status` shows it\n"
    headers = [(b"content-type", b"text/plain"), (b"www-authenticate", b"Bearer")]
    await send({"type": "http.response.start", "status": 401, "headers": headers})
    await send({"type": "http.response.body", "body": text})
