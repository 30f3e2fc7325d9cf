"""Setting up agents (Claude Code, Codex, …) to use codesearch: what is put into their files, and taken out again."""
