"""Sources: the repositories and folders that a cluster indexes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from codesearch.clones import RemoteRepository, not_clonable, parse_url
from codesearch.errors import CodesearchError

STDIN = "-"
_SCHEME_AND_USER = re.compile(r"(?:\w+://)?(?:[^@/]*@)?")


@dataclass(frozen=True, slots=True)
class Source:
    """A folder, or a repository to be cloned."""

    name: str
    """`github.com/pallets/flask`, or the absolute path of a folder. The paths of its hits begin with it."""
    origin: Path | RemoteRepository


def read_sources(arguments: Sequence[str], directory: Path, stdin: Iterable[str] = ()) -> list[Source]:
    """The sources that arguments name, each once: URLs, folders, files with a source on each line, `-` for stdin.

    Relative paths are relative to `directory`, those in a file to its folder. Raises CodesearchError.
    """
    sources: dict[str, Source] = {}
    for argument in arguments:
        for source in _sources_of(argument, directory, stdin):
            sources.setdefault(source.name, source)
    if not sources:
        raise CodesearchError("there is no source to index", "name folders, URLs, or files that list them")
    return list(sources.values())


def _sources_of(argument: str, directory: Path, stdin: Iterable[str]) -> Iterator[Source]:
    if argument == STDIN:
        yield from _listed(stdin, directory)
    elif (path := directory / argument).is_file():
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            raise CodesearchError(
                f"{argument} is not a list of sources", "it needs one folder or URL per line"
            ) from None
        yield from _listed(lines, path.parent)
    else:
        yield _source_of(argument, directory)


def _listed(lines: Iterable[str], directory: Path) -> Iterator[Source]:
    for line in lines:
        text = line.strip()
        if text and not text.startswith("#"):
            yield _source_of(text, directory)


def _source_of(text: str, directory: Path) -> Source:
    if repository := parse_url(text):
        return Source(name_of(repository), repository)
    if "://" in text:
        raise not_clonable(text)
    folder = Path(os.path.realpath(directory / text))
    if not folder.is_dir():
        raise CodesearchError(f"{text} is neither a folder, a URL nor a list of them")
    name = folder.as_posix()
    try:
        name.encode()
    except UnicodeEncodeError:
        raise CodesearchError(f"the name of {name} is not UTF-8", "rename it to index it in a cluster") from None
    return Source(name, folder)


def name_of(repository: RemoteRepository) -> str:
    """Host and path, the same for each notation of a URL, and the revision if there is one."""
    place = _SCHEME_AND_USER.sub("", repository.url, count=1).rstrip("/").removesuffix(".git")
    if "://" not in repository.url:
        place = place.replace(":", "/", 1)
    return f"{place}@{repository.revision}" if repository.revision else place
