"""`codesearch status`."""

EPILOG = ""


def command() -> None:
    """status"""
