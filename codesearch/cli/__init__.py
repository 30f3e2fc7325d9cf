"""The command line: one file per command. No logic of its own."""
