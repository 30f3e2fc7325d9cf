"""Tokens in the header `Authorization`."""

from __future__ import annotations

_SCHEME = "bearer"


def bearer_token(authorization: str) -> str:
    """The token that a header brings; empty if it is of another scheme."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == _SCHEME else ""
