"""Random steps in the life of a repository."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Callable
from pathlib import Path

from hostile.places import git

FEWEST_FILES = 20
MOST_FILES = 80
_OWN = (".git", ".codesearch")
_BRANCHES = ("first", "second")


class Tree:
    """A repository whose files change at random."""

    def __init__(self, root: Path, rng: random.Random) -> None:
        self._root, self._rng = root, rng
        self._made = 0
        self.steps: dict[str, Callable[[], str]] = {
            "append": self.append,
            "insert": self.insert,
            "delete lines": self.delete_lines,
            "same size and time": self.rewrite_quietly,
            "replaced by rename, same size and time": self.replace_quietly,
            "new file": self.add_file,
            "deletion": self.delete_file,
            "rename": self.rename_file,
            "moved folder": self.move_folder,
            "touched": self.touch,
            "checkout": self.checkout,
            "stash": self.stash,
        }

    def start(self) -> None:
        """Two branches that differ."""
        while len(files := self._files()) > MOST_FILES:
            self._rng.choice(files).unlink()
        git(self._root, "init", "-q", "--template=")
        for branch in _BRANCHES:
            git(self._root, "checkout", "-q", "-b", branch)
            for _ in range(5):
                self.append()
                self.insert()
            self._commit()

    def append(self) -> str:
        """Lines of another file at the end."""
        file = self._file()
        with file.open("a", encoding="utf-8") as out:
            out.write("\n" + self._piece())
        return self._name(file)

    def insert(self) -> str:
        """Lines of another file somewhere."""
        return self._edited(lambda lines, at: [*lines[:at], self._piece(), *lines[at:]])

    def delete_lines(self) -> str:
        """Some lines fewer."""
        return self._edited(lambda lines, at: [*lines[:at], *lines[at + self._rng.randint(1, 8) :]])

    def rewrite_quietly(self) -> str:
        """Other words, and the size and time stay."""
        file = self._file()
        info = file.stat()
        file.write_bytes(self._with_other_words(file))
        os.utime(file, ns=(info.st_atime_ns, info.st_mtime_ns))
        return self._name(file)

    def replace_quietly(self) -> str:
        """Another file of the same size and time is renamed to this one."""
        file = self._file()
        info = file.stat()
        aside = file.with_name(file.name + ".aside")
        aside.write_bytes(self._with_other_words(file))
        os.utime(aside, ns=(info.st_atime_ns, info.st_mtime_ns))
        aside.replace(file)
        return self._name(file)

    def add_file(self) -> str:
        """A new file, made of pieces of others."""
        if len(self._files()) >= MOST_FILES:
            return self.delete_file()
        like = self._file()
        file = like.with_name(f"{self._new_name(like.stem)}{like.suffix}")
        file.write_text(f"{self._piece()}\n{self._piece()}", encoding="utf-8")
        return self._name(file)

    def delete_file(self) -> str:
        """A file fewer."""
        if len(self._files()) <= FEWEST_FILES:
            return self.add_file()
        file = self._file()
        file.unlink()
        return self._name(file)

    def rename_file(self) -> str:
        """Another name, maybe in another folder."""
        file = self._file()
        place = self._file().parent if self._rng.random() < 0.5 else file.parent
        new = file.rename(place / f"{self._new_name(file.stem)}{file.suffix}")
        return f"{self._name(file)} → {self._name(new)}"

    def move_folder(self) -> str:
        """A folder goes elsewhere, with all that is in it."""
        folders = sorted({file.parent for file in self._files()} - {self._root})
        if not folders:
            return self.rename_file()
        folder = self._rng.choice(folders)
        others = [self._root, *(one for one in folders if not one.is_relative_to(folder))]
        new = folder.rename(self._rng.choice(others) / self._new_name(folder.name))
        return f"{self._name(folder)} → {self._name(new)}"

    def touch(self) -> str:
        """Another time, and the text stays."""
        file = self._file()
        os.utime(file)
        return self._name(file)

    def checkout(self) -> str:
        """The other branch; what was changed is committed or thrown away."""
        if self._rng.random() < 0.5:
            self._commit()
        else:
            self._throw_away()
        here = subprocess.run(
            ["git", "branch", "--show-current"], cwd=self._root, check=True, capture_output=True, text=True
        )
        other = _BRANCHES[here.stdout.strip() == _BRANCHES[0]]
        git(self._root, "checkout", "-q", other)
        return other

    def stash(self) -> str:
        """Changes are put aside; sometimes at once brought back, in other times."""
        self.append()
        git(self._root, "stash", "-u", "-q")
        if self._rng.random() < 0.5:
            return "put aside"
        git(self._root, "stash", "pop", "-q")
        return "put aside and brought back"

    def _commit(self) -> None:
        git(self._root, "add", "-A")
        git(self._root, "commit", "-q", "--allow-empty", "-m", "step")

    def _throw_away(self) -> None:
        git(self._root, "reset", "-q", "--hard")
        git(self._root, "clean", "-fdq")

    def _edited(self, change: Callable[[list[str], int], list[str]]) -> str:
        file = self._file()
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        file.write_text("".join(change(lines, self._rng.randrange(len(lines) + 1))) or "\n", encoding="utf-8")
        return self._name(file)

    def _with_other_words(self, file: Path) -> bytes:
        """A file's bytes with the words of a few lines spelled backwards."""
        lines = file.read_bytes().split(b"\n")
        for at in self._rng.sample(range(len(lines)), min(6, len(lines))):
            if lines[at].isascii():
                lines[at] = b" ".join(word[::-1] for word in lines[at].split(b" "))
        return b"\n".join(lines)

    def _piece(self) -> str:
        """A few lines of some file."""
        lines = self._file().read_text(encoding="utf-8").splitlines(keepends=True)
        at = self._rng.randrange(max(1, len(lines)))
        return "".join(lines[at : at + self._rng.randint(3, 30)])

    def _new_name(self, name: str) -> str:
        self._made += 1
        return f"{name.split('_new')[0][:20]}_new{self._made}"

    def _file(self) -> Path:
        return self._rng.choice(self._files())

    def _files(self) -> list[Path]:
        return sorted(
            file
            for file in self._root.rglob("*")
            if file.is_file() and not file.relative_to(self._root).parts[0].startswith(_OWN)
        )

    def _name(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()
