"""What belongs to no unit: a chunk for the file itself, more for long stretches of code, one for a licence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from codesearch.chunking import comments, windows
from codesearch.chunking.chunk import Chunk
from codesearch.chunking.source import Source
from codesearch.chunking.syntax import Outline
from codesearch.chunking.tree import Node, names, residue
from codesearch.languages.registry import Language

STRETCH_CHARS = 200
"""Shorter stretches between units (a constant, a closing brace) go to the file's chunk."""
LICENSE_LINES = 4
"""Longer licences at the top are a chunk of their own: they would drown what the file's chunk says of the file."""


def remainder_chunks(
    source: Source, top: list[Node], namespaces: list[str], outline: Outline, language: Language
) -> Iterator[Chunk]:
    """Chunks of the lines outside all units. The first, of kind `file`, outlines in `defines` what the file defines."""
    numbers, texts = residue(source, (1, len(source.lines)), top, with_signatures=False)
    license_end, documentation = _header(source, top, language)
    if license_end:
        yield source.chunk((1, license_end), "\n".join(texts[:license_end]), kind="license")
    kind = "file"
    for stretch in _stretches(numbers[license_end:], texts[license_end:]):
        for begin, end in windows.cut([text for _, text in stretch], windows.TARGET_CHARS):
            part = _without_blank_ends(stretch[begin:end])
            if not part:
                continue
            span = (part[0][0], part[-1][0])
            members = (name for line, name in outline.members if span[0] <= line <= span[1])
            is_file = kind == "file"
            yield source.chunk(
                span,
                "\n".join(text for _, text in part),
                kind=kind,
                name=PurePosixPath(source.path).name if is_file else "",
                documentation=(outline.documentation or documentation) if is_file else "",
                defines=(*members, *namespaces, *names(top)) if is_file else members,
            )
            kind = "block"


def _header(source: Source, top: list[Node], language: Language) -> tuple[int, str]:
    """Last line of the licence that opens the file (0 where none does), and what its first comments say besides."""
    before = source.lines[: top[0].first_line - 1] if top else source.lines
    license_end = 0
    said: list[str] = []
    for first, last in comments.header_blocks(before, language):
        text = comments.without_markers(before[first - 1 : last], language)
        if not said and comments.is_license(text) and last - first + 1 >= LICENSE_LINES:
            license_end = last
        for paragraph in text.split("\n\n"):
            if not comments.is_license(paragraph):
                said.extend(line for line in paragraph.split("\n") if "copyright" not in line.lower())
    return license_end, "\n".join(said)


def _stretches(numbers: list[int], texts: list[str]) -> Iterator[list[tuple[int, str]]]:
    """Runs of neighbouring lines: first the one that opens the file with all short ones, then each long one."""
    runs: list[list[tuple[int, str]]] = []
    for number, text in zip(numbers, texts, strict=True):
        if runs and runs[-1][-1][0] == number - 1:
            runs[-1].append((number, text))
        else:
            runs.append([(number, text)])
    is_long = [index > 0 and sum(len(text) + 1 for _, text in run) > STRETCH_CHARS for index, run in enumerate(runs)]
    yield [line for run, long in zip(runs, is_long, strict=True) if not long for line in run]
    yield from (run for run, long in zip(runs, is_long, strict=True) if long)


def _without_blank_ends(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    filled = [index for index, (_, text) in enumerate(lines) if text.strip()]
    return lines[filled[0] : filled[-1] + 1] if filled else []
