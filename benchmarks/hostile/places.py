"""Where a run takes place: a small repository with an index, a secret beside it, and a watch over what must not change.

PLACE/repo     the repository; `repo/build/model` (ignored by git, which would read it) and `hub` hold models
PLACE/secret   what nothing in the repository may reach
PLACE/hub      the cache of a hub, HF_HOME
PLACE/home     an empty home
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import stat
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SECRET_TEXT = "moon-landing-passphrase"
"""In every file of the secret, and nowhere else."""
HUB_MODEL = "somebody/somewhat"
_SHOP = Path(__file__).resolve().parents[2] / "tests" / "data" / "shop"
_MORE_FILES = {
    "lib/Slug.java": """\
/** Makes readable addresses of titles. */
public class Slug {
    public static String slugify(String title) {
        return title.toLowerCase().replaceAll("[^a-z0-9]+", "-");
    }
}
""",
    "lib/ring.c": """\
/* A ring buffer of sensor readings. */
int ring_push(int *ring, int size, int *head, int reading)
{
    ring[*head] = reading;
    *head = (*head + 1) % size;
    return 0;
}
""",
    "tools/backup.rb": """\
# Copies the orders to another machine every night.
class Backup
  def copy_orders(target)
    system("rsync", "-a", "orders/", target)
  end
end
""",
    f"lib/{'a' * 60}.py": '"""A file whose name is slow to match."""\n',
}
QUESTIONS = {
    "how are passwords hashed": "server/passwords.py",
    "exponential backoff when a request fails": "server/retry.go",
    "take an article off the shelf": "server/inventory.rs",
    "total price of the cart with discount": "web/shopping cart.js",
    "slugify": "lib/Slug.java",
    "ring buffer of sensor readings": "lib/ring.c",
}
"""Questions and the file that answers each."""
_LONG_AGO = 86_400 * 10**9
"""A time of access (1970) that reading moves on where the file system keeps such times."""


@dataclass(frozen=True, slots=True)
class Place:
    """The folders of one run."""

    folder: Path

    @property
    def repo(self) -> Path:
        """The repository."""
        return self.folder / "repo"

    @property
    def index(self) -> Path:
        """Its index."""
        return self.repo / ".codesearch"

    @property
    def database(self) -> Path:
        """The index's database."""
        return self.index / "index.db"

    @property
    def secret(self) -> Path:
        """What must stay as it is, unread."""
        return self.folder / "secret"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of commands."""
        return {"HOME": str(self.folder / "home"), "HF_HOME": str(self.folder / "hub"), "TERM": "xterm-256color"}

    def copy(self, folder: Path) -> Place:
        """The same somewhere else."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return Place(folder)

    def remove(self) -> None:
        """Delete it, however deep its folders are."""
        subprocess.run(["rm", "-rf", str(self.folder)], check=True)


Mutation = Callable[[Place, random.Random], str]
"""Changes the index in a place; returns what it did."""


def make_place(folder: Path) -> Place:
    """A place without an index."""
    place = Place(folder)
    shutil.copytree(_SHOP, place.repo)
    for name, text in _MORE_FILES.items():
        write(place.repo / name, text)
    for name in ("secret.txt", "keys/id.py", "keys/deep/token.json", "empty/keep.py"):
        write(place.secret / name, f'TOKEN = "{SECRET_TEXT} {name}"\n')
    (place.secret / "keys/id.py").chmod(0o600)
    snapshot = folder / "hub/hub" / f"models--{HUB_MODEL.replace('/', '--')}" / "snapshots" / "0"
    write(snapshot.parent.parent / "refs/main", "0")
    for model in (place.repo / "build/model", snapshot):
        for name in ("weights.safetensors", "model.safetensors"):
            write(model / name, "\x08" + "\0" * 7 + "{}      ")
        write(model / "vocab.txt", "a\nb\n")
        write(model / "modules.json", "[]")
    (folder / "home").mkdir()
    commit(place.repo)
    return place


def write(file: Path, text: str) -> None:
    """Write a file and the folders above it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def commit(repo: Path, *forced: str) -> None:
    """Commit all that is not ignored, and what is forced."""
    git(repo, "init", "-q", "--template=")
    git(repo, "add", "-A")
    if forced:
        git(repo, "add", "-f", *forced)
    git(repo, "commit", "-q", "--allow-empty", "-m", "all")


def git(repo: Path, *arguments: str) -> None:
    """Run git, with none of the user's settings."""
    environment = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{who}_{what}": "nobody@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }
    subprocess.run(
        ["git", *arguments], cwd=repo, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


class Watch:
    """What lies in a place outside the index, and whether it stays so."""

    def __init__(self, place: Place) -> None:
        self._place = place
        entries = self._entries()
        self._before = {path: _facts(path, info) for path, info in entries.items()}
        self._unread = {path for path, info in entries.items() if self._is_private(path) and _is_single(info)}
        for path in self._unread:
            os.utime(path, ns=(_LONG_AGO, os.lstat(path).st_mtime_ns), follow_symlinks=False)

    def findings(self) -> list[tuple[str, str]]:
        """What was read in the secret, and what was made, changed or deleted outside the index: its kind and what.

        Ends the watch, since looking is reading.
        """
        entries = self._entries()
        read = [path for path in self._unread if path in entries and entries[path].st_atime_ns != _LONG_AGO]
        after = {path: _facts(path, info) for path, info in entries.items()}
        found = [("read", path) for path in sorted(read)]
        found += [("deleted", path) for path in self._before if path not in after]
        found += [("made", path) for path in after if path not in self._before]
        found += [("changed", path) for path, facts in after.items() if self._before.get(path, facts) != facts]
        return [self._finding(what, Path(path)) for what, path in found]

    def _finding(self, what: str, path: Path) -> tuple[str, str]:
        is_model = what == "read" and not path.is_relative_to(self._place.secret)
        return "model" if is_model else "escape", f"{what} {path.relative_to(self._place.folder)}"

    def _entries(self) -> dict[str, os.stat_result]:
        """Everything in the place but the index, git's own and the home."""
        found: dict[str, os.stat_result] = {}
        free = [str(folder) for folder in (self._place.index, self._place.repo / ".git", self._place.folder / "home")]
        waiting = [str(self._place.folder)]
        while waiting:
            for entry in os.scandir(waiting.pop()):
                if entry.path in free:
                    continue
                if entry.path != str(self._place.repo):  # in which an index may be made
                    found[entry.path] = entry.stat(follow_symlinks=False)
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
        return found

    def _is_private(self, path: str) -> bool:
        return Path(path).is_relative_to(self._place.secret) or path.endswith(".safetensors")


def keeps_times_of_access(folder: Path) -> bool:
    """Whether reading can be seen afterwards on this file system."""
    probe = folder / "probe"
    probe.write_text("x", encoding="utf-8")
    os.utime(probe, ns=(_LONG_AGO, probe.stat().st_mtime_ns))
    probe.read_text(encoding="utf-8")
    is_kept = probe.stat().st_atime_ns != _LONG_AGO
    probe.unlink()
    return is_kept


def _is_single(info: os.stat_result) -> bool:
    """Folders, and files that don't lie in the index too by a hard link."""
    return stat.S_ISDIR(info.st_mode) or info.st_nlink == 1


def _facts(path: str, info: os.stat_result) -> tuple[object, ...]:
    if stat.S_ISREG(info.st_mode):
        digest = hashlib.blake2b(Path(path).read_bytes()).hexdigest()
        return info.st_mode, info.st_size, info.st_mtime_ns, digest
    if stat.S_ISLNK(info.st_mode):
        return info.st_mode, Path(path).readlink()
    return info.st_mode, info.st_mtime_ns
