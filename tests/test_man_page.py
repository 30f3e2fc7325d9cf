"""The man page follows from the help texts."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest

from codesearch.cli import COMMANDS
from docs import man_page
from tests.support.places import UPDATE_SNAPSHOTS


def test_it_is_current() -> None:
    text = man_page.man_page()
    if os.environ.get(UPDATE_SNAPSHOTS):
        man_page.main()
    assert man_page.PAGE.read_text(encoding="utf-8") == text, "run: python docs/man_page.py"


def test_every_command_has_a_section() -> None:
    for command in COMMANDS:
        assert f"\n.SH {command.upper()}\n" in man_page.man_page()


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_groff_finds_nothing_wrong() -> None:
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", str(man_page.PAGE)], capture_output=True, text=True, encoding="utf-8"
    )
    assert (done.returncode, done.stderr) == (0, "")
    shown = re.sub(r"\x1b\[\d*m|.\x08", "", done.stdout)  # bold, by either of groff's ways
    assert all(command.upper() in shown for command in COMMANDS)
