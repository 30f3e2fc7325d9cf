"""`codesearch clean`."""

EPILOG = ""


def command() -> None:
    """clean"""
