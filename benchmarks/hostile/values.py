"""Values that the author of an index may have put where the program expects others."""

from __future__ import annotations

import json
import random
from pathlib import Path

from hostile.places import HUB_MODEL

STYLED = "\x1b[2J\x1b]0;owned\x07\x1b[31mred\r\x08\x9b1m"
SLOW_GLOB = "*a" * 20 + "*b"
DEEP_JSON = "[" * 200_000

NUMBERS = (0, -1, 1, 2, 7, 10**6, 2**31, 2**32 + 1, 10**12, 2**62, 2**63 - 1, -(2**63))
OTHERS = (None, 0.5, float("inf"), -1e300, "", "abc", b"", b"\xff\xfe", "\0", "1e3", "0x10", " 7", "²", STYLED)


def texts(secret: Path) -> tuple[object, ...]:
    """For columns of text."""
    return (
        "../secret/secret.txt",
        "../secret/keys/id.py",
        str(secret / "secret.txt"),
        str(secret / "keys" / "id.py"),
        "server/../../secret/secret.txt",
        "./server/passwords.py",
        "..",
        ".",
        "",
        "/",
        "/dev/zero",
        ".git/config",
        ".codesearch/index.db",
        "server",
        "nul\0byte.py",
        "server/passwords.py\0",
        f"server/{STYLED}.py",
        STYLED,
        "two\nlines\tand a tab",
        "\u202egnp.py",
        "a" * 5_000_000,
        "x/" * 10_000,
        "\n" * 100_000,
        "?" * 300,
        *OTHERS,
        *NUMBERS,
    )


def settings(key: str, secret: Path) -> tuple[object, ...]:
    """For one setting of the index, by its name."""
    numbers = ("-1", "0", "257", "1000000000", "9" * 30, "²", "abc", "", " 2", "1e9")
    known: dict[str, tuple[object, ...]] = {
        "format": (*numbers, "3\x1b[31m", "9" * 5000, b"2"),
        "model": (
            "./build/model",
            "build/model",
            f"{secret.parent}/repo/build/model",
            "../secret",
            HUB_MODEL,
            f"{HUB_MODEL}@0",
            "jina-code",
            "small",
            "default#5",
            "default@main",
            "sentence-transformers/all-MiniLM-L6-v2",
            "",
            "\0",
            STYLED,
            "a" * 2_000_000,
        ),
        "dimensions": numbers,
        "chunker": numbers,
        "last_chunk": (*numbers, str(2**63 - 1), str(2**62)),
        "root": ("/", "..", "../secret", str(secret), "", "\0", "~", "server", STYLED),
        "options": tuple(_options()),
    }
    return known.get(key, ()) * 2 + OTHERS + ("x" * 1_000_000,)


def _options() -> list[object]:
    include = [[SLOW_GLOB], ["../**"], ["/**"], [".git/**"], "abc", [1, None], {"a": 1}, ["!" * 50_000], ["["], ["\0"]]
    values: list[object] = [{"include": one, "exclude": [], "max_file_size": 1_000_000} for one in include]
    values += [{"include": [], "exclude": one, "max_file_size": 1_000_000} for one in include]
    sizes: tuple[object, ...] = (10**18, -1, 0, "many", None, [], 1e308, float("inf"), float("nan"), 10**400)
    values += [{"include": [], "exclude": [], "max_file_size": size} for size in sizes]
    values += [{"include": [f"{i}*" for i in range(50_000)], "exclude": [], "max_file_size": 10**18}, [], 7, "text"]
    return [*map(json.dumps, values), DEEP_JSON, DEEP_JSON[:900] + "]" * 900, "9" * 5000, "{", b"\xff"]


def any_of(rng: random.Random, values: tuple[object, ...]) -> object:
    """One of them."""
    return values[rng.randrange(len(values))]
