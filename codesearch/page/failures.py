"""What can't be answered, as JSON: a sentence, and what helps."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from codesearch.errors import CodesearchError
from codesearch.render.records import json_object


class NotThere(CodesearchError):
    """A file, folder or page that is not there, or not any more."""

    code = "not-there"


class BeingMade(CodesearchError):
    """The index is being made; how far it is, the state of the page tells."""

    code = "being-made"


class WrongMethod(CodesearchError):
    """Something else than to be answered."""

    code = "wrong-method"


class Failed(CodesearchError):
    """It is not the question's fault."""

    code = "failed"


class Unauthorized(CodesearchError):
    """Without the token."""

    code = "unauthorized"


class TokenNeeded(CodesearchError):
    """Without a token that may read anything, for which a page asks its reader."""

    code = "token-needed"


class WrongHost(CodesearchError):
    """Under a name that only leads here."""

    code = "wrong-host"


class WrongOrigin(CodesearchError):
    """From another site's page."""

    code = "wrong-origin"


_STATUS: Mapping[type[CodesearchError], int] = {
    NotThere: 404,
    BeingMade: 503,
    Failed: 500,
    Unauthorized: 401,
    TokenNeeded: 401,
    WrongHost: 421,
    WrongOrigin: 403,
    WrongMethod: 405,
}
_ELSE = 400


def refusal(error: CodesearchError, hint: str) -> Response:
    """The answer that says what is wrong."""
    record = {"error": {"code": type(error).code, "message": error.message, "hint": hint}}
    status = _STATUS.get(type(error), _ELSE)
    return Response(json_object(record) + "\n", status, media_type="application/json")
