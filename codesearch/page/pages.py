"""The pages of a server: one for each set of folders, all at one port of the loopback interface."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

from codesearch.errors import CodesearchError
from codesearch.page.app import RESERVED, build
from codesearch.page.site import Site
from codesearch.server.http import HOST, listen, serving
from codesearch.server.residents import ResidentIndexes

_TOKEN_BYTES = 24


class Pages(ExitStack):
    """Served from the first that is opened until this context ends. Threads may share it."""

    def __init__(
        self, indexes: ResidentIndexes, hint: Callable[[CodesearchError], str], touched: Callable[[], None]
    ) -> None:
        """`hint` words the remedy of an error, `touched` hears of each request."""
        super().__init__()
        self._indexes = indexes
        self._hint = hint
        self._touched = touched
        self._token = secrets.token_urlsafe(_TOKEN_BYTES)
        """Of this process alone: a browser keeps it for the port, which may be another program's later."""
        self._lock = threading.Lock()
        self._sites: dict[str, Site] = {}
        self._port = 0

    def open(self, folders: Sequence[Path], port: int = 0) -> str:
        """The address of the page of some folders, with the token; `port` 0 is one that is free.

        Raises CodesearchError if the port can't be served, or the pages are at another.
        """
        with self._lock:
            self._serve(port)
            site = self._site_of(folders)
        site.prepare()
        return f"http://{HOST}:{self._port}/{quote(site.name)}/#token={self._token}"

    def _serve(self, port: int) -> None:
        if port and self._port not in (0, port):
            message = f"the pages of this server are at port {self._port} already"
            raise CodesearchError(message, "omit --port, or run first: codesearch serve --stop")
        if not self._port:
            listener = listen(port)
            self._port = listener.getsockname()[1]
            app = build(self._sites, self._port, self._token, self._hint, self._touched)
            self.enter_context(serving(app, listener))

    def _site_of(self, folders: Sequence[Path]) -> Site:
        """The site of these folders, the last one opened."""
        for site in self._sites.values():
            if set(site.folders) == set(folders):
                self._sites[site.name] = self._sites.pop(site.name)
                return site
        site = Site(self._free_name(folders), folders, self._indexes)
        self._sites[site.name] = site
        return site

    def _free_name(self, folders: Sequence[Path]) -> str:
        names = "-".join(folder.name for folder in folders)
        wanted = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in names) or "root"
        number, name = 1, wanted
        while name in self._sites or name in RESERVED:
            number += 1
            name = f"{wanted}-{number}"
        return name
