"""Parsing what a statement defines: heads of CREATE, and of ALTER if it replaces the whole body."""

from __future__ import annotations

import re
from dataclasses import dataclass

PLACEHOLDER = "\ufdd0"
"""Stands for the part of a name that a template inserts (`{{ schema }}`); a noncharacter, which texts don't contain."""

_BLANK = r"(?:\s|--[^\n]*\n|/\*M?!\d*|\*/|/\*(?:[^*]|\*(?!/))*+\*/)"
"""Whitespace, comments, and the delimiters of MySQL's version comments (`/*!50003 … */`), whose content is code."""
_MODIFIERS = "|".join(
    r"""AGGREGATION ANALYTIC AND API APPLICATION ATTRIBUTE AUDIT AUTHENTICATION BIGFILE BITMAP BLOCKCHAIN
    CLUSTERED COLLECTION COLUMN COLUMNSTORE COMPILE CONSTRAINT DEFAULT DUALITY DUPLICATED DYNAMIC EDITIONABLE
    EDITIONING ERROR EXTERNAL FORCE FOREIGN FULLTEXT GLOBAL HASH HYBRID ICEBERG IMMUTABLE INVISIBLE JOIN JSON
    LIVE LOCAL MASKING MATERIALIZED MULTISET MULTIVALUE NETWORK NO NOFORCE NONCLUSTERED NONEDITIONABLE
    NOTIFICATION PASSWORD PERSISTENT PLUGGABLE PRIMARY PRIVATE PROCEDURAL PROJECTION PUBLIC RECURSIVE RELATIONAL
    RESOLVE ROW SEARCH SECURE SECURITY SEMANTIC SESSION SET SHARDED SHARED SMALLFILE SNAPSHOT SPATIAL STORAGE
    STREAMING TEMP TEMPORARY TRACE TRANSIENT TRUSTED UNDO UNIQUE UNLOGGED VECTOR VIRTUAL VOLATILE WINDOW XML
    SQL\s+SECURITY\s+\w+ \w+\s*=\s*\S+(?:\s*@\s*\S+)?""".split()
)
_KINDS = {
    "AGGREGATE": "function",
    "AGGREGATE FUNCTION": "function",
    "FUNCTION": "function",
    "PARTITION FUNCTION": "function",
    "TABLE FUNCTION": "function",
    "PROC": "procedure",
    "PROCEDURE": "procedure",
    "PACKAGE": "package",
    "PACKAGE BODY": "package",
    "DOMAIN": "type",
    "TYPE": "type",
    "TYPE BODY": "type",
    "JAVA CLASS NAMED": "module",
    "JAVA SOURCE NAMED": "module",
    "MLE MODULE": "module",
    "MODULE": "module",
    "TABLE": "table",
    "VIEW": "view",
    "TRIGGER": "trigger",
    "EVENT TRIGGER": "trigger",
    "EVENT": "event",
    "INDEX": "index",
    "SEQUENCE": "sequence",
    "SCHEMA": "schema",
    "MACRO": "macro",
    "OPERATOR": "operator",
    "OPERATOR CLASS": "operator",
    "OPERATOR FAMILY": "operator",
    "RULE": "rule",
    "POLICY": "rule",
    "ROW ACCESS POLICY": "rule",
} | dict.fromkeys(
    """ACCESS METHOD,ALERT,ALIAS,ASSEMBLY,ASSERTION,CATALOG,CERTIFICATE,CLUSTER,COLLATION,COLUMN ENCRYPTION KEY,
    COLUMN MASTER KEY,CONNECTION,CONTEXT,CONTRACT,CONVERSION,CREDENTIAL,DATA SOURCE,DATA WRAPPER,DATABASE,
    DATABASE LINK,DATABASE ROLE,DATABASE SCOPED CREDENTIAL,DICTIONARY,DIMENSION,DIRECTORY,EDITION,ENDPOINT,
    EVENT NOTIFICATION,EVENT SESSION,EXTENSION,FILE FORMAT,FULLTEXT CATALOG,GROUP,HIERARCHY,INDEXTYPE,
    INTEGRATION,KEYSPACE,LANGUAGE,LIBRARY,LOGIN,MESSAGE TYPE,MODEL,PARTITION SCHEME,PIPE,PROFILE,PROPERTY GRAPH,
    PUBLICATION,QUEUE,RESOURCE MONITOR,RESTORE POINT,ROLE,SECRET,SERVER,SERVER AUDIT,SERVER ROLE,SERVICE,SHARE,
    STAGE,STATISTICS,STREAM,SUBSCRIPTION,SYMMETRIC KEY,SYNONYM,TABLESPACE,TAG,TASK,TEXT SEARCH CONFIGURATION,
    TEXT SEARCH DICTIONARY,TEXT SEARCH PARSER,TEXT SEARCH TEMPLATE,USER,VARIABLE,WAREHOUSE,
    XML SCHEMA COLLECTION,ZONEMAP""".replace("\n    ", "").split(","),
    "declaration",
)
"""Object types of CREATE → kinds of units."""
_KIND = "|".join(kind.replace(" ", r"\s+") for kind in sorted(_KINDS, key=len, reverse=True))
_QUOTED = r"\"(?:[^\"\n]|\"\")+\"|`[^`\n]+`|\[[^\[\]\n]+\]"
_INSERTED = rf"\$?\{{[^{{}}\n]*\}}|\$\([\w. ]*\)|<[\w ]+,[^<>\n]*>|{PLACEHOLDER}++"
_VARIABLE = rf"&&?\w+\.?|:\w+|:[\"']\w+[\"']|%\(\w+\)s|@\w+@|{_INSERTED}"
"""Variables of clients and templates: `${schema}`, `$(schema)`, `&schema.`, `:schema`, `<name, sysname, name>`."""
_OPERATOR = r"[-+*/<>=~!@#%^&|?]+"
_WORD = rf"(?:{_VARIABLE}|[\w$#@])++"
_PART = rf"(?:{_QUOTED}|{_WORD})"
_CREATE = re.compile(
    rf"(?P<verb>CREATE|ALTER|REPLACE){_BLANK}++(?:OR{_BLANK}++(?:REPLACE|ALTER){_BLANK}++)?"
    rf"(?:(?:{_MODIFIERS}){_BLANK}++)*?"
    rf"(?P<kind>{_KIND})(?!\s+(?:LOG\s+ON|MAPPING\s+FOR)\b|(?<=BODY)\s+[AI]S\b)(?:{_BLANK}++|(?=[\"`\[]))(?:CONCURRENTLY{_BLANK}++)?"
    rf"(?:IF{_BLANK}++NOT{_BLANK}++EXISTS{_BLANK}++)?(?:AUTHORIZATION{_BLANK}++)?"
    rf"(?P<name>(?:{_PART}\s*\.\s*)*+(?:{_PART}|{_OPERATOR}))",
    re.IGNORECASE,
)
_PARTS = re.compile(rf"{_QUOTED}|{_WORD}|{_OPERATOR}")
_TEMPLATED = re.compile(_VARIABLE)
_INSERTED_TEXT = re.compile(_INSERTED)
_RESERVED = frozenset(
    """AFTER AND AS AUTHORIZATION BEFORE BEGIN BY CONCURRENTLY CREATE DECLARE EXISTS FOR FROM FUNCTION IF IN
    INDEX INTO IS LIKE NOT OF ON OR PROCEDURE SELECT TABLE TO USING VALUES WHEN WHERE WITH""".split()
)
"""Not names, unless qualified or followed by parentheses: `shop.after`, `body(x integer)`."""
_WITH_PARENTHESES = frozenset(("function", "procedure", "table"))
_PARENTHESIS = re.compile(r"\s*\(")
_ROUTINES = frozenset("function procedure package trigger event module".split())
_REPLACES_BODY = re.compile(
    r"(?:--[^\n]*|/\*(?:[^*]|\*(?!/))*+\*/|'[^']*'|(?!\bAS\b|^[ \t]*(?:ALTER|CREATE|GO)\b)[^;']){0,9999}+\bAS\b",
    re.IGNORECASE | re.MULTILINE,
)
"""An ALTER that replaces the body has an AS after its parameters; others rename, move or compile."""


@dataclass(frozen=True, slots=True)
class Definition:
    """What a statement defines. `name` is empty if a template inserts it."""

    kind: str
    qualifier: str
    name: str
    end: int
    """The end of the name in the text."""
    is_routine: bool
    """Whether its body may contain `;`."""

    @property
    def is_temporary(self) -> bool:
        """Whether it is a temporary table (T-SQL)."""
        return self.name.startswith("#")


def definition_at(text: str, position: int) -> Definition | None:
    """The definition whose CREATE, ALTER or REPLACE is at `position`; None if there is none."""
    match = _CREATE.match(text, position)
    if not match:
        return None
    word = " ".join(match["kind"].upper().split())
    kind = _KINDS[word]
    if match["verb"].upper() == "ALTER" and not (
        kind in ("function", "procedure", "view", "trigger") and _REPLACES_BODY.match(text, match.end())
    ):
        return None
    parts = _PARTS.findall(match["name"])
    has_parameters = kind in _WITH_PARENTHESES and _PARENTHESIS.match(text, match.end())
    is_plain = len(parts) == 1 and not has_parameters
    if (is_plain and parts[0].upper() in _RESERVED) or (parts[-1][0] in "-+*/<>=~!%^&|?" and kind != "operator"):
        return None
    *owners, name = [plain for part in parts for plain in _unquoted(part)] or [""]
    is_routine = kind in _ROUTINES or word in ("TYPE BODY", "TASK")
    return Definition(kind, ".".join(filter(None, owners)), name, match.end(), is_routine)


def _unquoted(part: str) -> list[str]:
    """A part of a name without quotes or variables; several parts if backticks quote a path (BigQuery, Spark)."""
    if part[0] == "`":
        return part[1:-1].split(".")
    if part[0] == "[":
        return [_INSERTED_TEXT.sub("", part[1:-1])]  # T-SQL, where `:` and `&` are plain characters
    plain = part[1:-1].replace('""', '"') if part[0] == '"' else part
    return [_TEMPLATED.sub("", plain)]
