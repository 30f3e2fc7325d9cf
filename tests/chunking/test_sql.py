"""SQL by statement: each dialect's quotes and endings, of which none may swallow what follows."""

from __future__ import annotations

import time

import pytest

from codesearch.chunking.chunk import Unit
from codesearch.chunking.chunker import chunk_text
from codesearch.chunking.scanners import sql
from codesearch.languages.registry import resolve
from tests.support.defined import outline
from tests.support.places import SAMPLES


def defined(text: str) -> list[tuple[str, int, int]]:
    """Names and lines of all that a text defines."""
    return [(unit.name, unit.start_line, unit.end_line) for unit in sql.scan(text) if unit.name]


def names(text: str) -> list[str]:
    return [name for name, _, _ in defined(text)]


def one(text: str, name: str) -> Unit:
    (unit,) = [unit for unit in sql.scan(text) if unit.name == name]
    return unit


def test_statements_of_four_dialects() -> None:
    units = {
        (unit.kind, unit.qualifier, unit.name, unit.start_line, unit.end_line)
        for unit in sql.scan((SAMPLES / "proc.sql").read_text("utf-8"))
    }
    assert {
        ("procedure", "dbo", "GetUser", 3, 10),
        ("procedure", "", "mysql_proc", 13, 18),
        ("package", "", "pkg", 20, 22),
        ("procedure", "", "p", 21, 21),
    } <= units
    kinds = {(unit.kind, unit.name) for unit in sql.scan((SAMPLES / "sample.sql").read_text("utf-8"))}
    assert {("table", "users"), ("view", "active_users"), ("function", "add"), ("index", "idx_users_name")} <= kinds


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO x VALUES ('a;''b');",
        "INSERT INTO x VALUES ('it\\'s; ok', 'C:\\\\');",
        "INSERT INTO x VALUES ('C:\\x\\', 'D:\\');",
        'INSERT INTO x VALUES ("can\'t;");',
        'INSERT INTO x VALUES ("say \\"hi\\"");',
        "SELECT E'it\\'s; fine';",
        "SELECT q'[it's]', q'!it's!', Q'{it's}', q'<it's>', nq'(it's)', q'|a'b;|', q'#';'#';",
        'SELECT """a;\'b""", r"""it\'s\n;""", r\'\\\'s\';',
        "SELECT $$it's; $x$ $$, $x$ $$ ; $x$;",
        "SELECT [can't], `can't`, ARRAY['a]b', 'c'];",
        "SELECT 1; -- can't",
        "SELECT 1; # can't",
        "# can't\nSELECT 1;",
        "/* a /* nested */ can't */ SELECT 1;",
        "/* opened /* twice, can't be */ SELECT 1;",
        "// can't\nSELECT 1;",
        "REM can't\nPROMPT can't\nSET DEFINE OFF",
        "\\echo can't\n\\i base.sql",
        ".print can't",
        ":r can't.sql\n:setvar x \"can't\"",
        "COPY x FROM stdin;\n1\tO'Neil; Ann\nCREATE\n\\.",
        "\\copy x (a, b) from stdin with csv\n1,O'Neil\n\\.",
        "COPY x FROM stdin WHERE fails;\n\nCOPY x FROM stdin;\n1\n\\.",
        "SELECT 1 \\gset",
        "SELECT can't",
        "SELECT ~~' of no dialect;\nSELECT 1;",
        "SELECT users' tables;\nSELECT 1;",
        "SELECT ~~' of no dialect;\n" + "SELECT 1;\n" * 300 + "CREATE",
        "BEGIN;\nCOMMIT;",
        "BEGIN TRANSACTION\nSELECT 1\nCOMMIT",
        "DECLARE @x int\nSET @x = 1",
        "GRANT\n  CREATE SESSION,\n  CREATE TABLE,\n  CREATE VIEW\nTO hr;",
        "IF NOT EXISTS (SELECT 1)\nBEGIN",
        "SELECT CASE WHEN a THEN b FROM x;",
        "SELECT t.begin, t.case, `end` FROM t;",
        "DELIMITER //\nSELECT 1//\nDELIMITER ;",
        "SET TERM ^ ;\nCREATE PROCEDURE x AS\nBEGIN\n  y = 1;\nEND^\nSET TERM ; ^",
        "--#SET TERMINATOR @\nCREATE PROCEDURE x() P1: BEGIN\n  DECLARE y INT;\nEND P1@\n--#SET TERMINATOR ;",
        "CREATE PROCEDURE x() BEGIN WHILE a DO SET b = 1; END WHILE; END;",
        "CREATE PROCEDURE x() BEGIN l: LOOP LEAVE l; END LOOP l; IF a THEN b; END IF; REPEAT c; END REPEAT; END;",
        "CREATE PROCEDURE x() BEGIN CASE a WHEN 1 THEN b; ELSE BEGIN END; END CASE; END;",
        "CREATE PROCEDURE x() BEGIN FOR r IN (SELECT 1) DO SELECT CASE WHEN a THEN b END; END FOR; END;",
        "CREATE PROCEDURE x AS\nSELECT 1\nGO 5",
        "CREATE PROCEDURE x AS\nBEGIN\n  BEGIN TRY SELECT 1 END TRY\n  BEGIN CATCH ROLLBACK END CATCH\nEND",
        "CREATE PROCEDURE x\nBEGIN\n  SELECT 1;\nEND$$",
        "CREATE FUNCTION x() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; SELECT 2; END;",
        "CREATE TRIGGER x AFTER INSERT ON y REFERENCING NEW TABLE AS n EXECUTE FUNCTION z();",
        "CREATE FUNCTION x() RETURNS int AS '\nBEGIN\n  RETURN ''1'';\nEND;\n' LANGUAGE plpgsql;",
        "CREATE FUNCTION x(a int DEFAULT CAST(1 AS int)) RETURNS int AS $$ SELECT 1; $$ LANGUAGE sql;",
        "CREATE FUNCTION x RETURN NUMBER IS\nBEGIN\n  log($$PLSQL_UNIT);\n  RETURN 1;\nEND;\n/",
        "CREATE RULE x AS ON INSERT TO y DO INSTEAD (DELETE FROM z; SELECT 1);",
        "CREATE FUNCTION x(a, b) AS a + b;",
    ],
)  # fmt: skip
def test_no_quote_and_no_ending_swallows_what_follows(statement: str) -> None:
    last = statement.count("\n") + 2
    following = "CREATE TABLE after_it (\n  a int\n);\nINSERT INTO after_it VALUES ('a');\nCREATE VIEW v AS SELECT 1;\n"
    text = f"{statement}\n{following}"
    assert [unit for unit in defined(text) if unit[0] != "x"] == [
        ("after_it", last, last + 2),
        ("v", last + 4, last + 4),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO q VALUES ('\nCREATE TABLE x (a int);\n');",
        "SET @s = N'\nCREATE PROCEDURE x AS\nBEGIN\nSELECT 1\nEND';",
        "EXEC('CREATE VIEW x AS SELECT 1');",
        "DO $$\nBEGIN\nCREATE TABLE x (a int);\nEND $$;",
        "BEGIN\n  EXECUTE IMMEDIATE q'[\nCREATE TABLE x (a int)]';\nEND;\n/",
        "/*\nCREATE TABLE x (a int);\n*/\n-- CREATE TABLE x (a int);",
        "CREATE INDEX ON t (a);\nCREATE UNIQUE INDEX ON ONLY t (a);",
        "CREATE MATERIALIZED VIEW LOG ON t;\nCREATE USER MAPPING FOR bob SERVER s;",
        "CREATE TABLE {{ this }} (a int);\nCREATE VIEW :name AS SELECT 1;\nCREATE TABLE $(name) (a int);",
        "ALTER TABLE t ADD a int;\nALTER VIEW v OWNER TO bob;\nALTER FUNCTION f() RENAME TO g;\nDROP TABLE t;",
        "INSERT INTO t VALUES (1);\nUPDATE t SET a = 1;",
        "Create the table that holds it",
    ],
)
def test_what_defines_nothing_has_no_name(text: str) -> None:
    assert names(text) == []


@pytest.mark.parametrize(
    ("head", "kind", "name"),
    [
        ("CREATE TABLE IF NOT EXISTS a.b (x int)", "table", "a.b"),
        ('CREATE TABLE "Odd ""a"""."T b" (x int)', "table", 'Odd "a".T b'),
        ("CREATE TABLE [dbo].[Order Details] (x int)", "table", "dbo.Order Details"),
        ("CREATE OR REPLACE TABLE `p.d.t` AS SELECT 1", "table", "p.d.t"),
        ("CREATE TABLE ${schema}.t (x int)", "table", "t"),
        ("CREATE TABLE &owner..t (x int)", "table", "t"),
        ("CREATE TABLE {{ target.schema }}.t (x int)", "table", "t"),
        ("CREATE TABLE user (x int)", "table", "user"),
        ("CREATE GLOBAL TEMPORARY TABLE t (x int)", "table", "t"),
        ("CREATE/* a */TABLE -- b\n t (x int)", "table", "t"),
        ("CREATE VIRTUAL TABLE t USING fts5(a)", "table", "t"),
        ("CREATE UNIQUE NONCLUSTERED INDEX CONCURRENTLY i ON t (a)", "index", "i"),
        ("CREATE OR REPLACE FORCE EDITIONABLE VIEW v AS SELECT 1", "view", "v"),
        ("CREATE MATERIALIZED VIEW v AS SELECT 1", "view", "v"),
        ("CREATE ALGORITHM = MERGE DEFINER = 'a'@'%' SQL SECURITY INVOKER VIEW v AS SELECT 1", "view", "v"),
        (
            "/*!50001 CREATE ALGORITHM=UNDEFINED */\n/*!50013 DEFINER=`a`@`b` */\n/*!50001 VIEW `v` AS SELECT 1 */",
            "view",
            "v",
        ),
        ("ALTER VIEW dbo.v AS SELECT 1", "view", "dbo.v"),
        ("CREATE TABLE FUNCTION d.f(x INT64) AS SELECT x", "function", "d.f"),
        ("CREATE AGGREGATE FUNCTION f RETURNS STRING SONAME 'a'", "function", "f"),
        ("CREATE AGGREGATE f(int) (sfunc = x)", "function", "f"),
        ("CREATE OR ALTER PROC p AS SELECT 1", "procedure", "p"),
        ("CREATE DEFINER=`a`@`b` PROCEDURE p() SELECT 1", "procedure", "p"),
        ("CREATE CONSTRAINT TRIGGER t AFTER INSERT ON x EXECUTE FUNCTION f()", "trigger", "t"),
        ("CREATE EVENT TRIGGER t ON ddl_command_end EXECUTE FUNCTION f()", "trigger", "t"),
        ("CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM t", "event", "e"),
        ("CREATE TYPE mood AS ENUM ('sad')", "type", "mood"),
        ("CREATE DOMAIN d AS int CHECK (value > 0)", "type", "d"),
        ("CREATE OPERATOR s.=== (LEFTARG = a)", "operator", "s.==="),
        ("CREATE SEQUENCE s START 1", "sequence", "s"),
        ("CREATE SCHEMA AUTHORIZATION joe", "schema", "joe"),
        ("CREATE OR REPLACE TEMP MACRO m(a, b) AS a + b", "macro", "m"),
        ("CREATE ROW ACCESS POLICY r ON t", "rule", "r"),
        ("CREATE PUBLIC SYNONYM s FOR t", "declaration", "s"),
        ("CREATE EXTENSION IF NOT EXISTS pgcrypto", "declaration", "pgcrypto"),
    ],
)
def test_heads_of_definitions(head: str, kind: str, name: str) -> None:
    (unit,) = sql.scan(f"{head};\n")
    assert (unit.kind, ".".join(filter(None, (unit.qualifier, unit.name)))) == (kind, name)


def test_statements_without_semicolons_end_where_the_next_begins() -> None:
    text = (
        "CREATE TABLE a (\n  x int\n)\n\n-- the second\nCREATE TABLE b (x int)\nINSERT INTO b VALUES (1)\n"
        "CREATE PROC p AS\nBEGIN\n  CREATE TABLE #t (x int)\n  SELECT 1\nEND\n"
        "CREATE TABLE c (x int)\ngo\nCREATE PROC q AS\nSELECT 1;\nSELECT 2\n"
        "GO 5 -- times\nCREATE VIEW v AS SELECT 1\nGO"
    )
    assert defined(text) == [("a", 1, 3), ("b", 6, 6), ("p", 8, 12), ("c", 13, 13), ("q", 15, 17), ("v", 19, 19)]


def test_what_follows_a_whole_statement_without_a_semicolon_is_not_its() -> None:
    text = (
        "CREATE TABLE a (x int)\nALTER TABLE a ADD y int\nCREATE TYPE b AS TABLE (\n  x int\n)\nDECLARE @x int\n"
        "CREATE INDEX c ON a (x)\nSELECT 1\nCREATE PROC d AS\nBEGIN\n  IF 1 = 1\n  BEGIN\n    SELECT 1\n  END\n"
        "  SELECT 2\nEND\nEXEC d\nCREATE PROC e AS\nIF 1 = 1\nBEGIN\n  SELECT 1\nEND\nSELECT 2\n"
    )
    assert defined(text) == [("a", 1, 1), ("b", 3, 5), ("c", 7, 7), ("d", 9, 16), ("e", 18, 23)]
    assert defined("CREATE TABLE a WITH (x = 1) AS\nSELECT 1\nFROM b;\n") == [("a", 1, 3)]


def test_comments_above_a_definition_are_not_of_the_statement_before() -> None:
    text = "CREATE TABLE a (x int) -- its own\n\n-- The second.\n/* Nightly. */\nCREATE PROC b AS\nSELECT 1\nSELECT 2\n"
    assert defined(text) == [("a", 1, 1), ("b", 5, 7)]
    (chunk,) = [chunk for chunk in chunk_text("a.sql", text, resolve("SQL")).chunks if chunk.name == "b"]
    assert chunk.documentation == "The second.\nNightly."


def test_a_routine_runs_to_its_batch_and_a_table_names_its_columns() -> None:
    text = (
        "CREATE PROC dbo.Sweep AS\nSET NOCOUNT ON;\nBEGIN TRAN;\nDELETE FROM a;\nCOMMIT;\nGO\n"
        "CREATE TABLE [dbo].[Order] (\n  [Id] INT NOT NULL,\n  total DECIMAL(9, 2), -- ; not the end\n"
        "  CONSTRAINT pk PRIMARY KEY (Id)\n);\nGO\n"
    )
    sweep, order = sql.scan(text)
    assert (sweep.qualifier, sweep.name, sweep.start_line, sweep.end_line) == ("dbo", "Sweep", 1, 5)
    assert (order.qualifier, order.name, order.start_line, order.end_line) == ("dbo", "Order", 7, 11)
    assert [member.name for member in order.members] == ["Id", "total"]


def test_several_statements_on_a_line() -> None:
    text = "CREATE TABLE a (x int); CREATE PROCEDURE p() BEGIN SELECT 1; END; /* c */ CREATE VIEW v AS SELECT 1;"
    assert names(text) == ["a", "p", "v"]


def test_a_dump_of_mysql() -> None:
    text = (
        "DELIMITER ;;\n"
        "/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`localhost`*/ /*!50003 TRIGGER `ins` AFTER INSERT ON `film`\n"
        "FOR EACH ROW BEGIN\n  INSERT INTO x VALUES ('it\\'s');\nEND */;;\nDELIMITER ;\n"
        "/*!50106 CREATE EVENT `e` ON SCHEDULE EVERY 1 DAY DO DELETE FROM t */ ;\n"
        "DELIMITER $$\nCREATE FUNCTION f(p INT) RETURNS INT\nBEGIN\n  DECLARE v INT;\n  RETURN v;\nEND\n$$\n"
        "CREATE PROCEDURE p() SELECT 1$$\nDELIMITER ;\n"
    )
    assert defined(text) == [("ins", 2, 5), ("e", 7, 7), ("f", 9, 14), ("p", 15, 15)]


PACKAGE = """\
CREATE OR REPLACE PACKAGE hr.staff AS
  c_max CONSTANT NUMBER := 3;
  TYPE t_row IS RECORD (a NUMBER);
  -- Hires somebody.
  FUNCTION hire(name VARCHAR2, age NUMBER DEFAULT 3)
    RETURN NUMBER;
  PROCEDURE fire(id NUMBER);
END staff;
/
CREATE OR REPLACE PACKAGE BODY hr.staff AS
  total NUMBER;
  FUNCTION hire(name VARCHAR2, age NUMBER DEFAULT 3) RETURN NUMBER IS
    PROCEDURE within IS
    BEGIN
      NULL;
    END;
  BEGIN
    IF age = 1 THEN within; END IF;
    RETURN CASE WHEN age = 1 THEN 2 ELSE 3 END;
  END hire;

  /* fires */
  PROCEDURE fire(id NUMBER) IS BEGIN NULL; END;
BEGIN
  total := 0;
END staff;
/
"""


@pytest.mark.parametrize("text", [PACKAGE, PACKAGE.replace("\n/\n", "\n")])
def test_a_package_and_its_body_hold_their_routines(text: str) -> None:
    gap = 1 if "\n/\n" in text else 0
    assert defined(text) == [
        ("staff", 1, 8), ("hire", 5, 6), ("fire", 7, 7),
        ("staff", 9 + gap, 25 + gap), ("hire", 11 + gap, 19 + gap), ("within", 12 + gap, 15 + gap),
        ("fire", 22 + gap, 22 + gap),
    ]  # fmt: skip
    specification, hire, *_ = sql.scan(text)
    assert [member.name for member in specification.members] == ["c_max", "t_row"]
    assert hire.signature == "FUNCTION hire(name VARCHAR2, age NUMBER DEFAULT 3) RETURN NUMBER"


def test_a_type_names_its_methods_and_its_body_holds_them() -> None:
    text = (
        "CREATE TYPE t AS OBJECT (\n  a NUMBER,\n  MEMBER FUNCTION f(x NUMBER) RETURN NUMBER\n);\n/\n"
        "CREATE TYPE BODY t IS\n"
        "  MEMBER FUNCTION f(x NUMBER) RETURN NUMBER IS\n  BEGIN\n    RETURN x;\n  END f;\nEND;\n/\n"
    )
    assert defined(text) == [("t", 1, 4), ("t", 6, 11), ("f", 7, 10)]
    assert [member.name for member in sql.scan(text)[0].members] == ["a", "f"]


def test_blocks_of_oracle() -> None:
    text = (
        "CREATE OR REPLACE TRIGGER a\nBEFORE INSERT ON t\nREFERENCING NEW AS n\nFOR EACH ROW\nDECLARE\n  v NUMBER;\n"
        "BEGIN\n  v := 1;\nEND;\n/\n"
        "CREATE TRIGGER b FOR INSERT ON t COMPOUND TRIGGER\n  g NUMBER;\n  BEFORE EACH ROW IS\n  BEGIN\n    NULL;\n"
        "  END BEFORE EACH ROW;\nEND b;\n/\n"
        "CREATE PROCEDURE c IS\n  PROCEDURE d IS\n  BEGIN\n    NULL;\n  END;\nBEGIN\n  d;\nEND c;\n\n"
        "GRANT EXECUTE ON c TO bob;\n"
    )
    assert defined(text) == [("a", 1, 9), ("b", 11, 17), ("c", 19, 26), ("d", 20, 23)]
    declared = "DECLARE\n  x NUMBER;\n  PROCEDURE q IS BEGIN NULL; END;\nBEGIN\n  q;\nEND;\n/\nSELECT 1;\n"
    assert [(unit.start_line, unit.end_line) for unit in sql.scan(declared)] == [(1, 6), (8, 8)]


def test_a_routine_that_lost_an_end_stops_at_the_next() -> None:
    unended = "CREATE PROCEDURE a()\nBEGIN\n  IF x THEN BEGIN\n    SELECT 1;\nEND;\n"
    text = unended + "CREATE PROCEDURE b()\nBEGIN\n  SELECT 1;\nEND;\n"
    assert defined(text) == [("a", 1, 5), ("b", 6, 9)]


DBT = """\
{# Cents to dollars, don't round. #}
{% macro dollars(column, scale=2) -%}
    ({{ column }} / 100)::numeric(16, {{ scale }})
{%- endmacro %}

{% macro functions() %}
create or replace function {{ target.schema }}.plus(a int) returns int as $$ select 1; $$ language sql;
{% endmacro %}
{% test positive(model, column_name) %}
select * from {{ model }} where {{ column_name }} < 0
{% endtest %}
{%- materialization inc, adapter='bigquery' -%}
{% set x = "don't %}" %}
{%- endmaterialization -%}
{% snapshot orders_snapshot %}
select * from {{ source('a', 'b') }}
{% endsnapshot %}
{% macro unended() %}
select 1
"""


@pytest.mark.parametrize(
    "typed",
    [
        "CREATE FUNCTION b() RETURNS int AS $$\nBEGIN\n  RETURN 1;\n",
        "CREATE FUNCTION b() RETURNS int AS $$\nBEGIN\n  RETURN 'c;\nEND;\n",
        "CREATE FUNCTION b() RETURNS int AS '\n  SELECT 1;\n",
        "CREATE PROCEDURE b IS\nBEGIN\n  c := q'[d;\nEND;\n",
        "SELECT $$b;\n",
        "SELECT 'b;\n",
    ],
)
def test_a_quote_that_is_left_open_hides_no_definitions(typed: str) -> None:
    text = (
        f"CREATE TABLE a (x int);\n{typed}\nCREATE TABLE d (x int);\n\n"
        "CREATE FUNCTION e() RETURNS text AS $$\nBEGIN\n  RETURN 'f';\nEND;\n$$ LANGUAGE plpgsql;\n\n"
        "CREATE FUNCTION g RETURN text IS\nBEGIN\n  RETURN q'[it's]';\nEND;\n"
    )
    line = typed.count("\n") + 3
    assert {("a", 1, 1), ("d", line, line), ("e", line + 2, line + 6), ("g", line + 8, line + 11)} <= set(defined(text))


def test_a_body_may_end_with_another_definition() -> None:
    text = "DO $$\nBEGIN\n  x;\n\nDO $$\nBEGIN\n  y;\nEND;\n$$;\n\nCREATE TABLE a (x int);\n"
    assert defined(text) == [("a", 11, 11)]
    text = "CREATE FUNCTION a() AS $$\nCREATE TEMP TABLE b (x int);\n$$ LANGUAGE sql;\nCREATE TABLE c (x int);\n"
    assert defined(text) == [("a", 1, 3), ("c", 4, 4)]


def test_macros_of_dbt() -> None:
    assert [(unit.kind, unit.name, unit.start_line, unit.end_line) for unit in sql.scan(DBT)] == [
        ("macro", "dollars", 2, 4),
        ("macro", "functions", 6, 8),
        ("function", "plus", 7, 7),
        ("test", "positive", 9, 11),
        ("macro", "inc", 12, 14),
        ("table", "orders_snapshot", 15, 17),
        ("macro", "unended", 18, 19),
    ]
    assert one(DBT, "dollars").signature == "macro dollars(column, scale=2)"
    documented = [chunk for chunk in chunk_text("a.sql", DBT, resolve("SQL")).chunks if chunk.name == "dollars"]
    assert documented[0].documentation == "Cents to dollars, don't round."


def test_jinja_does_not_disturb_a_model() -> None:
    text = (
        "{{ config(post_hook=\"create index x on {{ this }} (a); select '\") }}\n{# don't; #}\nwith a as (\n"
        "  select * from {{ ref('b') }}\n  {% if is_incremental() %}\n  where y = 'it''s;'\n  {% endif %}\n)\n"
        "select * from a;\ncreate table {{ schema }}.t (a int);\nselect '{{1,2},{3}}';\n"
    )
    assert [(unit.name, unit.start_line, unit.end_line) for unit in sql.scan(text)] == [
        ("", 1, 9), ("t", 10, 10), ("", 11, 11)
    ]  # fmt: skip


def test_a_comment_names_the_query_below_it() -> None:
    text = (
        "-- name: GetAuthor :one\nSELECT * FROM authors;\n-- :name get-user :? :1\nSELECT 1;\n-- Name: x;\nSELECT 2;\n"
    )
    assert [unit.name for unit in sql.scan(text)] == ["GetAuthor", "get-user", ""]


UNENDED = [
    *"'\"`[$#", "/*", "/* /* */", "$a$", "q'[", "E'\\'", "\\'", '"""', "r'''", "don't\n", " # ", "BEGIN ", "CASE ",
    "CREATE\n", "CREATE FUNCTION f(\nAS ", "CREATE FUNCTION f() RETURNS int AS\n", "CREATE TEMP ", "CREATE TABLE &a&",
    "CREATE PACKAGE p IS\nPROCEDURE q IS\n", "ALTER VIEW v\n", "CREATE TABLE a (\nIF ", "CREATE TABLE /*", "END ",
    "CREATE RULE r AS (;", "'\nCREATE TABLE a (\n", "COPY a FROM stdin; ", "\\copy a from stdin\n", "DELIMITER ;;\n",
    "{{", "{% ", "{#", "{{ a }}'", "{% macro a() %}\n", "GO\n", "/*!50003 ", "CREATE TABLE a.",
    "x'\n" + "y\n" * 300 + "CREATE TABLE a (\n",
]  # fmt: skip


@pytest.mark.parametrize(
    "before", ["", "CREATE PROCEDURE p IS\n", "`\\'a` CREATE PACKAGE BODY p AS\n", "GO\nDELIMITER $$\n"]
)
@pytest.mark.parametrize("bad", UNENDED)
def test_what_never_ends_costs_linear_time(before: str, bad: str) -> None:
    started = time.process_time()
    sql.scan(before + bad * (200_000 // len(bad)))
    assert time.process_time() - started < 3


def test_many_tags_quotes_and_delimiters_cost_linear_time() -> None:
    started = time.process_time()
    sql.scan("".join(f"$a{number}$ " for number in range(25_000)))
    sql.scan("".join(f"q'{chr(0x4E00 + number)} " for number in range(20_000)))
    sql.scan("".join(f"DELIMITER {number}\n" for number in range(14_000)))
    assert time.process_time() - started < 3


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("CREATE FUNCTION public.after() RETURNS trigger AS $$ $$ LANGUAGE sql;", "after"),
        ("CREATE FUNCTION body(x int) RETURNS int AS $$ SELECT 1 $$ LANGUAGE sql;", "body"),
        ("CREATE TABLE audit.index (id int);", "index"),
        ("CREATE TABLE function (id int);", "function"),
        ("CREATE TYPE body AS (a int);", "body"),
        ("CREATE VIEW body AS SELECT 1;", "body"),
        ("CREATE TYPE BODY money AS MEMBER FUNCTION f RETURN int IS BEGIN RETURN 1; END; END;\n/", "money"),
        ("CREATE INDEX ON t (a);", ""),
    ],
)
def test_words_of_the_language_may_be_names(statement: str, name: str) -> None:
    assert sql.scan(statement)[0].name == name


@pytest.mark.parametrize(
    "word", ["key", "index", "primary", "select", "check", "unique", "like", "period", "constraint"]
)
@pytest.mark.parametrize("quotes", ['""', "``", "[]"])
def test_a_quoted_name_is_always_a_column(word: str, quotes: str) -> None:
    text = f"CREATE TABLE t (\n  {quotes[0]}{word}{quotes[1]} varchar(5) DEFAULT 'a,b c',\n  id int\n);\n"
    assert outline(text, "SQL") == ["table t 1-4", f"column t.{word} 2", "column t.id 3"]


@pytest.mark.parametrize("column", ["key text", "key varchar(5) NOT NULL", "index int", "period text DEFAULT 'x'"])
def test_words_that_begin_a_key_or_an_index_may_be_columns(column: str) -> None:
    text = f"CREATE TABLE t (\n  a numeric(1, 2), b int,\n  {column},\n  c int\n);\n"
    assert [member.name for member in sql.scan(text)[0].members] == ["a", "b", column.split()[0], "c"]


@pytest.mark.parametrize(
    "other",
    [
        "KEY (a)",
        "KEY `a_b` (a, b)",
        "key a_b (a, b)",
        "INDEX a_b USING BTREE (a)",
        "INDEX a_b a TYPE minmax GRANULARITY 1",
        "UNIQUE KEY a_b (a)",
        "FULLTEXT KEY a_b (a)",
        "PERIOD FOR SYSTEM_TIME (a, b)",
        "PRIMARY KEY CLUSTERED (\n[a] ASC)",
        "CHECK (a > 1)",
        "LIKE other INCLUDING ALL",
        "CONSTRAINT x FOREIGN KEY (a,\n b) REFERENCES y (c)",
    ],
)
def test_keys_and_indexes_of_a_table_are_no_columns(other: str) -> None:
    for text in (f"CREATE TABLE t\n(\n  a int,\n  {other},\n  b int\n);\n", f"CREATE TABLE t (a int, {other}, b int);"):
        assert [member.name for member in sql.scan(text)[0].members] == ["a", "b"]


def test_members_on_the_line_of_the_head() -> None:
    text = (
        "CREATE TABLE kv (key text PRIMARY KEY, value varchar(5)) TABLESPACE x;\nCREATE TYPE point AS (x int, y int);\n"
        "CREATE TABLE copied AS (SELECT a, b c FROM kv, d e);\n"
    )
    assert outline(text, "SQL") == [
        "table kv 1",
        "column kv.key 1",
        "column kv.value 1",
        "type point 2",
        "field point.x 2",
        "field point.y 2",
        "table copied 3",
    ]


def test_members_of_packages_by_kind_and_routines_in_their_routines() -> None:
    text = (
        "CREATE PACKAGE BODY p AS\n  g NUMBER := 0;\n  c CONSTANT NUMBER := 1;\n  TYPE t IS RECORD (id NUMBER);\n"
        "  SUBTYPE s IS NUMBER;\n  bad EXCEPTION;\n  CURSOR e IS SELECT * FROM f;\n  PROCEDURE outer IS\n"
        "    PROCEDURE later(x NUMBER);\n    FUNCTION one RETURN NUMBER IS BEGIN RETURN 1; END;\n"
        "    PROCEDURE later(x NUMBER) IS\n      FUNCTION two RETURN NUMBER IS\n      BEGIN\n        RETURN 2;\n"
        "      END two;\n    BEGIN\n      NULL;\n    END;\n    z NUMBER;\n  BEGIN\n    NULL;\n  END outer;\n"
        "  PROCEDURE next IS BEGIN NULL; END;\nEND p;\n/\n"
    )
    assert outline(text, "SQL") == [
        "package p 1-24",
        "variable p.g 2",
        "constant p.c 3",
        "type p.t 4",
        "type p.s 5",
        "variable p.bad 6",
        "variable p.e 7",
        "procedure p.outer 8-22",
        "function p.outer.one 10",
        "procedure p.outer.later 11-18",
        "function p.outer.later.two 12-15",
        "procedure p.next 23",
    ]


def test_columns_have_signatures() -> None:
    table = one("CREATE TABLE t (\n  id   int NOT NULL,\n  name text\n);\n", "t")
    assert [member.signature for member in table.members] == ["id int NOT NULL", "name text"]
