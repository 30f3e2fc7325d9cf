"""Repositories elsewhere, named by URL: shallow clones in the user's cache, each with an index of its own."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from codesearch.errors import CodesearchError
from codesearch.index.lock import WriterLock
from codesearch.models.hub import expand_user
from codesearch.quantities import size

MAX_CLONE_SIZE = 2_000_000_000
"""Bytes on disk. Linux takes 1.6 GB without its history."""
MAX_CLONE_SECONDS = 900.0
MAX_AGE_SECONDS = 86_400.0
"""A branch is fetched again after a day."""
PROTOCOLS = ("https", "http", "ssh")
_SECONDS_BETWEEN_CHECKS = 0.2
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_REVISION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]{0,200}")
"""Never begins with a dash, so that git can't take it for an option."""
_URL = re.compile(r"(?:https?|ssh)://[^\s@/]+(?:@[^\s@/]+)?(?:/[^\s@]*)?|[A-Za-z0-9_.-]+@[A-Za-z0-9.-]+:[^\s@]+")
_KEPT = ("GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "GIT_PROXY_SSL_CAINFO")
_STAMP = "codesearch-fetched"
"""A file in `.git` whose time is that of the last fetch."""


@dataclass(frozen=True, slots=True)
class CloneLimits:
    """What a clone may take."""

    size: int
    """Bytes on disk."""
    seconds: float


@dataclass(frozen=True, slots=True)
class RemoteRepository:
    """A repository, and a branch, tag or commit of it ("" for its default branch)."""

    url: str
    revision: str = ""

    @property
    def folder_name(self) -> str:
        """The name of the clone's folder in the cache."""
        last = re.split(r"[/:]", self.url.removesuffix("/").removesuffix(".git"))[-1]
        digest = hashlib.blake2b(f"{self.url}\0{self.revision}".encode(), digest_size=6).hexdigest()
        return f"{re.sub(r'[^A-Za-z0-9_.-]', '-', last)[:60]}-{digest}"


def parse_url(text: str) -> RemoteRepository | None:
    """The repository that `https://…[@REV]`, `ssh://…[@REV]` or `git@…[@REV]` names; None for anything else."""
    if match := _URL.fullmatch(text):
        return RemoteRepository(match[0])
    url, at, revision = text.rpartition("@")
    if at and _URL.fullmatch(url) and _REVISION.fullmatch(revision):
        return RemoteRepository(url, revision)
    return None


def not_clonable(text: str) -> CodesearchError:
    """The error for another URL."""
    hint = "use https://…[@REV] or git@HOST:PATH[@REV]"
    if text.startswith("file:"):
        hint = "for a folder, use its path"
    return CodesearchError(f"{text!r} is not a URL that can be cloned", hint)


def clones_folder() -> Path:
    """Where clones are kept."""
    return expand_user(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "codesearch" / "clones"


def fetch(repository: RemoteRepository, *, refresh: bool = True) -> Path:
    """The folder of a shallow clone, which is made first, or brought up to date if it is a day old and `refresh`.

    git asks for no password, runs no hook and fetches no submodule. A clone that can't be updated is used as it is.
    Raises CodesearchError if it can't be made.
    """
    folder = clones_folder() / repository.folder_name
    try:
        folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with WriterLock(folder.with_name(folder.name + ".lock"), lambda _: None):
            if not (folder / ".git" / _STAMP).exists():
                _clone(repository, folder)
            elif refresh and not _COMMIT.fullmatch(repository.revision) and _age(folder) > MAX_AGE_SECONDS:
                with suppress(CodesearchError):
                    _update(repository, folder)
    except OSError as error:
        raise CodesearchError(f"{folder}: {error.strerror or error}") from error
    return folder


def latest_commit(repository: RemoteRepository) -> str:
    """The commit of a repository's revision now. Raises CodesearchError if it can't be asked for, or there is none."""
    if _COMMIT.fullmatch(repository.revision):
        return repository.revision
    revision = repository.revision or "HEAD"
    names = [f"refs/tags/{revision}^{{}}", f"refs/tags/{revision}", f"refs/heads/{revision}", revision]
    with tempfile.TemporaryDirectory() as folder:
        answer = _git(repository, Path(folder), "ls-remote", "--end-of-options", repository.url, *names)
    commits = {name: commit for commit, _, name in (line.partition("\t") for line in answer.splitlines())}
    found = next((commits[name] for name in names if name in commits), "")
    if not found:
        raise CodesearchError(f"{_label(repository)} has no such revision")
    return found


def clone(repository: RemoteRepository, folder: Path, limits: CloneLimits | None = None) -> str:
    """Make a shallow clone in an empty folder; returns its commit. Raises CodesearchError."""
    _git(repository, folder, "init", "--quiet", "--template=")
    _git(repository, folder, "remote", "add", "origin", repository.url)
    _fetch(repository, folder, limits)
    return _git(repository, folder, "rev-parse", "HEAD").strip()


def _clone(repository: RemoteRepository, folder: Path) -> None:
    """Clone beside the folder, then rename: whoever finds the folder finds all of it."""
    shutil.rmtree(folder, ignore_errors=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        clone(repository, aside)
        aside.rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _update(repository: RemoteRepository, folder: Path) -> None:
    (folder / ".git" / _STAMP).touch()  # a repository that is gone is not asked for again at every query
    _fetch(repository, folder)


def _fetch(repository: RemoteRepository, folder: Path, limits: CloneLimits | None = None) -> None:
    _git(repository, folder, "fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules",
         "--end-of-options", "origin", repository.revision or "HEAD", limits=limits)  # fmt: skip
    _git(repository, folder, "-c", "advice.detachedHead=false", "checkout", "--quiet", "--force",
         "--no-recurse-submodules", "FETCH_HEAD", limits=limits)  # fmt: skip
    (folder / ".git" / _STAMP).touch()


def _age(folder: Path) -> float:
    return time.time() - (folder / ".git" / _STAMP).stat().st_mtime


def _git(repository: RemoteRepository, folder: Path, *arguments: str, limits: CloneLimits | None = None) -> str:
    """What git prints. Raises CodesearchError with what it says if it fails, or exceeds the limits."""
    allowed = [option for protocol in PROTOCOLS for option in ("-c", f"protocol.{protocol}.allow=always")]
    safe = ["-c", f"core.hooksPath={os.devnull}", "-c", "core.fsmonitor=false", "-c", "protocol.allow=never"]
    with tempfile.TemporaryFile() as printed, tempfile.TemporaryFile() as output:
        try:
            process = subprocess.Popen(
                ["git", *safe, *allowed, *arguments],
                cwd=folder,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=output,
            )
        except OSError as error:
            raise CodesearchError(f"git can't be run: {error.strerror or error}", "install git") from error
        try:
            _wait(process, repository, folder, limits or CloneLimits(MAX_CLONE_SIZE, MAX_CLONE_SECONDS))
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        if process.returncode:
            output.seek(0)
            raise CodesearchError(f"{_label(repository)} can't be cloned: {_reason(output.read())}")
        printed.seek(0)
        return printed.read().decode("utf-8", "replace")


def _wait(process: subprocess.Popen[bytes], repository: RemoteRepository, folder: Path, limits: CloneLimits) -> None:
    end = time.monotonic() + limits.seconds
    while True:
        with suppress(subprocess.TimeoutExpired):
            process.wait(_SECONDS_BETWEEN_CHECKS)
            return
        if _size(folder) > limits.size:
            raise CodesearchError(f"{_label(repository)} is larger than {size(limits.size)}")
        if time.monotonic() > end:
            raise CodesearchError(f"{_label(repository)} can't be cloned: it takes too long")


def _size(folder: Path) -> int:
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.lstat(os.path.join(parent, name)).st_size  # noqa: PTH118
    return total


def _environment() -> Mapping[str, str]:
    """That of the process, without what redirects git, and so that nothing is asked for."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name in _KEPT}
    ssh = os.environ.get("GIT_SSH_COMMAND", "ssh")
    quiet = {"GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "true", "SSH_ASKPASS": "true", "GIT_LFS_SKIP_SMUDGE": "1"}
    return kept | quiet | {"GIT_SSH_COMMAND": f"{ssh} -o BatchMode=yes", "LC_ALL": "C"}


def _label(repository: RemoteRepository) -> str:
    """The repository without a password that the URL may hold."""
    url = re.sub(r"//[^/@]*@", "//", repository.url)
    return f"{url}@{repository.revision}" if repository.revision else url


def _reason(output: bytes) -> str:
    """The line in which git says what is wrong."""
    lines = [line.strip() for line in output.decode("utf-8", "replace").splitlines() if line.strip()]
    said = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[-1] if lines else "git failed")
    return said.partition(": ")[2] or said
