"""Filters as conditions of SQL on the table of chunks.

What SQL can't say as we mean it, globs and names, is decided here: for the files or definitions that it leaves.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from codesearch.index.rows import DefinitionRow
from codesearch.lance.tables import CHUNKS, DEFINITIONS, FILES, NAMES
from codesearch.languages.registry import resolve
from codesearch.search.filters import definition_rule, file_rule, name_keys_of
from codesearch.search.hit import Filters

_LITERAL = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class _File:
    """See codesearch.search.filters.Located."""

    path: str
    language: str


def selected(tables: Mapping[str, Any], filters: Filters, shards: Collection[int] | None) -> str:
    """The condition of the chunks that pass the filters and are in some shards, None for all; "" if there is none.

    Raises CodesearchError for unknown languages and invalid globs.
    """
    conditions = []
    if shards is not None:
        conditions.append(is_one_of("shard", shards))
    if filters.languages:
        conditions.append(is_one_of("language", {resolve(name).name for name in filters.languages}))
    if filters.paths or filters.within:
        conditions.append(is_one_of("file", _files(tables[FILES], filters, conditions)))
    if filters.names:
        conditions.append(is_one_of("id", _named(tables, filters)))
    elif filters.kinds:
        conditions.append(f"array_has_any(kinds, [{', '.join(map(_literal, filters.kinds))}])")
    return all_of(conditions)


def is_one_of(column: str, values: Collection[int] | Collection[str]) -> str:
    """The condition that a column has one of the values."""
    return f"{column} IN ({', '.join(map(_literal, values))})" if values else "false"


def ends_with(names: Collection[str]) -> str:
    """The condition that a path ends with one of the names, which are in lower case."""
    return " OR ".join(f"ends_with(lower(path), {_literal(name)})" for name in names)


def all_of(conditions: Iterable[str]) -> str:
    """The condition that all of these hold; "" if there are none."""
    return " AND ".join(filter(None, conditions))


def found(table: Any, condition: str, columns: Sequence[str]) -> Any:
    """All rows of a table for which a condition holds."""
    query = table.search().select([*columns])
    return (query.where(condition) if condition else query).to_arrow()


def _literal(value: int | str) -> str:
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def _files(table: Any, filters: Filters, conditions: Sequence[str]) -> list[int]:
    """The files that the globs select, among those for which the conditions hold."""
    accepts = file_rule(replace(filters, languages=()))
    rows = found(table, all_of(conditions), ["id", "path", "language"]).to_pylist()
    return [row["id"] for row in rows if not accepts or accepts(_File(row["path"], row["language"]))]


def _named(tables: Mapping[str, Any], filters: Filters) -> list[int]:
    """The chunks that have a name or contain a definition that the filters accept."""
    accepts = definition_rule(filters)
    chunk_condition, condition = _may_be_named(tables, filters.names)
    columns = ["path", "kind", "name", "qualified_name", "start_line", "end_line"]
    rows = [
        *found(tables[CHUNKS], chunk_condition, ["id", *columns]).to_pylist(),
        *found(tables[DEFINITIONS], condition, ["chunk", *columns]).to_pylist(),
    ]
    return sorted({row.get("id", row.get("chunk")) for row in rows if not accepts or accepts(row["path"], _row(row))})


def _row(row: Mapping[str, Any]) -> DefinitionRow:
    texts = row["kind"], row["name"], row["qualified_name"]
    return DefinitionRow(0, 0, *texts, "", "", row["start_line"], row["end_line"])


def _may_be_named(tables: Mapping[str, Any], names: Sequence[str]) -> tuple[str, str]:
    """Conditions on chunks and on definitions that all hold for which have one of the names, and few others."""
    if keys := name_keys_of(tuple(names)):
        chunks = set(found(tables[NAMES], is_one_of("key", set(keys)), ["chunk"])["chunk"].to_pylist())
        return is_one_of("id", chunks), is_one_of("chunk", chunks)
    patterns = [_pattern(name) for name in names]
    condition = " OR ".join(
        f"lower({column}) LIKE '{pattern}'" for column in ("name", "qualified_name") for pattern in patterns
    )
    return condition, condition


def _pattern(name: str) -> str:
    """A pattern of SQL for the names that a name with wildcards may mean: what is literal in it, in order."""
    return "%".join(["", *(_LITERAL.findall(name.lower()) if name.isascii() else ()), ""])
