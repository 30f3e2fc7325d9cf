"""Hits and chunks as JSON. The fields are a contract: see docs/output-formats.md."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from codesearch.render.excerpt import best_line
from codesearch.render.safe import printable_json

if TYPE_CHECKING:
    from codesearch.chunking.chunk import Chunk, Definition
    from codesearch.search.hit import Hit, Place

Record = dict[str, Any]


def hit_record(hit: Hit, path: str, copies: Sequence[Place] = (), *, explained: bool = False) -> Record:
    """The fields of a hit, with `path` and `copies` as displayed. `explained` adds the ranking signals."""
    record: Record = {
        "path": path,
        "start_line": hit.start_line,
        "end_line": hit.end_line,
        "language": hit.language,
        "kind": hit.kind,
        "name": hit.name,
        "qualified_name": hit.qualified_name,
        "signature": hit.signature,
        "score": hit.score,
        "snippet": hit.snippet,
        "best_line": best_line(hit),
        "copies": [{"path": c.path, "start_line": c.start_line, "end_line": c.end_line} for c in copies],
        "fits": not hit.is_beyond,
    }
    if explained:
        record["signals"] = [
            {"name": s.name, "value": s.value, "contribution": s.contribution, "reason": s.reason} for s in hit.signals
        ]
    return record


def chunk_record(chunk: Chunk, path: str) -> Record:
    """The fields of a chunk: those that it shares with a hit, plus documentation and definitions."""
    return {
        "path": path,
        "start_line": chunk.start_line,
        "end_line": chunk.end_line,
        "language": chunk.language,
        "kind": chunk.kind,
        "name": chunk.name,
        "qualified_name": chunk.qualified_name,
        "signature": chunk.signature,
        "documentation": chunk.documentation,
        "snippet": chunk.text,
        "definitions": [_definition_record(definition) for definition in chunk.definitions],
    }


def _definition_record(definition: Definition) -> Record:
    return {
        "name": definition.name,
        "qualified_name": definition.qualified_name,
        "kind": definition.kind,
        "signature": definition.signature,
        "documentation": definition.documentation,
        "start_line": definition.start_line,
        "end_line": definition.end_line,
    }


def json_document(records: Iterable[Mapping[str, Any]]) -> str:
    """A JSON array, indented."""
    return printable_json(json.dumps(list(records), ensure_ascii=False, indent=2))


def json_object(record: Mapping[str, Any]) -> str:
    """A JSON object, indented."""
    return printable_json(json.dumps(record, ensure_ascii=False, indent=2))


def json_line(record: Mapping[str, Any]) -> str:
    """A JSON object on one line."""
    return printable_json(json.dumps(record, ensure_ascii=False, separators=(",", ":")))
