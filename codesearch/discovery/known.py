"""Finding the files to index again and again, looking only at what may have changed."""

from __future__ import annotations

import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from codesearch.discovery import record, record_file
from codesearch.discovery.ahead import LookAhead
from codesearch.discovery.discovery import Discovery
from codesearch.discovery.files import Files, as_stamps
from codesearch.discovery.options import DiscoveryOptions
from codesearch.discovery.record import Record
from codesearch.discovery.survey import Survey, make_survey
from codesearch.discovery.tree import Tree


class KnownFiles:
    """Discovers the files below a root, repeatedly; only changed paths have to be examined again."""

    def __init__(self, root: Path, file: Path | None = None, ahead: LookAhead | None = None) -> None:
        """`file` is where keep() records what was found, for later processes; `ahead` looks at what is there now."""
        self._root = root
        self._file = file
        self._ahead = ahead
        self._options: DiscoveryOptions | None = None
        self._last = Discovery(Files.of(()))
        self._survey: Survey | None = None
        """That of `_last`, if it is known without another look."""
        self._recorded: Discovery | None = None
        """What the file holds, if it was read."""
        self._began: int | None = None
        """When all files were looked at last, in nanoseconds; None if only changed ones were since."""

    def find(self, options: DiscoveryOptions, changed: Collection[str] | None = None) -> Discovery:
        """The files that exist now. `changed` are all paths that have changed since the last call; None if unknown.

        Raises as codesearch.discovery.discover.discover().
        """
        if changed is None or options != self._options:
            self._last = self._find_all(options)
        else:
            from codesearch.discovery.discover import rediscover

            self._last = rediscover(self._root, options, self._last, changed)
            self._began = None
        self._options = options
        return self._last

    def keep(self, basis: str, doubtful: Collection[str]) -> None:
        """Record what was found last, if all files were looked at, for the index with the state `basis`.

        `doubtful` are the paths of which it has other stamps. Does nothing if the record can't be written.
        """
        before, self._last = self._last, replace(self._last, basis=basis, doubtful=frozenset(doubtful))
        found = self._last
        is_recorded = before is self._recorded and (before.basis, before.doubtful) == (found.basis, found.doubtful)
        if self._file is None or self._options is None or self._began is None or is_recorded:
            return
        survey = self._survey or make_survey(self._root, [*found.files.paths, *found.skip_reasons], self._began)
        if survey:
            with suppress(OSError):
                record.save(self._file, self._root, self._options, Record.of(self._root, self._options, found, survey))

    def renew(self, basis: str) -> None:
        """Replace a record that no longer holds by what was found last: the files of the index in the state `basis`.

        Otherwise each query would list all files until the next update, as after the first one, which made a folder.
        """
        if self._recorded is not None:
            self.keep(basis, ())

    def _find_all(self, options: DiscoveryOptions) -> Discovery:
        self._began, self._survey = time.time_ns(), None
        ahead, self._ahead = self._ahead, None
        if ahead and not ahead.is_current:
            ahead = None
        file = ahead.recorded if ahead else record_file.read(self._file) if self._file else None
        known = record.parsed(file, self._root, options) if file else None
        self._recorded = known.discovery if known else None
        changed = known.changed(self._root, as_stamps(ahead.stamps()) if ahead else None) if known else None
        if known and changed is not None:
            self._survey = known.survey
            if not changed:
                return known.discovery
            from codesearch.discovery.discover import revised

            return revised(known.discovery, options, Tree(self._root), changed, changed)
        from codesearch.discovery.discover import discover

        return discover(self._root, options, self._recorded)
