"""Helpers for tests: paths, the command line as a process, repositories, and small models."""
