"""What the rows of a file depend on besides its path and content: the model, the chunker, and rules of discovery."""

from __future__ import annotations

from collections.abc import Mapping

from codesearch.discovery.discovery import Discovery
from codesearch.index import options
from codesearch.index.request import UpdateRequest
from codesearch.index.settings import ATTRIBUTES, MODEL_AND_CHUNKER, settings

STAGED_FOR = "staged_for"
"""Key of the setting that records the conditions for which an update in progress stages files."""


def wanted_settings(request: UpdateRequest, found: Discovery) -> dict[str, str]:
    """The settings that an update will record."""
    return {
        **settings(request.encoder),
        options.KEY: options.to_json(request.options),
        ATTRIBUTES: found.attributes.digest,
    }


def conditions(meta: Mapping[str, str]) -> str:
    """The conditions in an index's settings. Rows made under equal ones can be kept as long as a file is the same.

    Of the options only whether there are globs to include matters, as such files are indexed even if they look
    generated. Which files are excluded or too large is decided before they are read.
    """
    known = [meta.get(key, "") for key in (*MODEL_AND_CHUNKER, ATTRIBUTES)]
    return repr((*known, bool(options.read_options(meta).include)))
