"""What agents are told, in the forms that they read."""

from __future__ import annotations

SIGNATURE = "<!-- Written by `codesearch install`; `codesearch uninstall` deletes it. -->"

_USE = """\
Use codesearch first whenever you look for code by what it does ("where are passwords hashed"), by a name that you half
know, or by a stack trace. One call finds the functions that answer, in any language; the index is made by the first
call and is always up to date. Use grep only for every occurrence of an exact string.

- As tools of the MCP server codesearch: `search`, narrowed with `paths`, `languages` and `kinds`; `references` for the
  uses of a symbol; `outline` for what a file or folder defines; `similar` for copies and variants of the code at a
  line.
- On the command line: `codesearch query "where are passwords hashed" -n 8`, with `src tests` to search only there,
  `--lang python,go`, `--kind function`, `--path '!tests/**'`, `--full` for whole hits, `--json` for programs;
  `codesearch references Store.open`, `codesearch outline src`, `codesearch similar src/retry.go:42`.
- `"a phrase"` must occur in a hit, `-word` at the end must not. A bare name brings its definitions first.
- Then read the files at the lines that it names. If the answer says `no good match`, probably nothing answers.
"""

BLOCK = f"## Finding code\n\n{_USE}"
"""For a file of instructions that is always read."""

SKILL = f"""\
---
name: codesearch
description: Find code by meaning. Use before grep to find where something is done, a symbol, or a stack trace's code.
---

{SIGNATURE}

# Finding code

{_USE}"""

RULE = f"""\
---
description: Finding code by meaning
applyTo: "**"
---

{SIGNATURE}

# Finding code

{_USE}"""
"""For VS Code, which adds it to every question."""

HINT_MARK = "codesearch: to find code"
"""Begins the hint in every version."""
HINT = f"{HINT_MARK} by what it does, call the search tool of the MCP server codesearch before grep."
"""One line for the start of a session."""
