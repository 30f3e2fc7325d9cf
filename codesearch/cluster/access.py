"""Who may search what: tokens, and the repositories that each may read."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from codesearch.errors import CodesearchError
from codesearch.state import secret, state_folder

TOKEN_VARIABLE = "CODESEARCH_CLUSTER_TOKEN"
EVERYTHING = ("*",)
_TOKEN_BYTES = 24
_SIGN = re.compile(r"\\[*?\\]|\[")
"""What stands for itself in a pattern, though not for fnmatch."""
_WILD = re.compile(r"[*?\\]")
_DIGEST = re.compile("[0-9a-f]{64}")


class AccessDenied(CodesearchError):
    """The token is missing or unknown."""

    code = "access-denied"


@dataclass(frozen=True, slots=True)
class Access:
    """The repositories that each token may read: patterns of their names (see `is_named`), by the token's SHA-256."""

    patterns: Mapping[str, Sequence[str]]

    def allows(self, token: str, source: str) -> bool:
        """Whether a token may read a source."""
        return any(is_named(source, pattern) for pattern in self.patterns.get(digest(token), ()))

    def knows(self, token: str) -> bool:
        """Whether a token may search at all."""
        return digest(token) in self.patterns


def is_named(source: str, pattern: str) -> bool:
    """Whether a pattern means a source: `*` and `?` stand for others, but for themselves after `\\`; `[` for itself."""
    return fnmatchcase(source, _SIGN.sub(lambda sign: "\\" if sign[0] == r"\\" else f"[{sign[0][-1]}]", pattern))


def pattern_of(source: str) -> str:
    """The pattern that means one source alone."""
    return _WILD.sub(r"\\\g<0>", source)


def digest(token: str) -> str:
    """The SHA-256 of a token, in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


def read_access(path: Path) -> Access:
    """The access that a TOML file grants: tables `[[reader]]` with `token_sha256` and `repositories`.

    Raises CodesearchError if the file can't be read or is no such file.
    """
    try:
        record = tomllib.loads(path.read_text(encoding="utf-8"))
        return Access(dict(_granted(row) for row in record["reader"]))
    except OSError as error:
        raise CodesearchError(f"{path}: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise CodesearchError(
            f"{path} is not a valid access file",
            'it needs tables [[reader]] with token_sha256 = "…" and repositories = ["github.com/acme/*"]',
        ) from error


def _granted(row: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    found, patterns = row["token_sha256"], row["repositories"]
    if not isinstance(patterns, list) or not all(isinstance(pattern, str) for pattern in patterns):
        raise ValueError("repositories is not a list of strings")
    if not isinstance(found, str) or not _DIGEST.fullmatch(found):
        raise ValueError("token_sha256 is not a digest")
    return found, tuple(patterns)


def access_of_user() -> Access:
    """Everything, for this user, with a token that is kept in the state folder."""
    return Access({digest(user_token()): EVERYTHING})


def user_token() -> str:
    """The token of this user. Raises CodesearchError if it can't be kept."""
    token = secret("cluster.token", _TOKEN_BYTES, create=True).hex()
    if not token:
        raise CodesearchError(f"the cluster's token can't be kept in {state_folder() or 'a folder of the user'}")
    return token


def shown_name(source: str) -> str:
    """The name of a source where paths start at no folder of this machine."""
    return source.strip("/")
