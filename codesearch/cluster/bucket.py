"""Object storage as a place, through fsspec: `s3://`, `gs://` and whatever else it knows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from codesearch.cluster.scratch import scratch
from codesearch.errors import CodesearchError, InstallExtra

_NEEDED = re.compile(r"[Ii]nstall (?:the )?[\"'`]?(\w+)")


class Bucket:
    """A folder of a bucket. An object appears when all of it is there."""

    def __init__(self, url: str) -> None:
        """Raises CodesearchError if nothing that is installed can open the URL."""
        self._url = url.rstrip("/")
        try:
            from fsspec.core import url_to_fs
        except ImportError as error:
            raise CodesearchError(f"{url} needs fsspec", InstallExtra("cluster")) from error
        try:
            self._files, self._root = url_to_fs(self._url)
        except ImportError as error:
            package = found[1] if (found := _NEEDED.search(str(error))) else "a package for it"
            raise CodesearchError(f"{url} needs {package}", f"run: pip install {package}, on each node") from error
        except ValueError as error:
            raise CodesearchError(f"{url} can't be opened: {error}") from error

    def __str__(self) -> str:
        return self._url

    def sizes(self, folder: str) -> Mapping[str, int]:
        """See Place."""
        with self._reached():
            self._files.invalidate_cache()
            with suppress(FileNotFoundError):
                listed = self._files.ls(self._path(folder), detail=True)
                return {one["name"].rpartition("/")[2]: one["size"] for one in listed if one["type"] == "file"}
        return {}

    def size(self, name: str) -> int | None:
        """See Place."""
        with self._reached():
            self._files.invalidate_cache()
            with suppress(FileNotFoundError):
                size: int = self._files.info(self._path(name))["size"]
                return size
        return None

    def read(self, name: str) -> bytes | None:
        """See Place."""
        with self._reached(), suppress(FileNotFoundError):
            content: bytes = self._files.cat_file(self._path(name))
            return content
        return None

    def write(self, name: str, content: bytes) -> None:
        """See Place."""
        with self._reached(writes=True):
            self._files.pipe_file(self._path(name), content)

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """See Place."""
        with scratch() as folder:
            path = folder / "content"
            yield path
            with self._reached(writes=True):
                self._files.put_file(str(path), self._path(name))

    @contextmanager
    def reading(self, name: str) -> Iterator[Path]:
        """See Place."""
        with scratch() as folder:
            path = folder / "content"
            with self._reached():
                self._files.get_file(self._path(name), str(path))
            yield path

    def delete(self, name: str) -> None:
        """See Place."""
        with self._reached(), suppress(FileNotFoundError):
            self._files.rm_file(self._path(name))

    def sweep(self) -> None:
        """See Place. Uploads that were broken off never appear; a bucket's rules can delete their parts."""

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    @contextmanager
    def _reached(self, *, writes: bool = False) -> Iterator[None]:
        """Raises CodesearchError for what is wrong with the bucket. That an object is missing is for who reads it."""
        try:
            yield
        except Exception as error:  # each service has errors of its own
            if isinstance(error, FileNotFoundError) and not writes:
                raise
            said = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise CodesearchError(f"{self._url} can't be used: {said}") from error
