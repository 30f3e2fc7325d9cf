"""Sources of training: which licence a checkout states."""

from __future__ import annotations

from pathlib import Path

import pytest

from codesearch.training.sources import license_of

MIT = "Permission is hereby granted, free of charge, to any person"
GPL = "GNU GENERAL PUBLIC LICENSE\nVersion 3"


@pytest.mark.parametrize(
    ("name", "text", "license"),
    [
        ("LICENSE", MIT, "MIT"),
        ("MIT-LICENSE", MIT, "MIT"),
        ("LICENCE.txt", "Apache License\n      Version 2.0, January 2004", "Apache-2.0"),
        ("COPYING", "Redistribution and use in\nsource and binary forms, with or without", "BSD"),
        ("Artistic", 'The "Artistic License"\n\nPreamble', "Artistic"),
        (
            "LICENSE",
            "Permission to use, copy, modify, and distribute this software and its\ndocumentation for any purpose,",
            "PostgreSQL",
        ),
        ("LICENSE", "Permission to use, copy, modify, and/or distribute this software for any purpose", "ISC"),
        ("LICENSE", GPL, ""),
        ("LICENSE", f"{GPL}\nor\n{MIT}", ""),
        ("README", MIT, ""),
    ],
)
def test_licenses(tmp_path: Path, name: str, text: str, license: str) -> None:
    (tmp_path / name).write_text(text)
    assert license_of(tmp_path) == license
