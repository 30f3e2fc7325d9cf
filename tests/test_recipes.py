"""The recipes in docs/editors.md work: each is taken from the page and run in the program that it is for.

A program or plugin that is not installed is skipped. Neovim finds plugins in `XDG_DATA_DIRS`, Emacs in `EMACSLOADPATH`.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.command_line import CommandLine
from tests.support.pages import Block, blocks
from tests.support.places import TESTS

if sys.platform == "win32":
    pytest.skip("written for a POSIX shell", allow_module_level=True)

from tests.support.terminal import Terminal

pytestmark = pytest.mark.slow

QUESTION = "how are passwords hashed"
ODD_QUESTION = """-x: what's a "parcel" | checksum & $HOME `id` % # \\ !?"""
ODD_FILE = "server/größe: a & 'b' $1.py"
ODD_CODE = '''def parcel_checksum(parcel: bytes) -> int:
    """The checksum on the label of a parcel; what's a parcel without it?"""
    return sum(parcel) % 97
'''
QUESTIONS = pytest.mark.parametrize("question", [QUESTION, ODD_QUESTION], ids=["plain", "odd"])


def recipe(language: str, containing: str) -> Block:
    """The recipe in a language that contains a text."""
    (found,) = (b for b in blocks(language) if b.page == "editors.md" and containing in b.text)
    return found


FZF = recipe("sh", "fzf")
VIM_FROM_SHELL = recipe("sh", "vim -q")
VIM_GREP = recipe("vim", "grepprg")
VIM_COMMAND = recipe("vim", "command!")
NEOVIM_COMMAND = recipe("lua", "nvim_create_user_command")
TELESCOPE = recipe("lua", "telescope")
EMACS_COMMAND = recipe("elisp", "defun codesearch")
EMACS_GREP = recipe("elisp", "grep-command")
CONSULT = recipe("elisp", "consult")
VS_CODE = recipe("json", "problemMatcher")
REVIEW = recipe("sh", "--changed")

QUICKFIX = "map(getqflist(), {_, e -> {'path': bufname(e.bufnr), 'line': e.lnum}})"


@dataclass(frozen=True, order=True)
class Place:
    """A line of a file."""

    path: str
    line: int


@dataclass(frozen=True)
class Project:
    """An indexed repository, and the environment in which programs run there."""

    root: Path
    environment: dict[str, str]

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a program."""
        return subprocess.run(
            command,
            cwd=self.root,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=120,
        )

    def hits(self, question: str) -> list[Place]:
        """What a program should show."""
        done = self.run("codesearch", "query", "--format", r"{path}\t{best_line}", "--", question)
        return [Place(path, int(line)) for path, line in (row.split("\t") for row in done.stdout.splitlines())]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, codesearch: CommandLine) -> Project:
    """A repository with a file whose name needs care; not to be changed."""
    folder = tmp_path_factory.mktemp("recipes")
    return new_project(folder, codesearch)


def new_project(folder: Path, codesearch: CommandLine) -> Project:
    root = folder / "shop"
    shutil.copytree(TESTS / "data" / "shop", root)
    (root / ODD_FILE).write_text(ODD_CODE, encoding="utf-8")
    project = Project(root, codesearch.shell_environment(folder / "bin", LANG="C.UTF-8", LC_ALL="C.UTF-8"))
    for command in ("git init -q -b main", "git add .", "codesearch index -q"):
        assert project.run(*shlex.split(command)).returncode == 0
    assert project.run(*"git -c user.name=a -c user.email=a@example.org commit -q -m shop".split()).returncode == 0
    return project


def program(name: str) -> str:
    """A program's name; the test is skipped where it is not installed."""
    if not shutil.which(name):
        pytest.skip(f"{name} is not installed")
    return name


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_fzf_searches_as_one_types_and_opens_the_line(shell: str, project: Project, tmp_path: Path) -> None:
    program("fzf")
    opened = tmp_path / "opened"
    editor = tmp_path / "editor"
    editor.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" >{opened}.new && mv {opened}.new {opened}\n")
    editor.chmod(0o755)
    command = [program(shell), "-c", f'{FZF.text}\ncs "$@"', "cs", *QUESTION.split()]
    environment = project.environment | {"EDITOR": str(editor), "SHELL": shutil.which(shell) or ""}
    odd = project.hits(ODD_QUESTION)[0]
    assert odd.path == ODD_FILE not in {place.path for place in project.hits(QUESTION)}
    with Terminal(command, project.root, environment) as terminal:
        terminal.wait(lambda: "candidate = hashlib" in terminal.written)  # only in the preview
        terminal.type("\x15" + ODD_QUESTION)  # Ctrl-U clears the line
        terminal.wait(lambda: "def parcel_c" in terminal.written)  # in the list; fzf 0.38 may miss a preview
        terminal.type("\r")
        terminal.wait(opened.exists)
    assert opened.read_text(encoding="utf-8").splitlines() == [f"+{odd.line}", "--", odd.path]


def test_fzf_says_that_a_search_failed(project: Project, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    command = [program("bash"), "-c", f"{FZF.text}\ncs {program('fzf')}"]
    environment = project.environment | {"SHELL": "/bin/sh", "CODESEARCH_INDEX_DIR": str(tmp_path / "file")}
    with Terminal(command, project.root, environment) as terminal:
        terminal.wait(lambda: "Command failed" in terminal.written)


def vim(name: str, *commands: str) -> list[str]:
    """The command line of Vim or Neovim that runs commands without a screen."""
    silent = ["-es"] if name == "vim" else ["--headless"]
    options = [part for command in commands for part in ("-c", command)]
    return [program(name), "-n", "-i", "NONE", "-u", "NONE", *silent, *options, "-c", "qall!"]


def writing(expression: str, file: Path) -> str:
    """Vim's command that writes a value to a file as JSON."""
    return f"call writefile([json_encode({expression})], '{file}')"


def places(quickfix: Path, root: Path) -> list[Place]:
    """The places below a folder to which the quickfix list that was written to a file points."""
    entries = json.loads(quickfix.read_text(encoding="utf-8"))
    return [Place(os.path.relpath(root / entry["path"], root), entry["line"]) for entry in entries]


@pytest.mark.parametrize("name", ["vim", "nvim"])
def test_vim_opens_what_the_shell_found(name: str, project: Project, tmp_path: Path) -> None:
    found = tmp_path / "found"
    _, options = VIM_FROM_SHELL.text.split(maxsplit=1)
    command = shlex.join(vim(name, writing(QUICKFIX, found)))
    project.run(program("bash"), "-c", f"{command} {options}")
    assert places(found, project.root) == project.hits(QUESTION)


@pytest.mark.parametrize("name", ["vim", "nvim"])
def test_grep_in_vim(name: str, project: Project, tmp_path: Path) -> None:
    found, script = tmp_path / "found", tmp_path / "recipe.vim"
    script.write_text(VIM_GREP.text)
    project.run(*vim(name, f"source {script}", f'silent grep! "{QUESTION}"', writing(QUICKFIX, found)))
    assert places(found, project.root) == project.hits(QUESTION)


@dataclass(frozen=True)
class Command:
    """`:Codesearch` in an editor."""

    editor: str
    recipe: Block

    def __str__(self) -> str:
        return f"{self.editor}-{self.recipe.language}"

    def ask(self, question: str, project: Project, folder: Path, **environment: str) -> tuple[list[Place], str]:
        """The quickfix list afterwards, and the messages."""
        script, found, said = folder / f"recipe.{self.recipe.language}", folder / "found", folder / "said"
        script.write_text(self.recipe.text)
        writes = (writing(QUICKFIX, found), writing("execute('messages')", said))
        project.run(*vim(self.editor, f"source {script}", f"Codesearch {question}", *writes), **environment)
        return places(found, project.root), json.loads(said.read_text(encoding="utf-8"))


COMMANDS = pytest.mark.parametrize(
    "command", [Command("vim", VIM_COMMAND), Command("nvim", VIM_COMMAND), Command("nvim", NEOVIM_COMMAND)], ids=str
)


@COMMANDS
@QUESTIONS
def test_the_command_in_vim(command: Command, question: str, project: Project, tmp_path: Path) -> None:
    assert command.ask(question, project, tmp_path)[0] == project.hits(question)


@COMMANDS
def test_the_command_in_vim_keeps_notes_out_of_the_list(
    command: Command, codesearch: CommandLine, tmp_path: Path
) -> None:
    project = new_project(tmp_path, codesearch)
    shutil.rmtree(project.root / ".codesearch")
    found, _ = command.ask(QUESTION, project, tmp_path)  # makes an index, and says so
    assert found == project.hits(QUESTION)


@COMMANDS
def test_the_command_in_vim_says_what_is_wrong(command: Command, project: Project, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    found, said = command.ask(QUESTION, project, tmp_path, CODESEARCH_INDEX_DIR=str(tmp_path / "file"))
    assert found == []
    assert re.search("codesearch: .*file", said)


@QUESTIONS
def test_telescope(question: str, project: Project, tmp_path: Path) -> None:
    if project.run(*vim("nvim", "packloadall", "lua require('telescope')", "quit")).stderr:
        pytest.skip("telescope.nvim is not installed")
    found, script, driver = tmp_path / "found", tmp_path / "recipe.lua", tmp_path / "driver.lua"
    script.write_text(TELESCOPE.text)
    driver.write_text(
        rf"""
        vim.cmd('packloadall')
        dofile('{script}')
        vim.api.nvim_feedkeys([[\s]], 'mx', false) -- <leader>s
        local state, prompt = require('telescope.actions.state'), vim.api.nvim_get_current_buf()
        state.get_current_picker(prompt):set_prompt([==[{question}]==])
        vim.wait(60000, state.get_selected_entry)
        require('telescope.actions').send_to_qflist(prompt)
        """
    )
    done = project.run(*vim("nvim", f"luafile {driver}", writing(QUICKFIX, found)))
    assert places(found, project.root) == project.hits(question), done.stderr


def emacs(*arguments: str) -> list[str]:
    """Emacs's command line without the user's settings."""
    return [program("emacs"), "-Q", *arguments]


GREP_BUFFER = """
    (let ((folder default-directory) (buffer (compilation-find-buffer)) text found)
      (while (get-buffer-process buffer) (accept-process-output nil 0.1))
      (with-current-buffer buffer
        (setq text (buffer-string))
        (let ((inhibit-read-only t)) ; its last line, "Grep finished … at 12:34:56", looks like a hit to Emacs 28
          (delete-region (text-property-any (point-min) (point-max) 'compilation-handle-exit t) (point-max))))
      (while (ignore-errors (next-error) t)
        (with-current-buffer (window-buffer)
          (push (vector (file-relative-name buffer-file-name folder) (line-number-at-pos)) found)))
      (princ (json-encode (vector (nreverse found) text))))
"""


def ask_emacs(recipe: Block, call: str, project: Project, folder: Path, **environment: str) -> tuple[list[Place], str]:
    """The places that `next-error` visits after a call, and the text of the Grep buffer."""
    script = folder / "recipe.el"
    script.write_text(f"(require 'grep) (require 'json)\n{recipe.text}\n{call}\n{GREP_BUFFER}", encoding="utf-8")
    done = project.run(*emacs("--batch", "--load", str(script)), **environment)
    assert done.returncode == 0, done.stderr
    found, text = json.loads(done.stdout)
    return [Place(path, line) for path, line in found or ()], text


@QUESTIONS
def test_the_command_in_emacs(question: str, project: Project, tmp_path: Path) -> None:
    found, _ = ask_emacs(EMACS_COMMAND, f"(codesearch {json.dumps(question)})", project, tmp_path)
    assert found == project.hits(question)


def test_the_command_in_emacs_says_what_is_wrong(project: Project, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    call = f"(codesearch {json.dumps(QUESTION)})"
    found, text = ask_emacs(EMACS_COMMAND, call, project, tmp_path, CODESEARCH_INDEX_DIR=str(tmp_path / "file"))
    assert found == []
    assert re.search("codesearch: .*file", text)
    assert "exited abnormally with code 2" in text


def test_grep_in_emacs(project: Project, tmp_path: Path) -> None:
    call = f"(grep (concat grep-command (shell-quote-argument {json.dumps(QUESTION)})))"
    found, _ = ask_emacs(EMACS_GREP, call, project, tmp_path)
    assert found == project.hits(QUESTION)


@pytest.mark.parametrize("question", [QUESTION, ODD_QUESTION.replace("#", "")], ids=["plain", "odd"])
def test_consult(question: str, project: Project, tmp_path: Path) -> None:
    is_recent = "(progn (require 'consult) (kill-emacs (if (fboundp 'consult--process-collection) 0 1)))"
    if project.run(*emacs("--batch", "--eval", is_recent)).returncode:
        pytest.skip("consult 2 or newer is not installed")
    opened, script = tmp_path / "opened", tmp_path / "recipe.el"
    script.write_text(
        f"""
        (require 'consult)
        (icomplete-mode)
        {CONSULT.text}
        (defun ask ()
          (consult-codesearch nil {json.dumps(question)})
          (write-region (format "%s\\n%d\\n" buffer-file-name (line-number-at-pos)) nil "{opened}")
          (kill-emacs))
        (add-hook 'emacs-startup-hook #'ask)
        """,
        encoding="utf-8",
    )
    first = project.hits(question)[0]
    with Terminal(emacs("-nw", "--load", str(script)), project.root, project.environment) as terminal:
        terminal.wait(lambda: first.path in terminal.written)
        terminal.type("\n")  # what C-j sends: take the first candidate
        terminal.wait(lambda: opened.exists() and opened.read_text().count("\n") == 2)
    assert opened.read_text(encoding="utf-8").splitlines() == [str(project.root / first.path), str(first.line)]


@QUESTIONS
def test_vs_code_finds_the_places_in_what_the_task_prints(question: str, project: Project) -> None:
    document = json.loads(VS_CODE.text)
    (task,), (asked,) = document["tasks"], document["inputs"]
    arguments = [argument.replace(f"${{input:{asked['id']}}}", question) for argument in task["args"]]
    pattern = task["problemMatcher"]["pattern"]
    done = project.run(task["command"], *arguments)
    matches = [re.search(pattern["regexp"], line) for line in (done.stdout + done.stderr).splitlines()]
    found = [Place(match[pattern["file"]], int(match[pattern["line"]])) for match in matches if match]
    assert found == project.hits(question)
    assert [match[pattern["message"]] for match in matches if match]
    assert (task["type"], task["problemMatcher"]["fileLocation"]) == ("process", ["relative", "${workspaceFolder}"])


def test_what_changed_before_a_review(codesearch: CommandLine, tmp_path: Path) -> None:
    project = new_project(tmp_path, codesearch)
    code = project.root / "server" / "parcel.py"
    code.write_text("def deliver(parcel: bytes) -> None:\n    '''Handle an error on delivery: retry.'''\n")
    for line in REVIEW.text.splitlines():
        done = project.run(program("bash"), "-c", line)
        assert (done.returncode, done.stderr) == (0, ""), line
        assert done.stdout


def test_every_recipe_is_run() -> None:
    tested = [value for value in globals().values() if isinstance(value, Block)]
    languages = {block.language for block in tested}
    assert {block for language in languages for block in blocks(language)} == set(tested)
