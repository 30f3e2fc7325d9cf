"""Asking a cluster over HTTP. Nothing of Ray is needed for it."""

from __future__ import annotations

import ipaddress
import json
import os
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from codesearch.cluster.access import TOKEN_VARIABLE, user_token
from codesearch.cluster.protocol import PATH, Invalid, question_record, result_of_record
from codesearch.cluster.router import ClusterQuestion, ClusterResult
from codesearch.errors import CodesearchError

SECONDS_TO_ANSWER = 60.0
_BAD_QUESTION, _WRONG_TOKEN = 400, 401
LONGEST_ANSWER = 500_000_000
"""Bytes; 10,000 hits of ordinary size take 20 MB."""


class ClusterUnavailable(CodesearchError):
    """The cluster can't be reached, is not one of codesearch, or does not know the token."""

    code = "cluster-unavailable"


class Cluster:
    """A cluster at an address. Use as often as you like; a connection lasts for one question."""

    def __init__(self, address: str, environment: Mapping[str, str] = os.environ) -> None:
        """`address` is `http(s)://HOST:PORT`, or `HOST:PORT`. Raises CodesearchError if it is none."""
        try:
            parts = urlsplit(address if "://" in address else f"http://{address}")
            host, port = parts.hostname, parts.port
        except ValueError:
            host = None
        if not host or parts.scheme not in ("http", "https") or (parts.scheme == "http" and not port):
            raise CodesearchError(f"{address!r} is not the address of a cluster", "use http://HOST:PORT")
        self.address = address
        self._is_secure, self._host, self._port = parts.scheme == "https", host, port
        self._token = environment.get(TOKEN_VARIABLE) or (user_token() if _is_here(host) else "")
        if not (self._token.isascii() and self._token.isprintable()):
            raise CodesearchError(f"{TOKEN_VARIABLE} contains an invalid character", "tokens are printable ASCII")

    def search(self, question: ClusterQuestion) -> ClusterResult:
        """The cluster's answer. Raises CodesearchError if it can't be asked, or says what is wrong."""
        status, content = self._post(json.dumps(question_record(question)).encode())
        try:
            record = json.loads(content)
        except (ValueError, RecursionError):
            raise ClusterUnavailable(
                f"{self.address} does not answer as a codesearch cluster (HTTP {status})"
            ) from None
        if status != 200:
            raise _error(self.address, status, record)
        try:
            return result_of_record(question.text, record)
        except Invalid as error:
            raise ClusterUnavailable(f"{self.address}: {error}", "install the same codesearch on both sides") from error

    def _post(self, content: bytes) -> tuple[int, bytes]:
        make = HTTPSConnection if self._is_secure else HTTPConnection
        connection = make(self._host, self._port, timeout=SECONDS_TO_ANSWER)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"}
        try:
            connection.request("POST", PATH, content, headers)
            response = connection.getresponse()
            return response.status, response.read(LONGEST_ANSWER)
        except (OSError, HTTPException, ValueError) as error:
            said = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise ClusterUnavailable(f"the cluster at {self.address} can't be reached: {said}") from error
        finally:
            connection.close()


def _error(address: str, status: int, record: Any) -> CodesearchError:
    """What the cluster says is wrong."""
    message = record.get("error") if isinstance(record, dict) else None
    if not isinstance(message, str):
        return ClusterUnavailable(f"the cluster at {address} failed (HTTP {status})")
    if status == _WRONG_TOKEN:
        return ClusterUnavailable(message, f"set {TOKEN_VARIABLE}")
    hint = record.get("hint")
    kind = CodesearchError if status == _BAD_QUESTION else ClusterUnavailable
    return kind(message, hint if isinstance(hint, str) else "")


def _is_here(host: str) -> bool:
    """Whether a host is this machine, by its name or number."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
